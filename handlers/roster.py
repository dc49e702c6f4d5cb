"""The duty roster as it is kept: weekly turns, and the days on which somebody else stands there, or nobody."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from handlers import audit, departments, duty, repeat
from handlers.access import Caller, Permission, caller_of
from handlers.context import Context
from handlers.errors import Changed, Invalid, NotFound, Refused
from handlers.roster_shapes import (
    ChangeDay,
    EditTurn,
    FirstTime,
    KeepDay,
    MakeTurn,
    OfTurn,
    RosterDay,
    RosterWeek,
    SeeRoster,
    TurnEdited,
    TurnWish,
)
from models import chat, grants, roster, staff
from models.calendar import MINUTES_OF_DAY, moment_of
from models.db import Tx, transaction
from models.roster import Named, Turn

WEEK: Final = timedelta(days=7)
DAYS_SHOWN: Final = 6  # of a turn


class NotAnswering(Refused):
    """Who is on duty must be somebody who answers there: `details.name`."""

    code = "not_answering"


class TurnClashes(Refused):
    """Nobody stands in two turns at once: `details.name` is who would, the other one begins at `details.starts_at`."""

    code = "turn_clashes"


async def see(ctx: Context, _caller: Caller, wish: SeeRoster) -> RosterWeek:
    """A week of the roster by its days, with what differs from the plan."""
    first = wish.day or ctx.today()
    found = await duty.load(ctx, first)
    days = [first + timedelta(days=ahead) for ahead in range(WEEK.days)]
    later = (turn for turn in found.turns if turn.first_day > days[-1])
    return RosterWeek(
        days=[
            RosterDay(
                day=day, open=found.is_open(day), turns=[duty.shown(ctx, shift) for shift in found.on(day)]
            )
            for day in days
        ],
        later=[
            duty.shown(ctx, found.shift(turn, turn.first_day))
            for turn in sorted(later, key=lambda turn: (turn.first_day, turn.from_minute, turn.id))
        ],
    )


async def show(ctx: Context, _caller: Caller, wish: OfTurn) -> TurnEdited:
    """One turn, with the version to edit it by."""
    return await _edited(ctx, wish.turn_id)


async def _edited(ctx: Context, turn_id: int) -> TurnEdited:
    found = await duty.load(ctx)
    turn = _of(found.turns, turn_id)
    first = found.shift(turn, turn.first_day).span
    days = (max(ctx.today(), turn.first_day) + timedelta(days=ahead) for ahead in range(7 * DAYS_SHOWN))
    return TurnEdited(
        id=turn.id,
        person=duty.person(turn.person),
        department=duty.department(turn.department),
        starts_at=ctx.local(first.starts),
        ends_at=ctx.local(first.ends),
        last_day=turn.last_day,
        version=turn.version,
        days=[duty.shown(ctx, shift) for day in days for shift in found.on(day) if shift.turn.id == turn.id],
    )


def _of(turns: Iterable[Turn], turn_id: int) -> Turn:
    """One that is over does not exist here."""
    turn = next((turn for turn in turns if turn.id == turn_id), None)
    if turn is None:
        raise NotFound()
    return turn


# ---------------------------------------------------------------- keeping it


async def make(ctx: Context, caller: Caller, wish: MakeTurn) -> TurnEdited:
    """Put somebody on duty, each week. Raises `not_answering`, `turn_clashes` or `department_closed`."""
    now = ctx.clock.now()
    async with transaction() as tx:
        await tx.lock("reader", caller.me, wish.person_id)
        if earlier := await repeat.earlier(caller, wish, TurnEdited):
            return earlier
        turns = await roster.turns(ctx.today())
        turn = await _wished(ctx, caller, wish, tx, None)
        _fits(ctx, turn, turns)
        turn_id = await roster.make(tx, turn)
        await duty.remember(ctx, tx, turn_id)
        made = await _edited(ctx, turn_id)
        await tx.together(
            audit.adding(caller, "duty_turn.make", f"duty_turn:{turn_id}", now, reader=wish.person_id),
            repeat.remembering(caller, wish, made, now),
        )
    return made


async def edit(ctx: Context, caller: Caller, wish: EditTurn) -> TurnEdited:
    """Change a turn; of its days that differ those stay that are still its own.

    Raises `changed_meanwhile` when somebody saved first, or as `make` does.
    """
    async with transaction() as tx:
        turns, before = await _held(ctx, tx, wish.turn_id, wish.version, wish.person_id)
        turn = await _wished(ctx, caller, wish, tx, before)
        _fits(ctx, turn, turns)
        await roster.save(tx, turn)
        await _changed(ctx, caller, tx, wish.turn_id, "duty_turn.edit", reader=wish.person_id)
        return await _edited(ctx, wish.turn_id)


async def change_day(ctx: Context, caller: Caller, wish: ChangeDay) -> TurnEdited:
    """On one day somebody else, or nobody.

    Raises `not_found` for a day that is none of the turn, `changed_meanwhile`, `not_answering` or `turn_clashes`.
    """
    async with transaction() as tx:
        turns, turn = await _held(ctx, tx, wish.turn_id, wish.version, wish.person_id)
        if not turn.falls_on(wish.day) or wish.day < ctx.today():
            raise NotFound()
        of = turn.department.id if turn.department else None
        person = await _answering(ctx, tx, wish.person_id, of) if wish.person_id else None
        _fits(ctx, replace(turn, instead={**turn.instead, wish.day: person}), turns)
        await roster.put_instead(tx, turn.id, wish.day, wish.person_id)
        details = {"day": wish.day.isoformat(), "reader": wish.person_id}
        await _changed(ctx, caller, tx, wish.turn_id, "duty_turn.change_day", **details)
        return await _edited(ctx, wish.turn_id)


async def keep_day(ctx: Context, caller: Caller, wish: KeepDay) -> TurnEdited:
    """On one day as on the others after all; raises `turn_clashes` when who stands there has another turn by now."""
    async with transaction() as tx:
        turns, turn = await _held(ctx, tx, wish.turn_id, None, None)
        instead = {day: person for day, person in turn.instead.items() if day != wish.day}
        if wish.day in turn.instead:
            _fits(ctx, replace(turn, instead=instead), turns)
            await roster.as_planned(tx, turn.id, wish.day)
            details = {"day": wish.day.isoformat()}
            await _changed(ctx, caller, tx, wish.turn_id, "duty_turn.keep_day", **details)
        return await _edited(ctx, wish.turn_id)


async def end(ctx: Context, caller: Caller, wish: OfTurn) -> RosterWeek:
    """Take a turn off the roster for good, today's too; what is left of the week."""
    async with transaction() as tx:
        await _held(ctx, tx, wish.turn_id, None, None)
        await roster.end(tx, wish.turn_id)
        now, subject = ctx.clock.now(), f"duty_turn:{wish.turn_id}"
        await audit.add(tx, caller, "duty_turn.end", subject, now)
        return await see(ctx, caller, SeeRoster())


async def _held(
    ctx: Context, tx: Tx, turn_id: int, version: int | None, person_id: int | None
) -> tuple[list[Turn], Turn]:
    """All turns, and the one that is changed. Whoever stands in it, or shall, is held: what counts stays so."""
    before = _of(await roster.turns(ctx.today()), turn_id)
    people = {before.person.id, *(one.id for one in before.instead.values() if one)}
    await tx.lock("reader", *people | ({person_id} if person_id else set()))
    await tx.lock("duty_turn", turn_id)
    turns = await roster.turns(ctx.today())
    turn = _of(turns, turn_id)
    if turn.version != (before.version if version is None else version):
        raise Changed(version=turn.version)
    return turns, turn


async def _changed(
    ctx: Context, caller: Caller, tx: Tx, turn_id: int, action: str, **details: int | str | None
) -> None:
    await duty.remember(ctx, tx, turn_id)
    await audit.add(tx, caller, action, f"duty_turn:{turn_id}", ctx.clock.now(), **details)


async def _wished(ctx: Context, caller: Caller, wish: TurnWish, tx: Tx, before: Turn | None) -> Turn:
    """A turn as it is wished for; the id of a new one says nothing."""
    first_day, from_minute, until_minute = _minutes(ctx, wish.first)
    if wish.last_day and wish.last_day < first_day:
        raise Invalid(field="last_day", problem="before_first")
    had = before.department.id if before and before.department else None
    if wish.department_id != had:
        await departments.chosen(caller, wish.department_id, tx)
    return Turn(
        id=before.id if before else 0,
        person=await _answering(ctx, tx, wish.person_id, wish.department_id),
        department=Named(wish.department_id, None) if wish.department_id else None,
        first_day=first_day,
        last_day=wish.last_day,
        from_minute=from_minute,
        until_minute=until_minute,
        version=before.version if before else 0,
        instead=before.instead if before else {},
    )


def _minutes(ctx: Context, first: FirstTime) -> tuple[date, int, int]:
    """(day, minute from which, minute until which) by the library's clock."""
    starts, ends = ctx.local(first.starts_at), ctx.local(first.ends_at)
    day, until = starts.date(), _minute(ends)
    if until == 0 and ends.date() == day + timedelta(days=1):
        until = MINUTES_OF_DAY
    elif ends.date() != day or until <= _minute(starts):
        raise Invalid(field="first.ends_at", problem="not_within_the_day")
    if any((at.second, at.microsecond) != (0, 0) for at in (starts, ends)):
        raise Invalid(field="first.starts_at", problem="whole_minutes")
    return day, _minute(starts), until


def _minute(at: datetime) -> int:
    return at.hour * 60 + at.minute


async def _answering(ctx: Context, tx: Tx, person_id: int, department_id: int | None) -> Named:
    """Somebody who answers this department, or will, and does not lose that until the end of the transaction."""
    await staff.hold(tx, person_id)
    name, now = await chat.name_of(tx, person_id), ctx.clock.now()
    held = [one for one in await grants.held(person_id, tx) if not one.term.ends_at or one.term.ends_at > now]
    reach = caller_of(person_id, None, (one.grant for one in held)).reach(Permission.CHAT_ANSWER)
    if not reach.has_inbox(department_id):
        raise NotAnswering(name=name)
    return Named(person_id, name)


def _fits(ctx: Context, turn: Turn, turns: Iterable[Turn]) -> None:
    for other in turns:
        if other.id != turn.id and (who := turn.clash(other)):
            starts = moment_of(other.first_day, other.from_minute, ctx.zone)
            raise TurnClashes(name=who.name, starts_at=ctx.local(starts).isoformat())
