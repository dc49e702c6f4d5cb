"""Storing what is said and what happens in a conversation, and how far each text has come.

Its row must be locked, but for `store`, which counts on in it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from models.bans import stops
from models.chat import Kind, Passage, Side
from models.db import Row, Tx, Write, fetch
from models.people import NOW_OF
from models.reach import Reach

FACTS = """
SELECT c.id, c.reader_id, c.librarian_id, c.state, c.about, c.about_page, c.reader_seq, c.staff_seq,
    c.department_id, c.branch_id, c.area_id,
    k.id AS known_id, k.conversation_id AS known_conversation_id, k.text AS known_text, k.state AS known_state,
    k.side AS known_side, k.at AS known_at, k.reader_seq AS known_reader_seq, k.staff_seq AS known_staff_seq,
    (SELECT sample FROM reader WHERE id = c.reader_id) AS sample,
    (SELECT nickname FROM reader WHERE id = $2) AS sender_name,
    (SELECT nickname FROM reader WHERE id = c.librarian_id) AS librarian_name
FROM conversation c LEFT JOIN chat_message k ON k.sender_id = $2 AND k.local_id = $3 WHERE c.id = $1
"""


async def facts(tx: Tx, conversation_id: int, sender_id: int, local_id: str) -> Row | None:
    """The conversation, and as `known_…` what this sender has stored under this `local_id` before."""
    rows = await tx.fetch(FACTS, conversation_id, sender_id, local_id)
    return rows[0] if rows else None


async def known(tx: Tx, sender_id: int, local_id: str) -> Row | None:
    """The message that this sender has stored under this `local_id` before."""
    sql = "SELECT * FROM chat_message WHERE sender_id = $1 AND local_id = $2"
    rows = await tx.fetch(sql, sender_id, local_id)
    return rows[0] if rows else None


def _speaks(now: str, theirs: str) -> str:
    """Who may write as things stand: a reader in what is theirs and not closed, unless they are stopped from it, a
    librarian in what they have and still reach."""
    stopped = stops("text", "$2", now)
    return f"""
id = $1 AND ((reader_id = $2 AND state <> 'closed' AND NOT {stopped})
    OR (librarian_id = $2 AND state = 'claimed' AND {theirs}))
"""


# Of two at once the second waits here, and counts on from what the first has left.
COUNT_ON: Final = """
UPDATE conversation SET reader_seq = reader_seq + CASE WHEN reader_id = $2 OR $3 THEN 1 ELSE 0 END,
    staff_seq = staff_seq + CASE WHEN reader_id <> $2 OR $3 THEN 1 ELSE 0 END
WHERE {speaks} RETURNING id, reader_id, librarian_id, state, department_id, branch_id, area_id, reader_seq, staff_seq
"""
STORE: Final = """
INSERT INTO chat_message (conversation_id, sender_id, side, local_id, text, state, unchecked, at, reader_seq, staff_seq)
SELECT id, $2, CASE WHEN reader_id = $2 THEN 'reader' ELSE 'staff' END, $3, $4, $5, FALSE, $7,
    CASE WHEN reader_id = $2 OR $6 THEN reader_seq END, CASE WHEN reader_id <> $2 OR $6 THEN staff_seq END
FROM {counted} WHERE {speaks}
RETURNING id, side, reader_seq, staff_seq,
    (SELECT reader_id FROM {counted} WHERE id = $1) AS reader_id,
    (SELECT librarian_id FROM {counted} WHERE id = $1) AS librarian_id,
    (SELECT nickname FROM reader WHERE id = $2) AS sender_name
"""


@lru_cache(maxsize=64)
def _storing(reach: Reach, counted: str) -> tuple[str, str]:
    theirs = reach.inbox_sql(department="department_id", branch="branch_id", area="area_id")
    return (
        COUNT_ON.format(speaks=_speaks("$4", theirs)),
        STORE.format(speaks=_speaks("$7", theirs), counted=counted),
    )


COUNT = "UPDATE conversation SET reader_seq = $2, staff_seq = $3 WHERE id = $1"


async def store(
    tx: Tx,
    conversation_id: int,
    sender_id: int,
    *,
    reach: Reach,
    local_id: str,
    text: str,
    passage: Passage,
    now: datetime,
    then: Sequence[Write] = (),
) -> Row | None:
    """The one place where a message is stored, in one statement: its id, side and numbers, and who is in the
    conversation. `reach` is what the sender answers, as things stand for them; `then` goes with what is stored.

    None when the sender may not write there as things stand: whoever asks looks why. Raises `IntegrityError` when
    they have stored something under this `local_id` before.
    """
    shown = passage is Passage.SENT  # then it has a number in the other side's stream as well
    values = (conversation_id, sender_id, local_id, text, passage.value, shown, now)
    count_on, storing = _storing(reach, tx.returned(0, "conversation"))
    counting_on = (count_on, (conversation_id, sender_id, shown, now))
    rows = await tx.together(counting_on, (storing, values), answers=1, then=then)
    return rows[0] if rows else None


def counting(conversation_id: int, reader_seq: int, staff_seq: int) -> Write:
    """The write that keeps the last numbers, for `Tx.together`. The row must be locked."""
    return COUNT, (conversation_id, reader_seq, staff_seq)


ADD_EVENT = """
INSERT INTO chat_event
    (conversation_id, kind, side, actor_id, message_id, delivered, read, words, at, reader_seq, staff_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id
"""


def adding_event(
    conversation_id: int,
    kind: Kind,
    numbers: tuple[int | None, int | None],
    now: datetime,
    *,
    side: Side | None = None,
    actor_id: int | None = None,
    message_id: int | None = None,
    marks: tuple[int | None, int | None] = (None, None),
    words: str | None = None,
) -> Write:
    """The write of one event, for `Tx.together`. `numbers` are its own in the reader's and the staff's stream."""
    return ADD_EVENT, (
        conversation_id,
        kind.value,
        side.value if side else None,
        actor_id,
        message_id,
        *marks,
        words,
        now,
        *numbers,
    )


PASS = """
UPDATE chat_message SET state = $2, unchecked = $3, reader_seq = $4, staff_seq = $5 WHERE id = $1 RETURNING id
"""


def passing(
    message_id: int, passage: Passage, *, unchecked: bool, numbers: tuple[int | None, int | None]
) -> Write:
    """The write that says how far a message has come, for `Tx.together`."""
    return PASS, (message_id, passage.value, unchecked, *numbers)


_MESSAGES: Final = """
SELECT m.*, c.reader_id, c.reader_read, c.department_id, c.branch_id, c.area_id, r.nickname,
    (SELECT sample FROM reader WHERE id = c.reader_id) AS sample
FROM chat_message m
JOIN conversation c ON c.id = m.conversation_id JOIN reader r ON r.id = m.sender_id
"""
MESSAGE: Final = f"{_MESSAGES} WHERE m.id = $1"


async def message(message_id: int, tx: Tx | None = None) -> Row | None:
    """A message, with how far its conversation's reader has read."""
    rows = await (tx.fetch if tx else fetch)(MESSAGE, message_id)
    return rows[0] if rows else None


UNJUDGED = f"""
SELECT m.id, m.text, m.at, r.openid FROM chat_message m JOIN reader r ON r.id = m.sender_id
WHERE m.sender_id = {NOW_OF} AND m.local_id = $2 AND (m.state = 'checking' OR (m.state = 'sent' AND m.unchecked))
"""


async def unjudged(sender_id: int, local_id: str) -> Row | None:
    rows = await fetch(UNJUDGED, sender_id, local_id)
    return rows[0] if rows else None


PENDING: Final = f"""
{_MESSAGES}
WHERE m.conversation_id = $1 AND m.side = $2 AND m.state IN ('checking', 'passed') ORDER BY m.id
"""


async def pending(tx: Tx, conversation_id: int, side: str) -> list[Row]:
    """The messages of one side that the other does not see yet, in the order in which they were sent."""
    return list(await tx.fetch(PENDING, conversation_id, side))


async def let_pass(tx: Tx, message_id: int, *, unchecked: bool) -> None:
    """It may be shown, but waits for one that was sent before it."""
    sql = "UPDATE chat_message SET state = 'passed', unchecked = $2 WHERE id = $1"
    await tx.fetch(sql, message_id, unchecked)


FIRST_UNREAD: Final = f"""
{_MESSAGES}
WHERE m.conversation_id = $1 AND m.side = 'staff' AND m.state = 'sent' AND m.reader_seq > c.reader_read
ORDER BY m.reader_seq LIMIT 1
"""


async def first_unread(tx: Tx, conversation_id: int) -> Row | None:
    """The first answer that the reader has not read."""
    rows = await tx.fetch(FIRST_UNREAD, conversation_id)
    return rows[0] if rows else None


async def last_question(tx: Tx, conversation_id: int) -> str | None:
    """What the reader said last and the staff has seen."""
    sql = (
        "SELECT text FROM chat_message WHERE conversation_id = $1 AND side = 'reader' AND state = 'sent' "
        "ORDER BY staff_seq DESC LIMIT 1"
    )
    rows = await tx.fetch(sql, conversation_id)
    return rows[0]["text"] if rows else None
