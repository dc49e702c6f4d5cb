"""The seats of an area on a day, booking one, the rules that administrators set, and the codes on the desks."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field
from tortoise.exceptions import IntegrityError

from handlers import audit, bookings, repeat
from handlers.access import Caller
from handlers.bookings import BookingView
from handlers.context import Context
from handlers.errors import Changed, Detail, Invalid, NotFound, Refused
from handlers.shapes import Day, Id, Input, Line, Moment, NoInput, Nothing, Output, Repeatable, Whole
from handlers.spaces import hours_of
from models import bookings as held
from models import jobs, refusals
from models.bookings import Rules, WhyNot, checkin_window, slots_of, why_not_reserve
from models.calendar import Hours, Span, day_span, local_day, moment_of
from models.db import Row, Tx, instant, instant_or_none, transaction
from models.spaces import SEAT_SLOT_MINUTES, Area, SeatRules, Spot, hours_rows

LONGEST_STAY: Final = timedelta(hours=24)


class BookingRefused(Refused):
    """A rule stands against it; the code is the rule's, `details` has the number that matters."""

    code = "seat_taken"

    def __init__(self, code: str, number: int | None = None, **details: Detail) -> None:
        super().__init__(**details)
        self.code = code
        self.number = number


class WatchArea(Input):
    area_id: Id
    date: Day


class BusySpan(Output):
    """Held from slot `first` up to `until` of the day; with `lapses_at`, only while it is before that."""

    first: int
    until: int
    lapses_at: Moment | None


class SeatDay(Output):
    seat_id: Id
    busy: list[BusySpan]


class OpenSlots(Output):
    first: int
    until: int


class MySpan(Output):
    booking_id: Id
    seat_id: Id
    first: int
    until: int
    state: str


class AreaDay(Output):
    """Who sits where is not told; `mine` are the caller's own. `number` counts the stream's changes."""

    area_id: Id
    date: Day
    number: int
    day_starts_at: Moment
    slot_minutes: int
    open: list[OpenSlots]
    seats: list[SeatDay]
    mine: list[MySpan]


class SeatsChanged(Output):
    """Absolute states of the seats that changed; `number` is one more than the last."""

    area_id: Id
    date: Day
    number: int
    seats: list[SeatDay]


class AreaNumber(Output):
    """Every ten seconds: the number of the last change, so that a lost one shows."""

    area_id: Id
    date: Day
    number: int


class ReserveSeat(Repeatable):
    seat_id: Id
    starts_at: Moment
    ends_at: Moment


def stream_of(area_id: int, day: object) -> str:
    return f"area:{area_id}:{day}"


def _spans(rows: list[Row], ctx: Context, first_slot: int) -> dict[int, list[BusySpan]]:
    found: dict[int, list[BusySpan]] = {}
    for row in rows:
        lapses = instant_or_none(row["lapses_at"])
        found.setdefault(row["spot_id"], []).append(
            BusySpan(
                first=row["first"] - first_slot,
                until=row["until"] - first_slot,
                lapses_at=ctx.local(lapses) if lapses else None,
            )
        )
    return found


async def day(ctx: Context, caller: Caller, wish: WatchArea) -> AreaDay:
    """The area's day: which stretches of which seats are held. 404 when there is no such area."""
    area = await Area.get_or_none(id=wish.area_id)
    if area is None:
        raise NotFound()
    number = await ctx.live.number(stream_of(area.id, wish.date))  # before the state: see rule 5
    now, span = ctx.clock.now(), day_span(wish.date, ctx.zone)
    first, until = slots_of(span, SEAT_SLOT_MINUTES)
    held_spans = _spans(await held.busy(area.id, (first, until), now), ctx, first)
    opening = (await hours_of(ctx, area.branch_id)).on(wish.date)
    return AreaDay(
        area_id=area.id,
        date=wish.date,
        number=number,
        day_starts_at=ctx.local(span.starts),
        slot_minutes=SEAT_SLOT_MINUTES,
        open=[
            OpenSlots(first=a - first, until=b - first)
            for a, b in (slots_of(opened, SEAT_SLOT_MINUTES) for opened in opening)
        ],
        seats=[SeatDay(seat_id=seat, busy=spans) for seat, spans in held_spans.items()],
        mine=await _mine(ctx, caller, area.id, span, first),
    )


async def _mine(ctx: Context, caller: Caller, area_id: int, span: Span, first_slot: int) -> list[MySpan]:
    if caller.reader_id is None:
        return []
    found = []
    for row in await held.of_day(caller.reader_id, span):
        shown = bookings.view(ctx, row)
        if row["area_id"] == area_id and shown.state in ("booked", "checked_in"):
            a, b = slots_of(Span(instant(row["starts_at"]), instant(row["ends_at"])), row["slot_minutes"])
            found.append(
                MySpan(
                    booking_id=row["id"],
                    seat_id=row["spot_id"],
                    first=a - first_slot,
                    until=b - first_slot,
                    state=shown.state,
                )
            )
    return found


async def changes(ctx: Context, stream: str, seat_ids: list[str]) -> tuple[str, dict[str, object]]:
    """(event, payload without its number) of a stream's changed seats, as they are now."""
    _, area, date_text = stream.split(":")
    date_ = datetime.fromisoformat(date_text).date()
    first, until = slots_of(day_span(date_, ctx.zone), SEAT_SLOT_MINUTES)
    rows = await held.busy_of(int(area), (first, until), ctx.clock.now(), [int(seat) for seat in seat_ids])
    spans = _spans(rows, ctx, first)
    seats = [
        SeatDay(seat_id=int(seat), busy=spans.get(int(seat), [])).model_dump(mode="json") for seat in seat_ids
    ]
    return "seats_changed", {"area_id": area, "date": date_text, "seats": seats}


def number_now(stream: str) -> tuple[str, dict[str, object]]:
    """(event, payload without its number) of a stream's heartbeat."""
    _, area, date_text = stream.split(":")
    return "area_number", {"area_id": area, "date": date_text}


def watched(wish: WatchArea) -> str:
    """The stream that a watcher of this area and day is told of."""
    return stream_of(wish.area_id, wish.date)


async def leave(_ctx: Context, _caller: Caller, _wish: WatchArea) -> Nothing:
    """No longer watched."""
    return Nothing()


# ---------------------------------------------------------------- booking


async def reserve(ctx: Context, caller: Caller, wish: ReserveSeat) -> BookingView:
    """Book a seat, or raise the one rule that stands against it, which is also kept as a fact.

    `seat_taken` names the nearest seat that is free for the same span.
    """
    if not timedelta() < wish.ends_at - wish.starts_at <= LONGEST_STAY:
        raise Invalid(field="ends_at", problem="range")
    try:
        # Locked before the counts: two bookings at once must not both pass.
        async with transaction(lock=("reader", caller.me)) as tx:
            return await _reserve(ctx, caller, wish, tx)
    except (Refused, IntegrityError) as refused:
        # A request that comes again meets its own booking or its own key, so only here is it looked for.
        if done := await repeat.earlier(caller, wish, BookingView):
            return done
        if isinstance(refused, BookingRefused):
            await _explain_and_keep(ctx, wish, refused)
        raise


async def _explain_and_keep(ctx: Context, wish: ReserveSeat, refused: BookingRefused) -> None:
    spot = await Spot.get(id=wish.seat_id)
    if refused.code == "seat_taken":
        refused.details = await _other_seat(ctx, wish, spot)
    await refusals.keep(refused.code, refused.number, spot.area_id, wish.starts_at, ctx.clock.now())


async def _reserve(ctx: Context, caller: Caller, wish: ReserveSeat, tx: Tx) -> BookingView:
    now, span = ctx.clock.now(), Span(wish.starts_at, wish.ends_at)
    date_ = local_day(wish.starts_at, ctx.zone)
    seat = await held.facts(tx, wish.seat_id, caller.me, wish=span, day=day_span(date_, ctx.zone), now=now)
    if seat is None:
        raise NotFound()
    rules = Rules.of(seat)
    hours = Hours.of(await hours_rows(seat["branch_id"], date_, date_), ctx.zone)
    _refuse(ctx, seat, _why_not(ctx, seat, rules, span, hours))
    if seat["overlaps"]:
        mine = await held.view(tx, seat["overlaps"])
        label = mine["label"] if mine else None
        raise BookingRefused("overlaps_yours", booking_id=str(seat["overlaps"]), label=label)
    slots, window = slots_of(span, seat["slot_minutes"]), checkin_window(rules, span, now)
    booking_id = await held.make(tx, caller.me, seat["id"], wish=span, slots=slots, window=window, now=now)
    row = _made(seat, caller, booking_id, span, window, now)
    answer = bookings.view(ctx, row)
    about = {"booking_id": booking_id}
    remind_at = max(now, wish.starts_at - timedelta(minutes=rules.remind_before_minutes))
    beside = (
        audit.adding(caller, "booking.make", f"booking:{booking_id}", now, spot=seat["id"]),
        jobs.adding("remind", f"remind:{booking_id}", about, remind_at),
        jobs.adding("lapse", f"lapse:{booking_id}", about, window[1]),
        repeat.remembering(caller, wish, answer, now),
    )
    if not await held.claim(tx, seat["id"], slots, booking_id, lapses_at=window[1], now=now, beside=beside):
        raise BookingRefused("seat_taken")
    bookings.announce(ctx, tx, row)
    if remind_at == now:
        tx.after_commit(ctx.live.wake_workers)
    return answer


def _why_not(ctx: Context, seat: Row, rules: Rules, span: Span, hours: Hours) -> WhyNot | None:
    date_, now = local_day(span.starts, ctx.zone), ctx.clock.now()
    released = moment_of(date_ - timedelta(days=rules.advance_days), rules.release_minute, ctx.zone)
    return why_not_reserve(
        rules=rules,
        wish=span,
        now=now,
        slot_minutes=seat["slot_minutes"],
        open_spans=hours.on(date_),
        first_bookable=released if date_ > local_day(now, ctx.zone) else now,
        seat_closed=bool(seat["closed"]),
        at_once=seat["mine_at_once"],
        that_day=seat["mine_that_day"],
    )


def _refuse(ctx: Context, seat: Row, why: WhyNot | None) -> None:
    if why is None:
        return
    opens = ctx.local(why.moment).isoformat() if why.moment else None
    closes = ctx.local(why.until).isoformat() if why.until else None
    details: dict[str, Detail] = {}
    if why.code == "seat_closed":
        details = {"label": seat["label"]}
    elif why.code == "closed_then":
        details = {"opens_at": opens, "closes_at": closes}
    elif why.code == "not_open_yet":
        details = {"opens_at": opens}
    elif why.code in ("too_many_at_once", "too_many_today"):
        details = {"limit": why.number}
    elif why.number is not None:
        details = {"minutes": why.number}
    raise BookingRefused(why.code, why.number, **details)


def _made(
    seat: Row, caller: Caller, booking_id: int, span: Span, window: tuple[datetime, datetime], now: datetime
) -> Row:
    """The row that `models.bookings.view` would read back, without asking the database again."""
    return {
        **{
            name: seat[name]
            for name in ("label", "slot_minutes", "area_id", "area_name", "floor", "branch_name")
        },
        "id": booking_id,
        "reader_id": caller.me,
        "spot_id": seat["id"],
        "starts_at": span.starts,
        "ends_at": span.ends,
        "state": "booked",
        "checkin_opens_at": window[0],
        "lapses_at": window[1],
        "made_at": now,
        "checked_in_at": None,
        "over_at": None,
    }


async def _other_seat(ctx: Context, wish: ReserveSeat, spot: Spot) -> dict[str, Detail]:
    slots = slots_of(Span(wish.starts_at, wish.ends_at), spot.slot_minutes)
    near = await held.nearest_free(spot.area_id, spot.id, slots, ctx.clock.now(), x=spot.x, y=spot.y)
    return {
        "label": spot.label,
        "nearest_id": str(near["id"]) if near else None,
        "nearest_label": near["label"] if near else None,
    }


# ---------------------------------------------------------------- for administrators


class SeatRulesEdited(Output):
    """A set of rules as administrators see it; minutes, days and counts."""

    id: Id
    name: str
    version: int
    advance_days: int
    release_time: str
    min_minutes: int
    max_minutes: int
    at_once: int
    per_day: int
    checkin_before_minutes: int
    checkin_after_minutes: int
    remind_before_minutes: int


class AllSeatRules(Output):
    items: list[SeatRulesEdited]


class EditSeatRules(Input):
    """`version` is the one that was read; another one saved meanwhile is `changed_meanwhile`."""

    rules_id: Id
    version: Whole
    name: Annotated[Line, Field(min_length=1, max_length=40)]
    advance_days: Annotated[Whole, Field(ge=0, le=60)]
    release_time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    min_minutes: Annotated[Whole, Field(ge=15, le=1440, multiple_of=15)]
    max_minutes: Annotated[Whole, Field(ge=15, le=1440, multiple_of=15)]
    at_once: Annotated[Whole, Field(ge=1, le=20)]
    per_day: Annotated[Whole, Field(ge=1, le=20)]
    checkin_before_minutes: Annotated[Whole, Field(ge=0, le=120)]
    checkin_after_minutes: Annotated[Whole, Field(ge=5, le=120)]
    remind_before_minutes: Annotated[Whole, Field(ge=0, le=1440)]


class SeatCode(Output):
    seat_id: Id
    label: str
    code: str


class SeatCodes(Output):
    items: list[SeatCode]


class SeeSeatCodes(Input):
    area_id: Id


def _edited(rules: SeatRules) -> SeatRulesEdited:
    values = Rules.from_model(rules)
    return SeatRulesEdited(
        id=rules.id,
        name=rules.name,
        version=rules.version,
        release_time=f"{rules.release_minute // 60:02}:{rules.release_minute % 60:02}",
        **{name: getattr(values, name) for name in Rules.__slots__ if name != "release_minute"},
    )


async def all_rules(_ctx: Context, _caller: Caller, _wish: NoInput) -> AllSeatRules:
    return AllSeatRules(items=[_edited(rules) for rules in await SeatRules.all().order_by("id")])


async def edit_rules(ctx: Context, caller: Caller, wish: EditSeatRules) -> SeatRulesEdited:
    """Takes effect with the next booking. Raises `changed_meanwhile` when somebody saved first."""
    if wish.max_minutes < wish.min_minutes:
        raise Invalid(field="max_minutes", problem="less_than_min")
    now = ctx.clock.now()
    values = wish.model_dump(exclude={"rules_id", "version", "release_time"})
    hour, minute = wish.release_time.split(":")
    async with transaction() as tx:
        await tx.lock("seat_rules", wish.rules_id)
        rules = await SeatRules.get_or_none(id=wish.rules_id)
        if rules is None:
            raise NotFound()
        if rules.version != wish.version:
            raise Changed(version=rules.version)
        before = Rules.from_model(rules)
        rules.update_from_dict(
            {
                **values,
                "release_minute": int(hour) * 60 + int(minute),
                "version": rules.version + 1,
                "saved_at": now,
            }
        )
        await rules.save()
        after = Rules.from_model(rules)
        changed = {
            name: getattr(after, name)
            for name in Rules.__slots__
            if getattr(after, name) != getattr(before, name)
        }
        await audit.add(tx, caller, "rules.edit", f"seat_rules:{rules.id}", now, **changed)
        tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
    return _edited(rules)


class HomeChanged(Output):
    """Pushed to everybody: what the home page and the rules say has changed."""


async def codes(_ctx: Context, _caller: Caller, wish: SeeSeatCodes) -> SeatCodes:
    """What to print on the desks of an area."""
    if not await Area.exists(id=wish.area_id):
        raise NotFound()
    seats = await Spot.filter(area_id=wish.area_id, kind="seat").order_by("id")
    return SeatCodes(items=[SeatCode(seat_id=seat.id, label=seat.label, code=seat.code) for seat in seats])
