"""Push events, from the simulator's delivery to our receiver."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.wechat.push import LARGEST_BODY, Push, PushEvent, signature
from server.wechat.simulator import BOOKING_LAPSED, SEAT_REMINDER
from tests.wechat.conftest import APPID, PUSH_TOKEN, Desk, Opening, reminder

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
POPUP = {
    "ToUserName": "gh_x",
    "FromUserName": "o_x",
    "CreateTime": "1620973045",
    "MsgType": "event",
    "Event": "subscribe_msg_popup_event",
    "List": {"TemplateId": "T1", "SubscribeStatusString": "accept", "PopupScene": "0"},
}


class Receiver:
    """Our two handlers on a server of their own; `reaction` may fail or wait."""

    def __init__(self) -> None:
        self.events: list[PushEvent] = []
        self.deliveries = 0
        self.reaction: Callable[[PushEvent], Awaitable[None]] | None = None
        self.now: Callable[[], datetime] = lambda: NOW
        self.url = ""

    async def dispatch(self, event: PushEvent) -> None:
        self.deliveries += 1
        if self.reaction:
            await self.reaction(event)
        self.events.append(event)


class ReceiverClock:
    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def now(self) -> datetime:
        return self._receiver.now()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    push = Push(PUSH_TOKEN, receiver.dispatch, clock=ReceiverClock(receiver), appid=APPID)
    app = web.Application()
    app.add_routes([web.get("/push", push.verify), web.post("/push", push.receive)])
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/push"))
        yield receiver


async def connected(open_desk: Opening, receiver: Receiver, **changes: object) -> Desk:
    desk: Desk = await open_desk(push_url=receiver.url, push_pauses_s=(0.02, 0.02), **changes)
    receiver.now = lambda: datetime.fromtimestamp(desk.world.clock.now(), UTC)
    await desk.person()
    return desk


def signed(timestamp: str = str(int(NOW.timestamp())), *, token: str = PUSH_TOKEN) -> dict[str, str]:
    return {"signature": signature(token, timestamp, "42"), "timestamp": timestamp, "nonce": "42"}


async def pushed(
    http: aiohttp.ClientSession, url: str, body: bytes, query: dict[str, str]
) -> tuple[int, str]:
    async with http.post(url, data=body, params=query) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_a_consent_reaches_us(open_desk: Opening, receiver: Receiver, push_format: str) -> None:
    desk = await connected(open_desk, receiver, push_format=push_format)
    await desk.accept()
    await desk.world.pushes.settled()
    [event] = receiver.events
    assert event.name == "subscribe_msg_popup_event"
    assert event.openid == await desk.person()
    assert event.items == (
        {"TemplateId": SEAT_REMINDER, "SubscribeStatusString": "accept", "PopupScene": "0"},
    )
    assert abs((event.created_at - receiver.now()).total_seconds()) < 5


@pytest.mark.parametrize("push_format", ["json", "xml"])
async def test_several_templates_come_as_several_items(
    open_desk: Opening, receiver: Receiver, push_format: str
) -> None:
    desk = await connected(open_desk, receiver, push_format=push_format)
    choices = {SEAT_REMINDER: "accept", BOOKING_LAPSED: "reject"}
    await desk.control("subscribe", person="lin", choices=choices)
    await desk.world.pushes.settled()
    [event] = receiver.events
    assert {item["TemplateId"]: item["SubscribeStatusString"] for item in event.items} == choices


async def test_what_was_sent_and_turned_off_is_told(open_desk: Opening, receiver: Receiver) -> None:
    desk = await connected(open_desk, receiver)
    await desk.accept()
    msgid = await desk.client.send(reminder(await desk.person()))
    await desk.control("templates/off", person="lin", template=SEAT_REMINDER)
    await desk.world.pushes.settled()
    events = {event.name: event.items[0] for event in receiver.events}
    assert events["subscribe_msg_sent_event"]["MsgID"] == msgid
    assert events["subscribe_msg_change_event"]["SubscribeStatusString"] == "reject"


async def test_a_delivery_that_fails_comes_again_with_the_same_key(
    open_desk: Opening, receiver: Receiver
) -> None:
    desk = await connected(open_desk, receiver)
    keys: set[str] = set()

    async def fail_twice(event: PushEvent) -> None:
        keys.add(event.key)
        if receiver.deliveries < 3:
            raise RuntimeError("the database is away")

    receiver.reaction = fail_twice
    await desk.accept()
    await desk.world.pushes.settled()
    assert receiver.deliveries == 3
    assert len(keys) == 1
    [push] = await desk.world.store.all("SELECT state, attempts FROM push")
    assert push == {"state": "delivered", "attempts": 3}


async def test_after_three_failures_wechat_gives_up(open_desk: Opening, receiver: Receiver) -> None:
    desk = await connected(open_desk, receiver)

    async def fail(_: PushEvent) -> None:
        raise RuntimeError("the database is away")

    receiver.reaction = fail
    await desk.accept()
    await desk.world.pushes.settled()
    [push] = await desk.world.store.all("SELECT state, attempts, reply FROM push")
    assert push == {"state": "failed", "attempts": 3, "reply": "500 try again"}


async def test_an_answer_that_takes_too_long_counts_as_none(open_desk: Opening, receiver: Receiver) -> None:
    desk = await connected(open_desk, receiver, push_timeout_s=1.5)
    again = asyncio.Event()

    async def slow_once(_: PushEvent) -> None:
        if receiver.deliveries == 1:
            await again.wait()
        again.set()

    receiver.reaction = slow_once
    await desk.accept()
    await desk.world.pushes.settled()
    assert receiver.deliveries == 2
    [push] = await desk.world.store.all("SELECT state, attempts FROM push")
    assert push == {"state": "delivered", "attempts": 2}


async def test_the_console_verifies_the_address(http: aiohttp.ClientSession, receiver: Receiver) -> None:
    async with http.get(receiver.url, params=signed() | {"echostr": "4375120948345356249"}) as response:
        assert (response.status, await response.text()) == (200, "4375120948345356249")
    async with http.get(receiver.url, params=signed(token="wrong") | {"echostr": "1"}) as response:
        assert response.status == 403


@pytest.mark.parametrize(
    "query",
    [
        {},
        signed(token="wrong"),
        signed(str(int(NOW.timestamp()) - 301)),
        signed(str(int(NOW.timestamp()) + 301)),
        signed("soon"),
        signed() | {"signature": "不是签名"},
    ],
)
async def test_what_is_not_signed_now_by_wechat_is_refused(
    http: aiohttp.ClientSession, receiver: Receiver, query: dict[str, str]
) -> None:
    assert (await pushed(http, receiver.url, json.dumps(POPUP).encode(), query))[0] == 403
    assert receiver.events == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 60_000,
        b"<xml><a></xml>",
        b"<html></html>",
        b"\xff\xfe{",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><xml><MsgType>&e;</MsgType></xml>',
        json.dumps(POPUP | {"CreateTime": "never"}).encode(),
        json.dumps(POPUP | {"CreateTime": "9" * 30}).encode(),
    ],
)
async def test_an_unreadable_body_is_refused(
    http: aiohttp.ClientSession, receiver: Receiver, body: bytes
) -> None:
    assert (await pushed(http, receiver.url, body, signed()))[0] == 400
    assert receiver.events == []


async def test_a_body_beyond_the_limit_is_not_read(http: aiohttp.ClientSession, receiver: Receiver) -> None:
    assert (await pushed(http, receiver.url, b" " * (LARGEST_BODY + 1), signed()))[0] == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"MsgType":"text","FromUserName":"o_x","CreateTime":1,"Content":"hello"}',
        b'{"ToUserName":"gh_x","Encrypt":"AAAA"}',
    ],
)
async def test_what_we_do_not_know_is_accepted_and_left(
    http: aiohttp.ClientSession, receiver: Receiver, body: bytes
) -> None:
    assert await pushed(http, receiver.url, body, signed()) == (200, "success")
    assert receiver.events == []


async def test_a_withdrawn_consent_names_its_person_and_fields(
    http: aiohttp.ClientSession, receiver: Receiver
) -> None:
    event: dict[str, object] = {key: value for key, value in POPUP.items() if key != "List"}
    event |= {
        "Event": "user_authorization_revoke",
        "OpenID": "o_y",
        "RevokeInfo": 8,
        "CreateTime": 1620973045,
    }
    assert await pushed(http, receiver.url, json.dumps(event).encode(), signed()) == (200, "success")
    assert receiver.events[0].openid == "o_y"
    assert receiver.events[0].items == ({"OpenID": "o_y", "RevokeInfo": "8"},)
    assert receiver.events[0].created_at == datetime.fromtimestamp(1620973045, UTC)
