"""Whether somebody answers, and when: what readers and the desk are told, and the reminder before a turn."""

from datetime import date, timedelta
from typing import Final

from handlers import spaces, tell
from handlers.access import Caller
from handlers.chat_shapes import DepartmentShown, Librarian
from handlers.context import Context
from handlers.shapes import Day, Flag, Id, Input, Moment, NoInput, Output
from handlers.spaces import OpenState
from handlers.upkeep import Daily
from handlers.words import span_words
from models import jobs, presence, roster
from models.calendar import Hours, Span
from models.db import Tx, transaction
from models.notices import Purpose, Words
from models.roster import AHEAD, REMINDED_BEFORE, Named, Roster, Shift
from models.spaces import hours_rows_of_library

DESK: Final = "/staff/desk/desk"
PLANNED: Final = timedelta(days=2)  # reminders are made for so long; each day for a day more


class DutyTold(Output):
    """What readers are told of the roster: somebody is on duty; when the next one answers (null: not for two weeks)."""

    now: Flag
    next_at: Moment | None


class DeskState(Output):
    """What a reader is told before they type: is somebody there, and if not, when; `duty` is null without a roster."""

    open: OpenState
    staffed: bool
    duty: DutyTold | None


class ShiftShown(Output):
    """A turn on one of its days. `person` is null when nobody stands there; `changed`: it is not as planned."""

    turn_id: Id
    day: Day
    starts_at: Moment
    ends_at: Moment
    person: Librarian | None
    department: DepartmentShown | None
    changed: Flag


class Duty(Output):
    """Who is on duty by the roster, who is next, and when the caller's own turns of these two weeks are."""

    now: list[ShiftShown]
    next: ShiftShown | None
    mine: list[ShiftShown]


class ShiftJob(Input):
    """`version` is that of the turn: another one says anew who is reminded."""

    turn_id: int
    day: Day
    version: int


async def load(ctx: Context, since: date | None = None) -> Roster:
    """The roster of six weeks, from today on or from another day."""
    first = since or ctx.today()
    turns = await roster.turns(first)
    rows = await hours_rows_of_library(first, first + 3 * AHEAD)
    return Roster(turns, [Hours.of(each, ctx.zone) for each in rows.values()], ctx.zone)


async def state(ctx: Context, caller: Caller, _wish: NoInput) -> DeskState:
    """Whether a librarian is there, when the library opens or closes, and when somebody answers by the roster.

    For a reviewer nobody is there, nor will be.
    """
    now = ctx.clock.now()
    states = [branch.open for branch in await spaces.branches(ctx, caller, Span.minute(now))]
    staffed = not caller.sample and bool(await presence.on_duty(now))
    told = None if caller.sample else await _told(ctx)
    return DeskState(open=spaces.whole_library(states), staffed=staffed, duty=told)


async def _told(ctx: Context) -> DutyTold | None:
    """None: there is no roster."""
    found, now = await load(ctx), ctx.clock.now()
    if not found.turns:
        return None
    following = found.next_turn(now)
    return DutyTold(
        now=bool(found.on_duty(now)), next_at=ctx.local(following.span.starts) if following else None
    )


async def see(ctx: Context, caller: Caller, _wish: NoInput) -> Duty:
    """Who is on duty now and next, for the desk, and the caller's own turns."""
    found, now = await load(ctx), ctx.clock.now()
    coming = found.coming(now)
    mine = [
        shift
        for shift in (*found.on_duty(now), *coming)
        if shift.person and shift.person.id == caller.reader_id
    ]
    return Duty(
        now=[shown(ctx, shift) for shift in found.on_duty(now)],
        next=shown(ctx, coming[0]) if coming else None,
        mine=[shown(ctx, shift) for shift in mine],
    )


def shown(ctx: Context, shift: Shift) -> ShiftShown:
    turn = shift.turn
    return ShiftShown(
        turn_id=turn.id,
        day=shift.day,
        starts_at=ctx.local(shift.span.starts),
        ends_at=ctx.local(shift.span.ends),
        person=person(shift.person) if shift.person else None,
        department=department(turn.department),
        changed=shift.day in turn.instead,
    )


def person(somebody: Named) -> Librarian:
    return Librarian(id=somebody.id, name=somebody.name)


def department(of: Named | None) -> DepartmentShown | None:
    return DepartmentShown(id=of.id, name=of.name or "") if of else None


# ---------------------------------------------------------------- reminders


async def plan(ctx: Context, _caller: Caller, _wish: Daily) -> None:
    """Once a day: the reminders of these days."""
    async with transaction() as tx:
        await remember(ctx, tx)


async def remember(ctx: Context, tx: Tx, turn_id: int | None = None) -> None:
    """A job for each turn that begins soon, or for those of one that was changed."""
    found, now = await load(ctx), ctx.clock.now()
    for shift in found.coming(now, within=PLANNED):
        turn = shift.turn
        if turn_id in (None, turn.id):
            about = {"turn_id": turn.id, "day": shift.day.isoformat(), "version": turn.version}
            key = f"duty_turn:{turn.id}:{shift.day}:{turn.version}"
            await jobs.add(tx, "remind_turn", key, about, shift.span.starts - REMINDED_BEFORE)
    tx.after_commit(ctx.live.wake_workers)


async def remind(ctx: Context, _caller: Caller, wish: ShiftJob) -> None:
    """Tell who stands there, once; nothing when the turn was changed meanwhile, has begun, or the library is closed."""
    async with transaction() as tx:
        now, found = ctx.clock.now(), await load(ctx)
        for shift in found.coming(now, within=PLANNED):
            if (shift.turn.id, shift.turn.version, shift.day) == (wish.turn_id, wish.version, wish.day):
                await _remind(ctx, tx, shift)


async def _remind(ctx: Context, tx: Tx, shift: Shift) -> None:
    assert shift.person
    starts, ends = ctx.local(shift.span.starts), ctx.local(shift.span.ends)
    where = f"，{shift.turn.department.name}" if shift.turn.department else ""
    await tell.reader(
        ctx,
        tx,
        shift.person.id,
        Purpose.DUTY,
        key=f"duty:{shift.turn.id}:{shift.day}:{shift.turn.from_minute}:{shift.person.id}",
        words=Words(
            f"{starts:%H:%M} 轮到您值班", f"{span_words(starts, ends)}{where}。到时请在咨询台上岗。", DESK
        ),
        values={},
    )
