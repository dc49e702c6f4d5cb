"""Several web processes behind one port, on PostgreSQL and Redis: real processes, real signals."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from models.spaces import Spot
from server.redis_bus import RESYNC_EVERY_S
from tests.soak.opening import ROOT, Server, open_database, sign_in_many
from tests.soak.returning import bookable
from tests.support.library import Socket, new_key
from tests.support.redis import RedisServer, own_redis, redis_can_be_had

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(not redis_can_be_had(), reason="needs a Redis server"),
]
SOCKETS = 12  # the kernel spreads them over two processes; all on one: once in two thousand runs


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with own_redis() as server:
        yield server


class Place:
    """Two web processes on one port, and readers with phones."""

    def __init__(
        self, server: Server, http: aiohttp.ClientSession, tokens: list[str], seats: list[int]
    ) -> None:
        self.server, self.http, self.tokens, self.seats = server, http, tokens, seats
        self.area_id = "1"
        self.starts = bookable()

    def processes(self) -> set[int]:
        return self.server.children()

    async def book(self, reader: int, seat: int) -> int:
        ends = self.starts + timedelta(minutes=30)
        wish = {
            "starts_at": self.starts.isoformat(),
            "ends_at": ends.isoformat(),
            "idempotency_key": new_key(),
        }
        headers = {"Authorization": f"Bearer {self.tokens[reader]}"}
        url = f"{self.server.url}/api/seats/{self.seats[seat]}/bookings"
        async with self.http.post(url, json=wish, headers=headers) as answer:
            return answer.status

    @asynccontextmanager
    async def watchers(self) -> AsyncIterator[list[Socket]]:
        """Phones that watch the first area; every reader has some."""
        sockets = [Socket() for _ in range(SOCKETS)]
        try:
            for number, socket in enumerate(sockets):
                auth = {"token": self.tokens[number % len(self.tokens)], "client_version": "9.9.9"}
                await socket.sio.connect(
                    self.server.url, auth=auth, transports=["websocket"], wait_timeout=20
                )
                watch = {"area_id": self.area_id, "date": str(self.starts.date())}
                assert "data" in await socket.ask("area_watch", watch)
            yield sockets
        finally:
            for socket in sockets:
                await socket.sio.disconnect()


def listening(port: int) -> int:
    """How many sockets of this machine take connections on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[3] == "0A" and row[1].endswith(f":{port:04X}") for row in rows)


def not_there(pids: set[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


async def until(holds: Callable[[], bool], *, seconds: float) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 (processes tell nobody)
            await asyncio.sleep(0.05)


async def hear(sockets: list[Socket], event: str, *, seconds: float = 20) -> None:
    await asyncio.gather(*(socket.next(event, seconds=seconds) for socket in sockets))


@asynccontextmanager
async def two_processes(
    database_url: str, redis_url: str, *, folder: Path = ROOT, **environment: str
) -> AsyncIterator[Place]:
    tokens, seats = await sign_in_many(database_url, 5)
    async with open_database(database_url):
        first = await Spot.filter(area_id=1, closed=False).order_by("id")
        seats = [spot.id for spot in first]
    words = ("run", "--processes", "2")
    server = Server(database_url, folder=folder, words=words, WENJIN_REDIS_URL=redis_url, **environment)
    connector = aiohttp.TCPConnector(force_close=True)  # every request finds a process anew
    try:
        await server.start()
        await until(lambda: listening(server.port) == 2, seconds=40)
        async with aiohttp.ClientSession(connector=connector) as http:
            yield Place(server, http, tokens, seats)
    finally:
        await server.end(signal.SIGTERM)


async def test_what_one_process_changes_the_phones_of_the_other_see_and_a_dead_process_is_replaced(
    database_url: str, redis: RedisServer
) -> None:
    async with two_processes(database_url, redis.url) as place, place.watchers() as sockets:
        before = place.processes()
        assert len(before) == 2
        assert await place.book(0, 0) == 201
        await hear(sockets, "seats_changed")

        os.kill(min(before), signal.SIGKILL)
        await until(lambda: len(place.processes() - {min(before)}) == 2, seconds=40)
        stayed = [socket for socket in sockets if socket.sio.connected]
        await hear(stayed, "resync", seconds=20)  # for what the dead one may have stored and not said
        assert 0 < len(stayed) < SOCKETS  # so the change had crossed from one process to the other
        assert max(before) in place.processes()  # the other one did not notice
        assert await place.book(1, 1) == 201
        await hear(stayed, "seats_changed")


async def test_without_redis_bookings_go_on_and_afterwards_every_phone_looks_again(
    database_url: str, redis: RedisServer
) -> None:
    async with two_processes(database_url, redis.url) as place, place.watchers() as sockets:
        redis.end()
        await asyncio.sleep(RESYNC_EVERY_S + 1)
        for socket in sockets:
            socket.heard.clear()  # what the processes said when they started
        assert [await place.book(reader, reader) for reader in range(4)] == [201] * 4
        async with place.http.get(f"{place.server.url}/readyz") as answer:
            assert answer.status == 200
        redis.start()
        await hear(sockets, "resync", seconds=20)
        for socket in sockets:
            socket.heard.clear()
        assert await place.book(4, 4) == 201
        await hear(sockets, "seats_changed")


async def test_all_processes_end_with_the_one_that_started_them(
    database_url: str, redis: RedisServer
) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        async with two_processes(database_url, redis.url) as place:
            children = place.processes()
            await place.server.end(how)
            await until(partial(not_there, children), seconds=12)


async def test_a_process_that_keeps_dying_is_started_again_ever_more_slowly(
    database_url: str, redis: RedisServer
) -> None:
    async with two_processes(database_url, redis.url) as place:
        seen: set[int] = set()
        until = asyncio.get_running_loop().time() + 8
        while asyncio.get_running_loop().time() < until:
            for pid in place.processes() - seen:
                seen.add(pid)
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(0.02)
        assert 4 <= len(seen) <= 12  # pauses of 0.5, 1, 2, 4 s each: two processes start four or five times
        async with asyncio.timeout(40):
            while True:
                try:
                    assert await place.book(0, 0) in (200, 201)
                    return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.2)


async def test_several_processes_need_postgresql_and_redis(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("", encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "run", "--processes", "2"),
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": os.environ["PATH"]},
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    assert process.returncode == 2
    assert "database.url" in told.decode()
    assert "redis.url" in told.decode()
