"""What each process says of itself, every few seconds, and how calls to WeChat end: for who looks after the running.

A process that stops takes its row with it; of one that was killed the row stays, and falls silent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, fetch, transaction
from models.instants import UtcDatetimeField

SAID_EVERY: Final = timedelta(seconds=15)
SILENT_AFTER: Final = SAID_EVERY * 3
SILENT_KEPT: Final = timedelta(hours=1)
CALLS_KEPT: Final = timedelta(days=14)
OK: Final = "ok"


class Process(Model):
    """`name`: made at its start. `bus`: how it hears the others: `alone`, for there is no Redis, `redis`, or `away`."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(16, unique=True)
    host = fields.CharField(64)
    pid = fields.IntField()
    kind = fields.CharField(6)
    bus = fields.CharField(5)
    sockets = fields.IntField()
    memory_bytes = fields.BigIntField()
    began_at = UtcDatetimeField()
    said_at = UtcDatetimeField()

    class Meta:
        table = "process"


class WeChatCalls(Model):
    """How many calls of one kind ended alike in an hour: `ok`, WeChat's errcode, or how the answer was lost."""

    id = fields.BigIntField(primary_key=True)
    hour = UtcDatetimeField()
    call = fields.CharField(60)
    outcome = fields.CharField(20)
    number = fields.IntField()

    class Meta:
        table = "wechat_calls"
        unique_together = (("hour", "call", "outcome"),)


@dataclass(frozen=True, slots=True)
class Said:
    """What a process says of itself."""

    name: str
    host: str
    pid: int
    kind: str
    bus: str
    sockets: int
    memory_bytes: int
    began_at: datetime


SAY = """
INSERT INTO process (name, host, pid, kind, bus, sockets, memory_bytes, began_at, said_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (name) DO UPDATE SET bus = $5, sockets = $6, memory_bytes = $7, said_at = $9
"""
COUNT = """
INSERT INTO wechat_calls (hour, call, outcome, number) VALUES ($1, $2, $3, $4)
ON CONFLICT (hour, call, outcome) DO UPDATE SET number = wechat_calls.number + $4
"""


async def say(said: Said, calls: Mapping[tuple[str, str], int], now: datetime) -> None:
    """`calls`: (call, outcome) → how many there were since it last spoke. What is long past is forgotten."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    async with transaction() as tx:
        await tx.fetch(SAY, *astuple(said), now)
        for (call, outcome), number in sorted(calls.items()):  # in one order, for others count the same
            await tx.fetch(COUNT, hour, call[:60], outcome[:20], number)
        await tx.fetch("DELETE FROM process WHERE said_at < $1", now - SILENT_KEPT)
        await tx.fetch("DELETE FROM wechat_calls WHERE hour < $1", now - CALLS_KEPT)


async def leave(name: str) -> None:
    await fetch("DELETE FROM process WHERE name = $1", name)


async def running() -> Sequence[Row]:
    return await fetch("SELECT * FROM process ORDER BY began_at, id")


async def wechat_calls(since: datetime) -> Sequence[Row]:
    """By `call` and `outcome`: the `number`, the most frequent first."""
    return await fetch(
        "SELECT call, outcome, SUM(number) AS number FROM wechat_calls WHERE hour > $1 "
        "GROUP BY call, outcome ORDER BY SUM(number) DESC, call, outcome",
        since,
    )
