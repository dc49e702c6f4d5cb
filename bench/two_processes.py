"""`two-processes`: bookings and messages by two web processes on one port, beside one that does the same alone.

Both on PostgreSQL, and on a Redis of their own, which shares limits and carries news; all processes of a server on
one core. So what is compared is what the second process costs, not what a second core brings. One process without
Redis, which is how one is deployed, stands below.
"""

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
    """A way to deploy the server."""

    name: str
    database: str
    processes: int = 1
    redis: bool = True


@dataclass(frozen=True, slots=True)
class Deployed:
    server: Server
    senders: Sequence[Sender]
    rounds: list[Round] = field(default_factory=list)

    async def work(self, visits: Sequence[Visit], numbers: Sequence[int]) -> None:
        booked = await book.plan(self.server, visits, book.to_product)
        self.rounds.append((booked, await chat.talk(self.server, self.senders, iter(numbers))))

    @property
    def per_cpu_s(self) -> list[float]:
        return [
            (booked.answers + said.answers) / (booked.cpu_s + said.cpu_s) for booked, said in self.rounds[1:]
        ]


KINDS: Final = (
    Kind("two processes", "two", processes=2),
    Kind("one process", "one"),
    Kind("one process without Redis", "alone", redis=False),
)


async def run(postgres: Postgres) -> Outcome:
    visits = iter(await book.visits_of(postgres, WARM_UP + ROUNDS * READERS_A_ROUND))
    numbers = itertools.count()
    async with AsyncExitStack() as stack:
        deployed = [await _deployed(stack, postgres, kind) for kind in KINDS]
        for readers, messages in ((WARM_UP, WARM_UP), *[(READERS_A_ROUND, MESSAGES_A_ROUND)] * ROUNDS):
            planned = list(itertools.islice(visits, readers))
            said = list(itertools.islice(numbers, messages))
            for each in deployed:
                await each.work(planned, said)
    return _outcome(deployed)


async def _deployed(stack: AsyncExitStack, postgres: Postgres, kind: Kind) -> Deployed:
    url = await postgres.library(kind.database)
    await add_people(postgres, kind.database, WARM_UP + ROUNDS * READERS_A_ROUND)
    await postgres.run(kind.database, book.LIMITS, chat.CONVERSATIONS, "ANALYZE")
    redis_url = stack.enter_context(own_redis()).url if kind.redis else ""
    server = await stack.enter_async_context(product(url, processes=kind.processes, redis_url=redis_url))
    return Deployed(server, await chat.connected(stack, server))


def _outcome(deployed: Sequence[Deployed]) -> Outcome:
    two, one, alone = [
        Side(f"Wenjin, {kind.name}", each.per_cpu_s) for kind, each in zip(KINDS, deployed, strict=True)
    ]
    return Outcome(
        name="two-processes",
        work="bookings over HTTP and messages over socket.io, PostgreSQL and Redis",
        unit="bookings and messages per CPU second of the servers",
        sides=(two, one),
        target=TARGET,
        at_least=True,
        further=(
            alone,
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
