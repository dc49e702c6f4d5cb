"""`audit`: a booking with its entry in the audit, beside the product that sends the same SQL without that entry.

The entry costs the server a few values more in a message that it sends anyway; the database a row and its indexes. So
what counts is the CPU time of both together.
"""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench import book
from bench.book import Visit
from bench.machine import command, cpu_s, family
from bench.people import add_people
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, product

TARGET: Final = 0.95
ROUNDS: Final = 15
READERS_A_ROUND: Final = 160  # three bookings each
WARM_UP: Final = 100
# What a library has after some weeks: in tables that have just been empty PostgreSQL looks things up by reading all.
HISTORY: Final = """
INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, made_at, checked_in_at, over_at)
SELECT 1 + n % 2000, 1 + n % 500, at, at + interval '1 hour', 'finished', at, at, at, at + interval '1 hour'
FROM generate_series(0, 29999) n, LATERAL (SELECT now() - make_interval(hours => 24 + n / 500)) t (at);
INSERT INTO slot (spot_id, slot_no, booking_id)
SELECT spot_id, extract(epoch FROM starts_at)::bigint / 900, id FROM booking;
INSERT INTO audit_entry (action, actor_id, subject, details, at)
SELECT 'booking.make', reader_id, 'booking:' || id, '{"spot":' || spot_id || '}', made_at FROM booking;
INSERT INTO job (kind, key, payload, state, due_at, attempts)
SELECT 'lapse', 'lapse:' || id, '{}', 'done', made_at, 1 FROM booking;
INSERT INTO repeat (reader_id, key, fingerprint, answer, at)
SELECT reader_id, 'history-' || id, repeat('0', 64), repeat('x', 500), made_at FROM booking
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """What a round cost, for each booking, in µs of CPU."""

    server: float
    database: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A server and its database, of which only what serves it counts: no vacuum, no checkpoint."""

    server: Server
    postgres: Postgres
    database: str
    rounds: list[Booked] = field(default_factory=list)

    async def work(self, visits: Sequence[Visit]) -> None:
        before = self._database_s()
        load = await book.plan(self.server, visits, book.to_product)
        database_s = self._database_s() - before
        self.rounds.append(Booked(load.cpu_s / load.answers * 1e6, database_s / load.answers * 1e6))

    def _database_s(self) -> float:
        used = 0.0
        for pid in family(self.postgres.pid):
            with contextlib.suppress(OSError):  # one of the others that has just ended
                used += cpu_s(pid) if f" {self.database} " in command(pid) else 0.0
        return used

    def side(self, name: str, figure: Callable[[Booked], float]) -> Side:
        return Side(name, [figure(booked) for booked in self.rounds[1:]])  # the first one warms up


async def run(postgres: Postgres) -> Outcome:
    async with _served(postgres) as (recorded, unrecorded, visits):
        for number in range(ROUNDS + 1):
            first = WARM_UP + (number - 1) * READERS_A_ROUND
            part = visits[first:][:READERS_A_ROUND] if number else visits[:WARM_UP]
            # Who is first is warmer or colder, so it is each one's turn.
            for kind in (recorded, unrecorded) if number % 2 else (unrecorded, recorded):
                await kind.work(part)
    return Outcome(
        name="audit",
        work="book a free seat over HTTP, PostgreSQL",
        unit="bookings per CPU second of server and database",
        sides=(
            recorded.side("Wenjin", _per_s),
            unrecorded.side("the same without the entry", _per_s),
        ),
        target=TARGET,
        at_least=True,
        further=(
            recorded.side("Wenjin, µs of the server", lambda booked: booked.server),
            unrecorded.side("without, µs of the server", lambda booked: booked.server),
            recorded.side("Wenjin, µs of the database", lambda booked: booked.database),
            unrecorded.side("without, µs of the database", lambda booked: booked.database),
        ),
    )


def _per_s(booked: Booked) -> float:
    return 1e6 / (booked.server + booked.database)


@contextlib.asynccontextmanager
async def _served(postgres: Postgres) -> AsyncIterator[tuple[Kind, Kind, list[Visit]]]:
    names = ("audit_recorded", "audit_unrecorded")
    urls = [await postgres.library(name) for name in names]
    visits = await book.visits_of(postgres, WARM_UP + ROUNDS * READERS_A_ROUND)
    for name in names:
        await add_people(postgres, name, len(visits))
        await postgres.run(name, book.LIMITS, HISTORY, "VACUUM ANALYZE")
    async with product(urls[0]) as with_it, product(urls[1], module="bench.unrecorded") as without:
        yield Kind(with_it, postgres, names[0]), Kind(without, postgres, names[1]), visits
