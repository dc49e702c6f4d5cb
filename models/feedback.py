"""What readers tell the library, and what became of it: new, taken by somebody, answered, or noted."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField
from models.people import NOW_OF
from models.reach import Reach

TEXT_LENGTH: Final = 1000


class Topic(StrEnum):
    """What somebody speaks of; `system` is the mini-program itself."""

    SPACE = "space"
    SERVICE = "service"
    COLLECTION = "collection"
    SYSTEM = "system"
    OTHER = "other"


class State(StrEnum):
    """What the staff has done with it."""

    NEW = "new"
    TAKEN = "taken"
    ANSWERED = "answered"
    NOTED = "noted"  # seen, and not answered


class Passage(StrEnum):
    """How far a text has come on its way to the staff's inbox."""

    CHECKING = "checking"  # only its author sees it
    SENT = "sent"
    HELD = "held"  # somebody of the staff must look at it first
    RETURNED = "returned"  # it goes back to its author


class Box(StrEnum):
    """Where the staff looks for it."""

    NEW = "new"
    MINE = "mine"
    OTHERS = "others"  # colleagues have it
    ANSWERED = "answered"  # or noted


class Feedback(Model):
    """Stored once per reader and `local_id`, and so is its answer per librarian and `answer_local_id`."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    local_id = fields.CharField(64)
    topic = fields.CharField(10)
    text = fields.CharField(TEXT_LENGTH)
    may_answer = fields.BooleanField()
    at = UtcDatetimeField()
    passage = fields.CharField(8)
    unchecked = fields.BooleanField(default=False)
    state = fields.CharField(8)
    librarian: Any = belongs_to("Reader", null=True, indexed=False)
    librarian_id: int | None
    department: Any = belongs_to("Department", null=True, indexed=False)
    department_id: int | None
    handed_on_at = UtcDatetimeField(null=True)
    settled_at = UtcDatetimeField(null=True)
    answer = fields.CharField(TEXT_LENGTH, null=True)
    answer_local_id = fields.CharField(64, null=True)

    class Meta:
        table = "feedback"
        unique_together = (("reader_id", "local_id"), ("librarian_id", "answer_local_id"))
        indexes = (("reader_id", "id"),)


# ---------------------------------------------------------------- storing

STORE = """
INSERT INTO feedback (reader_id, local_id, topic, text, may_answer, at, passage, unchecked, state, department_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'new', $9) RETURNING id
"""


async def store(
    tx: Tx,
    reader_id: int,
    local_id: str,
    *,
    topic: Topic,
    text: str,
    may_answer: bool,
    passage: Passage,
    now: datetime,
    department_id: int | None,
) -> int:
    """Its id. Raises `IntegrityError` when the reader has stored something under this `local_id`."""
    values = (reader_id, local_id, topic.value, text, may_answer, now, passage.value, False, department_id)
    feedback_id: int = (await tx.fetch(STORE, *values))[0]["id"]
    return feedback_id


PASS = "UPDATE feedback SET passage = $2, unchecked = $3 WHERE id = $1"


async def pass_on(tx: Tx, feedback_id: int, passage: Passage, *, unchecked: bool) -> None:
    """Say how far a text has come. The row must be locked, and nobody have it when it is returned."""
    await tx.fetch(PASS, feedback_id, passage.value, unchecked)


TAKE = """
UPDATE feedback SET state = 'taken', librarian_id = $2, passage = 'sent'
WHERE id = $1 AND state = 'new' AND passage IN ('sent', 'held') RETURNING id
"""


async def take(tx: Tx, feedback_id: int, librarian_id: int) -> bool:
    """Of two who try, one gets it. Who takes a text that is held has looked at it."""
    return bool(await tx.fetch(TAKE, feedback_id, librarian_id))


async def release(tx: Tx, feedback_id: int) -> None:
    """Nobody has it any more."""
    sql = "UPDATE feedback SET state = 'new', librarian_id = NULL WHERE id = $1 AND state = 'taken'"
    await tx.fetch(sql, feedback_id)


HAND_ON: Final = """
UPDATE feedback SET state = 'new', librarian_id = NULL, department_id = $2, handed_on_at = $3
WHERE id = $1
"""


async def hand_on(tx: Tx, feedback_id: int, department_id: int, now: datetime) -> None:
    """To a department, where nobody has it yet. The row must be locked, and not be settled."""
    await tx.fetch(HAND_ON, feedback_id, department_id, now)


async def answer(tx: Tx, feedback_id: int, local_id: str, text: str, now: datetime) -> None:
    """Raises `IntegrityError` when its librarian has stored another answer under this `local_id`."""
    await tx.fetch(
        "UPDATE feedback SET state = 'answered', answer = $2, answer_local_id = $3, settled_at = $4 "
        "WHERE id = $1 AND state = 'taken' RETURNING id",
        feedback_id,
        text,
        local_id,
        now,
    )


async def note(tx: Tx, feedback_id: int, now: datetime) -> None:
    sql = "UPDATE feedback SET state = 'noted', settled_at = $2 WHERE id = $1 AND state = 'taken'"
    await tx.fetch(sql, feedback_id, now)


# ---------------------------------------------------------------- reading

_SHAPE: Final = """
SELECT f.*, r.nickname AS reader_name, r.sample, l.nickname AS librarian_name, d.name AS department_name
FROM feedback f JOIN reader r ON r.id = f.reader_id LEFT JOIN reader l ON l.id = f.librarian_id
    LEFT JOIN department d ON d.id = f.department_id
"""


async def get(feedback_id: int, tx: Tx | None = None) -> Row | None:
    rows = await (tx.fetch if tx else fetch)(f"{_SHAPE} WHERE f.id = $1", feedback_id)
    return rows[0] if rows else None


async def known(tx: Tx, reader_id: int, local_id: str) -> Row | None:
    """What this reader has stored under this `local_id` before."""
    rows = await tx.fetch(f"{_SHAPE} WHERE f.reader_id = $1 AND f.local_id = $2", reader_id, local_id)
    return rows[0] if rows else None


async def known_answer(tx: Tx, librarian_id: int, local_id: str) -> Row | None:
    """What this librarian has answered under this `local_id` before."""
    where = "WHERE f.librarian_id = $1 AND f.answer_local_id = $2"
    rows = await tx.fetch(f"{_SHAPE} {where}", librarian_id, local_id)
    return rows[0] if rows else None


async def of_reader(reader_id: int, *, before_id: int, limit: int) -> list[Row]:
    """What a reader has told, the latest first."""
    where = "WHERE f.reader_id = $1 AND f.id < $2 ORDER BY f.id DESC LIMIT $3"
    return list(await fetch(f"{_SHAPE} {where}", reader_id, before_id, limit))


_NEW: Final = "f.state = 'new' AND f.passage IN ('sent', 'held')"
_TAKEN: Final = "f.state = 'taken' AND f.librarian_id"
_BOXES: Final = {
    Box.NEW: _NEW,
    Box.MINE: f"{_TAKEN} = $4",
    Box.OTHERS: f"{_TAKEN} <> $4",
    Box.ANSWERED: "f.state IN ('answered', 'noted')",
}


def _within(reach: Reach) -> str:
    return reach.inbox_sql(department="f.department_id")


async def in_box(
    box: Box, librarian_id: int, reach: Reach, *, before_id: int, limit: int, department_id: int | None
) -> list[Row]:
    """What a librarian finds in a box, of one department or of all, the latest first."""
    whose = (librarian_id,) if box in (Box.MINE, Box.OTHERS) else ()
    of = "(CAST($3 AS BIGINT) IS NULL OR f.department_id = $3)"
    which = f"{_BOXES[box]} AND NOT r.sample AND f.id < $1 AND {_within(reach)} AND {of}"
    sql = f"{_SHAPE} WHERE {which} ORDER BY f.id DESC LIMIT $2"
    return list(await fetch(sql, before_id, limit, department_id, *whose))


async def lines(feedback_ids: list[int], reach: Reach) -> list[Row]:
    """Those within reach, whatever became of them, but none that is still being checked, and no reviewer's."""
    listed = ", ".join(str(int(number)) for number in feedback_ids) or "0"
    which = f"f.id IN ({listed}) AND f.passage <> 'checking' AND NOT r.sample AND {_within(reach)}"
    return list(await fetch(f"{_SHAPE} WHERE {which} ORDER BY f.id"))


async def told(
    state: State | None, since: datetime, until: datetime, *, before_id: int, limit: int
) -> list[Row]:
    """What has come to the inbox from one instant up to another, of one state or of all, the latest first."""
    of = f"f.state = '{state}'" if state else "TRUE"
    which = f"f.passage = 'sent' AND NOT r.sample AND f.at >= $1 AND f.at < $2 AND f.id < $3 AND {of}"
    sql = f"{_SHAPE} WHERE {which} ORDER BY f.id DESC LIMIT $4"
    return list(await fetch(sql, since, until, before_id, limit))


COUNTS: Final = f"""
SELECT count(*) AS waiting, coalesce(sum(CASE f.passage WHEN 'held' THEN 1 ELSE 0 END), 0) AS held
FROM feedback f JOIN reader r ON r.id = f.reader_id WHERE {_NEW} AND NOT r.sample
"""


async def counts(reach: Reach) -> tuple[int, int]:
    """(how many within reach nobody has taken, how many of these are held)."""
    row = (await fetch(f"{COUNTS} AND {_within(reach)}"))[0]
    return int(row["waiting"]), int(row["held"])


async def count_of(librarian_id: int) -> int:
    """How many a librarian has taken."""
    sql = "SELECT count(*) AS n FROM feedback WHERE librarian_id = $1 AND state = 'taken'"
    return int((await fetch(sql, librarian_id))[0]["n"])


UNJUDGED = f"""
SELECT f.id, f.text, f.at, r.openid FROM feedback f JOIN reader r ON r.id = f.reader_id
WHERE f.reader_id = {NOW_OF} AND f.local_id = $2
    AND (f.passage = 'checking' OR (f.passage = 'sent' AND f.unchecked AND f.settled_at IS NULL))
"""


async def unjudged(reader_id: int, local_id: str) -> Row | None:
    rows = await fetch(UNJUDGED, reader_id, local_id)
    return rows[0] if rows else None
