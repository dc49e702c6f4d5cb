"""Push events that come sealed: the console's safe and compatible modes."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from wechatpy.crypto import PrpCrypto

from server.wechat.push import Push, signature
from tests.wechat.conftest import APPID, PUSH_TOKEN, Desk, Opening
from tests.wechat.test_push import NOW, POPUP, Receiver, ReceiverClock, pushed, signed

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
OTHER_KEY = KEY[::-1]
OPEN = json.dumps(POPUP)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    push = Push(PUSH_TOKEN, receiver.dispatch, clock=ReceiverClock(receiver), appid=APPID, aes_key=KEY)
    app = web.Application()
    app.add_routes([web.get("/push", push.verify), web.post("/push", push.receive)])
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/push"))
        yield receiver


def seal(text: str = OPEN, *, key: str = KEY, appid: str = APPID) -> str:
    return str(PrpCrypto(base64.b64decode(key + "=")).encrypt(text, appid).decode())


def sealed_query(secret: str, *, token: str = PUSH_TOKEN, timestamp: str = "") -> dict[str, str]:
    timestamp = timestamp or str(int(NOW.timestamp()))
    return signed(timestamp) | {
        "encrypt_type": "aes",
        "msg_signature": signature(token, timestamp, "42", secret),
    }


def packet(secret: str) -> bytes:
    return json.dumps({"ToUserName": "gh_x", "Encrypt": secret}).encode()


@pytest.mark.parametrize("push_mode", ["safe", "compatible"])
@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_a_sealed_consent_reaches_us(
    open_desk: Opening, receiver: Receiver, push_format: str, push_mode: str
) -> None:
    desk: Desk = await open_desk(
        push_url=receiver.url, push_format=push_format, push_mode=push_mode, push_aes_key=KEY
    )
    receiver.now = lambda: datetime.fromtimestamp(desk.world.clock.now(), UTC)
    openid = await desk.person()
    await desk.accept()
    await desk.world.pushes.settled()
    [event] = receiver.events
    assert (event.name, event.openid) == ("subscribe_msg_popup_event", openid)
    assert event.items[0]["SubscribeStatusString"] == "accept"


@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_without_a_key_the_open_half_of_the_compatible_mode_counts(
    open_desk: Opening, http: aiohttp.ClientSession, push_format: str
) -> None:
    receiver = Receiver()
    push = Push(PUSH_TOKEN, receiver.dispatch, clock=ReceiverClock(receiver), appid=APPID)
    app = web.Application()
    app.add_routes([web.post("/push", push.receive)])
    async with TestServer(app) as server:
        desk: Desk = await open_desk(
            push_url=str(server.make_url("/push")),
            push_format=push_format,
            push_mode="compatible",
            push_aes_key=KEY,
        )
        receiver.now = lambda: datetime.fromtimestamp(desk.world.clock.now(), UTC)
        await desk.person()
        await desk.accept()
        await desk.world.pushes.settled()
    assert [event.name for event in receiver.events] == ["subscribe_msg_popup_event"]


async def test_the_console_proves_the_address_by_the_open_signature(
    http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    async with http.get(receiver.url, params=signed() | {"echostr": "4711"}) as response:
        assert (response.status, await response.text()) == (200, "4711")


async def test_an_open_event_is_refused_where_sealed_ones_are_expected(
    http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    overheard = signed()
    for query in (overheard, overheard | {"msg_signature": overheard["signature"]}):
        assert (await pushed(http, receiver.url, OPEN.encode(), query))[0] == 403
    assert receiver.events == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(sealed_query("another secret"), id="of another packet"),
        pytest.param(sealed_query(seal(), token="guessed"), id="of another token"),
        pytest.param(signed(), id="only the open one"),
    ],
)
async def test_a_signature_must_cover_what_is_sealed(
    http: aiohttp.ClientSession, receiver: Receiver, query: dict[str, str]
) -> None:
    assert (await pushed(http, receiver.url, packet(seal()), query))[0] == 403
    assert receiver.events == []


async def test_an_old_sealed_event_is_refused(http: aiohttp.ClientSession, receiver: Receiver) -> None:
    secret = seal()
    query = sealed_query(secret, timestamp=str(int(NOW.timestamp()) - 301))
    assert (await pushed(http, receiver.url, packet(secret), query))[0] == 403


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(seal(appid="wx0000000000000002"), id="for another appid"),
        pytest.param(seal(key=OTHER_KEY), id="with another key"),
        pytest.param(seal("no event"), id="of something else"),
        pytest.param("AAAA", id="cut off"),
        pytest.param("=", id="empty"),
        pytest.param("书", id="no base64"),
        pytest.param(base64.b64encode(bytes(32)).decode(), id="of zeros"),
    ],
)
async def test_what_is_not_sealed_for_us_is_refused(
    http: aiohttp.ClientSession, receiver: Receiver, secret: str
) -> None:
    assert (await pushed(http, receiver.url, packet(secret), sealed_query(secret)))[0] == 400
    assert receiver.events == []
