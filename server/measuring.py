"""What is measured from time to time rather than counted as it happens, and `/metrics`, which tells all of it."""

import asyncio
import contextlib
import hmac
import itertools
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from models import db, jobs, processes
from models.instants import instant
from models.processes import Said
from server import metrics
from server.routes import JOBS
from server.services import SERVICES, Services
from server.sockets import Sockets

TICK_S: Final = 0.5
TICKS: Final = 10  # from one look at everything to the next: Prometheus asks each 15 s
LOOKS: Final = 3  # from one word to the other processes to the next: each 15 s
FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
MEMORY: Final = Path("/proc/self/statm")  # of Linux; elsewhere nothing is told

log = structlog.get_logger()


@asynccontextmanager
async def measured(services: Services, sockets: Sockets | None) -> AsyncIterator[None]:
    """Measure meanwhile; a process that only works has no sockets."""
    name = secrets.token_hex(8)
    task = asyncio.get_running_loop().create_task(_measure(services, sockets, name))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        with contextlib.suppress(Exception):  # without the database it will be silent for a while
            await processes.leave(name)


async def _measure(services: Services, sockets: Sockets | None, name: str) -> None:
    time, began_at = services.loop_time, services.clock.now()
    for look in itertools.count():
        if sockets:
            sockets.measure()
        metrics.bus_away.set(services.bus.away)
        for gauge, number in zip(
            (metrics.connections_used, metrics.connections_most), db.connections(), strict=True
        ):
            gauge.set(number)
        memory = 0
        with contextlib.suppress(FileNotFoundError):
            metrics.memory_bytes.set(memory := await asyncio.to_thread(_resident_bytes))
        try:
            await _backlog(services)
            if look % LOOKS == 0:
                await _say(services, sockets, name, began_at=began_at, memory_bytes=memory)
        except Exception as error:  # the database is away, which others say louder
            log.debug("not_measured", error=type(error).__name__)
        for _ in range(TICKS):
            began = time()
            await asyncio.sleep(TICK_S)
            metrics.loop_lag_s.observe(max(0.0, time() - began - TICK_S))


async def _say(
    services: Services, sockets: Sockets | None, name: str, *, began_at: datetime, memory_bytes: int
) -> None:
    """Tell the other processes, and who looks after them, that this one runs, and how its calls to WeChat ended."""
    said = Said(
        name=name,
        host=socket.gethostname()[:64],
        pid=os.getpid(),
        kind="web" if sockets else "worker",
        bus="alone" if services.redis is None else "away" if services.bus.away else "redis",
        sockets=len(sockets.sio.eio.sockets) if sockets else 0,
        memory_bytes=memory_bytes,
        began_at=began_at,
    )
    calls = dict(metrics.wechat_lately)
    metrics.wechat_lately.clear()  # now: two servers in one process must not tell of the same calls
    try:
        await processes.say(said, calls, services.clock.now())
    except BaseException:
        metrics.wechat_lately.update(calls)  # they are told with the next look
        raise


def _resident_bytes() -> int:
    return int(MEMORY.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def _backlog(services: Services) -> None:
    now = services.clock.now()
    rows = await jobs.backlog(now)
    due = {row["kind"]: row for row in rows if not row["dead"]}
    for kind in (job.kind for job in JOBS):
        row = due.get(kind)
        metrics.jobs_due.labels(kind).set(row["number"] if row else 0)
        metrics.job_age_s.labels(kind).set((now - instant(row["oldest"])).total_seconds() if row else 0)
    metrics.jobs_dead.set(sum(row["number"] for row in rows if row["dead"]))


async def degraded(services: Services) -> list[str]:
    """What is away or behind, though requests are answered: `redis`, `worker`."""
    now = services.clock.now()
    late = any(
        not row["dead"] and now - instant(row["oldest"]) > jobs.BEHIND for row in await jobs.backlog(now)
    )
    return [name for name, holds in (("redis", services.bus.away), ("worker", late)) if holds]


async def tell(request: web.Request) -> web.Response:
    """To who brings the token, or comes from `metrics.networks` by no proxy; for everybody else it is not there."""
    if not _may(request):
        raise web.HTTPNotFound
    return web.Response(
        body=await asyncio.to_thread(metrics.text), content_type="text/plain", charset="utf-8"
    )


def _may(request: web.Request) -> bool:
    services = request.app[SERVICES]
    if token := services.secrets.metrics_token:
        wanted = f"Bearer {token.get_secret_value()}".encode()
        given = request.headers.get("Authorization", "").encode(errors="surrogateescape")
        if hmac.compare_digest(given, wanted):
            return True
    if any(name in request.headers for name in FORWARDED):
        return False
    return _within(request.remote, services.config.metrics.networks) and not _within(
        request.remote, services.config.server.trusted_proxies
    )


def _within(address: str | None, networks: list[str]) -> bool:
    try:
        found = ip_address(address or "")
    except ValueError:
        return False
    return any(found in ip_network(network) for network in networks)


@asynccontextmanager
async def told_apart(services: Services) -> AsyncIterator[None]:
    """`/metrics` of a process that serves nothing else, on `worker.metrics_port` of this machine."""
    if not (port := services.config.worker.metrics_port):
        yield
        return
    app = web.Application()
    app[SERVICES] = services
    app.router.add_get("/metrics", tell)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()
