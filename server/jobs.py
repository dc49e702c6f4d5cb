"""The worker: claims due jobs by lease, runs them, keeps the lease while they run.

A worker that dies leaves its lease to run out; another one then does the job. Handlers bear that.
"""

import asyncio
import contextlib
import secrets
from functools import partial
from typing import Final

import structlog

from handlers.access import PRODUCT
from handlers.errors import Postponed
from models import jobs
from models.away import what_is_away
from models.calendar import local_day
from models.jobs import LEASE, Claimed
from server import metrics, tracing
from server.adapter import Bound
from server.bus import JobsDue, Message
from server.routes import JOBS
from server.services import Services

LEASE_KEPT_S: Final = LEASE.total_seconds() / 3
AFTER_TROUBLE_S: Final = 2.0
LAST_JOBS_S: Final = 2.0  # to end in when the process stops; what takes longer is cut off
CUT_OFF_S: Final = 0.5

log = structlog.get_logger()


class Worker:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._name = secrets.token_hex(8)
        self._kinds = {job.kind: Bound.of(job.handler) for job in JOBS}
        self._periodic = [job for job in JOBS if job.daily or job.again]
        # Apart, so that jobs which wait for somebody else's slow server keep no others waiting.
        sizes = services.config.worker.at_once, services.config.worker.outside_at_once
        self._lanes = [
            ([job.kind for job in JOBS if job.outside is outside], size)
            for outside, size in zip((False, True), sizes, strict=True)
        ]
        self._due = asyncio.Event()
        self._running: dict[int, tuple[str, asyncio.Task[None]]] = {}
        self._loop: asyncio.Task[None] | None = None
        self._added = dict[str, str]()  # the key of the latest period, by kind
        self._stopping = False
        services.bus.listen(self._hear)

    def _hear(self, message: Message) -> None:
        if isinstance(message, JobsDue):
            self._due.set()

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop().create_task(self._work())

    async def stop(self) -> None:
        """Take no more, let those that run come to their end; what does not is cut off and given back."""
        self._stopping = True
        self._due.set()
        time = asyncio.get_running_loop().time
        until = time() + LAST_JOBS_S
        if self._loop:
            # Not cancelled at once: what it claims at this moment would wait for its lease to run out.
            await asyncio.wait([self._loop], timeout=LAST_JOBS_S)
            self._loop.cancel()
        if self._running:
            running = [task for _, task in self._running.values()]
            await asyncio.wait(running, timeout=max(0.0, until - time()))
        late = [task for _, task in self._running.values()]
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=CUT_OFF_S)  # before the database closes under them
            with contextlib.suppress(Exception):  # without the database their leases run out
                await jobs.give_back(self._name)

    async def _work(self) -> None:
        while not (self._stopping or self._services.stopping):
            try:
                await self._add_periodic()
                claimed = await self._claim()
            except Exception as error:
                log.exception(what_is_away(error) or "worker")
                await asyncio.sleep(AFTER_TROUBLE_S)
                continue
            for job in claimed:
                if job.id in self._running:  # the clock jumped over its lease; it has a new one now
                    continue
                task = asyncio.get_running_loop().create_task(self._run(job))
                self._running[job.id] = job.kind, task
                task.add_done_callback(partial(self._done, job.id))
            if not claimed:
                # Not `wait_for`, which on Python 3.11 loses a cancellation that comes with the event.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._services.config.worker.poll_s):
                        await self._due.wait()
                self._due.clear()

    def _done(self, job_id: int, task: asyncio.Task[None]) -> None:
        """What could not even say how it ended is done again when its lease runs out."""
        del self._running[job_id]
        if not task.cancelled() and (error := task.exception()):
            log.error(what_is_away(error) or "worker", job=job_id, exc_info=error)
        self._due.set()

    async def _claim(self) -> list[Claimed]:
        claimed: list[Claimed] = []
        for kinds, size in self._lanes:
            free = size - sum(kind in kinds for kind, _ in self._running.values())
            if free > 0:
                claimed += await jobs.claim(self._name, self._services.clock.now(), kinds, limit=free)
        return claimed

    async def _add_periodic(self) -> None:
        """Every process adds the job of each period; its key makes it one."""
        now = self._services.clock.now()
        for job in self._periodic:
            period = now.timestamp() // job.again.total_seconds() if job.again else None
            key = f"{job.kind}:{local_day(now, self._services.zone) if period is None else int(period)}"
            if self._added.get(job.kind) != key:
                await jobs.add_periodic(job.kind, key, now)
                self._added[job.kind] = key

    async def _run(self, job: Claimed) -> None:
        structlog.contextvars.bind_contextvars(request_id=f"job-{job.id}", cause=job.cause)
        keeper = asyncio.get_running_loop().create_task(self._keep_lease(job))
        clock = self._services.clock
        try:
            with tracing.span(job.kind, request_id=f"job-{job.id}", cause=job.cause or ""):
                await self._kinds[job.kind](self._services.context(f"job-{job.id}"), PRODUCT, job.payload)
            await jobs.finish(job.id, self._name, clock.now())
            metrics.job(job.kind, "done")
        except Postponed as postponed:
            await jobs.put_back(job.id, self._name, postponed.until)
            metrics.job(job.kind, "postponed")
        except Exception as error:
            metrics.job(job.kind, "failed")
            log.exception("job_failed", kind=job.kind, key=job.key, attempts=job.attempts)
            await jobs.fail(job, self._name, type(error).__name__, clock.now())
        finally:
            keeper.cancel()

    async def _keep_lease(self, job: Claimed) -> None:
        while True:
            await asyncio.sleep(LEASE_KEPT_S)
            try:
                if not await jobs.extend(job.id, self._name, self._services.clock.now()):
                    return
            except Exception:
                log.exception("lease_not_kept", kind=job.kind, key=job.key)
