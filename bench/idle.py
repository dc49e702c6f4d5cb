"""`idle`: 10,000 signed-in phones that do nothing, beside as many sockets of bare python-socketio; then a restart.

At the restart every phone tries again by itself, as the mini-program does when a server has said that it goes
(miniprogram/src/api/socket.ts). Whoever is turned away once the new process is ready ends the run.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from statistics import quantiles
from typing import Final

from aiohttp.test_utils import unused_port

from bench.crowd import ARRIVES_WITHIN_S, CONNECTING_AT_ONCE, Client
from bench.machine import open_files
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, bare, product

TARGET: Final = 1.3
ROUNDS: Final = 2
SOCKETS: Final = 10_000
FILES_BESIDE: Final = 500  # that a process has open beside its sockets
WARM_UP: Final = 50
SETTLED_S: Final = 2.0
FIRST_DELAY_S: Final = 8.0  # doubles with every try
LONGEST_DELAY_S: Final = 15.0
SPREAD: Final = 0.9  # part of a delay by which chance moves it


class Phone:
    """`up` says that a server is there, and has to let it in."""

    def __init__(self, number: int, port: int, up: asyncio.Event) -> None:
        self._token, self._port, self._up = token(number), port, up

    async def come(self) -> None:
        """Signed in; whoever is refused, or waits for too long, raises an `OSError`."""
        _, self._client = await asyncio.get_running_loop().create_connection(
            lambda: Client(self._token, None, lambda _push: None), "127.0.0.1", self._port
        )
        await asyncio.wait_for(self._client.ready, ARRIVES_WITHIN_S)

    async def come_back(self) -> float:
        """The seconds from the loss of the connection until it stands again."""
        await self._client.gone.wait()
        lost_at = time.perf_counter()
        for tries in itertools.count():
            delay_s = min(FIRST_DELAY_S * 2**tries, LONGEST_DELAY_S)
            await asyncio.sleep(delay_s * random.uniform(1 - SPREAD, 1 + SPREAD))
            up = self._up.is_set()
            try:
                await self.come()
                break
            except OSError:
                if up:
                    raise
        return time.perf_counter() - lost_at

    def leave(self) -> None:
        self._client.transport.abort()


async def run(postgres: Postgres) -> Outcome:
    sockets = min(SOCKETS, open_files() - FILES_BESIDE)
    url = await postgres.library("idle")
    await add_people(postgres, "idle", sockets)
    ours, theirs, away_s = list[float](), list[float](), list[list[float]]()
    for _ in range(ROUNDS):
        up, port = asyncio.Event(), unused_port()
        phones = [Phone(number + 1, port, up) for number in range(sockets)]
        async with product(url, port=port) as server:
            ours.append(await _bytes_for_each(server, phones))
            coming = asyncio.gather(*(phone.come_back() for phone in phones))
        async with product(url, port=port):
            up.set()
            away_s.append(await coming)
            _leave(phones)
        async with bare("", module="bench.bare_sockets", port=port) as server:
            theirs.append(await _bytes_for_each(server, phones))
            _leave(phones)
    return _outcome(sockets, ours, theirs, away_s)


async def _bytes_for_each(server: Server, phones: Sequence[Phone]) -> float:
    """What a phone takes in memory, but for the first few; when all have come and are quiet."""
    await _come(phones[:WARM_UP])
    before = server.resident_bytes
    await _come(phones[WARM_UP:])
    return (server.resident_bytes - before) / len(phones[WARM_UP:])


async def _come(phones: Sequence[Phone]) -> None:
    turn = asyncio.Semaphore(CONNECTING_AT_ONCE)

    async def one(phone: Phone) -> None:
        async with turn:
            await phone.come()

    await asyncio.gather(*(one(phone) for phone in phones))
    await asyncio.sleep(SETTLED_S)


def _leave(phones: Sequence[Phone]) -> None:
    for phone in phones:
        phone.leave()


def _outcome(
    sockets: int, ours: Sequence[float], theirs: Sequence[float], away_s: Sequence[Sequence[float]]
) -> Outcome:
    return Outcome(
        name="idle",
        work=f"an idle socket, {sockets:,} of them, and a restart",
        unit="bytes of RAM per socket",
        sides=(Side("Wenjin, signed in", ours), Side("bare python-socketio, signing nobody in", theirs)),
        target=TARGET,
        at_least=False,
        further=(
            Side(
                "after the restart: phones that are back, none of them turned away", [len(s) for s in away_s]
            ),
            Side("ms from the loss of the connection to being back, p50", [_ms(s, 50) for s in away_s]),
            Side("ms from the loss of the connection to being back, p99", [_ms(s, 99) for s in away_s]),
        ),
    )


def _ms(times_s: Sequence[float], percentile: int) -> float:
    return quantiles(times_s, n=100)[percentile - 1] * 1e3
