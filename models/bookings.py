"""Bookings of spots, and the rules of booking as pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from models.bans import stops
from models.calendar import Span, day_span
from models.db import Row, Tx, Write, belongs_to, fetch
from models.instants import UtcDatetimeField
from models.slots import keep
from models.spaces import SeatRules, hours_between


class State(StrEnum):
    BOOKED = "booked"  # waits for its check-in
    CHECKED_IN = "checked_in"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"  # nobody checked in: a no-show
    FINISHED = "finished"


class Booking(Model):
    """`lapses_at` is the end of the check-in window while it waits, null once checked in.

    Read `state_at`, not `state`: a booking lapses by the clock, before any row says so.
    """

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    spot: Any = belongs_to("Spot")
    spot_id: int
    starts_at = UtcDatetimeField()
    ends_at = UtcDatetimeField()
    state = fields.CharField(10, default=State.BOOKED.value)
    checkin_opens_at = UtcDatetimeField()
    lapses_at = UtcDatetimeField(null=True)
    made_at = UtcDatetimeField()
    checked_in_at = UtcDatetimeField(null=True)
    over_at = UtcDatetimeField(null=True)  # cancelled, lapsed or left
    helper_id = fields.BigIntField(null=True)  # who last did something about it for the reader

    class Meta:
        table = "booking"
        indexes = (("reader_id", "ends_at"),)


def state_at(state: str, lapses_at: datetime | None, ends_at: datetime, now: datetime) -> State:
    """What a booking is at this instant."""
    if state == State.BOOKED and lapses_at is not None and lapses_at <= now:
        return State.LAPSED
    if state == State.CHECKED_IN and ends_at <= now:
        return State.FINISHED
    return State(state)


# ---------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class Rules:
    """`SeatRules` as values; lengths in minutes."""

    advance_days: int
    release_minute: int
    min_minutes: int
    max_minutes: int
    at_once: int
    per_day: int
    checkin_before_minutes: int
    checkin_after_minutes: int
    remind_before_minutes: int
    needs_card: bool
    groups: str

    @classmethod
    def of(cls, row: Row) -> "Rules":
        """From a row that has the columns of `seat_rules`."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @classmethod
    def from_model(cls, rules: SeatRules) -> "Rules":
        return cls(**{name: getattr(rules, name) for name in cls.__slots__})

    def last_day(self, today: date, minute_now: int) -> date:
        """The last date that can be booked now: the day of `advance_days` opens at its release."""
        days = self.advance_days if minute_now >= self.release_minute else self.advance_days - 1
        return today + timedelta(days=max(days, 0))


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a rule refuses: a code of the contract, the number that matters, and what a sentence needs."""

    code: str
    number: int | None = None
    moment: datetime | None = None
    until: datetime | None = None
    day: date | None = None


def why_not_reserve(
    *,
    rules: Rules,
    wish: Span,
    now: datetime,
    slot_minutes: int,
    open_spans: Sequence[Span],
    first_bookable: datetime,
    seat_closed: bool,
    at_once: int,
    that_day: int,
) -> WhyNot | None:
    """The first rule that stands against a wish, in the order in which a reader can do something about it.

    `open_spans` are those of the date on which the wish begins; `first_bookable` is when that date
    opens for booking; `at_once` and `that_day` count the reader's bookings.
    """
    step = slot_minutes * 60
    if seat_closed:
        return WhyNot("seat_closed")
    if wish.starts.timestamp() % step or wish.ends.timestamp() % step:
        return WhyNot("not_on_step", slot_minutes)
    if wish.ends <= now or wish.starts + timedelta(minutes=slot_minutes) <= now:
        return WhyNot("in_the_past")
    if wish.minutes < rules.min_minutes:
        return WhyNot("too_short", rules.min_minutes)
    if wish.minutes > rules.max_minutes:
        return WhyNot("too_long", rules.max_minutes)
    if first_bookable > now:
        return WhyNot("not_open_yet", rules.advance_days, moment=first_bookable)
    if not any(span.holds(wish) for span in open_spans):
        near = min(open_spans, key=lambda span: abs(span.starts - wish.starts), default=None)
        return WhyNot("closed_then", None, near.starts if near else None, near.ends if near else None)
    if at_once >= rules.at_once:
        return WhyNot("too_many_at_once", rules.at_once)
    if that_day >= rules.per_day:
        return WhyNot("too_many_today", rules.per_day)
    return None


def checkin_window(rules: Rules, span: Span, now: datetime) -> tuple[datetime, datetime]:
    """When check-in opens and when the booking lapses: at its end at the latest.

    Who books late has the full window from now.
    """
    opens = span.starts - timedelta(minutes=rules.checkin_before_minutes)
    closes = max(span.starts, now) + timedelta(minutes=rules.checkin_after_minutes)
    return opens, min(closes, span.ends)


def why_not_check_in(
    *, state: State, opens_at: datetime, lapses_at: datetime | None, now: datetime
) -> WhyNot | None:
    if state is State.LAPSED:
        return WhyNot("booking_lapsed", moment=lapses_at)
    if state is not State.BOOKED:
        return WhyNot("booking_over")
    if now < opens_at:
        return WhyNot("too_early", moment=opens_at)
    return None


# ---------------------------------------------------------------- statements

MARK_LAPSED = """
UPDATE booking SET state = 'lapsed', over_at = lapses_at
WHERE state = 'booked' AND lapses_at <= $4 AND id IN (
    SELECT booking_id FROM slot WHERE spot_id = $1 AND slot_no >= $2 AND slot_no < $3 AND lapses_at <= $4
)
RETURNING id
"""

FACTS = f"""
SELECT s.id, s.label, s.area_id, s.closed, s.slot_minutes, s.x, s.y, a.name AS area_name, a.floor, a.branch_id,
    b.name AS branch_name, r.advance_days, r.release_minute, r.min_minutes, r.max_minutes, r.at_once, r.per_day,
    r.checkin_before_minutes, r.checkin_after_minutes, r.remind_before_minutes, r.needs_card, r.groups,
    p.state AS card_state, p.valid_from, p.valid_until, g.code AS group_code, g.name AS group_name,
    {stops("bookings", "$2", "$3")} AS banned,
    (SELECT count(*) FROM booking k WHERE k.reader_id = $2 AND k.ends_at > $3
        AND (k.state = 'checked_in' OR (k.state = 'booked' AND k.lapses_at > $3))) AS mine_at_once,
    (SELECT count(*) FROM booking k WHERE k.reader_id = $2 AND k.ends_at > $4 AND k.state <> 'cancelled'
        AND k.starts_at >= $4 AND k.starts_at < $5) AS mine_that_day,
    (SELECT min(k.id) FROM booking k WHERE k.reader_id = $2 AND k.ends_at > $6 AND k.starts_at < $7
        AND (k.state = 'checked_in' OR (k.state = 'booked' AND k.lapses_at > $3))) AS overlaps
FROM spot s JOIN area a ON a.id = s.area_id JOIN seat_rules r ON r.id = a.rules_id
JOIN branch b ON b.id = a.branch_id
LEFT JOIN reader_card c ON r.needs_card AND c.reader_id = $2 LEFT JOIN patron p ON p.id = c.patron_id
LEFT JOIN reader_group g ON g.id = p.group_id
WHERE s.id = $1 AND s.kind = 'seat' AND b.sample = $8
"""


# With what each of them would cost a message of its own: whether somebody holds a slot of the wish, the hours, what
# the same request was answered before, and the id of the booking to come.
ASKED = f"""
SELECT f.*, h.special, h.at, h.day, h.opens_minute, h.closes_minute, h.note, EXISTS (
    SELECT 1 FROM slot t WHERE t.spot_id = f.id AND t.slot_no >= $9 AND t.slot_no < $10
        AND (t.lapses_at IS NULL OR t.lapses_at > $3)
) AS taken, q.fingerprint, q.answer, {{next_id}} AS next_id
FROM ({FACTS}) f LEFT JOIN ({hours_between("$11", "$11")}) h ON h.branch_id = f.branch_id
LEFT JOIN repeat q ON q.reader_id = $12 AND q.key = $13
"""


@cache
def _asking(next_id: str) -> str:
    return ASKED.format(next_id=next_id)


async def asked(
    tx: Tx,
    spot_id: int,
    reader_id: int,
    *,
    sample: bool,
    wish: Span,
    slots: tuple[int, int],
    day: date,
    zone: ZoneInfo,
    now: datetime,
    request: tuple[int, str],
) -> Sequence[Row]:
    """What a wish for a seat depends on: the seat, its rules and the reader's counts, in each of the rows that
    `calendar.Hours` is made from. None: no such seat. Lock the reader's row in a statement before this one.

    `request` is who asks and with which idempotency key. Bookings that have lapsed on these slots say so from now on.
    """
    that_day = day_span(day, zone)
    spans = (that_day.starts, that_day.ends, wish.starts, wish.ends)
    return await tx.together(
        (_asking(tx.next_id("booking")), (spot_id, reader_id, now, *spans, sample, *slots, day, *request)),
        (MARK_LAPSED, (spot_id, *slots, now)),
    )


MAKE = """
INSERT INTO booking
    (id, reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, lapses_at, made_at, helper_id)
VALUES ($1, $2, $3, $4, $5, 'booked', $6, $7, $8, $9) RETURNING id
"""


def making(
    booking_id: int,
    reader_id: int,
    spot_id: int,
    *,
    wish: Span,
    window: tuple[datetime, datetime],
    now: datetime,
    helper_id: int | None,
) -> Write:
    """The write of a booking with the id that `asked` gave it; it goes with the claim of its slots."""
    return MAKE, (booking_id, reader_id, spot_id, wish.starts, wish.ends, *window, now, helper_id)


VIEW = """
SELECT k.id, k.reader_id, k.spot_id, k.starts_at, k.ends_at, k.state, k.checkin_opens_at, k.lapses_at, k.made_at,
    k.checked_in_at, k.over_at, k.helper_id, h.nickname AS helper_name,
    s.label, s.slot_minutes, s.area_id, a.name AS area_name, a.floor, a.branch_id,
    b.name AS branch_name
FROM booking k JOIN spot s ON s.id = k.spot_id JOIN area a ON a.id = s.area_id JOIN branch b ON b.id = a.branch_id
LEFT JOIN reader h ON h.id = k.helper_id
"""
UPCOMING = (
    VIEW
    + """
WHERE k.reader_id = $1 AND k.ends_at > $2 AND k.id > $3
    AND (k.state = 'checked_in' OR (k.state = 'booked' AND k.lapses_at > $2))
ORDER BY k.starts_at, k.id LIMIT $4
"""
)
PAST = (
    VIEW
    + """
WHERE k.reader_id = $1 AND k.id < $3
    AND NOT (k.ends_at > $2 AND (k.state = 'checked_in' OR (k.state = 'booked' AND k.lapses_at > $2)))
ORDER BY k.id DESC LIMIT $4
"""
)


async def view(tx: Tx | None, booking_id: int) -> Row | None:
    rows = await (tx.fetch if tx else fetch)(VIEW + "WHERE k.id = $1", booking_id)
    return rows[0] if rows else None


async def upcoming(reader_id: int, now: datetime, *, limit: int) -> list[Row]:
    """What a reader holds, soonest first (limits keep this list short, so it has no pages)."""
    return list(await fetch(UPCOMING, reader_id, now, 0, limit))


async def past(reader_id: int, now: datetime, *, before_id: int, limit: int) -> list[Row]:
    """What is over, latest made first."""
    return list(await fetch(PAST, reader_id, now, before_id, limit))


OF_DAY = (
    VIEW
    + """
WHERE k.reader_id = $1 AND k.ends_at > $2 AND k.starts_at < $3 ORDER BY k.starts_at, k.id
"""
)


async def of_day(reader_id: int, day: Span) -> list[Row]:
    """Everything that a reader booked on a day, whatever became of it."""
    return list(await fetch(OF_DAY, reader_id, day.starts, day.ends))


CHECK_IN = """
UPDATE booking SET state = 'checked_in', checked_in_at = $2, lapses_at = NULL,
    helper_id = coalesce(CAST($3 AS BIGINT), helper_id)
WHERE id = $1 AND state = 'booked' AND lapses_at > $2 RETURNING spot_id
"""


async def check_in(
    tx: Tx, booking_id: int, slots: int, now: datetime, *, helper_id: int | None = None
) -> bool:
    """Hold the seat for good; False: the booking has lapsed meanwhile, and the caller must roll back."""
    rows = await tx.fetch(CHECK_IN, booking_id, now, helper_id)
    return bool(rows) and await keep(tx, rows[0]["spot_id"], booking_id, now) == slots


END = """
UPDATE booking SET state = $2, over_at = $3, helper_id = coalesce(CAST($5 AS BIGINT), helper_id)
WHERE id = $1 AND state = $4 RETURNING id
"""


async def end(
    tx: Tx, booking_id: int, *, was: State, becomes: State, now: datetime, helper_id: int | None = None
) -> bool:
    return bool(await tx.fetch(END, booking_id, becomes.value, now, was.value, helper_id))
