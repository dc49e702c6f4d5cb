"""What goes wrong in an operator's year, in turn: processes die, Redis and PostgreSQL go, WeChat is slow and wrong.

Meanwhile the memory of each process is looked at; see `Memory`.
"""

import asyncio
import os
import signal
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.test_utils import TestServer

from server.wechat.simulator.faults import Kind
from tests.soak.opening import Server
from tests.support.postgres import Postgres
from tests.support.redis import RedisServer

SEND: Final = "/cgi-bin/message/subscribe/send"
CHECK: Final = "/wxa/msg_sec_check"
LOOKED_EVERY_S: Final = 0.5
GROWS_AT_MOST: Final = 1.15  # from the second round to the last; in the first one a process warms up
MIB: Final = 1 << 20
FIRST, WORKER, SUPERVISOR = "web process", "worker", "supervisor"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that an operator runs, and WeChat."""

    web: Server
    worker: Server
    postgres: Postgres
    redis: RedisServer
    wechat: TestServer


@dataclass
class Memory:
    """The largest resident size of each process in each round, in MiB. The worker is another one in each round."""

    peaks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    _rounds: int = 0

    def begin_round(self) -> None:
        self._rounds += 1

    async def look(self, deployment: Deployment, first: int) -> None:
        """Again and again, until cancelled."""
        while True:
            pids = {FIRST: first, WORKER: deployment.worker.pid, SUPERVISOR: deployment.web.pid}
            for name, pid in pids.items() if self._rounds else ():
                peaks = self.peaks[name]
                peaks += [0.0] * (self._rounds - len(peaks))
                peaks[-1] = max(peaks[-1], _resident_mib(pid))
            await asyncio.sleep(LOOKED_EVERY_S)

    def prove_flat(self) -> None:
        for name, peaks in self.peaks.items():
            assert peaks[-1] <= peaks[:2][-1] * GROWS_AT_MOST, (name, peaks)


def _resident_mib(pid: int) -> float:
    """Nothing for a process that is dead, or is being replaced."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MIB


class Troubles:
    """`away_s`: for so long Redis is gone. `wrong`: what WeChat does, one after the other, when it has its turn."""

    def __init__(self, deployment: Deployment, *, away_s: float, wrong: Sequence[Kind]) -> None:
        self._all, self._away_s, self._wrong = deployment, away_s, wrong
        self.first = min(deployment.web.children())
        self.memory = Memory()

    async def come(self, *, seconds: float, rounds: int) -> None:
        """Each trouble once in each round, evenly over the time; the web process `first` must live through it all."""
        time, looking = asyncio.get_running_loop().time, asyncio.create_task(self._look())
        turns: list[Callable[[float], Awaitable[None]]] = [
            self._kill_web,
            self._kill_worker,
            self._lose_redis,
            self._restart_postgres,
            self._crash_postgres,
            self._mislead,
        ]
        began, apart_s = time(), seconds / (rounds * len(turns))
        try:
            for number in range(rounds * len(turns)):
                if number % len(turns) == 0:
                    self.memory.begin_round()
                await turns[number % len(turns)](apart_s / 2)
                await asyncio.sleep(max(0.0, began + apart_s * (number + 1) - time()))
        finally:
            looking.cancel()
            await self._set_right()
        assert self.first in self._all.web.children(), "a process died that nobody killed"

    async def _look(self) -> None:
        await self.memory.look(self._all, self.first)

    async def _kill_web(self, _: float) -> None:
        for pid in self._all.web.children() - {self.first}:
            os.kill(pid, signal.SIGKILL)

    async def _kill_worker(self, _: float) -> None:
        with suppress(ProcessLookupError):  # dead already, since it could not start without a database
            os.kill(self._all.worker.pid, signal.SIGKILL)

    async def _lose_redis(self, _: float) -> None:
        await self._all.redis.restart(self._away_s)

    async def _restart_postgres(self, _: float) -> None:
        await asyncio.to_thread(self._all.postgres.stop)
        await asyncio.to_thread(self._all.postgres.start)

    async def _crash_postgres(self, _: float) -> None:
        self._all.postgres.crash()

    async def _mislead(self, seconds: float) -> None:
        for kind in self._wrong:
            async with self._simulator() as http:
                for path in (SEND, CHECK):
                    async with http.post(
                        "sim/api/faults", json={"path": path, "kind": kind, "seconds": 3}
                    ) as answer:
                        assert answer.status == 200
            await asyncio.sleep(seconds / len(self._wrong))
            await self._set_right()

    async def _set_right(self) -> None:
        async with self._simulator() as http, http.delete("sim/api/faults") as answer:
            assert answer.status == 200

    def _simulator(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self._all.wechat.make_url("/"))
