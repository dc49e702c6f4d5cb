"""Branches with their hours, areas with their plans and free seats."""

import json
from datetime import date, datetime, timedelta
from typing import Final

from handlers import access
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Invalid
from handlers.shapes import Day, Id, Input, Moment, Output
from models import spaces
from models.bookings import Rules
from models.calendar import Hours, Span
from models.slots import slots_of
from models.spaces import SEAT_SLOT_MINUTES, Area, Branch, SeatRules, Spot

HOURS_AHEAD: Final = timedelta(days=14)
LONGEST_SPAN: Final = timedelta(days=1)


class OpenState(Output):
    """Open until when, or closed until when (null: not within two weeks)."""

    open_now: bool
    closes_at: Moment | None
    next_opens_at: Moment | None


class SeatRulesShown(Output):
    step_minutes: int
    min_minutes: int
    max_minutes: int
    advance_days: int
    release_time: str
    at_once: int
    per_day: int
    checkin_before_minutes: int
    checkin_after_minutes: int
    needs_card: bool


class AreaLine(Output):
    id: Id
    name: str
    floor: str
    quiet: bool
    seats: int
    free_seats: int
    rules: SeatRulesShown
    last_date: Day


class BranchSpaces(Output):
    id: Id
    name: str
    address: str
    open: OpenState
    areas: list[AreaLine]


class Spaces(Output):
    branches: list[BranchSpaces]


class SeeSpaces(Input):
    """Free seats are counted for this span; without one, for now. At most 24 hours."""

    starts_at: Moment | None = None
    ends_at: Moment | None = None


class SeeHours(Input):
    branch_id: Id


class OpeningSpan(Output):
    opens_at: Moment
    closes_at: Moment


class OpeningDay(Output):
    date: Day
    spans: list[OpeningSpan]
    note: str | None


class BranchHours(Output):
    branch_id: Id
    name: str
    days: list[OpeningDay]


class SeeArea(Input):
    area_id: Id


class Shape(Output):
    """Something drawn on the plan, in plan units of one decimetre."""

    kind: str
    x: int
    y: int
    width: int
    height: int


class Seat(Output):
    """Centred at x, y."""

    id: Id
    label: str
    x: int
    y: int
    features: list[str]
    closed: bool


class AreaPlan(Output):
    id: Id
    name: str
    floor: str
    branch_id: Id
    branch_name: str
    width: int
    height: int
    shapes: list[Shape]
    seats: list[Seat]
    rules: SeatRulesShown
    first_date: Day
    last_date: Day


def _days_asked(ctx: Context) -> tuple[date, date]:
    """From yesterday to the end of what is ever asked."""
    return ctx.today() - timedelta(days=1), ctx.today() + timedelta(days=366)


async def hours_of(ctx: Context, branch_id: int) -> Hours:
    return Hours.of(await spaces.hours_rows(branch_id, *_days_asked(ctx)), ctx.zone)


def open_state(ctx: Context, hours: Hours) -> OpenState:
    now = ctx.clock.now()
    span, opens = hours.span_now(now), hours.next_opening(now)
    return OpenState(
        open_now=span is not None,
        closes_at=ctx.local(span.ends) if span else None,
        next_opens_at=ctx.local(opens) if opens and not span else None,
    )


def _span_asked(wish: SeeSpaces, now: datetime) -> Span:
    if wish.starts_at is None or wish.ends_at is None:
        if wish.starts_at != wish.ends_at:
            raise Invalid(field="ends_at" if wish.starts_at else "starts_at", problem="missing")
        return Span.minute(now)
    if not timedelta() < wish.ends_at - wish.starts_at <= LONGEST_SPAN:
        raise Invalid(field="ends_at", problem="range")
    return Span(wish.starts_at, wish.ends_at)


async def see(ctx: Context, caller: Caller, wish: SeeSpaces) -> Spaces:
    """Every branch and area, with the seats that are free for the whole span."""
    return Spaces(branches=await branches(ctx, caller, _span_asked(wish, ctx.clock.now())))


async def branches(ctx: Context, caller: Caller, span: Span) -> list[BranchSpaces]:
    """The same for a span of our own, such as this minute for the home page."""
    counts = await spaces.free_counts(*slots_of(span, SEAT_SLOT_MINUTES), ctx.clock.now())
    areas = await Area.all().order_by("place", "id").select_related("rules")
    hours = await spaces.hours_rows_of_all(*_days_asked(ctx))
    return [
        BranchSpaces(
            id=branch.id,
            name=branch.name,
            address=branch.address,
            open=open_state(ctx, Hours.of(hours.get(branch.id, ()), ctx.zone)),
            areas=[_area_line(ctx, area, counts) for area in areas if area.branch_id == branch.id],
        )
        for branch in await Branch.filter(sample=caller.sample).order_by("place", "id")
    ]


def _area_line(ctx: Context, area: Area, counts: dict[int, tuple[int, int]]) -> AreaLine:
    seats, free = counts.get(area.id, (0, 0))
    return AreaLine(
        id=area.id,
        name=area.name,
        floor=area.floor,
        quiet=area.quiet,
        seats=seats,
        free_seats=free,
        rules=rules_shown(area.rules),
        last_date=_last_date(ctx, area.rules),
    )


def _last_date(ctx: Context, rules: SeatRules) -> date:
    """The last date that can be booked now under these rules."""
    now = ctx.local(ctx.clock.now())
    return Rules.from_model(rules).last_day(now.date(), now.hour * 60 + now.minute)


async def hours(ctx: Context, caller: Caller, wish: SeeHours) -> BranchHours:
    """Two weeks of opening times from today. 404 when there is no such branch."""
    branch = await access.branch(caller, wish.branch_id)
    found, today = await hours_of(ctx, branch.id), ctx.today()
    days = [today + timedelta(days=ahead) for ahead in range(HOURS_AHEAD.days)]
    return BranchHours(
        branch_id=branch.id,
        name=branch.name,
        days=[
            OpeningDay(
                date=day,
                spans=[
                    OpeningSpan(opens_at=ctx.local(span.starts), closes_at=ctx.local(span.ends))
                    for span in found.on(day)
                ],
                note=found.notes.get(day),
            )
            for day in days
        ],
    )


async def area(ctx: Context, caller: Caller, wish: SeeArea) -> AreaPlan:
    """The plan of an area: what does not change from minute to minute. 404 when there is no such area."""
    found = await access.area(caller, wish.area_id)
    rules: SeatRules = found.rules
    seats = await Spot.filter(area_id=found.id, kind="seat").order_by("id")
    return AreaPlan(
        id=found.id,
        name=found.name,
        floor=found.floor,
        branch_id=found.branch_id,
        branch_name=found.branch.name,
        width=found.width,
        height=found.height,
        shapes=[Shape(**shape) for shape in json.loads(found.shapes)],
        seats=[
            Seat(
                id=seat.id,
                label=seat.label,
                x=seat.x,
                y=seat.y,
                features=seat.features.split(),
                closed=seat.closed,
            )
            for seat in seats
        ],
        rules=rules_shown(rules),
        first_date=ctx.today(),
        last_date=_last_date(ctx, rules),
    )


def time_text(minute: int) -> str:
    """A minute of the day as 07:05."""
    return f"{minute // 60:02}:{minute % 60:02}"


def rules_shown(rules: SeatRules) -> SeatRulesShown:
    return SeatRulesShown(
        step_minutes=SEAT_SLOT_MINUTES,
        min_minutes=rules.min_minutes,
        max_minutes=rules.max_minutes,
        advance_days=rules.advance_days,
        release_time=time_text(rules.release_minute),
        at_once=rules.at_once,
        per_day=rules.per_day,
        checkin_before_minutes=rules.checkin_before_minutes,
        checkin_after_minutes=rules.checkin_after_minutes,
        needs_card=rules.needs_card,
    )


def whole_library(states: list[OpenState]) -> OpenState:
    """Open until the last of its branches closes; closed until the first one opens."""
    closing = [state.closes_at for state in states if state.closes_at]
    opening = [state.next_opens_at for state in states if state.next_opens_at]
    return OpenState(
        open_now=bool(closing),
        closes_at=max(closing, default=None),
        next_opens_at=None if closing else min(opening, default=None),
    )
