"""Work that must happen: a row written in the transaction of its cause, claimed by lease, done once in effect.

A job is idempotent by its key; its handler must bear being run twice (a worker may die after the work
and before it says so). States: `new` → `run` → `done`, or `dead` after `MAX_ATTEMPTS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from structlog.contextvars import get_contextvars
from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, dialect, fetch
from models.instants import UtcDatetimeField

LEASE: Final = timedelta(seconds=30)
MAX_ATTEMPTS: Final = 12
LONGEST_PAUSE: Final = timedelta(minutes=30)
BEHIND: Final = timedelta(minutes=1)  # a worker whose oldest job waits so long does not keep up
DONE_KEPT: Final = timedelta(days=2)


class Job(Model):
    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(30)
    key = fields.CharField(80, unique=True)
    payload: Any = fields.TextField()
    state = fields.CharField(4, default="new")
    due_at = UtcDatetimeField()
    lease_until = UtcDatetimeField(null=True)
    owner = fields.CharField(40, null=True)
    attempts = fields.IntField(default=0)
    last_error = fields.CharField(200, null=True)
    cause = fields.CharField(64, null=True)  # the request in whose transaction it was written

    class Meta:
        table = "job"
        indexes = (("state", "due_at"),)


@dataclass(frozen=True, slots=True)
class Claimed:
    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    cause: str | None


ADD = """
INSERT INTO job (kind, key, payload, state, due_at, attempts, cause) VALUES ($1, $2, $3, 'new', $4, 0, $5)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


def adding(kind: str, key: str, payload: Mapping[str, Any], due_at: datetime) -> tuple[str, tuple[Any, ...]]:
    """The write that adds a job, for `Tx.together`."""
    return ADD, (kind, key, orjson.dumps(payload).decode(), due_at, _cause())


def _cause() -> str | None:
    """The request that the log's lines have now; in a job, the one that caused the job."""
    bound = get_contextvars()
    return bound.get("cause") or bound.get("request_id")


async def add(tx: Tx, kind: str, key: str, payload: Mapping[str, Any], due_at: datetime) -> None:
    """Once per key: a second one with the same key is no job."""
    write, values = adding(kind, key, payload, due_at)
    await tx.fetch(write, *values)


async def add_periodic(kind: str, key: str, due_at: datetime) -> None:
    """The job of one period; any process may add it, the key makes it one."""
    await fetch(ADD, kind, key, "{}", due_at, None)


# A worker that dies says nothing, so a job that kills its worker each time is found here.
BURY = """
UPDATE job SET state = 'dead', last_error = 'its worker died'
WHERE state = 'run' AND lease_until <= $1 AND attempts >= $2
"""

CLAIM = """
UPDATE job SET state = 'run', owner = $1, lease_until = $2, attempts = attempts + 1
WHERE id IN (
    SELECT id FROM job
    WHERE ((state = 'new' AND due_at <= $3) OR (state = 'run' AND lease_until <= $3)) AND kind IN ({kinds})
    ORDER BY due_at LIMIT $4 {skip_locked}
)
RETURNING id, kind, key, payload, attempts, cause
"""


async def claim(owner: str, now: datetime, kinds: Sequence[str], *, limit: int) -> list[Claimed]:
    """Take due jobs of these kinds, and those whose worker let the lease run out, for `LEASE`."""
    await fetch(BURY, now, MAX_ATTEMPTS)
    skip_locked = "FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    named = ", ".join(f"${number}" for number in range(5, 5 + len(kinds)))
    rows = await fetch(
        CLAIM.format(skip_locked=skip_locked, kinds=named), owner, now + LEASE, now, limit, *kinds
    )
    return [
        Claimed(r["id"], r["kind"], r["key"], orjson.loads(r["payload"]), r["attempts"], r["cause"])
        for r in rows
    ]


async def extend(job_id: int, owner: str, now: datetime) -> bool:
    """Keep a lease; False: another worker has it by now."""
    sql = "UPDATE job SET lease_until = $3 WHERE id = $1 AND owner = $2 AND state = 'run' RETURNING id"
    return bool(await fetch(sql, job_id, owner, now + LEASE))


async def finish(job_id: int, owner: str, now: datetime) -> None:
    """The row stays for a while: its key says that this was done."""
    sql = "UPDATE job SET state = 'done', due_at = $3 WHERE id = $1 AND owner = $2 AND state = 'run'"
    await fetch(sql, job_id, owner, now)


BACKLOG = """
SELECT kind, state = 'dead' AS dead, COUNT(*) AS number, MIN(due_at) AS oldest FROM job
WHERE state = 'dead' OR (state = 'new' AND due_at <= $1) OR (state = 'run' AND lease_until <= $1)
GROUP BY kind, state = 'dead'
"""


async def backlog(now: datetime) -> Sequence[Row]:
    """By `kind` and `dead`: the `number` of jobs that are due or given up, and when the `oldest` was due."""
    return await fetch(BACKLOG, now)


async def dead(kind: str, *, before_id: int, limit: int) -> list[Row]:
    """Given-up jobs, of one kind or for '' of all, the latest first."""
    sql = (
        "SELECT id, kind, key, attempts, last_error, cause, due_at FROM job "
        "WHERE state = 'dead' AND id < $1 AND ($2 = '' OR kind = $2) ORDER BY id DESC LIMIT $3"
    )
    return list(await fetch(sql, before_id, kind, limit))


def _listed(job_ids: Sequence[int]) -> str:
    return ", ".join(str(int(job_id)) for job_id in job_ids)


async def revive(tx: Tx, job_ids: Sequence[int], now: datetime) -> list[tuple[int, str]]:
    """Those of them that were given up are due again, from the first attempt on: (id, kind) of each."""
    sql = (
        "UPDATE job SET state = 'new', attempts = 0, due_at = $1, owner = NULL, lease_until = NULL "
        f"WHERE id IN ({_listed(job_ids)}) AND state = 'dead' RETURNING id, kind"
    )
    return [(row["id"], row["kind"]) for row in await tx.fetch(sql, now)]


async def drop(tx: Tx, job_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Those of them that were given up are gone: (id, kind) of each."""
    sql = f"DELETE FROM job WHERE id IN ({_listed(job_ids)}) AND state = 'dead' RETURNING id, kind"
    return [(row["id"], row["kind"]) for row in await tx.fetch(sql)]


async def purge(now: datetime) -> None:
    await fetch("DELETE FROM job WHERE state = 'done' AND due_at < $1", now - DONE_KEPT)


async def put_back(job_id: int, owner: str, due_at: datetime) -> None:
    """Not yet: it asked to be tried later, which does not count as an attempt."""
    await fetch(
        "UPDATE job SET state = 'new', due_at = $3, attempts = attempts - 1 "
        "WHERE id = $1 AND owner = $2 AND state = 'run'",
        job_id,
        owner,
        due_at,
    )


async def give_back(owner: str) -> None:
    """All that this owner has begun and will not end: for the next one at once, not when the lease has run out."""
    await fetch(
        "UPDATE job SET state = 'new', attempts = attempts - 1 WHERE owner = $1 AND state = 'run'",
        owner,
    )


async def fail(job: Claimed, owner: str, error: str, now: datetime) -> None:
    """It raised: again after a pause that doubles, dead after `MAX_ATTEMPTS`."""
    pause = min(LONGEST_PAUSE, timedelta(seconds=2**job.attempts))
    state = "dead" if job.attempts >= MAX_ATTEMPTS else "new"
    await fetch(
        "UPDATE job SET state = $3, due_at = $4, last_error = $5 WHERE id = $1 AND owner = $2 AND state = 'run'",
        job.id,
        owner,
        state,
        now + pause,
        error[:200],
    )


async def withdraw(tx: Tx, *keys: str) -> None:
    """Its cause is gone; a job that runs already will find that out for itself."""
    for key in keys:
        await tx.fetch("DELETE FROM job WHERE key = $1 AND state = 'new'", key)
