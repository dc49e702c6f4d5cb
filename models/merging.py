"""Merging two accounts of one person: what moves, what ends, and what is left.

Of the two, one stays and has everything afterwards; the other goes. Every column that names a reader stands in
`MOVES`, `JOINS`, `ENDS` or `LEAVES`; a test finds one that does not.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from models import helpers
from models.bookings import State, state_at
from models.calendar import Span, day_span, local_day
from models.db import Row, Tx
from models.grants import ALL_GRANTS
from models.instants import instant, instant_or_none
from models.merging_rules import Clash, Held, clashes, joined, talk_that_ends

MOVES: Final = (
    "ban.reader_id",  # all of them, so that nothing ends earlier than it would have
    "booking.reader_id",  # lapsed ones too: who did not come has not come
    "conversation.reader_id",
    "feedback.reader_id",
    "notice.reader_id",
    "rating.reader_id",
    "reader.merged_into",
)
JOINS: Final = (
    "booking.helper_id",
    "chat_event.actor_id",
    "chat_message.sender_id",
    "helper.helped_id",
    "helper.helper_id",
    "reader_card.reader_id",
)
ENDS: Final = (
    "consent.reader_id",  # WeChat counts it for one openid
    "helper_invitation.helped_id",
    "presence.reader_id",
    "repeat.reader_id",
    "session.reader_id",
)
# What somebody did as staff, what the audit has sealed, and pictures, whose files are named after who sent them.
LEAVES: Final = (
    "announcement.saved_by",
    "article.saved_by",
    "audit_entry.actor_id",
    "ban.made_by_id",
    "conversation.librarian_id",
    "duty_exception.reader_id",
    "duty_turn.reader_id",
    "feedback.librarian_id",
    "import_run.made_by_id",
    "invitation.accepted_by",
    "invitation.made_by_id",
    "staff_grant.granted_by",
    "staff_grant.reader_id",
    "staff_role.granted_by",
    "staff_role.reader_id",
    "synonyms.saved_by",
    "upload.reader_id",
)


# ---------------------------------------------------------------- what there is

ACCOUNTS: Final = f"""
SELECT r.id, r.nickname, r.phone, r.made_at, r.closes_at, r.closed_at, r.sample,
    (SELECT count(*) FROM ({ALL_GRANTS}) g WHERE g.reader_id = r.id AND (g.ends_at IS NULL OR g.ends_at > $3)) AS staff,
    (SELECT max(s.last_used_at) FROM session s WHERE s.reader_id = r.id) AS last_used_at,
    (SELECT count(*) FROM conversation t WHERE t.reader_id = r.id AND t.librarian_id IN ($1, $2))
        + (SELECT count(*) FROM feedback f WHERE f.reader_id = r.id AND f.librarian_id IN ($1, $2)) AS answered,
    p.id AS patron_id, p.card_no, p.name AS card_name, c.id AS talk_id, c.state AS talk_state, c.librarian_id
FROM reader r LEFT JOIN reader_card b ON b.reader_id = r.id LEFT JOIN patron p ON p.id = b.patron_id
LEFT JOIN conversation c ON c.reader_id = r.id AND c.state <> 'closed'
WHERE r.id IN ($1, $2)
"""
BOOKED = """
SELECT k.id, k.reader_id, k.spot_id, k.starts_at, k.ends_at, k.state, k.lapses_at, s.label, s.slot_minutes, s.area_id,
    a.name AS area_name, r.at_once, r.per_day
FROM booking k JOIN spot s ON s.id = k.spot_id JOIN area a ON a.id = s.area_id JOIN seat_rules r ON r.id = a.rules_id
WHERE k.reader_id IN ($1, $2) AND k.ends_at > $3 AND k.state <> 'cancelled' ORDER BY k.starts_at, k.id
"""
COUNTS = """
SELECT (SELECT count(*) FROM booking WHERE reader_id = $1) AS bookings,
    (SELECT count(*) FROM conversation WHERE reader_id = $1) AS conversations,
    (SELECT count(*) FROM feedback WHERE reader_id = $1) AS feedback,
    (SELECT count(*) FROM notice WHERE reader_id = $1) AS notices,
    (SELECT count(*) FROM rating WHERE reader_id = $1) AS ratings,
    (SELECT count(*) FROM consent WHERE reader_id = $1 AND balance > 0) AS consents,
    (SELECT count(*) FROM ban WHERE reader_id = $1 AND lifted_at IS NULL AND (ends_at IS NULL OR ends_at > $2)) AS bans
"""
OPEN_FEEDBACK = "SELECT id FROM feedback WHERE reader_id = $1 AND state IN ('new', 'taken') ORDER BY id"
PAIRS = "SELECT helped_id, helper_id, since FROM helper WHERE helped_id IN ($1, $2) OR helper_id IN ($1, $2)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a merge would do. `live`: the bookings of both that are not over; `helping`: those of who goes, with whom
    and since when, as they will be; `counts`: of who goes, by the word of `COUNTS`."""

    stays: Row
    goes: Row
    live: Sequence[Row]
    ends: Mapping[int, Clash]
    talk_ends: int | None
    open_feedback: Sequence[int]
    helping: Mapping[tuple[int, int], datetime]
    counts: Mapping[str, int]

    @property
    def moving(self) -> list[Row]:
        """The bookings of who goes that go on."""
        return [
            row for row in self.live if row["reader_id"] == self.goes["id"] and row["id"] not in self.ends
        ]

    @property
    def ending(self) -> list[Row]:
        return [row for row in self.live if row["id"] in self.ends]

    @property
    def fingerprint(self) -> str:
        """Another one when anything of it is otherwise."""
        told = (
            [
                [account[name] for name in ("id", "patron_id", "talk_id", "talk_state", "librarian_id")]
                for account in (self.stays, self.goes)
            ],
            [[row["id"], row["reader_id"], row["state"]] for row in self.live],
            sorted(self.ends.items()),
            self.talk_ends,
            sorted(self.helping),
            sorted(self.counts.items()),
        )
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


async def accounts(tx: Tx, stays_id: int, goes_id: int, now: datetime) -> tuple[Row, Row] | None:
    """(who stays, who goes); None when there is no such reader. A role to come, of who goes, counts as well."""
    rows = {row["id"]: row for row in await tx.fetch(ACCOUNTS, stays_id, goes_id, now)}
    return (rows[stays_id], rows[goes_id]) if {stays_id, goes_id} <= rows.keys() else None


async def plan(tx: Tx, stays: Row, goes: Row, *, zone: ZoneInfo, now: datetime) -> Plan:
    """What merging would do at this moment."""
    both = (stays["id"], goes["id"])
    counts = (await tx.fetch(COUNTS, goes["id"], now))[0]
    live, held, over = [], [], Counter[date]()
    for row in await tx.fetch(BOOKED, *both, day_span(local_day(now, zone), zone).starts):
        span, day = _span(row), local_day(instant(row["starts_at"]), zone)
        state = state_at(row["state"], instant_or_none(row["lapses_at"]), span.ends, now)
        if state in (State.BOOKED, State.CHECKED_IN):
            live.append(row)
            own, limits = row["reader_id"] == stays["id"], (row["at_once"], row["per_day"])
            held.append(Held(row["id"], own, state is State.CHECKED_IN, span, day, *limits))
        else:
            over[day] += 1
    pairs = {
        (row["helped_id"], row["helper_id"]): instant(row["since"]) for row in await tx.fetch(PAIRS, *both)
    }
    helping = {
        pair: since
        for was, since in pairs.items()
        if goes["id"] in was
        for pair in joined([was], *both)
        if pair not in pairs
    }
    return Plan(
        stays,
        goes,
        live,
        clashes(held, over),
        talk_that_ends(stays, goes),
        [row["id"] for row in await tx.fetch(OPEN_FEEDBACK, goes["id"])],
        helping,
        {name: int(counts[name]) for name in counts.keys()},
    )


def _span(row: Row) -> Span:
    return Span(instant(row["starts_at"]), instant(row["ends_at"]))


# ---------------------------------------------------------------- doing it

HOLD: Final = {
    "patron": "id IN (SELECT patron_id FROM reader_card WHERE reader_id IN ($1, $2))",
    "booking": "reader_id IN ($1, $2) AND state IN ('booked', 'checked_in')",
    "conversation": "reader_id IN ($1, $2)",
    "feedback": "reader_id IN ($1, $2) AND state IN ('new', 'taken')",
}


async def hold(tx: Tx, stays_id: int, goes_id: int) -> None:
    """Lock what others change without the reader's row. The readers' rows must be locked."""
    for table, which in HOLD.items():
        await tx.hold(
            f"SELECT id FROM {table} WHERE {which} ORDER BY id FOR NO KEY UPDATE", stays_id, goes_id
        )


# The phone's own id of a text or a rating is another's as well: it gets one that no phone can make.
RENAME = """
UPDATE {table} SET local_id = 'merged:' || CAST(id AS VARCHAR(20))
WHERE {whose} = $2 AND local_id IN (SELECT local_id FROM {table} WHERE {whose} = $1) RETURNING id, local_id
"""
TEXTS: Final = {"chat": ("chat_message", "sender_id"), "feedback": ("feedback", "reader_id")}


async def rename(tx: Tx, stays_id: int, goes_id: int) -> list[tuple[str, str]]:
    """Let no two things have one `local_id`: (kind of text, its new one), for their checks."""
    await tx.fetch(RENAME.format(table="rating", whose="reader_id"), stays_id, goes_id)
    return [
        (kind, row["local_id"])
        for kind, (table, whose) in TEXTS.items()
        for row in await tx.fetch(RENAME.format(table=table, whose=whose), stays_id, goes_id)
    ]


JOIN: Final = (
    "UPDATE chat_event SET actor_id = $1 WHERE actor_id = $2 AND side = 'reader' "
    "AND conversation_id IN (SELECT id FROM conversation WHERE reader_id = $2)",
    "UPDATE chat_message SET sender_id = $1 WHERE sender_id = $2 AND side = 'reader'",
)
# Who helped themselves needed no help.
HELPED: Final = (
    "UPDATE booking SET helper_id = $1 WHERE helper_id = $2",
    "UPDATE booking SET helper_id = NULL WHERE reader_id = $1 AND helper_id = $1",
)


async def move(tx: Tx, planned: Plan) -> None:
    """Everything but what ends. The rows must be held, and no two texts have one `local_id`."""
    stays_id, goes_id = planned.stays["id"], planned.goes["id"]
    for sql in JOIN:
        await tx.fetch(sql, stays_id, goes_id)
    for table, column in _named(MOVES):
        await tx.fetch(f"UPDATE {table} SET {column} = $1 WHERE {column} = $2", stays_id, goes_id)
    await tx.fetch(HELPED[0], stays_id, goes_id)
    await tx.fetch(HELPED[1], stays_id)
    if planned.stays["patron_id"] is None:
        await tx.fetch("UPDATE reader_card SET reader_id = $1 WHERE reader_id = $2", stays_id, goes_id)
    await tx.fetch("DELETE FROM reader_card WHERE reader_id = $1", goes_id)
    await tx.fetch("DELETE FROM helper WHERE helped_id = $1 OR helper_id = $1", goes_id)
    for (helped_id, helper_id), since in planned.helping.items():
        await helpers.begin(tx, helped_id, helper_id, since)
    for table, column in _named(ENDS):
        await tx.fetch(f"DELETE FROM {table} WHERE {column} = $1", goes_id)


def _named(columns: Collection[str]) -> list[tuple[str, str]]:
    return [(table, column) for table, _, column in (name.partition(".") for name in columns)]


KEEP = """
UPDATE reader SET nickname = coalesce(nickname, CAST($2 AS VARCHAR(20))),
    phone = coalesce(phone, CAST($3 AS VARCHAR(20)))
WHERE id = $1
"""


async def went(tx: Tx, stays: Row, goes: Row) -> None:
    """Say of a closed account where it went; a name and a number that the other had not goes with it."""
    await tx.fetch(KEEP, stays["id"], goes["nickname"], goes["phone"])
    await tx.fetch("UPDATE reader SET merged_into = $1 WHERE id = $2", stays["id"], goes["id"])


async def merged_into(tx: Tx, reader_id: int) -> int | None:
    """Where a closed account went."""
    rows = await tx.fetch("SELECT merged_into FROM reader WHERE id = $1", reader_id)
    return rows[0]["merged_into"] if rows else None
