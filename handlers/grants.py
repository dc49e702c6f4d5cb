"""Roles as they are given and taken: from when until when somebody holds one, and what goes with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from handlers import audit, desk, presence
from handlers.access import PRODUCT, Caller, Permission, caller_of
from handlers.context import Context
from handlers.errors import Invalid, NotAllowed, NotFound, Refused
from handlers.feedback_passage import changed
from handlers.shapes import Id, Input, Moment, Nothing, Output
from models import account, chat, feedback, grants, jobs, people, roster, staff
from models.db import Row, Tx, transaction
from models.grants import Held, Term
from models.instants import instant
from models.reach import Grant, Scope
from models.staff import WhyNot


class OwnLastRole(Refused):
    """Nobody takes the last role from themselves: somebody else must."""

    code = "own_last_role"


class AdministratorNeeded(Refused):
    """Nobody would be left who can give roles."""

    code = "administrator_needed"


class OwnRole(Refused):
    """Nobody says how long they hold a role themselves."""

    code = "own_role"


class StaffRoleName(StrEnum):
    LIBRARIAN = "librarian"
    EDITOR = "editor"
    MANAGER = "manager"
    ADMIN = "admin"


class TakeRole(Input):
    """Without a `scope`, wherever they hold it."""

    reader_id: Id
    role: StaffRoleName
    scope: Scope | None = None
    scope_id: Id | None = None


class SetTerm(Input):
    """From when until when they hold the role there; null is open."""

    reader_id: Id
    role: StaffRoleName
    scope: Scope = Scope.LIBRARY
    scope_id: Id | None = None
    starts_at: Moment | None
    ends_at: Moment | None


class RoleJob(Input):
    reader_id: int
    role: str
    scope: Scope
    scope_id: int | None


class RoleTaken(Output):
    """What goes with a role: conversations back to the queue, feedback back to the inbox, invitations and turns of the
    roster that end."""

    conversations: int
    feedback: int
    invitations: int
    turns: int


REFUSALS = {
    WhyNot.OWN_LAST_ROLE: OwnLastRole,
    WhyNot.ADMINISTRATOR_NEEDED: AdministratorNeeded,
}


# ---------------------------------------------------------------- giving


def term_of(starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> Term:
    """Raises `invalid_input` for one that is over already, or before it begins."""
    if ends_at and ends_at <= max(now, starts_at or now):
        raise Invalid(field="ends_at", problem="range")
    return Term(starts_at, ends_at)


async def give(ctx: Context, tx: Tx, reader_id: int, given: Held, *, granted_by: int | None) -> bool:
    """False: they hold it there already, and nothing changes. What has an end is taken back by a job."""
    now = ctx.clock.now()
    if not await grants.give(tx, reader_id, given, granted_by=granted_by, now=now):
        return False
    await watch_end(tx, reader_id, given)
    tx.after_commit(lambda: ctx.live.roles_changed(reader_id))
    return True


async def watch_end(tx: Tx, reader_id: int, given: Held) -> None:
    """Whoever holds it loses it then; it counts no more from that moment on whether or not the job has run."""
    if ends := given.term.ends_at:
        where = {"scope": given.grant.scope.value, "scope_id": given.grant.scope_id}
        about = {"reader_id": reader_id, "role": given.grant.role, **where}
        key = ":".join(map(str, ("end_role", *about.values(), ends.timestamp())))
        await jobs.add(tx, "end_role", key, about, ends)


def told_of(ctx: Context, grant: Grant, term: Term) -> dict[str, str | int | None]:
    """A role as the audit tells it: what is not said holds in the whole library, and for good."""
    said: dict[str, str | int | None] = {
        "role": grant.role,
        "scope": None if grant.scope is Scope.LIBRARY else grant.scope.value,
        "scope_id": grant.scope_id,
        "starts_at": ctx.local(term.starts_at).isoformat(timespec="minutes") if term.starts_at else None,
        "ends_at": ctx.local(term.ends_at).isoformat(timespec="minutes") if term.ends_at else None,
    }
    return {name: value for name, value in said.items() if value is not None}


# ---------------------------------------------------------------- taking, and how long it is held


async def preview(ctx: Context, _caller: Caller, wish: TakeRole) -> RoleTaken:
    """What would go with a role if it were taken now. Raises `not_found` when they do not hold it."""
    async with transaction() as tx:
        _, rest = await _divided(tx, wish)
        goes = await _what_goes(tx, _with(wish.reader_id, rest, ctx.clock.now()), ctx.clock.now())
    return RoleTaken(
        conversations=len(goes.conversations),
        feedback=len(goes.feedback),
        invitations=goes.invitations,
        turns=goes.turns,
    )


async def take(ctx: Context, caller: Caller, wish: TakeRole) -> Nothing:
    """Take a role away: their phones sign in anew, and what they had on hand goes back to their colleagues.

    Raises `not_found` when they do not hold it, `administrator_needed` or `own_last_role`.
    """
    now = ctx.clock.now()
    async with transaction() as tx:
        await staff.hold(tx, caller.me, wish.reader_id)
        await _still_may(tx, caller, now)
        taken, rest = await _divided(tx, wish)
        if why := staff.why_not_take(
            [one.grant for one in taken],
            held=[one.grant for one in (*taken, *rest)],
            own=wish.reader_id == caller.me,
            others_administer=await account.others_administer(tx, wish.reader_id),
        ):
            raise REFUSALS[why]()
        for one in taken:
            await grants.take(tx, wish.reader_id, one.grant)
            said = told_of(ctx, one.grant, Term())
            await audit.add(tx, caller, "staff.take", f"reader:{wish.reader_id}", now, **said)
        await _lose(ctx, tx, _with(wish.reader_id, rest, now))
    return Nothing()


async def set_term(ctx: Context, caller: Caller, wish: SetTerm) -> Nothing:
    """Say from when until when somebody holds a role that they have; what they may do no more they lose at once.

    Raises `own_role`, `not_found` when they do not hold it there, or `administrator_needed`.
    """
    if wish.reader_id == caller.me:
        raise OwnRole()
    now = ctx.clock.now()
    grant, term = (
        Grant(wish.role.value, wish.scope, wish.scope_id),
        term_of(wish.starts_at, wish.ends_at, now),
    )
    async with transaction() as tx:
        await staff.hold(tx, caller.me, wish.reader_id)
        await _still_may(tx, caller, now)
        if wish.role is StaffRoleName.ADMIN and not term.open:
            if not await account.others_administer(tx, wish.reader_id):
                raise AdministratorNeeded()
        row = await grants.take(tx, wish.reader_id, grant)
        if row is None:
            raise NotFound()
        given, granted_at = Held(grant, term), instant(row["granted_at"])
        await grants.give(tx, wish.reader_id, given, granted_by=row["granted_by"], now=granted_at)
        await watch_end(tx, wish.reader_id, given)
        said = told_of(ctx, grant, term)
        await audit.add(tx, caller, "staff.set_term", f"reader:{wish.reader_id}", now, **said)
        if term.counts(now):
            tx.after_commit(lambda: ctx.live.roles_changed(wish.reader_id))
        else:
            await _lose(ctx, tx, _with(wish.reader_id, await grants.held(wish.reader_id, tx), now))
    return Nothing()


async def end(ctx: Context, _caller: Caller, wish: RoleJob) -> None:
    """A role has come to its end: the same happens as when it is taken. One with a new end has a job of its own."""
    now, grant = ctx.clock.now(), Grant(wish.role, wish.scope, wish.scope_id)
    async with transaction() as tx:
        await staff.hold(tx, wish.reader_id)
        held = await grants.held(wish.reader_id, tx)
        ended = [one for one in held if one.grant == grant and one.term.ends_at and one.term.ends_at <= now]
        if ended:
            await grants.take(tx, wish.reader_id, grant)
            said = told_of(ctx, grant, Term())
            await audit.add(tx, PRODUCT, "staff.end", f"reader:{wish.reader_id}", now, **said)
            await _lose(ctx, tx, _with(wish.reader_id, held, now))


async def _divided(tx: Tx, wish: TakeRole) -> tuple[list[Held], list[Held]]:
    """(what is meant, what else they hold); raises `not_found` when nothing is."""
    held = await grants.held(wish.reader_id, tx)
    where = (wish.scope, wish.scope_id)
    meant = [
        one
        for one in held
        if one.grant.role == wish.role
        and (wish.scope is None or where == (one.grant.scope, one.grant.scope_id))
    ]
    if not meant:
        raise NotFound()
    return meant, [one for one in held if one not in meant]


def _with(reader_id: int, held: Iterable[Held], now: datetime) -> Caller:
    """Somebody with what counts of this."""
    return caller_of(reader_id, None, grants.counting(held, now))


async def _still_may(tx: Tx, caller: Caller, now: datetime) -> None:
    """Of two administrators who take it from each other, the second is none any more."""
    if not _with(caller.me, await grants.held(caller.me, tx), now).may(Permission.STAFF_INVITE):
        raise NotAllowed()


@dataclass(frozen=True, slots=True)
class _Goes:
    """What somebody has on hand beyond what they still reach."""

    conversations: list[int]
    feedback: list[Row]
    invitations: int
    turns: int


async def _what_goes(tx: Tx, remains: Caller, now: datetime) -> _Goes:
    chats, told = (remains.reach(may) for may in (Permission.CHAT_ANSWER, Permission.FEEDBACK_ANSWER))
    _, taken = await account.held(tx, remains.me)
    invites = remains.may(Permission.STAFF_INVITE)
    return _Goes(
        conversations=await chat.with_librarian(remains.me, tx, beyond=chats),
        feedback=[row for row in taken if not told.has_inbox(row["department_id"])],
        invitations=0 if invites else await staff.open_invitations(tx, remains.me, now),
        turns=0 if remains.may(Permission.CHAT_ANSWER) else await roster.count_of(tx, remains.me),
    )


async def _lose(ctx: Context, tx: Tx, remains: Caller) -> None:
    """What goes with a permission that is gone. Sockets and sessions end: they were let in with it."""
    reader_id, now = remains.me, ctx.clock.now()
    goes = await _what_goes(tx, remains, now)
    if goes.invitations:
        await staff.end_invitations(tx, reader_id, now)
    if remains.may(Permission.CHAT_ANSWER):
        await desk.take_back(ctx, tx, reader_id, beyond=remains.reach(Permission.CHAT_ANSWER))
    else:
        await presence.end_duty(ctx, tx, reader_id)
        await roster.end_all(tx, reader_id)
    for row in goes.feedback:
        await tx.lock("feedback", row["id"])
        await feedback.release(tx, row["id"])
        changed(ctx, tx, row["id"], row["reader_id"])
    ended = await people.end_sessions(tx, reader_id)
    tx.after_commit(lambda: ctx.live.roles_changed(reader_id))
    tx.after_commit(lambda: ctx.live.sessions_ended(ended))
