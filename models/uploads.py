"""Pictures that readers sent: each stored once for its reader, judged by WeChat, and kept while something shows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

LARGEST: Final = 10 * 1024 * 1024  # bytes that are taken; WeChat judges no larger picture
UNUSED_KEPT: Final = timedelta(days=1)  # what nothing shows by then is in no draft any more
SHA256_LENGTH: Final = 64


class State(StrEnum):
    STORING = "storing"  # the row comes before the file, so that no file is left without one
    CHECKING = "checking"  # only its reader sees it
    SHOWN = "shown"
    HELD = "held"  # only its reader and the staff see it
    REMOVED = "removed"  # risky: the file goes, the row says why
    LEAVING = "leaving"  # the file goes, then the row


class Upload(Model):
    """`sha256` is that of the bytes as they were sent; the same from the same reader is the same picture."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    sha256 = fields.CharField(SHA256_LENGTH)
    bytes = fields.IntField()
    width = fields.IntField()
    height = fields.IntField()
    at = UtcDatetimeField()
    state = fields.CharField(8)
    asked_at = UtcDatetimeField(null=True)
    trace_id = fields.CharField(64, null=True, unique=True)

    class Meta:
        table = "upload"
        unique_together = (("reader_id", "sha256"),)


def name_of(row: Row) -> str:
    """Where the store keeps it. Readers share no file, so what one of them deletes is nobody else's."""
    return f"{row['reader_id']}/{row['sha256']}.jpg"


HEADS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")


def is_picture(sent: bytes) -> bool:
    """Whether it begins as JPEG, PNG, GIF or WebP do, whatever it is called."""
    return sent.startswith(HEADS) or (sent[:4] == b"RIFF" and sent[8:12] == b"WEBP")


# ---------------------------------------------------------------- storing

STORE = """
INSERT INTO upload (reader_id, sha256, bytes, width, height, at, state)
VALUES ($1, $2, $3, $4, $5, $6, 'storing') RETURNING *
"""


async def store(
    tx: Tx, reader_id: int, *, sha256: str, size: int, width: int, height: int, now: datetime
) -> Row:
    return (await tx.fetch(STORE, reader_id, sha256, size, width, height, now))[0]


async def known(tx: Tx, reader_id: int, sha256: str, now: datetime) -> Row | None:
    """What this reader has sent before; it counts as sent now. The reader's row must be locked."""
    sql = "UPDATE upload SET at = $3 WHERE reader_id = $1 AND sha256 = $2 RETURNING *"
    rows = await tx.fetch(sql, reader_id, sha256, now)
    return rows[0] if rows else None


async def count_since(tx: Tx, reader_id: int, since: datetime) -> int:
    sql = "SELECT count(*) AS n FROM upload WHERE reader_id = $1 AND at >= $2"
    return int((await tx.fetch(sql, reader_id, since))[0]["n"])


async def become(tx: Tx, upload_id: int, was: State, becomes: State) -> bool:
    """False: it was otherwise by then."""
    sql = "UPDATE upload SET state = $3 WHERE id = $1 AND state = $2 RETURNING id"
    return bool(await tx.fetch(sql, upload_id, was.value, becomes.value))


# Their files are named after who sent them, so they stay with an account that is merged into another.
_WITH_HOLDER: Final = """
SELECT u.*, h.id AS holder_id, h.openid FROM upload u JOIN reader r ON r.id = u.reader_id
JOIN reader h ON h.id = coalesce(r.merged_into, r.id)
"""


async def get(upload_id: int, tx: Tx | None = None) -> Row | None:
    """A picture, with the id and the `openid` of the reader whose it is now."""
    rows = await (tx.fetch if tx else fetch)(f"{_WITH_HOLDER} WHERE u.id = $1", upload_id)
    return rows[0] if rows else None


# ---------------------------------------------------------------- being judged


async def unjudged(upload_id: int) -> Row | None:
    """One that waits for WeChat."""
    rows = await fetch(f"{_WITH_HOLDER} WHERE u.id = $1 AND u.state = 'checking'", upload_id)
    return rows[0] if rows else None


async def asked(upload_id: int, trace_id: str, now: datetime) -> None:
    """WeChat will judge it under this name; what it says under an earlier one counts no more."""
    await fetch("UPDATE upload SET trace_id = $2, asked_at = $3 WHERE id = $1", upload_id, trace_id, now)


async def of_trace(trace_id: str) -> Row | None:
    rows = await fetch(f"{_WITH_HOLDER} WHERE u.trace_id = $1", trace_id)
    return rows[0] if rows else None


# ---------------------------------------------------------------- being shown by feedback


class FeedbackPicture(Model):
    id = fields.BigIntField(primary_key=True)
    feedback: Any = belongs_to("Feedback", indexed=False)
    feedback_id: int
    upload: Any = belongs_to("Upload")
    upload_id: int

    class Meta:
        table = "feedback_picture"
        unique_together = (("feedback_id", "upload_id"),)


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(str(int(number)) for number in ids) or "0"


async def usable(tx: Tx, reader_id: int, upload_ids: Sequence[int]) -> bool:
    """Whether all are this reader's, and there. The reader's row must be locked, so that none leaves meanwhile."""
    sql = (
        f"SELECT id FROM upload WHERE id IN ({_listed(upload_ids)}) AND reader_id = $1 "
        "AND state IN ('checking', 'shown', 'held')"
    )
    return len(await tx.fetch(sql, reader_id)) == len(upload_ids)


async def show_in_feedback(tx: Tx, feedback_id: int, upload_ids: Sequence[int]) -> None:
    sql = "INSERT INTO feedback_picture (feedback_id, upload_id) VALUES ($1, $2)"
    await tx.each(sql, [(feedback_id, upload_id) for upload_id in upload_ids])


async def of_feedback(feedback_ids: Sequence[int], tx: Tx | None = None) -> list[Row]:
    """The pictures of some feedback, each with its `feedback_id`, in the order in which they were given."""
    sql = (
        "SELECT p.feedback_id, u.* FROM feedback_picture p JOIN upload u ON u.id = p.upload_id "
        f"WHERE p.feedback_id IN ({_listed(feedback_ids)}) ORDER BY p.id"
    )
    return list(await (tx.fetch if tx else fetch)(sql))


async def feedback_with(tx: Tx, upload_id: int) -> list[int]:
    """The ids of the feedback that shows it."""
    rows = await tx.fetch("SELECT feedback_id FROM feedback_picture WHERE upload_id = $1", upload_id)
    return [row["feedback_id"] for row in rows]


# ---------------------------------------------------------------- being shown by what the library writes


async def of_ids(upload_ids: Sequence[int]) -> list[Row]:
    return list(await fetch(f"SELECT * FROM upload WHERE id IN ({_listed(upload_ids)})"))


async def articles_with(tx: Tx, upload_id: int) -> list[int]:
    """The ids of the articles that show it."""
    return [row["id"] for row in await tx.fetch("SELECT id FROM article WHERE cover_id = $1", upload_id)]


async def announced(tx: Tx, upload_id: int) -> bool:
    """Whether the notice on the home page shows it."""
    return bool(await tx.fetch("SELECT 1 FROM announcement WHERE picture_id = $1", upload_id))


# ---------------------------------------------------------------- leaving

NOT_THE_LIBRARYS = (
    "NOT EXISTS (SELECT 1 FROM article a WHERE a.cover_id = u.id) "
    "AND NOT EXISTS (SELECT 1 FROM announcement n WHERE n.picture_id = u.id)"
)
UNUSED = (
    "u.at < $1 AND NOT EXISTS (SELECT 1 FROM feedback_picture p WHERE p.upload_id = u.id) "
    f"AND {NOT_THE_LIBRARYS}"
)


async def unused(before: datetime, *, limit: int) -> list[Row]:
    """What nothing shows, and was sent before that."""
    return list(await fetch(f"SELECT u.* FROM upload u WHERE {UNUSED} ORDER BY u.id LIMIT $2", before, limit))


async def leave_unused(tx: Tx, upload_id: int, before: datetime) -> bool:
    """The same once more, with the reader's row locked: False when something shows it by now."""
    sql = f"UPDATE upload AS u SET state = 'leaving' WHERE u.id = $2 AND {UNUSED} RETURNING id"
    return bool(await tx.fetch(sql, before, upload_id))


async def leave_all(tx: Tx, reader_id: int) -> list[int]:
    """Nothing shows them any more, but what the library itself shows: the ids of all that this reader sent, also from
    accounts that were merged into theirs."""
    theirs = "reader_id IN (SELECT id FROM reader WHERE $1 IN (id, merged_into))"
    whose = f"SELECT id FROM upload WHERE {theirs}"
    await tx.fetch(f"DELETE FROM feedback_picture WHERE upload_id IN ({whose})", reader_id)
    sql = f"UPDATE upload AS u SET state = 'leaving' WHERE u.{theirs} AND {NOT_THE_LIBRARYS} RETURNING id"
    rows = await tx.fetch(sql, reader_id)
    return [row["id"] for row in rows]


async def forget(upload_id: int) -> None:
    """Its file is gone."""
    await fetch("DELETE FROM upload WHERE id = $1 AND state = 'leaving'", upload_id)
