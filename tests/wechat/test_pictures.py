"""WeChat's check of pictures: asked of the simulator over HTTP, and told by a push event."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers.context import Verdict, WeChatRefused
from server.wechat.push import Push, PushEvent
from server.wechat.simulator import Quota
from tests.support.pictures import BLUE, RED, YELLOW, picture
from tests.wechat.conftest import APPID, PUSH_TOKEN, SECRET, Desk, Opening

CHECK, EVENT, TOKEN = "/wxa/media_check_async", "/wxa_media_check", "/cgi-bin/stable_token"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
COLOURS = {"blue": BLUE, "red": RED, "yellow": YELLOW}


class Here:
    """Our side: pictures to fetch, and the address of the push."""

    def __init__(self) -> None:
        self.events: list[PushEvent] = []
        self.url = ""
        self.desk: Desk | None = None

    def now(self) -> datetime:
        assert self.desk
        return datetime.fromtimestamp(self.desk.world.clock.now(), UTC)

    async def hear(self, event: PushEvent) -> None:
        self.events.append(event)

    async def judged(self) -> dict[str, str]:
        async with asyncio.timeout(20):
            while not self.events:  # noqa: ASYNC110 (another server tells it)
                await asyncio.sleep(0.01)
        event = self.events.pop()
        assert event.name == "wxa_media_check"
        return dict(event.items[0])


async def show(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name in COLOURS:
        return web.Response(body=picture(COLOURS[name]), content_type="image/jpeg")
    return web.Response(body=b"<svg/>") if name == "svg" else web.Response(status=404)


@pytest.fixture
async def here() -> AsyncIterator[Here]:
    here = Here()
    app = web.Application()
    for mode, key in (("plain", None), ("safe", AES_KEY)):
        push = Push(PUSH_TOKEN, here.hear, clock=here, appid=APPID, aes_key=key)
        app.router.add_post(f"/push/{mode}", push.receive)
    app.router.add_get("/{name}", show)
    async with TestServer(app) as server:
        here.url = str(server.make_url("")).rstrip("/")
        yield here


async def opened(open_desk: Opening, here: Here, mode: str = "plain", **changes: Any) -> tuple[Desk, str]:
    """A desk that pushes to us, and the openid of somebody who is there."""
    desk: Desk = await open_desk(
        push_url=f"{here.url}/push/{mode}",
        push_mode=mode,
        push_aes_key=AES_KEY,
        push_pauses_s=(0.02, 0.02),
        picture_s=0.01,
        **changes,
    )
    here.desk = desk
    openid = await desk.person()
    await desk.control("visit", person="lin")
    return desk, openid


@pytest.mark.parametrize(
    ("mode", "form"), [("plain", "json"), ("plain", "xml"), ("safe", "json"), ("safe", "xml")]
)
@pytest.mark.parametrize(("colour", "suggest"), [("blue", "pass"), ("yellow", "review"), ("red", "risky")])
async def test_a_push_event_says_what_a_picture_is(
    open_desk: Opening, here: Here, mode: str, form: str, colour: str, suggest: str
) -> None:
    desk, openid = await opened(open_desk, here, mode, push_format=form)
    trace_id = await desk.client.check_picture(openid, f"{here.url}/{colour}")
    told = await here.judged()
    assert (told["trace_id"], told["errcode"], told["result.suggest"]) == (trace_id, "0", suggest)


@pytest.mark.parametrize("name", ["missing", "svg"])
async def test_what_wechat_cannot_fetch_or_read_has_no_result(
    open_desk: Opening, here: Here, name: str
) -> None:
    desk, openid = await opened(open_desk, here)
    await desk.client.check_picture(openid, f"{here.url}/{name}")
    told = await here.judged()
    assert (told["errcode"], told.get("result.suggest")) == ("-1008", None)


async def test_the_event_may_never_come_or_say_that_there_is_no_result(
    open_desk: Opening, here: Here
) -> None:
    desk, openid = await opened(open_desk, here)
    await desk.fault(EVENT, "drop", times=1)
    await desk.client.check_picture(openid, f"{here.url}/blue")
    await desk.world.pushes.settled()
    assert here.events == []
    await desk.fault(EVENT, "errcode", errcode=-1, times=1)
    await desk.client.check_picture(openid, f"{here.url}/blue")
    assert (await here.judged())["errcode"] == "-1"


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({}, 0),
        ({"version": 1}, 40097),
        ({"media_type": 3}, 40004),
        ({"scene": 9}, 40129),
        ({"media_url": "file:///etc/passwd"}, 40097),
        ({"openid": "nobody"}, 40003),
    ],
)
async def test_each_field_has_its_own_refusal(
    open_desk: Opening, here: Here, change: dict[str, Any], errcode: int
) -> None:
    desk, openid = await opened(open_desk, here)
    account = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}
    async with desk.http.post(desk.url + TOKEN, json=account) as response:
        token = (await response.json())["access_token"]
    body = {
        "version": 2,
        "media_type": 2,
        "scene": 2,
        "openid": openid,
        "media_url": f"{here.url}/blue",
    } | change
    async with desk.http.post(f"{desk.url}{CHECK}?access_token={token}", json=body) as response:
        assert (await response.json())["errcode"] == errcode


async def test_quotas_and_absence_reach_the_caller_as_verdicts(open_desk: Opening, here: Here) -> None:
    desk, openid = await opened(open_desk, here, quotas={CHECK: Quota(per_minute=2)})
    desk.at_the_full_hour()
    await desk.control("visit", person="lin")

    async def refusal() -> tuple[int | None, Verdict]:
        with pytest.raises(WeChatRefused) as refused:
            await desk.client.check_picture(openid, f"{here.url}/blue")
        return refused.value.errcode, refused.value.verdict

    for _ in range(2):
        await desk.client.check_picture(openid, f"{here.url}/blue")
    assert await refusal() == (44991, Verdict.RETRY_LATER)
    desk.advance(7_300)
    assert await refusal() == (61010, Verdict.STALE_VISIT)
    await desk.fault(CHECK, "http_502")
    assert await refusal() == (None, Verdict.RETRY_LATER)
