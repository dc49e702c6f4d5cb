"""What no client of ours sends: it gets an error of our shape, or its connection ends; never a 500."""

import asyncio
import secrets
from typing import Any

import pytest

from handlers.errors import SignInNeeded
from models.db import fetch
from server.sockets import STREAMS_AT_ONCE
from server.websocket import LARGEST_EVENT, LARGEST_MESSAGE
from tests.support.library import Library, Phone
from tests.support.raw import UPGRADE, raw

DAY = {"area_id": "1", "date": "2026-11-23"}


async def status_of(library: Library, request: bytes) -> int:
    """The status with which a request that aiohttp's client would not write is answered."""
    host, port = library.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


@pytest.mark.parametrize(
    ("request_line", "headers", "status"),
    [
        (b"GET /api/me", b"Authorization: Bearer \xff\xfe\r\n", 401),
        (b"GET /docs/%00", b"", 404),
        (b"GET /docs/" + b"a" * 300, b"", 404),
        (b"GET /preview/%00", b"", 404),
        (b"GET /preview/..%2f..%2fconfig.toml", b"", 404),
        (b"GET /api/me?%ed%a0%80=1", b"", 422),
    ],
)
async def test_bytes_that_are_no_text_are_refused(
    library: Library, request_line: bytes, headers: bytes, status: int
) -> None:
    request = request_line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n"
    assert await status_of(library, request) == status


async def test_a_body_that_cannot_be_unpacked_is_refused(lin: Phone) -> None:
    answer = await lin.call("PUT", "/api/me", raw=b"not packed", headers={"Content-Encoding": "gzip"})
    assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize(
    "packet",
    [
        "",
        "2probe",
        "45" + "9" * 9 + "-0[{}]",
        "46" + "9" * 9 + "-0[{}]",
        "9",
        b"\x04abc",
        "40" + "x" * LARGEST_EVENT,
        "3" * (LARGEST_EVENT + 1),
    ],
)
async def test_a_packet_that_no_client_sends_ends_the_connection(
    library: Library, packet: str | bytes
) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        await (socket.websocket.send_bytes(packet) if isinstance(packet, bytes) else socket.send(packet))
        await socket.ended()


def question(number: int, *, size: int, letter: str = "x") -> str:
    """An event that asks for an answer, of exactly so many bytes."""
    head, tail = f'42{number}["area_watch","', '"]'
    letters, rest = divmod(size - len(head) - len(tail), len(letter.encode()))
    return head + letter * letters + "y" * rest + tail


@pytest.mark.parametrize(
    ("size", "letter", "code"),
    [
        (LARGEST_EVENT, "x", "invalid_input"),
        (LARGEST_EVENT + 1, "x", "too_large"),
        (LARGEST_EVENT, "林", "invalid_input"),
        (LARGEST_EVENT + 1, "林", "too_large"),
        (LARGEST_MESSAGE, "x", "too_large"),
    ],
)
async def test_an_event_that_is_too_large_is_refused_in_its_turn_and_the_connection_stays(
    library: Library, size: int, letter: str, code: str
) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        await socket.ask(1, "area_leave", DAY)
        await socket.send(question(2, size=size, letter=letter))
        await socket.ask(3, "area_leave", DAY)
        answers = [await socket.answer() for _ in range(3)]
        assert [number for number, _ in answers] == [1, 2, 3]
        error = answers[1][1]["error"]
        assert error["code"] == code
        assert error["message"]
        assert error["request_id"]
        assert code != "too_large" or error["details"] == {"limit": 65_536}
        assert answers[2][1] == {"data": {}}


@pytest.mark.parametrize(
    "start", ['42["area_watch","', '42/staff,7["area_watch","', "42" + "7" * 101 + '["x","']
)
async def test_a_large_event_that_nobody_can_answer_is_passed_over(library: Library, start: str) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        await socket.send(start + "x" * LARGEST_EVENT + '"]')
        await socket.ask(1, "area_leave", DAY)
        assert await socket.answer() == (1, {"data": {}})


@pytest.mark.parametrize("size", [LARGEST_MESSAGE + 1, 2 * LARGEST_MESSAGE])
async def test_a_message_above_a_megabyte_closes_the_connection(library: Library, size: int) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        await socket.send(question(1, size=size))
        assert await socket.ended() == 1009


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("EIO=4&transport=websocket", {}),
        ("EIO=4&transport=websocket", {**UPGRADE, "Connection": "keep-alive"}),
        ("EIO=4&transport=websocket", {**UPGRADE, "Sec-WebSocket-Version": "99"}),
        ("EIO=4&transport=websocket", {**UPGRADE, "Sec-WebSocket-Key": "short"}),
        ("EIO=3&transport=websocket", UPGRADE),
        ("EIO=4&transport=polling", UPGRADE),
        ("transport=websocket&sid=nobody", UPGRADE),
    ],
)
async def test_a_knock_that_opens_no_websocket_is_refused_and_forgotten(
    library: Library, query: str, headers: dict[str, str]
) -> None:
    refused = await library.guest.call("GET", f"/socket.io/?{query}", headers=headers)
    assert refused.status == 400
    assert not library.sockets.sio.eio.sockets


async def test_packets_come_by_websocket_only(library: Library) -> None:
    async with raw(library):
        [known] = library.sockets.sio.eio.sockets
        posted = await library.guest.call(
            "POST", f"/socket.io/?EIO=4&transport=websocket&sid={known}", raw=b"1"
        )
        assert (posted.status, posted.code) == (405, "method_not_allowed")
        assert list(library.sockets.sio.eio.sockets) == [known]


@pytest.mark.parametrize("event", [1, ["area_watch"], {"area_watch": 1}, "connect", "\x00"])
async def test_an_event_that_is_none_leaves_the_connection_alone(library: Library, event: Any) -> None:
    async with library.guest.socket() as socket:
        await socket.sio.emit(event, DAY)
        assert "data" in await socket.ask("area_watch", DAY)


async def test_a_socket_watches_no_more_than_a_few_streams(library: Library) -> None:
    async with library.guest.socket() as socket:
        days = [f"2026-11-{day:02}" for day in range(1, STREAMS_AT_ONCE + 3)]
        for day in days:
            await socket.ask("area_watch", {"area_id": "1", "date": day})
        socket.heard.clear()
        told: list[str] = []
        while told.count(days[-1]) < 2:  # from one heartbeat to the next all are told
            told.append((await socket.next("area_number"))["date"])
        assert set(told) == set(days[2:])


async def test_a_session_that_ends_while_it_is_looked_up_is_not_remembered(
    library: Library, lin: Phone
) -> None:
    assert lin.token
    (session,) = await fetch("SELECT id FROM session WHERE reader_id = $1", lin.reader_id)
    sessions = library.services.sessions
    looking = asyncio.create_task(sessions.caller(lin.token))
    while not looking.done():
        library.services.live.sessions_ended([session["id"]])
        await asyncio.sleep(0)
    await fetch("DELETE FROM session WHERE id = $1", session["id"])
    with pytest.raises(SignInNeeded):
        await sessions.caller(lin.token)


async def test_a_token_of_any_text_is_merely_unknown(library: Library) -> None:
    for token in (secrets.token_hex(2000), "\udcff", "登录", "\x00"):
        with pytest.raises(SignInNeeded):
            await library.services.sessions.caller(token)
