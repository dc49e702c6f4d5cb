"""`fanout`: one seat changes, 2,000 phones that look at its area are told; beside Node's socket.io.

On our side a change is a booking over HTTP, with everything that follows from it: transaction, gathering,
one read of the seat's state, and the push. The peer gets the very same payload over HTTP and emits it to a
room. It books nothing; so on both sides as many changes are told to a single watcher of another area, at
the same pace and beside the same 2,000 idle sockets, and what that took is taken off.
"""

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from bench.crowd import Ask, Crowd
from bench.load import drive, request
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, node, product
from server.clock import SystemClock

TARGET: Final = 1.2
ROUNDS: Final = 5
WATCHERS: Final = 2_000
CHANGES_A_ROUND: Final = 50
WARM_UP: Final = 5
PACE_S: Final = 0.15  # from one change to the next
PING_S: Final = 25.0  # engine.io's, in Python and in Node: clients come evenly over it, that pings do
CROWDED, QUIET = 1, 2  # areas of the demo library


@dataclass(frozen=True, slots=True)
class Told:
    """What some changes took: CPU seconds of the server, and from each change to its last watcher."""

    deliveries: int
    cpu_s: float
    times_s: Sequence[float]

    @property
    def per_cpu_s(self) -> float:
        return self.deliveries / self.cpu_s

    @property
    def usual_ms(self) -> float:
        return median(self.times_s) * 1e3


@dataclass(frozen=True, slots=True)
class Round:
    many: Told
    one: Told

    @property
    def per_cpu_s(self) -> float:
        return (self.many.deliveries - self.one.deliveries) / (self.many.cpu_s - self.one.cpu_s)


@dataclass(frozen=True, slots=True)
class Watched:
    """A server, and who watches its two areas."""

    server: Server
    many: Crowd = field(default_factory=lambda: Crowd("seats_changed"))
    one: Crowd = field(default_factory=lambda: Crowd("seats_changed"))

    async def come(self) -> None:
        tokens = [token(n + 1) for n in range(WATCHERS)]
        await self.many.come(self.server.port, tokens, watch(CROWDED), within_s=PING_S)
        await self.one.come(self.server.port, tokens[:1], watch(QUIET))

    def leave(self) -> None:
        self.many.leave()
        self.one.leave()


async def run(postgres: Postgres) -> Outcome:
    url = await postgres.library("fanout")
    await add_people(postgres, "fanout", WATCHERS)
    many, one = [await bookings(postgres, area) for area in (CROWDED, QUIET)]
    ours_did, theirs_did = list[Round](), list[Round]()
    async with AsyncExitStack() as stack:
        ours = Watched(await stack.enter_async_context(product(url)))
        theirs = Watched(await stack.enter_async_context(node("fanout.mjs")))
        for side in (ours, theirs):
            stack.callback(side.leave)
        await asyncio.gather(ours.come(), theirs.come())
        for changes in (WARM_UP, *[CHANGES_A_ROUND] * ROUNDS):
            to_many, pushed_to_many = await told(ours.server, ours.many, itertools.islice(many, changes))
            to_one, pushed_to_one = await told(ours.server, ours.one, itertools.islice(one, changes))
            ours_did.append(Round(to_many, to_one))
            to_many, _ = await told(theirs.server, theirs.many, map(_emit, pushed_to_many))
            to_one, _ = await told(theirs.server, theirs.one, map(_emit, pushed_to_one))
            theirs_did.append(Round(to_many, to_one))
    return _outcome(ours_did[1:], theirs_did[1:])


def watch(area: int) -> Ask:
    return Ask("area_watch", {"area_id": str(area), "date": f"{_tomorrow().date()}"})


async def told(server: Server, crowd: Crowd, changes: Iterable[bytes]) -> tuple[Told, list[bytes]]:
    """Send each change once everybody has the one before; also the payloads that were pushed."""
    deliveries, times, pushed, cpu = 0, list[float](), list[bytes](), server.cpu_s
    for change in changes:
        began = time.perf_counter()
        crowd.expect()
        await drive(server, [[change]], connections=1, status=201)
        deliveries += await crowd.all_heard()
        times.append(time.perf_counter() - began)
        pushed.append(crowd.last)
        await asyncio.sleep(max(0.0, PACE_S - times[-1]))
    return Told(deliveries, server.cpu_s - cpu, times), pushed


def _tomorrow() -> datetime:
    now = SystemClock().now().astimezone(ZoneInfo("Asia/Shanghai"))
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


async def bookings(postgres: Postgres, area: int) -> Iterator[bytes]:
    """Two hours of each of the area's seats, one after the other, by the reader with the seat's id."""
    sql = "SELECT id FROM spot WHERE area_id = $1 AND NOT closed ORDER BY id"
    return _bookings([row["id"] for row in await postgres.rows("library", sql, area)])


def _bookings(seats: Sequence[int]) -> Iterator[bytes]:
    for hour, seat in itertools.product((10, 14), seats):
        starts = _tomorrow() + timedelta(hours=hour)
        span = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=1)).isoformat()}
        wish = {**span, "idempotency_key": f"fanout-{seat:06}-{hour}"}
        yield request("POST", f"/api/seats/{seat}/bookings", token=token(seat), body=wish)


def _emit(payload: bytes) -> bytes:
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(payload)}\r\n\r\n"
    return head.encode() + payload


def _outcome(ours: Sequence[Round], theirs: Sequence[Round]) -> Outcome:
    return Outcome(
        name="fanout",
        work=f"one seat change → {WATCHERS:,} watchers",
        unit="deliveries per CPU second of the server",
        sides=(
            Side("Wenjin", [done.per_cpu_s for done in ours]),
            Side("Node, socket.io 4.8, room emit of the same payload", [done.per_cpu_s for done in theirs]),
        ),
        target=TARGET,
        at_least=True,
        further=(
            Side("Wenjin, with booking, reading and pings", [done.many.per_cpu_s for done in ours]),
            Side("Node, with request and pings", [done.many.per_cpu_s for done in theirs]),
            Side(
                "Wenjin, ms to the last watcher, 100 of them for gathering", [d.many.usual_ms for d in ours]
            ),
            Side("Node, ms to the last watcher", [done.many.usual_ms for done in theirs]),
        ),
    )
