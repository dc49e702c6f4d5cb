"""Invitations to a role: where it holds, from when until when, and the one person who takes it."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from handlers import access, audit, people
from handlers.access import PRODUCT, SCOPES, STAFF, Caller, Permission, Role, caller_of
from handlers.context import Context
from handlers.errors import Invalid, NotFound, Refused
from handlers.grants import StaffRoleName, give, term_of, told_of
from handlers.people import Me
from handlers.shapes import Id, Input, Line, Moment, NoInput, Output
from models import departments, grants
from models import people as known
from models.db import Row, Tx, transaction
from models.grants import Held
from models.people import Reader
from models.reach import Grant, Scope
from models.spaces import Branch


class InvitationUnknown(Refused):
    code = "invitation_unknown"
    status = 404


class InvitationUsed(Refused):
    code = "invitation_used"


class InvitationOver(Refused):
    code = "invitation_over"


class OwnInvitation(Refused):
    """Nobody gives themselves a role."""

    code = "own_invitation"


class HeldAlready(Refused):
    """Whoever holds the role there keeps the dates that they have; an administrator changes them."""

    code = "role_held_already"


class Invite(Input):
    """`scope_id`: of the branch, area or department that the role is to hold in. Without dates it is for good."""

    role: StaffRoleName
    scope: Scope = Scope.LIBRARY
    scope_id: Id | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class Invited(Output):
    """`code` is shown this once, to the one who invites."""

    code: str
    role: str
    expires_at: Moment


class ScopeName(Output):
    """`name` is null for the library."""

    scope: Scope
    scope_id: Id | None
    name: str | None


class ScopeNames(Output):
    items: list[ScopeName]


class AcceptInvitation(Input):
    code: Annotated[Line, Field(min_length=1, max_length=64)]


async def scopes(_ctx: Context, caller: Caller, _wish: NoInput) -> ScopeNames:
    """Where a role can hold: the library, its branches, its areas, and the departments that are not closed."""
    areas = await access.areas_of(caller, Permission.STAFF_INVITE)
    branches = await Branch.filter(sample=caller.sample).order_by("place", "id")
    named = [
        (Scope.LIBRARY, None, None),
        *((Scope.BRANCH, branch.id, branch.name) for branch in branches),
        *((Scope.AREA, area.id, f"{area.branch.name} · {area.name}") for area in areas),
        *(
            (Scope.DEPARTMENT, row["id"], row["name"])
            for row in await departments.all_of_them()
            if not row["closed"]
        ),
    ]
    return ScopeNames(items=[ScopeName(scope=scope, scope_id=one, name=name) for scope, one, name in named])


async def invite(ctx: Context, caller: Caller, wish: Invite) -> Invited:
    """A code that gives one person a role, good for 24 hours. Raises `not_found` for a place that is not there."""
    now, code = ctx.clock.now(), known.new_secret()
    grant, term = await _grant(caller, wish), term_of(wish.starts_at, wish.ends_at, now)
    bounded = grant.scope is not Scope.LIBRARY or not term.open
    expires = min(now + known.INVITATION_LIFE, term.ends_at or datetime.max.replace(tzinfo=now.tzinfo))
    async with transaction() as tx:
        invitation = await known.Invitation.create(
            code_hash=known.bounded_hash(code) if bounded else known.secret_hash(code),
            role=grant.role,
            scope=grant.scope.value,
            scope_id=grant.scope_id,
            starts_at=term.starts_at,
            ends_at=term.ends_at,
            made_by_id=caller.me,
            made_at=now,
            expires_at=expires,
        )
        await audit.add(
            tx, caller, "staff.invite", f"invitation:{invitation.id}", now, **told_of(ctx, grant, term)
        )
    return Invited(code=code, role=wish.role.value, expires_at=ctx.local(invitation.expires_at))


async def _grant(caller: Caller, wish: Invite) -> Grant:
    if wish.scope not in SCOPES[Role(wish.role)]:
        raise Invalid(field="scope", problem="not_of_this_role")
    if (wish.scope is Scope.LIBRARY) != (wish.scope_id is None):
        raise Invalid(field="scope_id", problem="missing" if wish.scope_id is None else "not_of_this_scope")
    match wish.scope, wish.scope_id:
        case Scope.BRANCH, int(branch_id):
            await access.branch(caller, branch_id)
        case Scope.AREA, int(area_id):
            await access.area(caller, area_id)
        case Scope.DEPARTMENT, int(department_id) if not await departments.get(department_id):
            raise NotFound()
    return Grant(wish.role.value, wish.scope, wish.scope_id)


async def accept(ctx: Context, caller: Caller, wish: AcceptInvitation) -> Me:
    """Take the role that a code of somebody else stands for; of two who try, one gets it."""
    now, code = ctx.clock.now(), wish.code.strip()
    async with transaction() as tx:
        row = await known.take_invitation(tx, code, caller.me, now)
        if row is None:
            await _why_not_accepted(code, caller)
        else:
            if row["made_by_id"] == caller.me:
                raise OwnInvitation()
            await _join(ctx, tx, caller, row)
    caller = caller_of(caller.me, caller.session_id, await known.grants_of(caller.me, now))
    return await people.shown(ctx, caller)


async def _join(ctx: Context, tx: Tx, caller: Caller, invitation: Row) -> None:
    offered, now = Held.of(invitation), ctx.clock.now()
    if not await give(ctx, tx, caller.me, offered, granted_by=invitation["made_by_id"]):
        if offered not in await grants.held(caller.me, tx):
            raise HeldAlready()
    subject = f"invitation:{invitation['id']}"
    await audit.add(tx, caller, "staff.join", subject, now, **told_of(ctx, offered.grant, offered.term))


async def _why_not_accepted(code: str, caller: Caller) -> None:
    """Who accepted it before may ask again; everybody else is told why not."""
    invitation = await known.invitation(code)
    if invitation is None:
        raise InvitationUnknown()
    if invitation.accepted_by is None:
        raise InvitationOver()
    if invitation.accepted_by != caller.reader_id:
        raise InvitationUsed()


async def grant(ctx: Context, openid: str, role: str) -> bool:
    """The way to the first administrator, from the command line; False: no reader of that openid."""
    if role not in STAFF:
        raise ValueError(f"no such role: {role}; there are {', '.join(STAFF)}")
    reader = await Reader.get_or_none(openid=openid)
    if reader is None:
        return False
    async with transaction() as tx:
        await give(ctx, tx, reader.id, Held(Grant(role)), granted_by=None)
        await audit.add(tx, PRODUCT, "staff.grant", f"reader:{reader.id}", ctx.clock.now(), role=role)
    return True
