"""Wrong secrets and codes, counted by what was tried and by who tried: after so many the next must wait."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import Tx, fetch
from models.instants import UtcDatetimeField, instant

OF_CARD: Final = 5
OF_READER: Final = 10  # more, so that who has mistyped their own five times is helped by unlocking the card
OF_CODE: Final = 5
PAUSE: Final = timedelta(minutes=15)


class SecretTry(Model):
    """`wrong` in a row; they are forgotten at `until`, the pause after the last one. `key` names no person."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(80, unique=True)
    wrong = fields.IntField()
    until = UtcDatetimeField(db_index=True)

    class Meta:
        table = "secret_try"


def card_key(card_no: str) -> str:
    """Also of a number that no card has: else the pause would tell which numbers there are."""
    return f"card:{hashlib.sha256(card_no.encode()).hexdigest()}"


def reader_key(reader_id: int) -> str:
    return f"reader:{reader_id}"


def code_key(reader_id: int) -> str:
    return f"code:{reader_id}"


TAKE = """
INSERT INTO secret_try (key, wrong, until) VALUES ($1, 1, $2)
ON CONFLICT (key) DO UPDATE SET until = excluded.until,
    wrong = CASE WHEN secret_try.until <= $3 THEN 1 ELSE secret_try.wrong + 1 END
WHERE secret_try.until <= $3 OR secret_try.wrong < $4
RETURNING id
"""


async def take(tx: Tx, key: str, at_most: int, now: datetime) -> datetime | None:
    """Count a try as wrong before it is looked at, so that many at once are not more than so many; `forget` it when
    it was right. Answers until when no more are taken, None when this one is."""
    if await tx.fetch(TAKE, key, now + PAUSE, now, at_most):
        return None
    return instant((await tx.fetch("SELECT until FROM secret_try WHERE key = $1", key))[0]["until"])


async def forget(tx: Tx, *keys: str) -> None:
    for key in keys:
        await tx.fetch("DELETE FROM secret_try WHERE key = $1", key)


async def card_locked_until(card_no: str, now: datetime) -> datetime | None:
    """Until when no more tries of this card are taken."""
    sql = "SELECT until FROM secret_try WHERE key = $1 AND wrong >= $2 AND until > $3"
    rows = await fetch(sql, card_key(card_no), OF_CARD, now)
    return instant(rows[0]["until"]) if rows else None


async def purge(now: datetime) -> None:
    await fetch("DELETE FROM secret_try WHERE until <= $1", now)
