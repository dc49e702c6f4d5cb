"""What each audience reads of conversations: their events in order, their history, the lists of both sides."""

from typing import Final

from models.chat import IN_HISTORY, Side
from models.db import MAX_ID, Row, Tx, fetch
from models.reach import Reach

# One shape for what was posted and what else happened; `{seq}` is the audience's own number, `{shown}` the other's.
_EVENTS: Final = """
SELECT * FROM (
    SELECT 'posted' AS kind, m.{seq} AS seq, m.at, m.side, m.sender_id AS actor_id, m.id AS message_id,
        CAST(NULL AS INT) AS delivered, CAST(NULL AS INT) AS read, CAST(NULL AS VARCHAR(80)) AS words
    FROM chat_message m WHERE m.conversation_id = $1 AND m.{seq} > $2 AND m.{seq} < $3
    UNION ALL
    SELECT e.kind, e.{seq} AS seq, e.at, e.side, e.actor_id, e.message_id, e.delivered, e.read, e.words
    FROM chat_event e WHERE e.conversation_id = $1 AND e.{seq} > $2 AND e.{seq} < $3 {kinds}
    ORDER BY seq {direction} LIMIT $4
) s
LEFT JOIN (
    SELECT id AS m_id, local_id, text, state AS m_state, side AS m_side, sender_id, unchecked, at AS m_at,
        {seq} AS m_seq, {shown} AS m_shown FROM chat_message
) t ON t.m_id = s.message_id
LEFT JOIN (SELECT id AS who_id, nickname FROM reader) r ON r.who_id = s.actor_id
ORDER BY s.seq {direction}
"""
_SHOWN_KINDS: Final = f"AND e.kind IN ({', '.join(repr(kind.value) for kind in IN_HISTORY)})"


def _events(side: Side, *, kinds: str, direction: str) -> str:
    return _EVENTS.format(seq=f"{side}_seq", shown=f"{side.other}_seq", kinds=kinds, direction=direction)


_AFTER: Final = {side: _events(side, kinds="", direction="ASC") for side in Side}
_BEFORE: Final = {side: _events(side, kinds=_SHOWN_KINDS, direction="DESC") for side in Side}


async def after(conversation_id: int, side: Side, seq: int, *, limit: int) -> list[Row]:
    """The events of an audience after a number, in order, each with the message that it is about as it is now."""
    return list(await fetch(_AFTER[side], conversation_id, seq, 2**31 - 1, limit))


async def before(conversation_id: int, side: Side, seq: int, *, limit: int) -> list[Row]:
    """What is to be seen before a number, latest first: messages and what happened, without mere changes of them."""
    return list(await fetch(_BEFORE[side], conversation_id, 0, seq, limit))


async def event(tx: Tx, conversation_id: int, side: Side, seq: int) -> Row:
    """One event, as it is written in this transaction."""
    return (await tx.fetch(_AFTER[side], conversation_id, seq - 1, seq + 1, 1))[0]


# ---------------------------------------------------------------- lists

_LAST: Final = """
(SELECT text FROM chat_message m WHERE m.conversation_id = c.id AND m.{seq} IS NOT NULL
    AND m.state NOT IN ('returned', 'withdrawn') ORDER BY m.{seq} DESC LIMIT 1)
"""
_UNREAD: Final = """
(SELECT count(*) FROM chat_message m WHERE m.conversation_id = c.id AND m.side = '{other}'
    AND m.{seq} > c.{side}_read AND m.state <> 'withdrawn')
"""


def _last(side: Side) -> str:
    return _LAST.format(seq=f"{side}_seq")


def _unread(side: Side) -> str:
    return _UNREAD.format(seq=f"{side}_seq", side=side.value, other=side.other.value)


_LAST_AT: Final = """
coalesce((SELECT m.at FROM chat_message m WHERE m.conversation_id = c.id AND m.{seq} IS NOT NULL
    ORDER BY m.{seq} DESC LIMIT 1), c.opened_at)
"""

_MINE: Final = f"""
SELECT c.*, l.nickname AS librarian_name, r.nickname AS reader_name, {_last(Side.READER)} AS last_text,
    {_LAST_AT.format(seq="reader_seq")} AS last_at, {_unread(Side.READER)} AS unread, d.name AS department_name
FROM conversation c JOIN reader r ON r.id = c.reader_id LEFT JOIN reader l ON l.id = c.librarian_id
    LEFT JOIN department d ON d.id = c.department_id
"""
MINE: Final = f"{_MINE} WHERE c.reader_id = $1 AND c.id < $2 ORDER BY c.id DESC LIMIT $3"


async def of_reader(reader_id: int, *, before_id: int = MAX_ID, limit: int) -> list[Row]:
    """A reader's conversations, the latest first."""
    return list(await fetch(MINE, reader_id, before_id, limit))


UNREAD_OF_READER: Final = f"""
SELECT coalesce(sum({_unread(Side.READER)}), 0) AS n FROM conversation c WHERE c.reader_id = $1
"""


async def unread_of(reader_id: int, tx: Tx | None = None) -> int:
    """How many answers a reader has not read, in all conversations."""
    return int((await (tx.fetch if tx else fetch)(UNREAD_OF_READER, reader_id))[0]["n"])


# A question that is being checked, or was never shown, is nobody's business yet; a reviewer's never is.
_DESK_SHAPE: Final = """
SELECT c.*, r.nickname AS reader_name, l.nickname AS librarian_name, d.name AS department_name,
    (SELECT m.text FROM chat_message m WHERE m.conversation_id = c.id AND m.side = 'reader' AND m.staff_seq IS NOT NULL
        AND m.state <> 'withdrawn' AND m.at >= c.opened_at ORDER BY m.staff_seq LIMIT 1) AS first_text,
    {last} AS last_text, {last_at} AS last_at, {unread} AS unread,
    (SELECT max(p.lease_until) FROM presence p WHERE p.reader_id = c.reader_id AND NOT p.away) AS reader_here_until
FROM conversation c JOIN reader r ON r.id = c.reader_id LEFT JOIN reader l ON l.id = c.librarian_id
    LEFT JOIN department d ON d.id = c.department_id
"""
_DESK: Final = _DESK_SHAPE.format(
    last=_last(Side.STAFF), last_at=_LAST_AT.format(seq="staff_seq"), unread=_unread(Side.STAFF)
)
_TO_BE_SEEN: Final = """NOT r.sample AND EXISTS (
    SELECT 1 FROM chat_message m WHERE m.conversation_id = c.id AND m.state NOT IN ('checking', 'passed', 'returned')
)"""
_IN_ORDER: Final = """
ORDER BY CASE WHEN c.first_place THEN 0 ELSE 1 END, c.waiting_since, c.id
"""


def _within(reach: Reach) -> str:
    return reach.inbox_sql(department="c.department_id", branch="c.branch_id", area="c.area_id")


async def on_desk(reach: Reach) -> list[Row]:
    """Every conversation within reach that is not closed: the queue in its order, and those that librarians have."""
    which = f"c.state <> 'closed' AND {_TO_BE_SEEN} AND {_within(reach)}"
    return list(await fetch(f"{_DESK} WHERE {which} {_IN_ORDER}"))


async def desk_lines(conversation_ids: list[int], reach: Reach) -> list[Row]:
    """The same for some conversations, closed ones too."""
    listed = ", ".join(str(int(number)) for number in conversation_ids) or "0"
    return list(await fetch(f"{_DESK} WHERE c.id IN ({listed}) AND {_TO_BE_SEEN} AND {_within(reach)}"))


ONE: Final = {Side.READER: f"{_MINE} WHERE c.id = $1", Side.STAFF: f"{_DESK} WHERE c.id = $1"}


async def one(conversation_id: int, side: Side) -> Row | None:
    """A conversation as an audience's list has it."""
    rows = await fetch(ONE[side], conversation_id)
    return rows[0] if rows else None


async def closed(reach: Reach, *, before_id: int, limit: int, department_id: int | None) -> list[Row]:
    """Conversations within reach that are over, of one department or of all, the latest opened first."""
    of = "(CAST($3 AS BIGINT) IS NULL OR c.department_id = $3)"
    which = f"c.state = 'closed' AND NOT r.sample AND c.id < $1 AND {_within(reach)} AND {of}"
    sql = f"{_DESK} WHERE {which} ORDER BY c.id DESC LIMIT $2"
    return list(await fetch(sql, before_id, limit, department_id))


_HELD: Final = """
FROM chat_message m JOIN conversation c ON c.id = m.conversation_id JOIN reader p ON p.id = c.reader_id
    JOIN reader r ON r.id = m.sender_id
WHERE m.state = 'held' AND NOT p.sample
"""


async def held(reach: Reach, *, limit: int) -> list[Row]:
    """Texts within reach that somebody must look at before they are shown, the oldest first."""
    sql = f"SELECT m.*, r.nickname, c.reader_id {_HELD} AND {_within(reach)} ORDER BY m.id LIMIT $1"
    return list(await fetch(sql, limit))


async def held_count(reach: Reach) -> int:
    return int((await fetch(f"SELECT count(*) AS n {_HELD} AND {_within(reach)}"))[0]["n"])
