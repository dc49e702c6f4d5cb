"""How the product runs, for administrators: its processes, work that waits or was given up, calls to WeChat."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from handlers import audit
from handlers.access import Caller
from handlers.context import Context
from handlers.shapes import Cursor, Id, Input, Limit, Line, Moment, NoInput, Output, Page
from models import jobs, processes
from models.db import MAX_ID, Tx, dialect, transaction
from models.instants import instant
from models.processes import OK, SILENT_AFTER

AT_ONCE: Final = 100
LATELY: Final = timedelta(days=1)


class Bus(StrEnum):
    """How processes hear each other: there is but one, over Redis, or Redis is away."""

    ALONE = "alone"
    REDIS = "redis"
    AWAY = "away"


class ProcessSeen(Output):
    """A process as it last spoke of itself; a `silent` one was killed, or hangs."""

    name: str
    kind: str
    bus: Bus
    sockets: int
    memory_mb: int
    began_at: Moment
    said_at: Moment
    silent: bool


class WaitingJobs(Output):
    """Jobs of a kind that are due; the oldest has waited for `oldest_s` seconds."""

    kind: str
    number: int
    oldest_s: int


class WeChatErrors(Output):
    """Calls that ended alike: `outcome` is WeChat's errcode, or how the answer was lost."""

    call: str
    outcome: str
    number: int


class Health(Output):
    """`late`: the worker does not keep up. Calls to WeChat are those of the last day."""

    database: str
    processes: list[ProcessSeen]
    waiting: list[WaitingJobs]
    late: bool
    dead: int
    wechat_calls: int
    wechat_errors: list[WeChatErrors]


class SeeDeadJobs(Input):
    kind: Annotated[Line, Field(max_length=30)] = ""
    after: Cursor | None = None
    limit: Limit = 20


class DeadJob(Output):
    """Work that was given up after so many attempts; `error`: what it last failed with. `cause`: the request that
    wanted it, by which the log finds both."""

    id: Id
    kind: str
    key: str
    attempts: int
    error: str | None
    cause: str | None
    due_at: Moment


class SettleJobs(Input):
    job_ids: Annotated[list[Id], Field(min_length=1, max_length=AT_ONCE)]


class JobsSettled(Output):
    """How many of them were still given up."""

    number: int


async def show(ctx: Context, _caller: Caller, _wish: NoInput) -> Health:
    """Processes, jobs that wait or were given up, and how calls to WeChat end."""
    now = ctx.clock.now()
    backlog = await jobs.backlog(now)
    calls = await processes.wechat_calls(now - LATELY)
    waiting = [
        WaitingJobs(
            kind=row["kind"],
            number=row["number"],
            oldest_s=int((now - instant(row["oldest"])).total_seconds()),
        )
        for row in backlog
        if not row["dead"]
    ]
    return Health(
        database=dialect(),
        processes=[
            ProcessSeen(
                name=f"{row['host']} {row['pid']}",
                kind=row["kind"],
                bus=Bus(row["bus"]),
                sockets=row["sockets"],
                memory_mb=round(row["memory_bytes"] / 2**20),
                began_at=ctx.local(instant(row["began_at"])),
                said_at=ctx.local(instant(row["said_at"])),
                silent=now - instant(row["said_at"]) > SILENT_AFTER,
            )
            for row in await processes.running()
        ],
        waiting=sorted(waiting, key=lambda job: -job.oldest_s),
        late=any(job.oldest_s > jobs.BEHIND.total_seconds() for job in waiting),
        dead=sum(row["number"] for row in backlog if row["dead"]),
        wechat_calls=sum(row["number"] for row in calls),
        wechat_errors=[
            WeChatErrors(call=row["call"], outcome=row["outcome"], number=row["number"])
            for row in calls
            if row["outcome"] != OK
        ],
    )


async def dead_jobs(ctx: Context, _caller: Caller, wish: SeeDeadJobs) -> Page[DeadJob]:
    """Work that was given up, the latest first; of one kind if it is named."""
    before = int(wish.after) if wish.after else MAX_ID
    rows = await jobs.dead(wish.kind, before_id=before, limit=wish.limit + 1)
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    items = [
        DeadJob(
            id=row["id"],
            kind=row["kind"],
            key=row["key"],
            attempts=row["attempts"],
            error=row["last_error"],
            cause=row["cause"],
            due_at=ctx.local(instant(row["due_at"])),
        )
        for row in rows
    ]
    return Page[DeadJob](items=items, next=str(items[-1].id) if more else None)


async def retry(ctx: Context, caller: Caller, wish: SettleJobs) -> JobsSettled:
    """Try given-up work again, from the first attempt on. What is no longer given up stays as it is."""
    now = ctx.clock.now()
    async with transaction() as tx:
        number = await _settled(ctx, tx, caller, "job.retry", await jobs.revive(tx, wish.job_ids, now))
        tx.after_commit(ctx.live.wake_workers)
    return JobsSettled(number=number)


async def drop(ctx: Context, caller: Caller, wish: SettleJobs) -> JobsSettled:
    """Give given-up work up for good. What is no longer given up stays as it is."""
    async with transaction() as tx:
        number = await _settled(ctx, tx, caller, "job.drop", await jobs.drop(tx, wish.job_ids))
    return JobsSettled(number=number)


async def _settled(ctx: Context, tx: Tx, caller: Caller, action: str, settled: list[tuple[int, str]]) -> int:
    for job_id, kind in settled:
        await audit.add(tx, caller, action, f"job:{job_id}", ctx.clock.now(), kind=kind)
    return len(settled)
