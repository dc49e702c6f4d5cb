"""Several web processes on one port: each dead one is replaced, more slowly when it keeps dying."""

import asyncio
import contextlib
import os
import signal
import sys
from typing import Final

import structlog
import uvloop

from server import logs, metrics
from server.config import SUPERVISED_S, Config

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
WELL_AFTER_S: Final = 60.0  # a process that lived this long has started well; the pauses begin anew

log = structlog.get_logger()


def supervise(config: Config, processes: int) -> int:
    """Run so many web processes until SIGTERM or SIGINT; the exit code."""
    logs.set_up(config.log.format, config.log.level)
    uvloop.run(_Supervisor(processes, config.server.stops_within_s + SUPERVISED_S).run())
    return 0


class _Supervisor:
    def __init__(self, processes: int, ends_within_s: float) -> None:
        self._processes, self._ends_within_s = processes, ends_within_s
        self._environment = {**os.environ, **metrics.folder_for_processes()}
        self._stop = asyncio.Event()
        self._alive: dict[int, asyncio.subprocess.Process] = {}

    async def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        keepers = [asyncio.create_task(self._keep(number)) for number in range(self._processes)]
        await self._stop.wait()
        for process in self._alive.values():
            _signal(process, signal.SIGTERM)
        _, late = await asyncio.wait(keepers, timeout=self._ends_within_s)
        for process in self._alive.values():
            _signal(process, signal.SIGKILL)
        if late:
            await asyncio.wait(late)

    async def _keep(self, number: int) -> None:
        time = asyncio.get_running_loop().time
        pause = FIRST_PAUSE_S
        while not self._stop.is_set():
            began = time()
            code = await self._one(number)
            if self._stop.is_set():
                return
            if time() - began > WELL_AFTER_S:
                pause = FIRST_PAUSE_S
            log.error("process_died", number=number, exit_code=code, next_in_s=pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stop.wait()
            pause = min(LONGEST_PAUSE_S, pause * 2)

    async def _one(self, number: int) -> int:
        """A process from its start to its end; it ends as well when its standard input closes, which we hold."""
        process = self._alive[number] = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "server", "run", "--supervised"),
            stdin=asyncio.subprocess.PIPE,
            env=self._environment,
        )
        log.info("process_started", number=number, pid=process.pid)
        try:
            if self._stop.is_set():
                _signal(process, signal.SIGTERM)
            return await process.wait()
        finally:
            del self._alive[number]
            metrics.forget(process.pid)


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
