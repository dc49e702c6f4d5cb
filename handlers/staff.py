"""Who works here: found by name, listed with their roles, and a role taken away."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from handlers import audit, presence
from handlers.access import Caller, Permission, caller_of
from handlers.context import Context
from handlers.errors import NotAllowed, NotFound, Refused
from handlers.feedback_passage import changed
from handlers.people import StaffRoleName
from handlers.shapes import Cursor, Id, Input, ItemT, Limit, Line, Moment, Nothing, Output, Page
from models import account, feedback, people, staff
from models.db import Tx, transaction
from models.staff import Member, WhyNot


class OwnLastRole(Refused):
    """Nobody takes the last role from themselves: somebody else must."""

    code = "own_last_role"


class AdministratorNeeded(Refused):
    """Nobody would be left who can give roles."""

    code = "administrator_needed"


class StaffSort(StrEnum):
    NAME = "name"
    SINCE = "since"  # the latest first


class FindStaff(Input):
    """`text`: a part of the name."""

    text: Annotated[Line, Field(max_length=40)] = ""
    after: Cursor | None = None
    limit: Limit = 20


class SeeStaff(FindStaff):
    role: StaffRoleName | None = None
    sort: StaffSort = StaffSort.NAME


class TakeRole(Input):
    reader_id: Id
    role: StaffRoleName


class StaffPerson(Output):
    id: Id
    name: str | None
    roles: list[StaffRoleName]


class HeldRole(Output):
    """`granted_by` is null when it was given from the command line, or by somebody without a name."""

    role: StaffRoleName
    granted_at: Moment
    granted_by: str | None


class StaffMember(Output):
    """`mine`: that is the caller."""

    id: Id
    name: str | None
    mine: bool
    roles: list[HeldRole]


REFUSALS = {
    WhyNot.OWN_LAST_ROLE: OwnLastRole,
    WhyNot.ADMINISTRATOR_NEEDED: AdministratorNeeded,
}


async def find(_ctx: Context, _caller: Caller, wish: FindStaff) -> Page[StaffPerson]:
    """Colleagues by a part of their name: whom a conversation or a task may be given to."""
    return _page(
        wish,
        [
            StaffPerson(id=member.id, name=member.name, roles=[StaffRoleName(h.role) for h in member.roles])
            for member in await _found(wish, StaffSort.NAME)
        ],
    )


async def see(ctx: Context, caller: Caller, wish: SeeStaff) -> Page[StaffMember]:
    """Everybody who holds a role, with who gave it and when."""
    return _page(
        wish,
        [
            StaffMember(
                id=member.id,
                name=member.name,
                mine=member.id == caller.me,
                roles=[
                    HeldRole(
                        role=StaffRoleName(held.role),
                        granted_at=ctx.local(held.granted_at),
                        granted_by=held.granted_by,
                    )
                    for held in member.roles
                ],
            )
            for member in await _found(wish, wish.sort)
            if wish.role is None or member.holds(wish.role)
        ],
    )


async def _found(wish: FindStaff, sort: StaffSort) -> list[Member]:
    text = wish.text.casefold()
    found = [member for member in await staff.members() if text in (member.name or "").casefold()]
    if sort is StaffSort.SINCE:
        return sorted(found, key=lambda member: (member.since, member.id), reverse=True)
    return sorted(found, key=lambda member: (member.name is None, (member.name or "").casefold(), member.id))


def _page(wish: FindStaff, items: list[ItemT]) -> Page[ItemT]:
    """`after` says how many were shown: the whole is short, and whoever moves in it is looked for by name."""
    first = int(wish.after or 0)
    until = first + wish.limit
    return Page[ItemT](items=items[first:until], next=str(until) if until < len(items) else None)


async def take(ctx: Context, caller: Caller, wish: TakeRole) -> Nothing:
    """Take a role away: their phones sign in anew, and what they had on hand goes back to their colleagues.

    Raises `not_found` when they do not hold it, `administrator_needed` or `own_last_role`.
    """
    async with transaction() as tx:
        await staff.hold(tx, caller.me, wish.reader_id)
        await _still_may(tx, caller)
        held = await staff.roles(tx, wish.reader_id)
        if wish.role.value not in held:
            raise NotFound()
        if why := staff.why_not_take(
            wish.role.value,
            held=held,
            own=wish.reader_id == caller.me,
            others_administer=await account.others_administer(tx, wish.reader_id),
        ):
            raise REFUSALS[why]()
        await staff.take(tx, wish.reader_id, wish.role.value)
        now = ctx.clock.now()
        await audit.add(tx, caller, "staff.take", f"reader:{wish.reader_id}", now, role=wish.role.value)
        await _lose(ctx, tx, caller_of(wish.reader_id, None, held - {wish.role.value}))
    return Nothing()


async def _still_may(tx: Tx, caller: Caller) -> None:
    """Of two administrators who take it from each other, the second is none any more."""
    if not caller_of(caller.me, None, await staff.roles(tx, caller.me)).may(Permission.STAFF_INVITE):
        raise NotAllowed()


async def _lose(ctx: Context, tx: Tx, remains: Caller) -> None:
    """What goes with a permission that is gone. Sockets and sessions end: they were let in with it."""
    reader_id = remains.me
    if not remains.may(Permission.STAFF_INVITE):
        await staff.end_invitations(tx, reader_id, ctx.clock.now())
    if not remains.may(Permission.CHAT_ANSWER):
        await presence.end_duty(ctx, tx, reader_id)
    if not remains.may(Permission.FEEDBACK_ANSWER):
        _, taken = await account.held(tx, reader_id)
        for row in taken:
            await tx.lock("feedback", row["id"])
            await feedback.release(tx, row["id"])
            changed(ctx, tx, row["id"], row["reader_id"])
    ended = await people.end_sessions(tx, reader_id)
    tx.after_commit(lambda: ctx.live.roles_changed(reader_id))
    tx.after_commit(lambda: ctx.live.sessions_ended(ended))
