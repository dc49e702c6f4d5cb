"""What a reader may not do for a while: why, and until when."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

REASON_LENGTH: Final = 100


class Stops(StrEnum):
    BOOKINGS = "bookings"
    TEXT = "text"  # talking and telling the library something
    BOTH = "both"


class Ban(Model):
    """In force from when it is made until `ends_at` (null: until somebody lifts it) or until it is lifted."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    stops = fields.CharField(8)
    reason = fields.CharField(REASON_LENGTH)
    made_by: Any = belongs_to("Reader", indexed=False)
    made_by_id: int
    made_at = UtcDatetimeField()
    ends_at = UtcDatetimeField(null=True)
    lifted_at = UtcDatetimeField(null=True)

    class Meta:
        table = "ban"


IN_FORCE = """
SELECT id, stops, reason, made_at, ends_at FROM ban
WHERE reader_id = $1 AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > $2) ORDER BY id
"""


async def in_force(reader_id: int, now: datetime) -> list[Row]:
    return list(await fetch(IN_FORCE, reader_id, now))


STOPPED = """
SELECT id, reason, ends_at FROM ban
WHERE reader_id = $1 AND stops IN ($3, 'both') AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > $2)
ORDER BY ends_at IS NULL DESC, ends_at DESC LIMIT 1
"""


def stops(what: str, reader: str, now: str) -> str:
    """SQL: whether a ban stops this at an instant, for statements that ask something else besides."""
    return f"""EXISTS (SELECT 1 FROM ban n WHERE n.reader_id = {reader} AND n.stops IN ('{what}', 'both')
        AND n.lifted_at IS NULL AND (n.ends_at IS NULL OR n.ends_at > {now}))"""


async def stopped(reader_id: int, what: Stops, now: datetime) -> Row | None:
    """The ban that lasts longest of those that stop this."""
    rows = await fetch(STOPPED, reader_id, now, what.value)
    return rows[0] if rows else None


LIFT = """
UPDATE ban SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > $2)
RETURNING reader_id
"""


async def lift(tx: Tx, ban_id: int, now: datetime) -> int | None:
    """End a ban before its time: whose it was; None when it is over."""
    rows = await tx.fetch(LIFT, ban_id, now)
    return rows[0]["reader_id"] if rows else None
