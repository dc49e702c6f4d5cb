"""`book`: a free seat over HTTP on PostgreSQL, beside the same SQL in bare aiohttp and asyncpg.

Thousands of readers, each with a session of their own, plan a day: three free hours on one seat, one
request after the other. So a third of the product's requests sign somebody in whom the process has
not seen before, as in the morning rush.
"""

import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bench.load import Load, drive, request
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, bare, product
from server.clock import SystemClock

TARGET: Final = 0.6
ROUNDS: Final = 5
READERS_A_ROUND: Final = 500
WARM_UP: Final = 100
CONNECTIONS: Final = 24
VISITS: Final = ((7, 12, 17), (8, 13, 18), (9, 14, 19), (10, 15, 20), (11, 16, 21))  # hours of a day

LIMITS: Final = "UPDATE seat_rules SET at_once = 3, per_day = 3, needs_card = FALSE"


@dataclass(frozen=True, slots=True)
class Visit:
    """What one reader books: an hour at each of three times, on one seat."""

    reader: int
    seat: int
    starts: Sequence[datetime]


async def run(postgres: Postgres) -> Outcome:
    async with _served(postgres) as (ours, theirs, visits):
        for server, sent in ((ours, to_product), (theirs, to_bare)):
            await plan(server, visits[:WARM_UP], sent)
        ours_did, theirs_did = list[Load](), list[Load]()
        for number in range(ROUNDS):
            part = visits[WARM_UP + number * READERS_A_ROUND :][:READERS_A_ROUND]
            ours_did.append(await plan(ours, part, to_product))
            theirs_did.append(await plan(theirs, part, to_bare))
    return _outcome(ours_did, theirs_did)


@asynccontextmanager
async def _served(postgres: Postgres) -> AsyncIterator[tuple[Server, Server, list[Visit]]]:
    urls = [await postgres.library(name) for name in ("book_product", "book_bare")]
    visits = await visits_of(postgres, WARM_UP + ROUNDS * READERS_A_ROUND)
    for name in ("book_product", "book_bare"):
        await add_people(postgres, name, len(visits))
        await postgres.run(name, LIMITS)
    async with product(urls[0]) as ours, bare(urls[1]) as theirs:
        yield ours, theirs, visits


async def visits_of(postgres: Postgres, readers: int) -> list[Visit]:
    """What the readers 1 to so many plan."""
    return list(itertools.islice(_visits(await _seats(postgres)), readers))


async def _seats(postgres: Postgres) -> list[int]:
    """Open seats of the branch that is open on every day."""
    sql = "SELECT s.id FROM spot s JOIN area a ON a.id = s.area_id WHERE a.branch_id = 1 AND NOT s.closed"
    return [row["id"] for row in await postgres.rows("library", sql + " ORDER BY s.id")]


def _visits(seats: Sequence[int]) -> Iterator[Visit]:
    """For tomorrow, each hour of each seat once; neighbours in the list sit far apart in time, not in space."""
    zone = ZoneInfo("Asia/Shanghai")
    midnight = SystemClock().now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow = midnight + timedelta(days=1)
    for reader, (hours, seat) in enumerate(itertools.product(VISITS, seats), start=1):
        yield Visit(reader, seat, [tomorrow + timedelta(hours=hour) for hour in hours])


async def plan(
    server: Server,
    visits: Sequence[Visit],
    sent: Callable[[Visit, datetime], bytes],
    *,
    connections: int = CONNECTIONS,
) -> Load:
    stories = [[sent(visit, starts) for starts in visit.starts] for visit in visits]
    return await drive(server, stories, connections=connections, status=201)


def to_product(visit: Visit, starts: datetime) -> bytes:
    wish = {**_span(starts), "idempotency_key": f"key-{visit.reader:06}-{starts.hour}"}
    return request("POST", f"/api/seats/{visit.seat}/bookings", token=token(visit.reader), body=wish)


def to_bare(visit: Visit, starts: datetime) -> bytes:
    wish = {**_span(starts), "reader_id": visit.reader, "seat_id": visit.seat}
    return request("POST", "/bookings", body=wish)


def _span(starts: datetime) -> dict[str, str]:
    return {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}


def _outcome(ours: Sequence[Load], theirs: Sequence[Load]) -> Outcome:
    return Outcome(
        name="book",
        work="book a free seat over HTTP, PostgreSQL",
        unit="bookings per CPU second of the server",
        sides=(
            Side("Wenjin", [load.per_cpu_s for load in ours]),
            Side("bare aiohttp + asyncpg, same SQL", [load.per_cpu_s for load in theirs]),
        ),
        target=TARGET,
        at_least=True,
        further=(
            Side("Wenjin, bookings per second", [load.answers / load.wall_s for load in ours]),
            Side("bare, bookings per second", [load.answers / load.wall_s for load in theirs]),
        ),
    )
