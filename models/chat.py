"""Conversations between a reader and the library's staff, as two numbered streams of events.

`reader` and `staff` are the two audiences. Each has numbers of its own, without gaps: 1, 2, 3 … A message takes
a number in its author's stream when it is stored, and one in the other stream when the other side may see it.
Everything else that a device must learn is a row of `chat_event`, with a number in each stream that it concerns.
The counters stand in the conversation's row, so whoever gives a number has locked that row first.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField
from models.reach import NOTHING, Reach

TEXT_LENGTH: Final = 1000
TAG_LENGTH: Final = 20


class Side(StrEnum):
    READER = "reader"
    STAFF = "staff"

    @property
    def other(self) -> "Side":
        return Side.STAFF if self is Side.READER else Side.READER


class State(StrEnum):
    """Where a conversation is: in the queue, with a librarian, or over."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    CLOSED = "closed"


class Passage(StrEnum):
    """How far a text has come on its way to the other side."""

    CHECKING = "checking"  # only its author's side sees it
    PASSED = "passed"  # may be shown, after those before it: nobody reads an answer before its question
    SENT = "sent"
    HELD = "held"  # somebody of the staff must look at it first
    RETURNED = "returned"  # never shown; it goes back to its author
    WITHDRAWN = "withdrawn"  # shown before it was checked, and taken back


class Kind(StrEnum):
    """What happened. `posted` is a row of `chat_message`, all others of `chat_event`."""

    POSTED = "posted"
    CHANGED = "changed"  # a message is no longer what it was
    MARKED = "marked"  # one side has received or read up to a number of its own stream
    ABOUT = "about"  # the reader speaks of something else now
    CLAIMED = "claimed"
    HANDED_BACK = "handed_back"
    RETURNED = "returned"  # its librarian vanished
    TRANSFERRED = "transferred"  # to another department
    CLOSED = "closed"
    REOPENED = "reopened"


IN_HISTORY: Final = (
    Kind.ABOUT,
    Kind.CLAIMED,
    Kind.HANDED_BACK,
    Kind.RETURNED,
    Kind.TRANSFERRED,
    Kind.CLOSED,
    Kind.REOPENED,
)


class Conversation(Model):
    """A reader has one that is not closed at most (a partial unique index says so).

    `branch_id` and `area_id` are the place that its reader spoke of before somebody had it.
    `*_delivered` and `*_read` are how far each side has come in its own stream. `first_place` puts one that a
    librarian had already back before the others.
    """

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    librarian: Any = belongs_to("Reader", null=True)
    librarian_id: int | None
    department: Any = belongs_to("Department", null=True, indexed=False)
    department_id: int | None
    state = fields.CharField(8)
    about = fields.CharField(80, null=True)
    about_page = fields.CharField(120, null=True)
    branch_id = fields.BigIntField(null=True)
    area_id = fields.BigIntField(null=True)
    opened_at = UtcDatetimeField()
    waiting_since = UtcDatetimeField()
    first_place = fields.BooleanField(default=False)
    closed_at = UtcDatetimeField(null=True)
    tag = fields.CharField(TAG_LENGTH, null=True)
    reader_seq = fields.IntField(default=0)
    staff_seq = fields.IntField(default=0)
    reader_delivered = fields.IntField(default=0)
    reader_read = fields.IntField(default=0)
    staff_delivered = fields.IntField(default=0)
    staff_read = fields.IntField(default=0)

    class Meta:
        table = "conversation"
        indexes = (("state", "waiting_since"), ("reader_id", "id"))


class ChatMessage(Model):
    """One text, stored once per sender and `local_id`; a number is null where the message is not to be seen."""

    id = fields.BigIntField(primary_key=True)
    conversation: Any = belongs_to("Conversation", indexed=False)
    conversation_id: int
    sender: Any = belongs_to("Reader", indexed=False)
    sender_id: int
    side = fields.CharField(6)
    local_id = fields.CharField(64)
    text = fields.CharField(TEXT_LENGTH)
    state = fields.CharField(9)
    unchecked = fields.BooleanField(default=False)
    at = UtcDatetimeField()
    reader_seq = fields.IntField(null=True)
    staff_seq = fields.IntField(null=True)

    class Meta:
        table = "chat_message"
        unique_together = (
            ("sender_id", "local_id"),
            ("conversation_id", "reader_seq"),
            ("conversation_id", "staff_seq"),
        )


class ChatEvent(Model):
    """What else happened in a conversation."""

    id = fields.BigIntField(primary_key=True)
    conversation: Any = belongs_to("Conversation", indexed=False)
    conversation_id: int
    kind = fields.CharField(11)
    side = fields.CharField(6, null=True)
    actor: Any = belongs_to("Reader", null=True, indexed=False)
    actor_id: int | None
    message: Any = belongs_to("ChatMessage", null=True, indexed=False)
    message_id: int | None
    delivered = fields.IntField(null=True)
    read = fields.IntField(null=True)
    words = fields.CharField(80, null=True)
    at = UtcDatetimeField()
    reader_seq = fields.IntField(null=True)
    staff_seq = fields.IntField(null=True)

    class Meta:
        table = "chat_event"
        unique_together = (("conversation_id", "reader_seq"), ("conversation_id", "staff_seq"))


# ---------------------------------------------------------------- conversations


async def get(conversation_id: int, tx: Tx | None = None) -> Row | None:
    sql = "SELECT c.*, r.sample FROM conversation c JOIN reader r ON r.id = c.reader_id WHERE c.id = $1"
    rows = await (tx.fetch if tx else fetch)(sql, conversation_id)
    return rows[0] if rows else None


async def name_of(tx: Tx, reader_id: int) -> str | None:
    rows = await tx.fetch("SELECT nickname FROM reader WHERE id = $1", reader_id)
    return rows[0]["nickname"] if rows else None


async def open_of(tx: Tx, reader_id: int) -> Row | None:
    """The reader's conversation that is not closed."""
    rows = await tx.fetch("SELECT * FROM conversation WHERE reader_id = $1 AND state <> 'closed'", reader_id)
    return rows[0] if rows else None


BEGIN = """
INSERT INTO conversation (reader_id, state, opened_at, waiting_since, first_place, department_id,
    reader_seq, staff_seq, reader_delivered, reader_read, staff_delivered, staff_read)
VALUES ($1, 'waiting', $2, $2, $3, $4, 0, 0, 0, 0, 0, 0) RETURNING *
"""


async def begin(tx: Tx, reader_id: int, now: datetime, *, department_id: int | None = None) -> Row:
    """A conversation without a message, in the queue. Raises `IntegrityError` when the reader has one that is open."""
    return (await tx.fetch(BEGIN, reader_id, now, False, department_id))[0]


class About(NamedTuple):
    """What a reader speaks of: words, the page that shows it, and the place that it lies in."""

    words: str
    page: str
    branch_id: int
    area_id: int | None


SPEAK_OF: Final = """
UPDATE conversation SET about = $2, about_page = $3, branch_id = CASE state WHEN 'waiting' THEN $4 ELSE branch_id END,
    area_id = CASE state WHEN 'waiting' THEN $5 ELSE area_id END WHERE id = $1
"""


async def speak_of(tx: Tx, conversation_id: int, about: About) -> None:
    """While it waits, its place says who of the staff may take it; whoever has it keeps it."""
    await tx.fetch(SPEAK_OF, conversation_id, *about)


async def reopen(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Raises `IntegrityError` when the reader has another one that is open."""
    await tx.fetch(
        "UPDATE conversation SET state = 'waiting', librarian_id = NULL, opened_at = $2, waiting_since = $2, "
        "first_place = $3, closed_at = NULL, tag = NULL WHERE id = $1 AND state = 'closed'",
        conversation_id,
        now,
        False,
    )


async def claim(tx: Tx, conversation_id: int, librarian_id: int) -> bool:
    """Take it from the queue; of two who try, one gets it."""
    sql = (
        "UPDATE conversation SET state = 'claimed', librarian_id = $2 "
        "WHERE id = $1 AND state = 'waiting' RETURNING id"
    )
    return bool(await tx.fetch(sql, conversation_id, librarian_id))


async def hand_back(tx: Tx, conversation_id: int, librarian_id: int) -> bool:
    """Into the queue again, before all others, with the time since when it waits."""
    sql = (
        "UPDATE conversation SET state = 'waiting', librarian_id = NULL, first_place = $3 "
        "WHERE id = $1 AND state = 'claimed' AND librarian_id = $2 RETURNING id"
    )
    return bool(await tx.fetch(sql, conversation_id, librarian_id, True))


HAND_ON: Final = """
UPDATE conversation SET state = 'waiting', librarian_id = NULL, department_id = $3,
    first_place = (first_place OR state = 'claimed')
WHERE id = $1 AND (state = 'waiting' OR (state = 'claimed' AND librarian_id = $2)) RETURNING id
"""


async def hand_on(tx: Tx, conversation_id: int, librarian_id: int, department_id: int) -> bool:
    """Into the queue of a department; before all others, when somebody had it."""
    return bool(await tx.fetch(HAND_ON, conversation_id, librarian_id, department_id))


async def close(tx: Tx, conversation_id: int, librarian_id: int, tag: str | None, now: datetime) -> bool:
    sql = (
        "UPDATE conversation SET state = 'closed', closed_at = $4, tag = $3 "
        "WHERE id = $1 AND state = 'claimed' AND librarian_id = $2 RETURNING id"
    )
    return bool(await tx.fetch(sql, conversation_id, librarian_id, tag, now))


async def end(tx: Tx, conversation_id: int, now: datetime) -> None:
    """Whoever has it: its reader has gone for good."""
    sql = "UPDATE conversation SET state = 'closed', closed_at = $2 WHERE id = $1 AND state <> 'closed'"
    await tx.fetch(sql, conversation_id, now)


async def with_librarian(librarian_id: int, tx: Tx, *, beyond: Reach = NOTHING) -> list[int]:
    """The conversations that a librarian has and that lie beyond this reach, by id."""
    within = beyond.inbox_sql(department="department_id", branch="branch_id", area="area_id")
    which = f"librarian_id = $1 AND state = 'claimed' AND (CASE WHEN {within} THEN 0 ELSE 1 END) = 1"
    rows = await tx.fetch(f"SELECT id FROM conversation WHERE {which} ORDER BY id", librarian_id)
    return [row["id"] for row in rows]


async def mark(tx: Tx, conversation_id: int, side: Side, *, delivered: int, read: int) -> bool:
    """Move a side's marks forward, never back; False: they stood there already."""
    d, r = f"{side}_delivered", f"{side}_read"
    rows = await tx.fetch(
        f"UPDATE conversation SET {d} = CASE WHEN {d} < $2 THEN $2 ELSE {d} END, "
        f"{r} = CASE WHEN {r} < $3 THEN $3 ELSE {r} END WHERE id = $1 AND ({d} < $2 OR {r} < $3) RETURNING id",
        conversation_id,
        delivered,
        read,
    )
    return bool(rows)
