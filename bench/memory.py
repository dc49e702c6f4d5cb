"""`memory`: what an idle, signed-in socket costs in RAM, beside bare python-socketio, which signs nobody in.

The clients offer no compression, as it would cost the baseline 100 kB for each and the product nothing.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final

from bench.crowd import Crowd
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, bare, product

TARGET: Final = 1.3
ROUNDS: Final = 3
SOCKETS: Final = 2_000
WARM_UP: Final = 50
SETTLED_S: Final = 2.0


async def run(postgres: Postgres) -> Outcome:
    url = await postgres.library("memory")
    await add_people(postgres, "memory", WARM_UP + SOCKETS)
    ours, theirs = list[float](), list[float]()
    for _ in range(ROUNDS):
        ours.append(await _bytes_per_socket(product(url)))
        theirs.append(await _bytes_per_socket(bare("", module="bench.bare_sockets")))
    return _outcome(ours, theirs)


async def _bytes_per_socket(started: AbstractAsyncContextManager[Server]) -> float:
    """A new process each time: memory that a crowd has left behind would be used again by the next."""
    async with started as server:
        tokens = [token(n + 1) for n in range(WARM_UP + SOCKETS)]
        first, crowd = Crowd(""), Crowd("")
        try:
            await first.come(server.port, tokens[:WARM_UP])
            await asyncio.sleep(SETTLED_S)
            before = server.resident_bytes
            await crowd.come(server.port, tokens[WARM_UP:])
            await asyncio.sleep(SETTLED_S)
            return (server.resident_bytes - before) / SOCKETS
        finally:
            first.leave()
            crowd.leave()


def _outcome(ours: Sequence[float], theirs: Sequence[float]) -> Outcome:
    return Outcome(
        name="memory",
        work=f"an idle socket, {SOCKETS:,} of them",
        unit="bytes of RAM per socket",
        sides=(Side("Wenjin, signed in", ours), Side("bare python-socketio, signing nobody in", theirs)),
        target=TARGET,
        at_least=False,
    )
