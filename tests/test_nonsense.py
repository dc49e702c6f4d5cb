"""What no client of ours sends: it gets an error of our shape, or its connection ends; never a 500."""

import asyncio
import secrets
from typing import Any

import aiohttp
import pytest

from handlers.errors import SignInNeeded
from models.db import fetch
from server.bus import Push
from server.sockets import EVERYBODY, STREAMS_AT_ONCE, UNREAD_AT_MOST
from tests.support.library import Library, Phone

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
    "packet", ["", "2probe", "45" + "9" * 9 + "-0[{}]", "46" + "9" * 9 + "-0[{}]", "9", b"\x04abc"]
)
async def test_a_packet_that_no_client_sends_ends_the_connection(
    library: Library, packet: str | bytes
) -> None:
    url = library.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with asyncio.timeout(5), library.http.ws_connect(url) as socket:
        await socket.send_str("40{}")
        await (socket.send_str(packet) if isinstance(packet, str) else socket.send_bytes(packet))
        while (await socket.receive()).type not in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            pass


async def test_a_socket_that_reads_nothing_is_cut_before_it_fills_the_memory(library: Library) -> None:
    url = library.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    large, small = (Push(EVERYBODY, "home_changed", b'"%s"' % (b"x" * size)) for size in (10_000, 1))
    async with asyncio.timeout(10), library.http.ws_connect(url) as socket:
        await socket.send_str("40{}")
        await socket.receive()
        await socket.receive()
        for wave in (large, small):
            for _ in range(UNREAD_AT_MOST + 200):
                library.services.bus.publish(wave)
            await asyncio.sleep(0.3)
        await socket.send_str("3")
        while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
            pass


@pytest.mark.parametrize("event", [1, ["area_watch"], {"area_watch": 1}, "connect", "\x00"])
async def test_an_event_that_is_none_leaves_the_connection_alone(library: Library, event: Any) -> None:
    async with library.guest.socket() as socket:
        await socket.sio.emit(event, DAY)
        assert "data" in await socket.ask("area_watch", DAY)


async def test_a_socket_watches_no_more_than_a_few_streams(library: Library) -> None:
    async with library.guest.socket() as socket:
        for day in range(1, STREAMS_AT_ONCE + 3):
            await socket.ask("area_watch", {"area_id": "1", "date": f"2026-11-{day:02}"})
        socket.heard.clear()
        await asyncio.sleep(2 * library.config.live.heartbeat_s)
        told = {data["date"] for name, data in socket.heard if name == "area_number"}
        assert told == {f"2026-11-{day:02}" for day in range(3, STREAMS_AT_ONCE + 3)}


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
