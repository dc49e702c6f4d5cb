"""Closing an account: what goes, in statements. The rows of the reader and of what they hold must be locked."""

from datetime import datetime, timedelta
from typing import Final

from models import roster
from models.db import Row, Tx, fetch
from models.instants import instant_or_none

CHANGE_OF_MIND: Final = timedelta(days=7)
CLOSED: Final = "closed:"  # instead of an openid, before the reader's number; WeChat's hold no colon
UNDER_WAY: Final = timedelta(minutes=1)  # longer than any request takes that began before the sessions ended


async def closes_at(reader_id: int) -> datetime | None:
    """When the account is to be closed, if its reader has asked for it."""
    rows = await fetch("SELECT closes_at FROM reader WHERE id = $1", reader_id)
    return instant_or_none(rows[0]["closes_at"]) if rows else None


async def plan(tx: Tx, reader_id: int, moment: datetime | None) -> None:
    await tx.fetch("UPDATE reader SET closes_at = $2 WHERE id = $1", reader_id, moment)


# Those for good: an administrator whose role ends by date leaves nobody behind who can prolong it.
ADMINISTRATORS = """
SELECT s.id, s.reader_id FROM staff_role s JOIN reader r ON r.id = s.reader_id
WHERE s.role = 'admin' AND r.closes_at IS NULL ORDER BY s.id
"""


async def others_administer(tx: Tx, reader_id: int) -> bool:
    """Whether there is nothing to fear for the library: an administrator stays, or this one is none.

    Two who go at once come one after the other.
    """
    await tx.hold("SELECT id FROM staff_role WHERE role = 'admin' ORDER BY id FOR NO KEY UPDATE")
    staying = {row["reader_id"] for row in await tx.fetch(ADMINISTRATORS)}
    return reader_id not in staying or len(staying) > 1


CLOSE = """
UPDATE reader SET openid = $2, nickname = NULL, phone = NULL, closes_at = NULL, closed_at = $3
WHERE id = $1 AND closed_at IS NULL RETURNING id
"""


async def close(tx: Tx, reader_id: int, now: datetime) -> bool:
    """Only a number is left of who it was; False: that was so already."""
    return bool(await tx.fetch(CLOSE, reader_id, f"{CLOSED}{reader_id}", now))


def is_gone(openid: str) -> bool:
    """Whether the account is closed: then WeChat knows nobody of that name."""
    return openid.startswith(CLOSED)


async def give_up_roles(tx: Tx, reader_id: int, now: datetime) -> None:
    """Nothing that they were trusted with outlives them, nor do their invitations."""
    await tx.fetch("DELETE FROM staff_role WHERE reader_id = $1", reader_id)
    await tx.fetch("DELETE FROM staff_grant WHERE reader_id = $1", reader_id)
    await tx.fetch("DELETE FROM presence WHERE reader_id = $1", reader_id)
    await roster.end_all(tx, reader_id)
    await tx.fetch(
        "UPDATE invitation SET expires_at = $2 WHERE made_by_id = $1 AND accepted_by IS NULL AND expires_at > $2",
        reader_id,
        now,
    )


async def held(tx: Tx, reader_id: int) -> tuple[list[int], list[Row]]:
    """(ids of conversations, rows of feedback) that are open for this reader or with this librarian."""
    conversations = await tx.fetch(
        "SELECT id FROM conversation WHERE reader_id = $1 AND state <> 'closed' "
        "OR librarian_id = $1 AND state = 'claimed'",
        reader_id,
    )
    taken = "SELECT id, reader_id, department_id FROM feedback WHERE librarian_id = $1 AND state = 'taken' ORDER BY id"
    return [row["id"] for row in conversations], list(await tx.fetch(taken, reader_id))


ERASE: Final = (
    "UPDATE ban SET reason = $2 WHERE reader_id = $1",
    "UPDATE chat_message SET text = $2 WHERE conversation_id IN (SELECT id FROM conversation WHERE reader_id = $1)",
    "UPDATE chat_event SET words = CASE kind WHEN 'about' THEN CAST($2 AS TEXT) END "
    "WHERE words IS NOT NULL AND conversation_id IN (SELECT id FROM conversation WHERE reader_id = $1)",
    "UPDATE feedback SET text = CAST($2 AS TEXT), answer = CASE WHEN answer IS NULL THEN NULL ELSE $2 END, "
    "may_answer = answer IS NOT NULL WHERE reader_id = $1",
    "UPDATE notice SET title = CAST($2 AS TEXT), text = CAST($2 AS TEXT), \"values\" = '{}', link = NULL, "
    "sending = CASE sending WHEN 'waiting' THEN 'no_consent' ELSE sending END WHERE reader_id = $1",
)
FORGET: Final = (
    "UPDATE conversation SET about = NULL, about_page = NULL, branch_id = NULL, area_id = NULL, tag = NULL "
    "WHERE reader_id = $1",
    "DELETE FROM consent WHERE reader_id = $1",
    "DELETE FROM reader_card WHERE reader_id = $1",
    "DELETE FROM helper WHERE helped_id = $1 OR helper_id = $1",
    "DELETE FROM helper_invitation WHERE helped_id = $1",
    "DELETE FROM repeat WHERE reader_id = $1",
)


async def erase(tx: Tx, reader_id: int, instead: str) -> None:
    """What was written by them and to them becomes `instead`; counts, times and stars stay."""
    for sql in ERASE:
        await tx.fetch(sql, reader_id, instead)
    for sql in FORGET:
        await tx.fetch(sql, reader_id)
