"""`spread`: one seat changes, 2,000 phones that look at its area over two processes are told; beside one process.

The change is a booking over HTTP in one of the processes; the other hears of it over Redis. Each reads the seat's
state once and tells its own watchers. Everything is counted: booking, bus, gathering, both readings, pings, pushes.
"""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from bench.crowd import Crowd
from bench.fanout import (
    CROWDED,
    PING_S,
    ROUNDS,
    WARM_UP,
    WATCHERS,
    Told,
    bookings,
    told,
    watch,
)
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import product
from tests.support.redis import own_redis

TARGET: Final = 0.8
CHANGES_A_ROUND: Final = 40
SIDES: Final = ((2, "spread_two"), (1, "spread_one"))  # processes, database


async def run(postgres: Postgres) -> Outcome:
    changes = await bookings(postgres, CROWDED)
    did: tuple[list[Told], list[Told]] = ([], [])
    async with AsyncExitStack() as stack:
        servers, crowds = [], []
        for processes, name in SIDES:
            url = await postgres.library(name)
            await add_people(postgres, name, WATCHERS)
            redis_url = stack.enter_context(own_redis()).url
            started = product(url, processes=processes, redis_url=redis_url)
            servers.append(await stack.enter_async_context(started))
            crowds.append(crowd := Crowd("seats_changed"))
            stack.callback(crowd.leave)
        tokens = [token(n + 1) for n in range(WATCHERS)]
        both = list(zip(servers, crowds, strict=True))
        await asyncio.gather(
            *(crowd.come(server.port, tokens, watch(CROWDED), within_s=PING_S) for server, crowd in both)
        )
        for count in (WARM_UP, *[CHANGES_A_ROUND] * ROUNDS):
            part = list(itertools.islice(changes, count))
            for (server, crowd), rounds in zip(both, did, strict=True):
                rounds.append((await told(server, crowd, part))[0])
    return _outcome(did[0][1:], did[1][1:])


def _outcome(two: Sequence[Told], one: Sequence[Told]) -> Outcome:
    return Outcome(
        name="spread",
        work=f"one seat change → {WATCHERS:,} watchers over two processes, PostgreSQL and Redis",
        unit="deliveries per CPU second of the servers",
        sides=(
            Side("Wenjin, two processes", [done.per_cpu_s for done in two]),
            Side("Wenjin, one process", [done.per_cpu_s for done in one]),
        ),
        target=TARGET,
        at_least=True,
        further=(
            Side(
                "two processes, ms to the last watcher, 100 of them for gathering", [d.usual_ms for d in two]
            ),
            Side("one process, ms to the last watcher", [done.usual_ms for done in one]),
        ),
    )
