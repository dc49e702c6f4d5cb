"""A reader's bookings: see them, check in, leave, cancel."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from handlers import access, audit, helpers, repeat
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Refused
from handlers.shapes import Cursor, Id, Input, Limit, Line, Moment, Output, Page, Repeatable
from models import bookings, jobs, slots
from models.bookings import State, state_at, why_not_check_in
from models.calendar import Span, local_day
from models.db import MAX_ID, Row, Tx
from models.instants import instant, instant_or_none
from models.spaces import Spot, code_in


class BookingOver(Refused):
    """It was cancelled, left, or has lapsed; `details.state` says which."""

    code = "booking_over"


class TooEarly(Refused):
    """Check-in opens at `details.opens_at`."""

    code = "too_early"


class BookingLapsed(Refused):
    """The check-in window closed at `details.closed_at`."""

    code = "booking_lapsed"


class NoBookingHere(Refused):
    """Nothing of the caller's waits at this seat; `details.other_label` is where something does."""

    code = "no_booking_here"


class UnknownCode(Refused):
    """No seat has this code."""

    code = "unknown_code"
    status = 404


class BookedSeat(Output):
    id: Id
    label: str
    area_id: Id
    area_name: str
    branch_name: str
    floor: str


class CanDo(Output):
    """What the owner can do with a booking at this moment."""

    cancel: bool
    check_in: bool
    finish: bool


class BookedBy(Output):
    """The helper who last did something about it for the reader; without a name when they have none."""

    name: str | None


class BookingView(Output):
    id: Id
    seat: BookedSeat
    starts_at: Moment
    ends_at: Moment
    state: str
    checkin_opens_at: Moment
    checkin_closes_at: Moment | None
    checked_in_at: Moment | None
    over_at: Moment | None
    made_at: Moment
    can: CanDo
    helper: BookedBy | None = None  # what was answered before there were helpers has none


class When(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"


class ForReader(Input):
    """`for_reader_id`: for a reader who lets the caller act for them."""

    for_reader_id: Id | None = None


class SeeBookings(ForReader):
    when: When = When.UPCOMING
    after: Cursor | None = None
    limit: Limit = 20


class SeeBooking(ForReader):
    booking_id: Id


class CancelBooking(Repeatable, ForReader):
    booking_id: Id


class FinishBooking(Repeatable, ForReader):
    booking_id: Id


class CheckIn(Repeatable, ForReader):
    """`code` is what the seat's QR says, or the code typed by hand."""

    code: Annotated[Line, Field(min_length=1, max_length=200)]


class BookingChanged(Output):
    """Pushed to the owner's other phones."""

    booking_id: Id


def view(ctx: Context, row: Row) -> BookingView:
    now = ctx.clock.now()
    starts, ends, lapses = (
        instant(row["starts_at"]),
        instant(row["ends_at"]),
        instant_or_none(row["lapses_at"]),
    )
    opens = instant(row["checkin_opens_at"])
    state = state_at(row["state"], lapses, ends, now)
    checked_in, over = instant_or_none(row["checked_in_at"]), instant_or_none(row["over_at"])
    return BookingView(
        id=row["id"],
        seat=BookedSeat(
            id=row["spot_id"],
            label=row["label"],
            area_id=row["area_id"],
            area_name=row["area_name"],
            branch_name=row["branch_name"],
            floor=row["floor"],
        ),
        starts_at=ctx.local(starts),
        ends_at=ctx.local(ends),
        state=state.value,
        checkin_opens_at=ctx.local(opens),
        checkin_closes_at=ctx.local(lapses) if lapses else None,
        checked_in_at=ctx.local(checked_in) if checked_in else None,
        over_at=ctx.local(over) if over else None,
        made_at=ctx.local(instant(row["made_at"])),
        can=CanDo(
            cancel=state is State.BOOKED,
            check_in=state is State.BOOKED and opens <= now,
            finish=state is State.CHECKED_IN,
        ),
        helper=BookedBy(name=row["helper_name"]) if row["helper_id"] else None,
    )


async def see(ctx: Context, caller: Caller, wish: SeeBookings) -> Page[BookingView]:
    """The reader's bookings: upcoming ones soonest first, or past ones in pages, latest first."""
    now, reader_id = ctx.clock.now(), await access.whose(caller, wish.for_reader_id)
    if wish.when is When.UPCOMING:
        rows = await bookings.upcoming(reader_id, now, limit=wish.limit)
        return Page[BookingView](items=[view(ctx, row) for row in rows], next=None)
    before = int(wish.after) if wish.after else MAX_ID
    rows = await bookings.past(reader_id, now, before_id=before, limit=wish.limit + 1)
    more = len(rows) > wish.limit
    rows = rows[: wish.limit]
    return Page[BookingView](
        items=[view(ctx, row) for row in rows], next=str(rows[-1]["id"]) if more else None
    )


async def show(ctx: Context, caller: Caller, wish: SeeBooking) -> BookingView:
    """One of the reader's bookings, and what can be done with it now."""
    reader_id = await access.whose(caller, wish.for_reader_id)
    return view(ctx, await access.booking(caller, wish.booking_id, reader_id=reader_id))


def stream_of(area_id: int, day: date) -> str:
    """The live stream that tells of an area's seats on a day."""
    return f"area:{area_id}:{day}"


def announce(ctx: Context, tx: Tx, row: Row) -> None:
    """After the commit: the seat's watchers look again, and so do the owner's other phones."""
    stream = stream_of(row["area_id"], local_day(instant(row["starts_at"]), ctx.zone))
    seat, reader = str(row["spot_id"]), row["reader_id"]
    changed = BookingChanged(booking_id=row["id"])
    tx.after_commit(lambda: ctx.live.changed(stream, seat))
    tx.after_commit(lambda: ctx.live.push(f"reader:{reader}", "bookings_changed", changed))


def state_of(row: Row, now: datetime) -> State:
    """What the booking of a row is at this instant."""
    return state_at(row["state"], instant_or_none(row["lapses_at"]), instant(row["ends_at"]), now)


async def _end(
    ctx: Context, caller: Caller, wish: CancelBooking | FinishBooking, *, was: State, becomes: State
) -> BookingView:
    """End a booking in state `was` and give back what is left of its time."""
    now = ctx.clock.now()
    async with access.acting(caller, wish.for_reader_id) as (tx, reader_id):
        if done := await repeat.earlier(caller, wish, BookingView):
            return done
        row = await access.booking(caller, wish.booking_id, tx, reader_id=reader_id)
        state, helper_id = state_of(row, now), helpers.helper_of(caller, reader_id)
        if state is not was or not await bookings.end(
            tx, row["id"], was=was, becomes=becomes, now=now, helper_id=helper_id
        ):
            raise BookingOver(state=state.value)
        await slots.release(tx, row["id"], row["spot_id"], slots.slot_at(now, row["slot_minutes"]))
        await jobs.withdraw(tx, f"remind:{row['id']}", f"lapse:{row['id']}")
        after = await bookings.view(tx, row["id"])
        assert after is not None
        answer = view(ctx, after)
        await tx.together(
            audit.adding(
                caller,
                f"booking.{becomes.value}",
                f"booking:{row['id']}",
                now,
                **helpers.told_of(caller, reader_id),
            ),
            repeat.remembering(caller, wish, answer, now),
        )
        await helpers.tell_helped(ctx, tx, caller, row, DONE[becomes])
        announce(ctx, tx, row)
    return answer


async def cancel(ctx: Context, caller: Caller, wish: CancelBooking) -> BookingView:
    """Give up a booking that waits for its check-in; raises `booking_over` otherwise."""
    return await _end(ctx, caller, wish, was=State.BOOKED, becomes=State.CANCELLED)


async def finish(ctx: Context, caller: Caller, wish: FinishBooking) -> BookingView:
    """Leave early: the rest of the time is free at once; raises `booking_over` when not checked in."""
    return await _end(ctx, caller, wish, was=State.CHECKED_IN, becomes=State.FINISHED)


async def check_in(ctx: Context, caller: Caller, wish: CheckIn) -> BookingView:
    """Sit down; who sits there already is told so, and nothing changes.

    Raises `unknown_code`, `no_booking_here`, `too_early` or `booking_lapsed`.
    """
    now = ctx.clock.now()
    seat = await Spot.get_or_none(code=code_in(wish.code), area__branch__sample=caller.sample)
    if seat is None:
        raise UnknownCode()
    async with access.acting(caller, wish.for_reader_id) as (tx, reader_id):
        if done := await repeat.earlier(caller, wish, BookingView):
            return done
        row = await _booking_to_check_in(reader_id, seat, now)
        if state_of(row, now) is State.CHECKED_IN:
            return view(ctx, row)
        lapses = instant_or_none(row["lapses_at"])
        why = why_not_check_in(
            state=state_of(row, now), opens_at=instant(row["checkin_opens_at"]), lapses_at=lapses, now=now
        )
        first, until = slots.slots_of(
            Span(instant(row["starts_at"]), instant(row["ends_at"])), row["slot_minutes"]
        )
        if why and why.code == "too_early" and why.moment:
            raise TooEarly(opens_at=ctx.local(why.moment).isoformat())
        if why or not await bookings.check_in(
            tx, row["id"], until - first, now, helper_id=helpers.helper_of(caller, reader_id)
        ):
            raise BookingLapsed(closed_at=ctx.local(lapses).isoformat() if lapses else None)
        await jobs.withdraw(tx, f"remind:{row['id']}", f"lapse:{row['id']}")
        after = await bookings.view(tx, row["id"])
        assert after is not None
        answer = view(ctx, after)
        await tx.together(
            audit.adding(
                caller, "booking.check_in", f"booking:{row['id']}", now, **helpers.told_of(caller, reader_id)
            ),
            repeat.remembering(caller, wish, answer, now),
        )
        await helpers.tell_helped(ctx, tx, caller, row, DONE[State.CHECKED_IN])
        announce(ctx, tx, row)
    return answer


# What a helper did, as the reader is told.
DONE: Final = {State.CHECKED_IN: "签到了", State.CANCELLED: "取消了预约", State.FINISHED: "退了座位"}
SCANNED: Final = (State.BOOKED, State.CHECKED_IN, State.LAPSED)


async def _booking_to_check_in(reader_id: int, seat: Spot, now: datetime) -> Row:
    """The reader's booking of this seat that a scan means; else `no_booking_here`."""
    # Not "today": a booking from midnight on can be checked in to before midnight.
    mine = await bookings.of_day(reader_id, Span(now, now + timedelta(days=1)))
    if here := [row for row in mine if row["spot_id"] == seat.id and row["state"] in SCANNED]:
        return min(here, key=lambda row: _turn(row, now))
    elsewhere = [row for row in mine if state_of(row, now) is State.BOOKED]
    raise NoBookingHere(label=seat.label, other_label=elsewhere[0]["label"] if elsewhere else None)


def _turn(row: Row, now: datetime) -> int:
    """Of several: one that can begin now, one that has begun, one to come, one that was missed."""
    if state_of(row, now) is State.BOOKED:
        return 0 if instant(row["checkin_opens_at"]) <= now else 2
    return 1 if row["state"] == State.CHECKED_IN else 3
