"""Who works here: found by name, and listed with their roles."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from handlers.access import Caller
from handlers.context import Context
from handlers.grants import StaffRoleName
from handlers.shapes import Cursor, Id, Input, ItemT, Limit, Line, Moment, Output, Page
from models import staff
from models.reach import Scope
from models.staff import Given, Member


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


class StaffPerson(Output):
    id: Id
    name: str | None
    roles: list[StaffRoleName]


class HeldRole(Output):
    """`granted_by` is null when it was given from the command line, or by somebody without a name; `place`: what the
    branch, area or department is called."""

    role: StaffRoleName
    scope: Scope
    scope_id: Id | None
    place: str | None
    starts_at: Moment | None
    ends_at: Moment | None
    granted_at: Moment
    granted_by: str | None


class StaffMember(Output):
    """`mine`: that is the caller."""

    id: Id
    name: str | None
    mine: bool
    roles: list[HeldRole]


async def find(ctx: Context, _caller: Caller, wish: FindStaff) -> Page[StaffPerson]:
    """Colleagues by a part of their name: whom a conversation or a task may be given to."""
    found = await _found(ctx, wish, StaffSort.NAME)
    return _page(
        wish,
        [
            StaffPerson(
                id=member.id,
                name=member.name,
                roles=[
                    StaffRoleName(role) for role in dict.fromkeys(g.held.grant.role for g in member.roles)
                ],
            )
            for member in found
        ],
    )


async def see(ctx: Context, caller: Caller, wish: SeeStaff) -> Page[StaffMember]:
    """Everybody who holds a role or will, with where and when it holds, and who gave it."""
    found = await _found(ctx, wish, wish.sort)
    return _page(
        wish,
        [
            StaffMember(
                id=member.id,
                name=member.name,
                mine=member.id == caller.me,
                roles=[_shown(ctx, given) for given in member.roles],
            )
            for member in found
            if wish.role is None or member.holds(wish.role)
        ],
    )


def _shown(ctx: Context, given: Given) -> HeldRole:
    grant, term = given.held.grant, given.held.term
    return HeldRole(
        role=StaffRoleName(grant.role),
        scope=grant.scope,
        scope_id=grant.scope_id,
        place=given.place,
        starts_at=ctx.local(term.starts_at) if term.starts_at else None,
        ends_at=ctx.local(term.ends_at) if term.ends_at else None,
        granted_at=ctx.local(given.granted_at),
        granted_by=given.granted_by,
    )


async def _found(ctx: Context, wish: FindStaff, sort: StaffSort) -> list[Member]:
    text, everybody = wish.text.casefold(), await staff.members(ctx.clock.now())
    found = [member for member in everybody if text in (member.name or "").casefold()]
    if sort is StaffSort.SINCE:
        return sorted(found, key=lambda member: (member.since, member.id), reverse=True)
    return sorted(found, key=lambda member: (member.name is None, (member.name or "").casefold(), member.id))


def _page(wish: FindStaff, items: list[ItemT]) -> Page[ItemT]:
    """`after` says how many were shown: the whole is short, and whoever moves in it is looked for by name."""
    first = int(wish.after or 0)
    until = first + wish.limit
    return Page[ItemT](items=items[first:until], next=str(until) if until < len(items) else None)
