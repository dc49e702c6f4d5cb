"""What makes the search understand readers better: words of one meaning, and what was looked for in vain."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, fetch
from models.instants import UtcDatetimeField

MISSED_LENGTH: Final = 40
KEPT: Final = timedelta(days=90)
MOST: Final = 5_000
PRIVATE: Final = re.compile(r"\d{6}|\d[\d ]{7}\d")  # a phone, a card, a number of a person


class Synonyms(Model):
    """Words of one meaning, as lines of one text."""

    id = fields.BigIntField(primary_key=True)
    words = fields.TextField()
    version = fields.IntField(default=1)
    saved_by = fields.BigIntField(null=True)
    saved_at = UtcDatetimeField()

    class Meta:
        table = "synonyms"


class MissedSearch(Model):
    """Words, without case and signs, for which nothing was found; nobody knows who looked for them."""

    id = fields.BigIntField(primary_key=True)
    words = fields.CharField(MISSED_LENGTH, unique=True)
    times = fields.IntField()
    last_at = UtcDatetimeField()

    class Meta:
        table = "missed_search"
        indexes = (("times", "id"),)


# ---------------------------------------------------------------- synonyms


async def groups(*, after: int = 0, limit: int | None = None) -> list[Row]:
    """All of them, or some; the last saved first."""
    part = f" LIMIT {int(limit)} OFFSET {int(after)}" if limit else ""
    return list(await fetch(f"SELECT * FROM synonyms ORDER BY saved_at DESC, id DESC{part}"))


async def get(group_id: int, tx: Tx | None = None) -> Row | None:
    rows = await (tx.fetch if tx else fetch)("SELECT * FROM synonyms WHERE id = $1", group_id)
    return rows[0] if rows else None


async def make(tx: Tx, words: Sequence[str], editor_id: int, now: datetime) -> Row:
    sql = "INSERT INTO synonyms (words, version, saved_by, saved_at) VALUES ($1, 1, $2, $3) RETURNING *"
    return (await tx.fetch(sql, "\n".join(words), editor_id, now))[0]


async def save(tx: Tx, group_id: int, words: Sequence[str], editor_id: int, now: datetime) -> Row:
    """The row must be locked."""
    sql = (
        "UPDATE synonyms SET words = $2, version = version + 1, saved_by = $3, saved_at = $4 "
        "WHERE id = $1 RETURNING *"
    )
    return (await tx.fetch(sql, group_id, "\n".join(words), editor_id, now))[0]


async def delete(tx: Tx, group_id: int) -> bool:
    """False: there was none."""
    return bool(await tx.fetch("DELETE FROM synonyms WHERE id = $1 RETURNING id", group_id))


# ---------------------------------------------------------------- looked for in vain

MISS: Final = """
INSERT INTO missed_search (words, times, last_at) VALUES ($1, 1, $2)
ON CONFLICT (words) DO UPDATE SET times = missed_search.times + 1, last_at = excluded.last_at
"""


async def miss(words: str, now: datetime) -> None:
    """Count it; nothing that could be somebody's number is kept, and nothing as long as a letter."""
    if words and len(words) <= MISSED_LENGTH and not PRIVATE.search(words):
        await fetch(MISS, words, now)


async def missed(*, after: int, limit: int) -> list[Row]:
    """The most often looked for first."""
    order = f"ORDER BY times DESC, id DESC LIMIT {int(limit)} OFFSET {int(after)}"
    return list(await fetch(f"SELECT * FROM missed_search {order}"))


async def forget(tx: Tx, missed_id: int) -> bool:
    """False: there was none."""
    return bool(await tx.fetch("DELETE FROM missed_search WHERE id = $1 RETURNING id", missed_id))


TIDY: Final = f"""
DELETE FROM missed_search WHERE last_at < $1
    OR id NOT IN (SELECT id FROM missed_search ORDER BY last_at DESC, id DESC LIMIT {MOST})
"""


async def tidy(now: datetime) -> None:
    """Keep three months, and of them the latest."""
    await fetch(TIDY, now - KEPT)
