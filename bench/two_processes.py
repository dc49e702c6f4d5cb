"""`two-processes`: bookings and messages by two web processes on one port, beside two servers that share nothing.

The two processes share PostgreSQL, and a Redis for limits and news; each of the two servers is a process with a
database and a Redis of its own, and gets half of the work. All run on one core, so what is compared is what sharing
costs. One process that does all of it stands below: two that take turns on a core find less in its cache, whatever
they share. One without Redis, which is how one is deployed, stands there as well.
"""

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final

from bench import book, chat
from bench.book import Visit
from bench.chat import Sender
from bench.load import Load
from bench.people import add_people
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, product
from tests.support.redis import own_redis

TARGET: Final = 0.9
ROUNDS: Final = 5
READERS_A_ROUND: Final = 250  # three bookings each
MESSAGES_A_ROUND: Final = 1_500  # they take about as long as the bookings
WARM_UP: Final = 100

Round = tuple[Load, Load]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to deploy: a server for each of the databases."""

    name: str
    databases: tuple[str, ...]
    processes: int = 1
    redis: bool = True


@dataclass(frozen=True, slots=True)
class Deployed:
    servers: Sequence[tuple[Server, Sequence[Sender]]]
    rounds: list[Round] = field(default_factory=list)

    async def work(self, visits: Sequence[Visit], numbers: Sequence[int]) -> None:
        """Each server its part, at the same time."""
        parts = len(self.servers)
        booked = await asyncio.gather(
            *(
                book.plan(
                    server, visits[place::parts], book.to_product, connections=book.CONNECTIONS // parts
                )
                for place, (server, _) in enumerate(self.servers)
            )
        )
        said = await asyncio.gather(
            *(
                chat.talk(server, senders, iter(numbers[place::parts]), at_once=chat.AT_ONCE // parts)
                for place, (server, senders) in enumerate(self.servers)
            )
        )
        self.rounds.append((_sum(booked), _sum(said)))

    @property
    def per_cpu_s(self) -> list[float]:
        return [
            (booked.answers + said.answers) / (booked.cpu_s + said.cpu_s) for booked, said in self.rounds[1:]
        ]


def _sum(loads: Sequence[Load]) -> Load:
    return Load(
        sum(load.answers for load in loads),
        sum(load.cpu_s for load in loads),
        max(load.wall_s for load in loads),
        [time_s for load in loads for time_s in load.times_s],
    )


KINDS: Final = (
    Kind("two processes", ("two",), processes=2),
    Kind("two servers that share nothing", ("apart_a", "apart_b")),
    Kind("one process", ("one",)),
    Kind("one process without Redis", ("alone",), redis=False),
)


async def run(postgres: Postgres) -> Outcome:
    visits = iter(await book.visits_of(postgres, WARM_UP + ROUNDS * READERS_A_ROUND))
    numbers = itertools.count()
    async with AsyncExitStack() as stack:
        deployed = [
            Deployed([await _served(stack, postgres, kind, database) for database in kind.databases])
            for kind in KINDS
        ]
        for readers, messages in ((WARM_UP, WARM_UP), *[(READERS_A_ROUND, MESSAGES_A_ROUND)] * ROUNDS):
            planned = list(itertools.islice(visits, readers))
            said = list(itertools.islice(numbers, messages))
            for each in deployed:
                await each.work(planned, said)
    return _outcome(deployed)


async def _served(
    stack: AsyncExitStack, postgres: Postgres, kind: Kind, database: str
) -> tuple[Server, Sequence[Sender]]:
    url = await postgres.library(database)
    await add_people(postgres, database, WARM_UP + ROUNDS * READERS_A_ROUND)
    await postgres.run(database, book.LIMITS, chat.CONVERSATIONS, "ANALYZE")
    redis_url = stack.enter_context(own_redis()).url if kind.redis else ""
    server = await stack.enter_async_context(product(url, processes=kind.processes, redis_url=redis_url))
    return server, await chat.connected(stack, server)


def _outcome(deployed: Sequence[Deployed]) -> Outcome:
    two, apart, *others = [
        Side(f"Wenjin, {kind.name}", each.per_cpu_s) for kind, each in zip(KINDS, deployed, strict=True)
    ]
    return Outcome(
        name="two-processes",
        work="bookings over HTTP and messages over socket.io, PostgreSQL and Redis",
        unit="bookings and messages per CPU second of the servers",
        sides=(two, apart),
        target=TARGET,
        at_least=True,
        further=(
            *others,
            *(
                Side(
                    f"{kind.name}, {what} per CPU second",
                    [loads[part].per_cpu_s for loads in each.rounds[1:]],
                )
                for part, what in enumerate(("bookings", "messages"))
                for kind, each in zip(KINDS, deployed, strict=True)
            ),
        ),
    )
