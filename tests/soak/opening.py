"""Opening morning: many readers after few seats, on a server that is killed in the middle.

A real server process on a database of its own. Readers book, check in, cancel, leave and repeat what
got no answer; the server is killed with SIGKILL and started again. Afterwards only the readers' own
records and the database are asked: no two bookings overlap, every acknowledged booking exists once.
"""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from models import people
from models.db import connect, disconnect, fetch, transaction
from models.spaces import Spot, WeeklyHours
from tests.support.ports import unused_port

ROOT = Path(__file__).parents[2]
ANSWERED_S = 60.0  # of which a second or two alone; a machine may be busy
RESTARTED_AFTER_S = 0.5


@dataclass
class Record:
    """What one reader was told: booking id by idempotency key."""

    booked: dict[str, str] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)


class Server:
    """The product as a process of its own; it can be killed and started again."""

    def __init__(
        self,
        database_url: str,
        *,
        folder: Path = ROOT,
        words: tuple[str, ...] = ("run",),
        **environment: str,
    ) -> None:
        self._words = words
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}"
        own = {"PYTHONPATH": str(ROOT), "PORT": str(self.port), "WENJIN_DATABASE_URL": database_url}
        self._folder, self._environment = folder, {**os.environ, **own, **environment}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        await self.launch()
        async with aiohttp.ClientSession() as http, asyncio.timeout(ANSWERED_S):
            while not await _answers(http, f"{self.url}/readyz"):  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)

    async def launch(self) -> None:
        """Without waiting for an answer; a worker gives none."""
        command = (sys.executable, "-m", "server", *self._words)
        self._process = await asyncio.create_subprocess_exec(
            *command, cwd=self._folder, env=self._environment
        )
        self.pid = self._process.pid

    def children(self) -> set[int]:
        """The web processes, where there are several."""
        return {int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()}

    async def keep(self) -> None:
        """Started again whenever it has ended, as by systemd; until cancelled."""
        try:
            while True:
                await self.launch()
                assert self._process
                await self._process.wait()
                await asyncio.sleep(RESTARTED_AFTER_S)
        finally:
            await self.end(signal.SIGTERM)

    async def finish(self) -> None:
        """For words that end by themselves."""
        await self.launch()
        assert self._process
        assert await self._process.wait() == 0

    async def end(self, how: signal.Signals) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(how)
            await self._process.wait()
        self._process = None


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


@asynccontextmanager
async def open_database(database_url: str) -> AsyncIterator[None]:
    await connect(database_url)
    try:
        yield
    finally:
        await disconnect()


async def sign_in_many(database_url: str, readers: int) -> tuple[list[str], list[int]]:
    """Tokens of new readers, and the ids of the seats; the library is open around the clock."""
    now = datetime.now(UTC)
    tokens = [people.new_secret() for _ in range(readers)]
    async with open_database(database_url):
        await WeeklyHours.all().update(opens_minute=0, closes_minute=1440)
        async with transaction() as tx:
            for number, token in enumerate(tokens):
                reader_id, _ = await people.reader_for(tx, f"o-soak-{number}", now)
                await people.Session.create(
                    token_hash=people.secret_hash(token),
                    reader_id=reader_id,
                    made_at=now,
                    last_used_at=now,
                    expires_at=now + people.SESSION_LIFE,
                )
        return tokens, [spot.id for spot in await Spot.filter(closed=False)]


class Reader:
    """`pause_s`: the longest from one wish to the next. `quarters`: as many quarters of an hour ahead are tried."""

    def __init__(
        self,
        number: int,
        token: str,
        seats: list[int],
        server: Server,
        http: aiohttp.ClientSession,
        *,
        pause_s: float = 0.05,
        quarters: int = 24,
    ) -> None:
        self._dice = random.Random(number)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seats, self._server, self._http = seats, server, http
        self._pause_s, self._quarters = pause_s, quarters
        self._keys = 0
        self.number = number
        self.record = Record()

    async def live(self, until: float) -> None:
        clock = asyncio.get_running_loop()
        while clock.time() < until:
            if self.record.booked and self._dice.random() < 0.4:
                await self._give_up()
            else:
                await self._book()
            await asyncio.sleep(self._dice.random() * self._pause_s)

    async def _book(self) -> None:
        starts = next_quarter() + timedelta(minutes=15 * self._dice.randrange(self._quarters))
        ends = starts + timedelta(minutes=15 * self._dice.randrange(2, 9))
        seat = self._dice.choice(self._seats)
        wish = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}
        key, answer = await self._ask(f"/api/seats/{seat}/bookings", wish)
        if "id" in answer:
            self.record.booked[key] = answer["id"]

    async def _give_up(self) -> None:
        key = self._dice.choice(list(self.record.booked))
        await self._ask(f"/api/bookings/{self.record.booked[key]}/cancel", {})

    async def _ask(self, path: str, wish: dict[str, str]) -> tuple[str, dict[str, str]]:
        """Ask until an answer comes, as a phone does: always with the same key."""
        self._keys += 1
        key = f"reader{self.number}-{self._keys:06}"
        while True:
            try:
                body = {**wish, "idempotency_key": key}
                async with self._http.post(
                    self._server.url + path, json=body, headers=self._headers
                ) as answer:
                    said = await answer.json()
                    self.record.told[said["error"]["code"] if "error" in said else str(answer.status)] += 1
                    if answer.status < 500:
                        return key, said
            except (aiohttp.ClientError, TimeoutError):
                self.record.told["no answer"] += 1
            await asyncio.sleep(0.2)


def next_quarter(later: timedelta = timedelta(0)) -> datetime:
    now = datetime.now(UTC) + later
    return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)


OVERLAPS = """
SELECT count(*) AS n FROM booking a JOIN booking b ON a.spot_id = b.spot_id AND a.id < b.id
WHERE a.starts_at < b.ends_at AND b.starts_at < a.ends_at
    AND a.state IN ('booked', 'checked_in') AND b.state IN ('booked', 'checked_in')
"""
UNHELD = """
SELECT count(*) AS n FROM booking k
WHERE k.state = 'booked' AND NOT EXISTS (SELECT 1 FROM slot t WHERE t.booking_id = k.id)
"""
KEYS_TWICE = (
    "SELECT count(*) AS n FROM (SELECT 1 FROM repeat GROUP BY reader_id, key HAVING count(*) > 1) twice"
)


async def opening_morning(database_url: str, *, readers: int, seconds: float, kills: int) -> Counter[str]:
    """Run it, then prove what was promised; raises AssertionError. Answers what readers were told."""
    tokens, seats = await sign_in_many(database_url, readers)
    server = Server(database_url)
    await server.start()
    timeout = aiohttp.ClientTimeout(total=5)
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200), timeout=timeout) as http:
            until = asyncio.get_running_loop().time() + seconds
            crowd = [Reader(number, token, seats, server, http) for number, token in enumerate(tokens)]
            living = asyncio.gather(*(reader.live(until) for reader in crowd))
            for _ in range(kills):
                await asyncio.sleep(seconds / (kills + 1))
                await server.end(signal.SIGKILL)
                await server.start()
            await living
    finally:
        await server.end(signal.SIGTERM)
    async with open_database(database_url):
        await prove(crowd)
    told: Counter[str] = Counter()
    for reader in crowd:
        told += reader.record.told
    return told


async def prove(crowd: list[Reader]) -> None:
    """By what the readers were told, and the database, alone."""
    for name, sql in (("overlaps", OVERLAPS), ("bookings without slots", UNHELD), ("keys twice", KEYS_TWICE)):
        assert (await fetch(sql))[0]["n"] == 0, name
    stored = {str(row["id"]) for row in await fetch("SELECT id FROM booking")}
    acknowledged = [booking for reader in crowd for booking in reader.record.booked.values()]
    assert acknowledged, "nobody got a seat"
    assert len(set(acknowledged)) == len(acknowledged), "one booking was acknowledged for two wishes"
    assert stored == set(acknowledged), "bookings that nobody was told of, or that are gone"
