"""`opening`: 10,000 readers ask at once for 3,000 free seats, beside the same SQL in bare aiohttp and asyncpg.

Each reader has a connection and sends one wish; each seat is wished for by three readers or four, and the first one
gets it. A hundred phones look at the areas meanwhile: how long after its commit, by PostgreSQL's own record, each
seat has changed on each of them is printed beside. The baseline refuses without a reason, and tells nobody.
"""

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import quantiles
from typing import Final

import orjson

from bench.bare import ZONE
from bench.book import Visit, to_bare, to_product
from bench.crowd import CONNECTING_AT_ONCE, Client
from bench.fanout import watch
from bench.load import answer
from bench.machine import open_files
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, bare, product
from server.clock import SystemClock

TARGET: Final = 0.5
ROUNDS: Final = 3
READERS: Final = 10_000
FILES_BESIDE: Final = 500  # that a process has open beside the readers' connections
WATCHERS: Final = 100
AREAS: Final = 5
SEATS_OF_AREA: Final = 600
SEATS: Final = AREAS * SEATS_OF_AREA
FIRST_HOUR: Final = 8  # of tomorrow; each round is for the next one
WARM_UP: Final = 500
AGAIN_S: Final = (1.0, 3.0)  # who hears 503 asks again with the same key, as a phone does
TOLD_WITHIN_S: Final = 2.0  # after the last answer: what was gathered then, and was on its way

LIMITS: Final = f"UPDATE seat_rules SET at_once = {ROUNDS + 1}, per_day = {ROUNDS + 1}"
# Five areas like the largest of the demo library, without what is closed there.
HALLS: Final = f"""
INSERT INTO area (id, branch_id, rules_id, name, floor, quiet, width, height, shapes, place)
SELECT 1000 + n, branch_id, rules_id, 'hall ' || n, floor, quiet, width, height, shapes, 100 + n
FROM area, generate_series(1, {AREAS}) n WHERE id = 1;
INSERT INTO spot (id, kind, area_id, label, x, y, features, slot_minutes, code, closed)
SELECT 10000 + (n - 1) * {SEATS_OF_AREA} + row_number() OVER (PARTITION BY n ORDER BY id) - 1,
    kind, 1000 + n, label, x, y, features, slot_minutes, 'hall-' || n || '-' || id, false
FROM spot, generate_series(1, {AREAS}) n WHERE area_id = 1
"""
FIRST_AREA, FIRST_SEAT = 1001, 10_000
COMMITTED: Final = """
SELECT s.area_id, b.spot_id, extract(epoch FROM pg_xact_commit_timestamp(b.xmin))::float8 AS at
FROM booking b JOIN spot s ON s.id = b.spot_id WHERE b.starts_at = $1
"""


class Watcher(Client):
    """A phone that looks at an area; `told` has the time and text of each push since it was last emptied."""

    def __init__(self, number: int, area: int) -> None:
        self.area, self.told = area, list[tuple[float, bytes]]()
        super().__init__(token(number), watch(area), self._note)

    def _note(self, packet: bytes) -> None:
        if packet.startswith(b'42["seats_changed"'):
            self.told.append((time.time(), packet))


@dataclass(frozen=True, slots=True)
class Rush:
    """What readers who asked at once were answered, and what it took the server."""

    winners: int
    refused: Counter[str]  # by code
    cpu_s: float
    wall_s: float

    @property
    def per_cpu_s(self) -> float:
        """Readers who know; those who were asked to come again count once."""
        return (self.winners + self.refused["seat_taken"]) / self.cpu_s


async def run(postgres: Postgres) -> Outcome:
    readers = min(READERS, open_files() - FILES_BESIDE)
    urls = [await postgres.library(name) for name in ("opening_product", "opening_bare")]
    for name in ("opening_product", "opening_bare"):
        await postgres.run(name, HALLS, LIMITS)
        await add_people(postgres, name, readers)
    ours_did, theirs_did, late_s = list[Rush](), list[Rush](), list[list[float]]()
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(product(urls[0]))
        theirs = await stack.enter_async_context(bare(urls[1]))
        watchers = await _watchers(stack, ours)
        for number, count in enumerate((WARM_UP, *[readers] * ROUNDS)):
            starts = _tomorrow() + timedelta(hours=FIRST_HOUR + number)
            visits = [Visit(n + 1, FIRST_SEAT + n % SEATS, [starts]) for n in range(count)]
            random.Random(number).shuffle(visits)
            ours_did.append(await _rush(ours, visits, to_product))
            await asyncio.sleep(TOLD_WITHIN_S)
            late_s.append(await _late(postgres, watchers, starts))
            theirs_did.append(await _rush(theirs, visits, to_bare))
    return _outcome(readers, ours_did[1:], theirs_did[1:], late_s[1:])


def _tomorrow() -> datetime:
    today = SystemClock().now().astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


async def _watchers(stack: AsyncExitStack, server: Server) -> list[Watcher]:
    """Evenly over the areas."""
    watchers = []
    for number in range(WATCHERS):
        made = partial(Watcher, number + 1, FIRST_AREA + number % AREAS)
        _, one = await asyncio.get_running_loop().create_connection(made, "127.0.0.1", server.port)
        stack.callback(one.transport.abort)
        await one.ready
        watchers.append(one)
    return watchers


async def _rush(server: Server, visits: Sequence[Visit], sent: Callable[[Visit, datetime], bytes]) -> Rush:
    """Everybody connects; then all ask. Raises unless each seat has one winner and each refusal a code."""
    turn, open_, codes = asyncio.Semaphore(CONNECTING_AT_ONCE), asyncio.Event(), Counter[str]()
    connected = asyncio.Barrier(len(visits) + 1)

    async def one(visit: Visit) -> None:
        async with turn:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        await connected.wait()
        await open_.wait()
        try:
            status = 503
            while status == 503:
                writer.write(sent(visit, visit.starts[0]))
                status, body = await answer(reader)
                codes["" if status == 201 else orjson.loads(body)["error"]["code"]] += 1
                if status == 503:
                    await asyncio.sleep(random.uniform(*AGAIN_S))
        finally:
            writer.close()

    async with asyncio.TaskGroup() as group:
        for visit in visits:
            group.create_task(one(visit))
        await connected.wait()
        cpu, began = server.cpu_s, time.perf_counter()
        open_.set()
    cpu, wall = server.cpu_s - cpu, time.perf_counter() - began
    winners, seats = codes.pop(""), len({visit.seat for visit in visits})
    if winners != seats or winners + codes["seat_taken"] != len(visits):
        raise RuntimeError(f"{winners} have {seats} seats; refused: {dict(codes)}")
    return Rush(winners, codes, cpu, wall)


async def _late(postgres: Postgres, watchers: Sequence[Watcher], starts: datetime) -> list[float]:
    """For each watcher and each seat of their area: seconds from the commit to the push that has it."""
    rows = await postgres.rows("opening_product", COMMITTED, starts)
    committed = defaultdict[int, dict[str, float]](dict)
    for row in rows:
        committed[row["area_id"]][str(row["spot_id"])] = row["at"]
    late = []
    for watcher in watchers:
        heard = dict[str, float]()
        for at, packet in watcher.told:
            for seat in orjson.loads(packet[2:])[1]["seats"]:
                heard.setdefault(seat["seat_id"], at)
        watcher.told.clear()
        late += [heard[seat] - at for seat, at in committed[watcher.area].items()]
    return late


def _outcome(
    readers: int, ours: Sequence[Rush], theirs: Sequence[Rush], late_s: Sequence[Sequence[float]]
) -> Outcome:
    return Outcome(
        name="opening",
        work=f"{readers:,} readers ask at once for {SEATS:,} seats, PostgreSQL",
        unit="readers answered per CPU second of the server",
        sides=(
            Side("Wenjin", [rush.per_cpu_s for rush in ours]),
            Side("bare aiohttp + asyncpg, same SQL", [rush.per_cpu_s for rush in theirs]),
        ),
        target=TARGET,
        at_least=True,
        further=(
            Side("Wenjin, readers with a seat", [rush.winners for rush in ours]),
            Side("Wenjin, refused with `seat_taken`", [rush.refused["seat_taken"] for rush in ours]),
            Side("Wenjin, asked by code to come again", [_others(rush) for rush in ours]),
            Side("Wenjin, ms until all were answered", [rush.wall_s * 1e3 for rush in ours]),
            Side("bare, ms until all were answered", [rush.wall_s * 1e3 for rush in theirs]),
            Side(f"ms from commit to {WATCHERS} watchers, p50, 100 of them for gathering", _ms(late_s, 50)),
            Side(f"ms from commit to {WATCHERS} watchers, p99", _ms(late_s, 99)),
        ),
    )


def _others(rush: Rush) -> int:
    return rush.refused.total() - rush.refused["seat_taken"]


def _ms(rounds: Sequence[Sequence[float]], percentile: int) -> list[float]:
    return [quantiles(times_s, n=100)[percentile - 1] * 1e3 for times_s in rounds]
