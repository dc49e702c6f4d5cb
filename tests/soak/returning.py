"""After a restart: very many phones come back at once, each by itself, and see what changed.

A real server process. Each phone signs in over its socket and watches one area; the server is stopped or
killed and started again; every phone tries again as the mini-program does (`miniprogram/src/api/socket.ts`).
Then one more booking is made, and it must reach all of them.
"""

import asyncio
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import orjson

from bench.crowd import Ask, Client
from models.spaces import SEAT_SLOT_MINUTES
from tests.soak.opening import Server, next_quarter, sign_in_many

HEARD_S = 20.0
SPREAD = 0.8


@dataclass(frozen=True, slots=True)
class Returned:
    """`seconds` from the server's being up to the last phone's watching; `tries` that failed before."""

    seconds: float
    tries: int
    most_in_a_second: int


class Phone:
    def __init__(self, number: int, token: str, server: Server, asked: Ask, *, first_delay_s: float) -> None:
        self._dice = random.Random(number)
        self._token, self._server, self._asked, self._first_delay_s = token, server, asked, first_delay_s
        self.heard: list[int] = []
        self.watching = asyncio.Event()
        self.day: Any = None
        self.came_at = 0.0
        self.failed = 0

    async def live(self) -> None:
        """Like socket.io-client with the mini-program's settings: the delay doubles up to 15 s, chance moves it."""
        loop, tries = asyncio.get_running_loop(), 0
        while True:
            client = None
            try:
                _, client = await loop.create_connection(self._client, "127.0.0.1", self._server.port)
                answer = await asyncio.wait_for(client.ready, HEARD_S)
                self.day = orjson.loads(answer[3:])[0]["data"]
                self.came_at, tries = time.monotonic(), 0
                self.watching.set()
                await client.gone.wait()
                self.watching.clear()
            except OSError:
                self.failed += 1
            finally:
                if client:
                    client.transport.abort()
            delay_s = min(self._first_delay_s * 2**tries, 15.0)
            tries += 1
            await asyncio.sleep(delay_s * self._dice.uniform(1 - SPREAD, 1 + SPREAD))

    def _client(self) -> Client:
        return Client(self._token, self._asked, self._hear)

    def _hear(self, packet: bytes) -> None:
        name, payload = orjson.loads(packet[2:])
        if name == "seats_changed":
            self.heard.append(payload["number"])


async def returning(database_url: str, *, phones: int, first_delay_s: float, how: signal.Signals) -> Returned:
    """Run it; raises AssertionError when a phone stays away or misses something."""
    tokens, seats = await sign_in_many(database_url, phones)
    server = Server(database_url)
    await server.start()
    starts = bookable()
    asked = Ask("area_watch", {"area_id": "1", "date": f"{starts.date()}"})
    crowd = [Phone(n, token, server, asked, first_delay_s=first_delay_s) for n, token in enumerate(tokens)]
    living = asyncio.gather(*(phone.live() for phone in crowd))
    try:
        await all_watching(crowd)
        await book(server, tokens[0], seats[0], starts)
        await _all_heard(crowd, [1])
        for phone in crowd:
            phone.heard.clear()
            phone.failed = 0
        await server.end(how)
        await server.start()
        up_at = time.monotonic()
        await all_watching(crowd)
        for phone in crowd:
            assert [seat["seat_id"] for seat in phone.day["seats"]] == [str(seats[0])]
        await book(server, tokens[1], seats[1], starts)
        await _all_heard(crowd, [1])  # the numbers begin anew with the process
        seconds = Counter(int(phone.came_at) for phone in crowd)
        return Returned(
            max(phone.came_at for phone in crowd) - up_at,
            sum(phone.failed for phone in crowd),
            max(seconds.values()),
        )
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await server.end(signal.SIGTERM)


async def all_watching(crowd: list[Phone]) -> None:
    async with asyncio.timeout(60 + len(crowd) / 20):
        await asyncio.gather(*(phone.watching.wait() for phone in crowd))


async def _all_heard(crowd: list[Phone], numbers: list[int]) -> None:
    async with asyncio.timeout(HEARD_S):
        while not all(phone.heard == numbers for phone in crowd):  # noqa: ASYNC110 (another process tells them)
            await asyncio.sleep(0.05)


def bookable(later: timedelta = timedelta(0)) -> datetime:
    """The next quarter of an hour after which half an hour is left of the day, or the next midnight."""
    starts = next_quarter(later).astimezone(ZoneInfo("Asia/Shanghai"))
    ends = starts + timedelta(minutes=2 * SEAT_SLOT_MINUTES)
    return starts if ends.date() == starts.date() else ends.replace(hour=0, minute=0)


async def book(server: Server, token: str, seat: int, starts: datetime) -> None:
    wish = {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=2 * SEAT_SLOT_MINUTES)).isoformat(),
        "idempotency_key": f"returning-{seat:06}",
    }
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(f"{server.url}/api/seats/{seat}/bookings", json=wish) as answer,
    ):
        assert answer.status == 201, await answer.text()
