"""The measured processes: each a command of its own on the server's core."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

import aiohttp
from aiohttp.test_utils import unused_port

from bench.machine import SERVER_CORE, cpu_s, family, listening, pin, resident_bytes
from tools.shell import NODE

ROOT: Final = Path(__file__).parent.parent
ENDS_WITHIN_S: Final = 10.0
LOGS: Final = ROOT / "var" / "bench"
# The jobs of the bookings are another process's work, as in any deployment that has to be fast.
CONFIG: Final = """
[wechat]
simulator = false
base_url = "https://wechat.invalid/"
appid = "wx00000000000be7c4"
check_text = false
[worker]
in_web = false
[limits]
ordinary = { burst = 10000000, per_minute = 10000000 }
booking = { burst = 10000000, per_minute = 10000000 }
text = { burst = 10000000, per_minute = 10000000 }
[log]
level = "info"
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A process, or several on one port with the one that started them."""

    pid: int
    port: int

    @property
    def cpu_s(self) -> float:
        return sum(cpu_s(pid) for pid in family(self.pid))

    @property
    def resident_bytes(self) -> int:
        return resident_bytes(self.pid)


@asynccontextmanager
async def product(
    database_url: str,
    *,
    processes: int = 1,
    redis_url: str = "",
    port: int | None = None,
    module: str = "server",
) -> AsyncIterator[Server]:
    """`python -m server run` as it is deployed; on a port of its own, or on the one given. `module`: instead of it."""
    with tempfile.TemporaryDirectory(prefix="wenjin-bench-") as folder:
        (Path(folder) / "config.toml").write_text(CONFIG)
        command = [sys.executable, "-m", module, "run", "--processes", str(processes)]
        async with _running(
            module,
            command,
            database_url,
            folder=Path(folder),
            ready="/readyz",
            own={"WENJIN_REDIS_URL": redis_url},
            port=port,
            processes=processes,
        ) as server:
            yield server


@asynccontextmanager
async def bare(
    database_url: str, *, module: str = "bench.bare", port: int | None = None
) -> AsyncIterator[Server]:
    """A baseline in Python: a module that answers `GET /` once it can be measured."""
    async with _running(module, [sys.executable, "-m", module], database_url, port=port) as server:
        yield server


@asynccontextmanager
async def node(
    script: str, database_url: str = "", *, own: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Server]:
    """A baseline in Node: a file of bench/peers that answers `GET /` once it can be measured; `own` is set for it."""
    path = ROOT / "bench" / "peers" / script
    async with _running(script, [str(NODE), str(path)], database_url, own=own) as server:
        yield server


@asynccontextmanager
async def _running(
    name: str,
    command: Sequence[str],
    database_url: str,
    *,
    folder: Path = ROOT,
    ready: str = "/",
    own: Mapping[str, str] = MappingProxyType({}),
    port: int | None = None,
    processes: int = 1,
) -> AsyncIterator[Server]:
    port = port or unused_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "WENJIN_DATABASE_URL": database_url,
        "WENJIN_WECHAT_SECRET": "0" * 32,
        "WENJIN_PUSH_TOKEN": "0" * 24,
        **own,
    }
    with _log(name) as log:
        child = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            cwd=folder,
            stderr=log,
            preexec_fn=lambda: pin(SERVER_CORE),
        )
    try:
        await _until_ready(f"http://127.0.0.1:{port}{ready}", child)
        await _until_listening(port, processes)
        yield Server(child.pid, port)
    finally:
        if child.returncode is None:
            child.terminate()
        try:
            await asyncio.wait_for(child.wait(), ENDS_WITHIN_S)
        except TimeoutError:  # as an orchestrator does
            child.kill()
            await child.wait()


def _log(name: str) -> BinaryIO:
    LOGS.mkdir(parents=True, exist_ok=True)
    return (LOGS / f"{name}.log").open("ab")


async def _until_listening(port: int, processes: int, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while listening(port) < processes:  # noqa: ASYNC110 (processes tell nobody)
            await asyncio.sleep(0.05)


async def _until_ready(url: str, child: asyncio.subprocess.Process, *, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds), aiohttp.ClientSession() as http:
        while child.returncode is None:
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the server ended with {child.returncode} before it answered: see {LOGS}")
