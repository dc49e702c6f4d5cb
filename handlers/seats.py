"""Booking a seat, and the codes on the desks."""

from datetime import date, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from handlers import access, audit, bans, bookings, helpers, repeat
from handlers.access import Caller, Permission
from handlers.bookings import BookingView, ForReader
from handlers.context import Context, WeChatRefused
from handlers.errors import Detail, Invalid, NotFound, Refused, TryLater
from handlers.shapes import Cursor, Id, Input, Limit, Line, Moment, NoInput, Output, Repeatable
from models import bookings as held
from models import chat, jobs, patrons, refusals
from models.bans import Stops
from models.bookings import Rules, WhyNot, checkin_window, why_not_reserve
from models.calendar import Hours, Span, local_day, moment_of
from models.db import Row, Tx, transaction
from models.patrons import Card, why_not_admitted
from models.slots import claim, nearest_free, slots_of
from models.spaces import SEAT_SLOT_MINUTES, Spot

LONGEST_STAY: Final = timedelta(hours=24)
CHECK_IN_PAGE: Final = "pages/check-in/check-in"


class BookingRefused(Refused):
    """A rule stands against it; the code is the rule's, `details` has the number that matters."""

    code = "seat_taken"

    def __init__(self, code: str, number: int | None = None, **details: Detail) -> None:
        super().__init__(**details)
        self.code = code
        self.number = number


class ReserveSeat(Repeatable, ForReader):
    seat_id: Id
    starts_at: Moment
    ends_at: Moment


class SeatCode(Output):
    seat_id: Id
    label: str
    code: str


class SeatCodes(Output):
    """`next` is the `after` of the following part."""

    items: list[SeatCode]
    next: str | None


class AreaName(Output):
    id: Id
    name: str
    branch_name: str


class AreaNames(Output):
    items: list[AreaName]


class SeeSeatCodes(Input):
    """`text`: what is in the labels, as small or capital letters. Without a `limit`, all of them."""

    area_id: Id
    text: Annotated[Line, Field(max_length=16)] = ""
    after: Cursor | None = None
    limit: Limit | None = None


class SeeSeatCode(Input):
    seat_id: Id


async def reserve(ctx: Context, caller: Caller, wish: ReserveSeat) -> BookingView:
    """Book a seat, or raise the one rule that stands against it, which is also kept as a fact.

    `seat_taken` names the nearest seat that is free for the same span.
    """
    if not timedelta() < wish.ends_at - wish.starts_at <= LONGEST_STAY:
        raise Invalid(field="ends_at", problem="range")
    try:
        # Locked before the counts: two bookings at once must not both pass.
        async with access.acting(caller, wish.for_reader_id) as (tx, reader_id):
            answer = await _reserve(ctx, caller, wish, tx, reader_id)
            if isinstance(answer, BookingRefused):  # nothing is written yet
                await _explain_and_keep(ctx, tx, wish, answer)
    except BookingRefused as refused:
        async with transaction() as tx:
            await _explain_and_keep(ctx, tx, wish, refused)
        raise
    if isinstance(answer, BookingRefused):
        raise answer
    return answer


async def _explain_and_keep(ctx: Context, tx: Tx, wish: ReserveSeat, refused: BookingRefused) -> None:
    now = ctx.clock.now()
    keeping = refusals.keeping(refused.code, refused.number, wish.seat_id, wish.starts_at, now)
    if refused.code == "seat_taken":
        slots = slots_of(Span(wish.starts_at, wish.ends_at), SEAT_SLOT_MINUTES)
        near = await nearest_free(tx, wish.seat_id, slots, now, beside=[keeping])
        refused.details = {
            **refused.details,
            "nearest_id": str(near["id"]) if near else None,
            "nearest_label": near["label"] if near else None,
        }
    else:
        await tx.together(keeping)


async def _reserve(
    ctx: Context, caller: Caller, wish: ReserveSeat, tx: Tx, reader_id: int
) -> BookingView | BookingRefused:
    """The booking, or what stands against it as far as is known before it is written; raises when the seat is lost
    in that moment."""
    now, span = ctx.clock.now(), Span(wish.starts_at, wish.ends_at)
    date_ = local_day(wish.starts_at, ctx.zone)
    slots = slots_of(span, SEAT_SLOT_MINUTES)
    facts = await held.asked(
        tx,
        wish.seat_id,
        reader_id,
        sample=caller.sample,
        wish=span,
        slots=slots,
        day=date_,
        zone=ctx.zone,
        now=now,
        request=(caller.me, wish.idempotency_key),
    )
    if not facts:
        raise NotFound()
    seat, hours = facts[0], Hours.of(facts, ctx.zone)
    if seat["fingerprint"]:
        return repeat.again(wish, seat["fingerprint"], seat["answer"], BookingView)
    rules = Rules.of(seat)
    if why := _why_not(ctx, seat, rules, span, hours):
        return await _refusal(ctx, seat, why, rules, reader_id)
    if seat["overlaps"]:
        mine = await held.view(tx, seat["overlaps"])
        label = mine["label"] if mine else None
        return BookingRefused("overlaps_yours", booking_id=str(seat["overlaps"]), label=label)
    if seat["taken"]:
        return BookingRefused("seat_taken", label=seat["label"])
    booking_id, window = seat["next_id"], checkin_window(rules, span, now)
    helper_id = helpers.helper_of(caller, reader_id)
    row = _made(seat, reader_id, booking_id, span, window, now)
    if helper_id:
        row = {**row, "helper_id": helper_id, "helper_name": await chat.name_of(tx, helper_id)}
    answer = bookings.view(ctx, row)
    about = {"booking_id": booking_id}
    remind_at = max(now, wish.starts_at - timedelta(minutes=rules.remind_before_minutes))
    beside = (
        held.making(
            booking_id, reader_id, seat["id"], wish=span, window=window, now=now, helper_id=helper_id
        ),
        audit.adding(
            caller,
            "booking.make",
            f"booking:{booking_id}",
            now,
            spot=seat["id"],
            **helpers.told_of(caller, reader_id),
        ),
        jobs.adding("remind", f"remind:{booking_id}", about, remind_at),
        jobs.adding("lapse", f"lapse:{booking_id}", about, window[1]),
        repeat.remembering(caller, wish, answer, now),
    )
    if not await claim(tx, seat["id"], slots, booking_id, lapses_at=window[1], now=now, beside=beside):
        raise BookingRefused("seat_taken", label=seat["label"])
    await helpers.tell_helped(ctx, tx, caller, row, "约了座位")
    bookings.announce(ctx, tx, row)
    if remind_at == now:
        tx.after_commit(ctx.live.wake_workers)
    return answer


def _why_not(ctx: Context, seat: Row, rules: Rules, span: Span, hours: Hours) -> WhyNot | None:
    date_, now = local_day(span.starts, ctx.zone), ctx.clock.now()
    released = moment_of(date_ - timedelta(days=rules.advance_days), rules.release_minute, ctx.zone)
    return _why_not_admit(seat, rules, date_) or why_not_reserve(
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


def _why_not_admit(seat: Row, rules: Rules, day: date) -> WhyNot | None:
    if seat["banned"]:
        return WhyNot("banned")
    card = Card.of(seat) if seat["card_state"] else None
    return why_not_admitted(needs_card=rules.needs_card, groups=rules.groups.split(), card=card, day=day)


async def _refusal(ctx: Context, seat: Row, why: WhyNot, rules: Rules, reader_id: int) -> BookingRefused:
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
    elif why.code == "banned":
        details = await bans.told(ctx, reader_id, Stops.BOOKINGS)
    elif why.code == "group_not_allowed":
        named = [group["name"] for group in await patrons.groups() if group["code"] in rules.groups.split()]
        details = {"group": seat["group_name"], "groups": "、".join(named)}
    elif why.day:
        details = {"day": why.day.isoformat()}
    elif why.number is not None:
        details = {"minutes": why.number}
    return BookingRefused(why.code, why.number, **details)


def _made(
    seat: Row, reader_id: int, booking_id: int, span: Span, window: tuple[datetime, datetime], now: datetime
) -> Row:
    """The row that `models.bookings.view` would read back, without asking the database again."""
    return {
        **{
            name: seat[name]
            for name in ("label", "slot_minutes", "area_id", "area_name", "floor", "branch_name")
        },
        "id": booking_id,
        "reader_id": reader_id,
        "spot_id": seat["id"],
        "starts_at": span.starts,
        "ends_at": span.ends,
        "state": "booked",
        "checkin_opens_at": window[0],
        "lapses_at": window[1],
        "made_at": now,
        "checked_in_at": None,
        "over_at": None,
        "helper_id": None,
    }


async def code_areas(_ctx: Context, caller: Caller, _wish: NoInput) -> AreaNames:
    """The areas whose codes the caller may see."""
    areas = await access.areas_of(caller, Permission.SEAT_CODES_READ)
    return AreaNames(
        items=[AreaName(id=area.id, name=area.name, branch_name=area.branch.name) for area in areas]
    )


async def codes(ctx: Context, caller: Caller, wish: SeeSeatCodes) -> SeatCodes:
    """What to print on the desks of an area; `not_allowed` for one that is somebody else's."""
    area = await access.area_of(caller, Permission.SEAT_CODES_READ, wish.area_id)
    await audit.read(ctx, caller, "seats.read_codes", f"area:{area.id}")
    seats = await Spot.filter(area_id=area.id, kind="seat", id__gt=int(wish.after or 0)).order_by("id")
    found = [seat for seat in seats if wish.text.lower() in seat.label.lower()]
    part = found[: wish.limit]
    return SeatCodes(
        items=[SeatCode(seat_id=seat.id, label=seat.label, code=seat.code) for seat in part],
        next=str(part[-1].id) if len(part) < len(found) else None,
    )


async def code_picture(ctx: Context, caller: Caller, wish: SeeSeatCode) -> bytes:
    """The code for one desk as a picture: WeChat's scanner opens the check-in of this seat. PNG or JPEG.

    Raises `not_found`, `not_allowed` for somebody else's, `try_later` when WeChat makes none now.
    """
    seat = await access.seat_of(caller, Permission.SEAT_CODES_READ, wish.seat_id)
    await audit.read(ctx, caller, "seats.read_codes", f"spot:{seat.id}")
    try:
        return await ctx.wechat.code_picture(f"s={seat.code}", CHECK_IN_PAGE)
    except WeChatRefused as refused:
        raise TryLater() from refused
