"""What a repeatable request answered, so that the same request again gets the same answer."""

from datetime import datetime, timedelta
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import Write, fetch
from models.instants import UtcDatetimeField

KEPT: Final = timedelta(days=2)  # a phone that was off longer asks anew


class Repeat(Model):
    """`fingerprint` tells whether the key came back with the same input."""

    id = fields.BigIntField(primary_key=True)
    reader_id = fields.BigIntField()
    key = fields.CharField(64)
    fingerprint = fields.CharField(64)
    answer = fields.TextField()
    at = UtcDatetimeField(db_index=True)

    class Meta:
        table = "repeat"
        unique_together = (("reader_id", "key"),)


async def earlier(reader_id: int, key: str) -> tuple[str, str] | None:
    """(fingerprint, answer) of the same key. In a transaction, the reader's row must be locked already."""
    rows = await fetch(
        "SELECT fingerprint, answer FROM repeat WHERE reader_id = $1 AND key = $2", reader_id, key
    )
    return (rows[0]["fingerprint"], rows[0]["answer"]) if rows else None


REMEMBER = "INSERT INTO repeat (reader_id, key, fingerprint, answer, at) VALUES ($1, $2, $3, $4, $5)"


def remembering(reader_id: int, key: str, fingerprint: str, answer: str, now: datetime) -> Write:
    """The write that keeps an answer, for `Tx.together`."""
    return REMEMBER, (reader_id, key, fingerprint, answer, now)


async def purge(now: datetime) -> None:
    await fetch("DELETE FROM repeat WHERE at < $1", now - KEPT)
