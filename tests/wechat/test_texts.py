"""WeChat's check of what people type: asked of the simulator over HTTP, and what the client makes of it."""

import json
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from handlers.context import Suggest, Verdict, WeChatRefused
from server.app import services_of
from server.clock import SystemClock
from server.config import Config, Secrets
from server.wechat.client import WeChatClient
from server.wechat.policy import POLICY
from server.wechat.simulator import Quota, Words
from tests.wechat.conftest import APPID, PUSH_TOKEN, SECRET, Desk, FollowingClock, Opening

CHECK = "/wxa/msg_sec_check"
TOKEN = "/cgi-bin/stable_token"
CLEAN, RISKY, REVIEW = "周末几点开门", "有人在三层赌博", "请转账给我"
HOUR = 3_600


async def visitor(desk: Desk, handle: str = "lin") -> str:
    """The openid of a person who has the mini-program open."""
    openid = await desk.person(handle)
    await desk.control("visit", person=handle)
    return openid


async def asked(desk: Desk, body: Any = None, *, text: str | None = None, method: str = "POST") -> Any:
    """What the simulator answers to a body, with a good token."""
    account = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}
    async with desk.http.post(desk.url + TOKEN, json=account) as response:
        token = (await response.json())["access_token"]
    query = {"access_token": token}
    async with desk.http.request(method, desk.url + CHECK, params=query, json=body, data=text) as response:
        assert response.status == 200
        return await response.json()


def question(openid: str, **changes: Any) -> dict[str, Any]:
    return {"version": 2, "scene": 2, "openid": openid, "content": CLEAN} | changes


async def refusal(desk: Desk, openid: str, text: str = CLEAN) -> tuple[int | None, Verdict]:
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.check_text(openid, text)
    return refused.value.errcode, refused.value.verdict


# ---------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    ("text", "suggest"), [(CLEAN, Suggest.PASS), (RISKY, Suggest.RISKY), (REVIEW, Suggest.REVIEW)]
)
async def test_a_text_is_judged_by_the_suggestion_and_not_by_the_errcode(
    desk: Desk, text: str, suggest: Suggest
) -> None:
    openid = await visitor(desk)
    assert await desk.client.check_text(openid, text) is suggest
    assert [call["errcode"] for call in await desk.calls(CHECK)] == [0]


async def test_the_worse_word_of_a_text_counts(desk: Desk) -> None:
    openid = await visitor(desk)
    assert await desk.client.check_text(openid, REVIEW + RISKY) is Suggest.RISKY


async def test_an_answer_has_the_shape_of_wechats(desk: Desk) -> None:
    openid = await visitor(desk)
    answer = await asked(desk, question(openid, content=RISKY))
    told = {"errcode": 0, "suggest": "risky", "label": 20006}
    trace_id = answer.pop("trace_id")
    assert answer == {
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": "risky", "label": 20006},
        "detail": [
            {"strategy": "content_model", **told, "prob": 90},
            {"strategy": "keyword", **told, "level": 20, "keyword": "赌博"},
        ],
    }
    assert [len(part) for part in trace_id.split("-")] == [8, 8, 8]
    clean = await asked(desk, question(openid))
    assert clean["result"] == {"suggest": "pass", "label": 100}
    assert [one["strategy"] for one in clean["detail"]] == ["content_model"]


@pytest.mark.parametrize(
    "answer",
    [
        {"errcode": 0, "errmsg": "ok", "result": {"suggest": "block", "label": 100}},
        {"errcode": 0, "errmsg": "ok", "result": {"suggest": None}},
        {"errcode": 0, "errmsg": "ok", "result": []},
        {"errcode": 0, "errmsg": "ok", "result": "pass"},
        {"errcode": 0, "errmsg": "ok"},
        {"result": {"label": 100}, "detail": [{"suggest": "pass"}]},
    ],
)
async def test_a_suggestion_that_nobody_knows_is_for_a_person_to_look_at(
    desk: Desk, answer: dict[str, Any]
) -> None:
    async def token(_: web.Request) -> web.Response:
        return web.json_response({"access_token": "87_token", "expires_in": 7200})

    async def check(_: web.Request) -> web.Response:
        return web.json_response(answer)

    app = web.Application()
    app.add_routes([web.post(TOKEN, token), web.post(CHECK, check)])
    async with TestServer(app) as server:
        client = WeChatClient(
            desk.http,
            appid=APPID,
            secret=SECRET,
            base_url=str(server.make_url("")),
            clock=FollowingClock(desk.world),
        )
        assert await client.check_text("o" * 28, CLEAN) is Suggest.REVIEW


async def test_the_words_are_settings_and_can_be_changed_until_a_reset(open_desk: Opening) -> None:
    desk: Desk = await open_desk(words=Words(risky=("甲",), review=("乙",)))
    openid = await visitor(desk)
    assert await desk.client.check_text(openid, "甲") is Suggest.RISKY
    assert await desk.client.check_text(openid, RISKY) is Suggest.PASS
    assert await desk.control("words", risky=[], review=["甲"]) == {"risky": [], "review": ["甲"]}
    assert await desk.client.check_text(openid, "甲") is Suggest.REVIEW
    assert await desk.client.check_text(openid, "乙") is Suggest.PASS
    await desk.control("reset")
    assert await desk.client.check_text(await visitor(desk), "甲") is Suggest.RISKY


# ---------------------------------------------------------------- refusals


async def test_the_simulator_refuses_in_wechats_order(desk: Desk) -> None:
    openid = await visitor(desk)
    async with desk.http.post(desk.url + CHECK, json={}) as response:
        assert (await response.json())["errcode"] == 41001
    async with desk.http.post(f"{desk.url}{CHECK}?access_token=nonsense", json={}) as response:
        assert (await response.json())["errcode"] == 40001
    assert (await asked(desk, method="GET"))["errcode"] == 43002
    assert (await asked(desk))["errcode"] == 44002
    assert (await asked(desk, text="{"))["errcode"] == 47001
    worse = question("nobody", version=1, scene=5, content="长" * 2_501)
    assert (await asked(desk, worse))["errcode"] == 40097
    assert (await asked(desk, worse | {"version": 2}))["errcode"] == 40129
    assert (await asked(desk, worse | {"version": 2, "scene": 2}))["errcode"] == 47001
    assert (await asked(desk, question("nobody")))["errcode"] == 40003
    assert (await asked(desk, question(openid)))["errcode"] == 0


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"version": None}, 40097),
        ({"scene": "2"}, 40129),
        ({"content": ""}, 47001),
        ({"content": 7}, 47001),
        ({"content": "长" * 2_501}, 47001),
        ({"content": "长" * 2_500}, 0),
    ],
)
async def test_each_field_has_its_own_refusal(desk: Desk, change: dict[str, Any], errcode: int) -> None:
    openid = await visitor(desk)
    assert (await asked(desk, question(openid, **change)))["errcode"] == errcode


async def test_every_number_reaches_the_caller_as_its_verdict(desk: Desk) -> None:
    openid = await visitor(desk)
    for errcode, verdict in POLICY.items():
        desk.advance(31)  # so that a stale token may be renewed by force again
        await desk.fault(CHECK, "errcode", errcode=errcode, times=2)
        assert await refusal(desk, openid) == (errcode, verdict)
        async with desk.http.delete(f"{desk.url}/sim/api/faults"):
            pass


async def test_wechat_judges_only_who_was_here_within_two_hours(desk: Desk) -> None:
    openid = await desk.person()
    assert await refusal(desk, openid) == (61010, Verdict.STALE_VISIT), "never been here"
    await desk.code()
    desk.advance(2 * HOUR - 10)
    assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS
    desk.advance(20)
    assert await refusal(desk, openid) == (61010, Verdict.STALE_VISIT)
    await desk.control("visit", person="lin")
    assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS


async def test_the_minutes_quota_is_told_as_content_security_tells_it(open_desk: Opening) -> None:
    desk: Desk = await open_desk(quotas={CHECK: Quota(per_minute=2)})
    openid = await visitor(desk)
    desk.at_the_full_hour()
    await desk.control("visit", person="lin")
    for _ in range(2):
        assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS
    assert await refusal(desk, openid) == (44991, Verdict.RETRY_LATER)
    desk.advance(60)
    assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS


async def test_the_days_quota_opens_again_tomorrow(open_desk: Opening) -> None:
    desk: Desk = await open_desk(quotas={CHECK: Quota(per_day=1)})
    desk.at_the_full_hour()
    openid = await visitor(desk)
    assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS
    desk.advance(60)
    assert await refusal(desk, openid) == (45009, Verdict.TOMORROW)
    desk.advance(24 * HOUR)
    await desk.control("visit", person="lin")
    assert await desk.client.check_text(openid, CLEAN) is Suggest.PASS


# ---------------------------------------------------------------- outages


@pytest.mark.parametrize("kind", ["drop", "truncate", "http_502", "latency"])
async def test_a_check_without_an_answer_is_asked_three_times_and_then_given_up(
    desk: Desk, kind: str
) -> None:
    openid = await visitor(desk)
    await desk.client.check_text(openid, CLEAN)
    await desk.fault(CHECK, kind, seconds=0.6)
    if kind == "latency":
        desk.client = desk.waiting_only(0.2)
    with structlog.testing.capture_logs() as logged:
        assert await refusal(desk, openid) == (None, Verdict.RETRY_LATER)
    assert [line["event"] for line in logged].count("wechat_unanswered") == 3


@pytest.mark.parametrize("kind", ["drop", "truncate", "http_502"])
async def test_a_check_that_is_answered_the_third_time_counts(desk: Desk, kind: str) -> None:
    openid = await visitor(desk)
    await desk.fault(CHECK, kind, times=2)
    assert await desk.client.check_text(openid, RISKY) is Suggest.RISKY
    assert len(await desk.calls(CHECK)) == 3


async def test_an_errcode_of_a_busy_wechat_is_not_asked_again_at_once(desk: Desk) -> None:
    openid = await visitor(desk)
    await desk.fault(CHECK, "errcode", errcode=-1)
    assert await refusal(desk, openid) == (-1, Verdict.RETRY_LATER)
    assert len(await desk.calls(CHECK)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE token SET expires_at = 0",  # 42001
        "DELETE FROM token",  # 40001
    ],
)
async def test_a_dead_token_is_renewed_within_the_check(desk: Desk, spoil: str) -> None:
    openid = await visitor(desk)
    await desk.client.check_text(openid, CLEAN)
    await desk.world.store.run(spoil)
    assert await desk.client.check_text(openid, RISKY) is Suggest.RISKY
    assert len(await desk.calls(TOKEN)) == 2


# ---------------------------------------------------------------- what is kept, and where


async def test_logs_hold_neither_the_text_nor_its_author(desk: Desk) -> None:
    openid = await visitor(desk)
    with structlog.testing.capture_logs() as logged:
        await desk.client.check_text(openid, RISKY)
        desk.advance(3 * HOUR)
        assert await refusal(desk, openid, RISKY) == (61010, Verdict.STALE_VISIT)
    assert {"wechat_checked", "wechat_check_refused"} < {line["event"] for line in logged}
    written = json.dumps(logged, ensure_ascii=False)
    for hidden in (RISKY, openid):
        assert hidden not in written


async def test_the_simulator_shows_what_it_judged_and_by_which_words(desk: Desk) -> None:
    openid = await visitor(desk)
    for text in (CLEAN, RISKY):
        await desk.client.check_text(openid, text)
    async with desk.http.get(f"{desk.url}/sim/api/overview") as response:
        shown = await response.json()
    assert shown["words"] == {"risky": ["赌博", "代考"], "review": ["转账", "加微信"]}
    assert [(one["name"], one["suggest"], one["text"]) for one in shown["texts"]] == [
        ("林溪", "risky", RISKY),
        ("林溪", "pass", CLEAN),
    ]


@pytest.mark.parametrize("check_text", [True, False])
async def test_whether_texts_are_checked_is_a_setting(http: aiohttp.ClientSession, check_text: bool) -> None:
    config = Config.model_validate({"wechat": {"check_text": check_text}})
    secrets = Secrets(wechat_secret=SecretStr(SECRET), push_token=SecretStr(PUSH_TOKEN))
    services = services_of(config, secrets, SystemClock(), http)
    assert services.wechat.checks_text is check_text
