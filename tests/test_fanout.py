"""The way of a push to a whole room: in order, past those who do not read, and in little memory."""

import asyncio
import random
import re
import socket
import tracemalloc
from contextlib import AsyncExitStack
from typing import Any

import orjson
import pytest
from engineio.packet import MESSAGE, Packet
from structlog.testing import capture_logs

from models.db import fetch
from server import fanout
from server.bus import Push
from server.fanout import LEAVES_WITHIN_S, STRAIGHT_BELOW, UNREAD_AT_MOST, tell, text_frame
from server.sockets import EVERYBODY
from tests.support.library import Library, Phone
from tests.support.raw import DAYS, ROOMS, UPGRADE, Raw, nobody, numbered, numbers, only, publish, raw
from tools.shell import NODE, ROOT

SIZES = (1, 100, 125, 126, 60_000, 65_530, 66_000, 150_000)


async def stands_still(library: Library) -> int:
    """Push until the one client that is connected has more waiting for it than its connection takes: how many."""
    [client] = library.sockets.sio.eio.sockets.values()
    pushed = 0
    while client.queue.qsize() < 20:
        publish(library, pushed, size=10_000)
        pushed += 1
        await asyncio.sleep(0)
    return pushed


# ---------------------------------------------------------------- order


async def test_answers_and_pushes_reach_a_client_in_the_order_in_which_they_were_made(
    library: Library,
) -> None:
    """With pauses of reader and server drawn by lot, so that both ways of a push take turns."""
    dice = random.Random(7)
    pushes = straight = 0
    async with asyncio.timeout(50), raw(library) as socket:
        [client] = library.sockets.sio.eio.sockets.values()
        reading = asyncio.Event()

        async def read() -> list[int]:
            got: list[int] = []
            while len(got) < 1_000:
                await reading.wait()
                packet = await socket.packet()
                assert packet
                got.append(int(packet.split('"number":', 1)[1].split(",")[0]))
            return got

        came = asyncio.create_task(read())
        for number in range(1_000):
            reading.clear() if number % 250 < 150 else reading.set()
            body = numbered(number, size=dice.choice(SIZES) if client.queue.unread < 300_000 else 1)
            if dice.random() < 0.3:
                client.queue.put_nowait(Packet(MESSAGE, f"37[{body.decode()}]"))  # as python-socketio answers
            else:
                waiting = client.queue.qsize()
                tell(library.sockets.sio, EVERYBODY, event="home_changed", payload=body)
                pushes, straight = pushes + 1, straight + (client.queue.qsize() == waiting)
            for _ in range(dice.choice((0, 1, 8))):
                await asyncio.sleep(0)
        reading.set()
        assert await came == list(range(1_000))
    assert 20 < straight < pushes - 20  # as fast as this machine's network takes them


async def test_no_push_overtakes_what_the_writer_has_in_hand(library: Library) -> None:
    """A client that reads in small sips: the transport has room again before the writer has noticed."""
    dice, loop = random.Random(7), asyncio.get_running_loop()
    host, port = library.url.removeprefix("http://").split(":")
    came, number = bytearray(), 0
    with socket.socket() as sipping:
        sipping.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262_144)
        sipping.setblocking(False)
        await loop.sock_connect(sipping, (host, int(port)))
        lines = [f"{name}: {value}" for name, value in UPGRADE.items()]
        knock = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n" + "\r\n".join(lines)
        await loop.sock_sendall(sipping, f"{knock}\r\n\r\n".encode() + b"\x81\x84" + bytes(4) + b"40{}")
        while b"40{" not in came:
            came += await loop.sock_recv(sipping, 16_384)
        [client] = library.sockets.sio.eio.sockets.values()

        async def sip() -> None:
            while f'"number":{number - 1},'.encode() not in came[-20_000:]:
                came.extend(await loop.sock_recv(sipping, 16_384))
                await asyncio.sleep(0)

        for _ in range(200):
            for _ in range(dice.randrange(1, 12)):
                body = numbered(number, size=9_000)
                tell(library.sockets.sio, EVERYBODY, event="home_changed", payload=body)
                number += 1
            sips = asyncio.create_task(sip())
            while client.queue.unread > dice.randrange(10_000, 400_000):  # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0)
            sips.cancel()
        await sip()
    assert [int(found) for found in re.findall(rb'"number":(\d+),', came)] == list(range(number))


async def test_several_rooms_are_told_in_one_order(library: Library) -> None:
    async with asyncio.timeout(50), raw(library) as socket:
        for number, day in enumerate(DAYS):
            await socket.ask(number, "area_watch", day)
            await socket.answer()
        rooms = [EVERYBODY, *ROOMS]
        for number in range(300):
            publish(library, number, size=number % 3 * 40_000, room=rooms[number % 3])
        assert await numbers(socket, 300) == list(range(300))


async def test_nodes_client_gets_everything_in_order(library: Library) -> None:
    events, answers = 6_000, 300
    script = ROOT / "tests" / "support" / "listener.mjs"
    dates = ",".join(day["date"] for day in DAYS)
    process = await asyncio.create_subprocess_exec(
        NODE,
        script,
        library.url,
        dates,
        str(events),
        str(answers),
        stdout=asyncio.subprocess.PIPE,
        limit=2**22,
    )
    assert process.stdout
    try:
        async with asyncio.timeout(50):
            assert await process.stdout.readline() == b"watching\n"
            rooms = [EVERYBODY, *ROOMS]
            for number in range(events):
                event = "home_changed" if number % 3 == 0 else "seats_changed"
                payload = numbered(number, size=number % 5 * 100)
                library.services.bus.publish(Push(rooms[number % 3], event, payload))
                if number % 10 == 0:
                    await asyncio.sleep(0)
            came: list[Any] = orjson.loads(await process.stdout.readline())
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert [number for kind, number in came if kind != "answer"] == list(range(events))
    told = [answer for kind, answer in came if kind == "answer"]
    assert told == [[number, "unknown_event"] for number in range(answers)]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
async def test_a_push_of_any_length_is_one_frame_that_a_client_can_read(library: Library, size: int) -> None:
    head = len(text_frame(b"x" * size)) - size
    assert head == 2 if size < 126 else head == 4 if size < 65_536 else head == 10
    async with asyncio.timeout(50), raw(library) as socket:
        text = "x" * size
        library.services.bus.publish(Push(EVERYBODY, "home_changed", orjson.dumps({"text": text})))
        assert await socket.pushed("home_changed") == {"text": text}


# ---------------------------------------------------------------- those who do not read


async def test_a_client_that_reads_again_gets_all_that_it_missed_in_order(library: Library) -> None:
    async with asyncio.timeout(50), raw(library) as socket:
        pushed = await stands_still(library)
        assert await numbers(socket, pushed) == list(range(pushed))
        publish(library, pushed)
        assert await numbers(socket, 1) == [pushed]


async def test_a_client_that_reads_nothing_is_cut_off_and_the_others_do_not_notice(library: Library) -> None:
    async with asyncio.timeout(50), AsyncExitStack() as stack:
        asleep, awake, too = [await stack.enter_async_context(raw(library)) for _ in range(3)]
        tracemalloc.start()
        stack.callback(tracemalloc.stop)
        with capture_logs() as logs:
            for number in range(3_000):
                publish(library, number, size=10_000)
                assert await numbers(awake, 1) == await numbers(too, 1) == [number]
                if library.services.redis and number % 20 == 0:
                    await library.services.redis.ping()  # no faster than it takes them
        cut = [line["unread_bytes"] for line in logs if line["event"] == "slow_client_cut"]
        assert len(cut) == 1
        assert STRAIGHT_BELOW < cut[0] <= UNREAD_AT_MOST
        # Of the 30 MB that were pushed; where two servers run, the bus between them holds some of it as well.
        assert tracemalloc.get_traced_memory()[1] < (16 if library.config.redis.url else 8) * UNREAD_AT_MOST
        await library.until(lambda: only(library, 2))
        assert await asleep.ended() == 1006


async def test_a_client_that_asks_and_reads_no_answer_is_cut_off(library: Library) -> None:
    async with asyncio.timeout(50), raw(library) as socket:
        takes_little(library, socket)
        with capture_logs() as logs, pytest.raises(ConnectionError):
            await ask_without_end(socket)
        assert [line["event"] for line in logs] == ["slow_client_cut"]


def takes_little(library: Library, asks: Raw) -> None:
    """The kernel holds some hundred kB between the only client and us, rather than a hundred thousand questions."""
    [client] = library.sockets.sio.eio.sockets.values()
    for end in (client.queue._transport, asks.websocket):
        for buffer in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, buffer, 65_536)


async def ask_without_end(socket: Raw) -> None:
    while True:
        await socket.ask(1, "x" * 60, {})


async def test_one_push_of_any_size_reaches_a_client_that_reads(library: Library) -> None:
    async with asyncio.timeout(50), raw(library) as socket:
        publish(library, 7, size=2 * UNREAD_AT_MOST)
        assert await numbers(socket, 1) == [7]


async def test_a_client_that_breaks_the_rules_and_reads_nothing_is_not_waited_for(library: Library) -> None:
    async with asyncio.timeout(50), raw(library) as socket:
        await stands_still(library)
        await socket.send("9")
        await library.until(lambda: nobody(library), seconds=LEAVES_WITHIN_S + 15)


async def test_a_session_that_ends_at_a_phone_that_reads_nothing_holds_up_nobody(
    library: Library, lin: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "LEAVES_WITHIN_S", 60.0)  # nobody waits for it, and it reads in the end
    async with asyncio.timeout(50), raw(library, lin) as asleep:
        await stands_still(library)
        [session] = await fetch("SELECT id FROM session WHERE reader_id = $1", lin.reader_id)
        async with raw(library) as awake:
            library.services.live.sessions_ended([session["id"]])
            publish(library, 1)
            assert await numbers(awake, 1) == [1]
        assert await asleep.pushed("session_ended") == {}
