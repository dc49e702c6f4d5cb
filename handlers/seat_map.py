"""Who holds which seat of an area on a day: a snapshot, and what those who watch it are told."""

from datetime import date

from handlers import access, bookings
from handlers.access import Caller
from handlers.bookings import stream_of
from handlers.context import Context
from handlers.shapes import Day, Id, Input, Moment, Nothing, Output
from handlers.spaces import hours_of
from models import bookings as kept
from models.calendar import Span, day_span
from models.db import Row
from models.instants import instant, instant_or_none
from models.slots import busy, busy_of, slots_of
from models.spaces import SEAT_SLOT_MINUTES


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
    area = await access.area(caller, wish.area_id)
    # Before the state: a change between the two is told again, none is missed.
    number = await ctx.live.number(stream_of(area.id, wish.date))
    now, span = ctx.clock.now(), day_span(wish.date, ctx.zone)
    first, until = slots_of(span, SEAT_SLOT_MINUTES)
    held_spans = _spans(await busy(area.id, (first, until), now), ctx, first)
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
    for row in await kept.of_day(caller.reader_id, span):
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
    date_ = date.fromisoformat(date_text)
    first, until = slots_of(day_span(date_, ctx.zone), SEAT_SLOT_MINUTES)
    rows = await busy_of(int(area), (first, until), ctx.clock.now(), [int(seat) for seat in seat_ids])
    spans = _spans(rows, ctx, first)
    seats = [
        SeatDay(seat_id=int(seat), busy=spans.get(int(seat), [])).model_dump(mode="json") for seat in seat_ids
    ]
    return "seats_changed", {"area_id": area, "date": date_text, "seats": seats}


def number_now(stream: str) -> tuple[str, dict[str, object]]:
    """(event, payload without its number) of a stream's heartbeat."""
    _, area, date_text = stream.split(":")
    return "area_number", {"area_id": area, "date": date_text}


def watched(_caller: Caller, wish: WatchArea) -> str:
    """The stream that a watcher of this area and day is told of."""
    return stream_of(wish.area_id, wish.date)


async def leave(_ctx: Context, _caller: Caller, _wish: WatchArea) -> Nothing:
    """No longer watched."""
    return Nothing()
