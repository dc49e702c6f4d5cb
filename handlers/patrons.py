"""Cards and readers as the staff see them: found for a reason that is recorded, shown as far as the role needs."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from handlers import audit, bans, cards
from handlers.access import Caller, Permission
from handlers.bans import BanShown
from handlers.context import Context
from handlers.errors import Changed, Invalid, NotFound
from handlers.shapes import Day, GroupCode, Id, Input, Line, Moment, NoInput, Output, Whole
from models import patrons, tries
from models.db import Row, transaction
from models.instants import instant_or_none
from models.patrons import FOUND_AT_MOST, NAME_LENGTH, Card, CardState, Patron, ReaderGroup, why_not_card
from models.people import Reader

ENDED = "馆员在服务台为您办理了解绑。"


class Reason(StrEnum):
    """Why somebody looks at a person; it stands in the trail."""

    DESK = "desk"  # they are here, or on the telephone
    CASE = "case"  # a complaint, a dispute, something found
    UPKEEP = "upkeep"  # the data itself


class FindBy(StrEnum):
    CARD = "card"
    NAME = "name"
    PHONE = "phone"


class FindPatrons(Input):
    """By a whole card number, the beginning of a name, or the last four digits or more of a phone number."""

    by: FindBy
    text: Annotated[Line, Field(min_length=2, max_length=NAME_LENGTH)]
    reason: Reason


class PersonFound(Output):
    """A card, bound or not, or a reader without one. Who may not edit sees the first letter of a name and the ends
    of numbers."""

    patron_id: Id | None
    reader_id: Id | None
    name: str | None
    card_no: str | None
    phone: str | None
    group: str | None
    problem: str | None


class PeopleFound(Output):
    """`more`: there are more than these, so more should be said of whom one looks for."""

    items: list[PersonFound]
    more: bool


class SeePatron(Input):
    patron_id: Id
    reason: Reason


class SeeReader(Input):
    reader_id: Id
    reason: Reason


class OfPatron(Input):
    patron_id: Id


class ReaderView(Output):
    """Somebody's account, with what they may not do now."""

    id: Id
    nickname: str | None
    phone: str | None
    bans: list[BanShown]


class PatronView(Output):
    """`locked_until`: after too many wrong secrets; `reader` has bound the card."""

    id: Id
    version: int
    name: str
    card_no: str
    phone: str | None
    group_code: str | None
    group: str | None
    valid_from: Day | None
    valid_until: Day | None
    state: CardState
    problem: str | None
    locked_until: Moment | None
    bound_at: Moment | None
    reader: ReaderView | None


class EditPatron(Input):
    """`version` is the one that was read; another one saved meanwhile is `changed_meanwhile`."""

    patron_id: Id
    version: Whole
    group_code: GroupCode | None
    valid_from: Day | None
    valid_until: Day | None
    state: CardState


class Group(Output):
    code: str
    name: str


class Groups(Output):
    items: list[Group]


class SaveGroup(Input):
    code: GroupCode
    name: Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]


# ---------------------------------------------------------------- finding and looking


async def find(ctx: Context, caller: Caller, wish: FindPatrons) -> PeopleFound:
    """Cards, and readers without one, at most twenty; who looked for whom by what, and why, is recorded."""
    if wish.by is FindBy.PHONE and (len(wish.text) < 4 or not wish.text.isdigit()):
        raise Invalid(field="text", problem="four_digits")
    rows = await patrons.find(wish.by, wish.text)
    async with transaction() as tx:
        now, subject = ctx.clock.now(), f"reader:{caller.me}"
        await audit.add(
            tx,
            caller,
            "patron.find",
            subject,
            now,
            by=wish.by.value,
            reason=wish.reason.value,
            found=len(rows),
        )
    whole = caller.may(Permission.PATRONS_EDIT)
    return PeopleFound(
        items=[_found(ctx, row, whole=whole) for row in rows[:FOUND_AT_MOST]], more=len(rows) > FOUND_AT_MOST
    )


def _found(ctx: Context, row: Row, *, whole: bool) -> PersonFound:
    return PersonFound(
        patron_id=row["patron_id"],
        reader_id=row["reader_id"],
        name=_name(row["name"], whole=whole),
        card_no=_number(row["card_no"], whole=whole),
        phone=_number(row["phone"], whole=False),
        group=row["group_name"],
        problem=_problem(ctx, row) if row["card_state"] else None,
    )


def _name(name: str | None, *, whole: bool) -> str | None:
    return name if whole or not name else name[0] + "*" * min(len(name) - 1, 2)


def _number(number: str | None, *, whole: bool) -> str | None:
    return number if whole or not number else f"****{number[-4:]}" if len(number) > 4 else "****"


def _problem(ctx: Context, row: Row) -> str | None:
    why = why_not_card(Card.of(row), ctx.today())
    return why.code if why else None


async def see(ctx: Context, caller: Caller, wish: SeePatron) -> PatronView:
    """One card, with who has bound it; that it was looked at, and why, is recorded."""
    view = await _view(ctx, caller, wish.patron_id)
    async with transaction() as tx:
        subject = f"patron:{wish.patron_id}"
        await audit.add(tx, caller, "patron.see", subject, ctx.clock.now(), reason=wish.reason.value)
    return view


async def see_reader(ctx: Context, caller: Caller, wish: SeeReader) -> ReaderView:
    """One account, with what its reader may not do; that it was looked at, and why, is recorded."""
    view = await _reader(ctx, caller, wish.reader_id)
    async with transaction() as tx:
        subject = f"reader:{wish.reader_id}"
        await audit.add(tx, caller, "reader.see", subject, ctx.clock.now(), reason=wish.reason.value)
    return view


async def _reader(ctx: Context, caller: Caller, reader_id: int) -> ReaderView:
    reader = await Reader.get_or_none(id=reader_id, closed_at__isnull=True, sample=False)
    if reader is None:
        raise NotFound()
    whole = caller.may(Permission.PATRONS_EDIT)
    return ReaderView(
        id=reader.id,
        nickname=_name(reader.nickname, whole=whole),
        phone=_number(reader.phone, whole=False),
        bans=(await bans.of(ctx, reader.id)).items,
    )


async def _view(ctx: Context, caller: Caller, patron_id: int) -> PatronView:
    row = await patrons.get(None, patron_id)
    if row is None:
        raise NotFound()
    whole, card = caller.may(Permission.PATRONS_EDIT), Card.of(row)
    locked = await tries.card_locked_until(row["card_no"], ctx.clock.now())
    bound = instant_or_none(row["bound_at"])
    return PatronView(
        id=row["id"],
        version=row["version"],
        name=_name(row["name"], whole=whole) or "",
        card_no=_number(row["card_no"], whole=whole) or "",
        phone=_number(row["phone"], whole=False),
        group_code=card.group_code,
        group=row["group_name"],
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        state=card.state,
        problem=_problem(ctx, row),
        locked_until=ctx.local(locked) if locked else None,
        bound_at=ctx.local(bound) if bound else None,
        reader=await _reader(ctx, caller, row["reader_id"]) if row["reader_id"] else None,
    )


# ---------------------------------------------------------------- at the desk


async def unlock(ctx: Context, caller: Caller, wish: OfPatron) -> PatronView:
    """Let the secret of a card be tried again, by whoever has its holder before them. It may be said twice."""
    row = await patrons.get(None, wish.patron_id)
    if row is None:
        raise NotFound()
    async with transaction() as tx:
        await tries.forget(tx, tries.card_key(row["card_no"]))
        await audit.add(tx, caller, "card.unlock", f"patron:{row['id']}", ctx.clock.now())
    return await _view(ctx, caller, wish.patron_id)


async def mark_lost(ctx: Context, caller: Caller, wish: OfPatron) -> PatronView:
    """A card was reported lost: nobody can use or bind it. It may be said twice."""
    async with transaction(lock=("patron", wish.patron_id)) as tx:
        if await patrons.become(tx, wish.patron_id, CardState.LOST):
            await audit.add(tx, caller, "card.lost", f"patron:{wish.patron_id}", ctx.clock.now())
    return await _view(ctx, caller, wish.patron_id)


async def edit(ctx: Context, caller: Caller, wish: EditPatron) -> PatronView:
    """Change group, dates and state of a card, from the next booking on. Raises `changed_meanwhile`, `not_found`."""
    if wish.valid_from and wish.valid_until and wish.valid_until < wish.valid_from:
        raise Invalid(field="valid_until", problem="before_valid_from")
    async with transaction(lock=("patron", wish.patron_id)) as tx:
        patron = await Patron.get_or_none(id=wish.patron_id)
        if patron is None:
            raise NotFound()
        if patron.version != wish.version:
            raise Changed(version=patron.version)
        group = await ReaderGroup.get_or_none(code=wish.group_code) if wish.group_code else None
        if wish.group_code and group is None:
            raise Invalid(field="group_code", problem="unknown")
        patron.update_from_dict(
            {
                "group_id": group.id if group else None,
                "valid_from": wish.valid_from,
                "valid_until": wish.valid_until,
                "state": wish.state.value,
                "version": patron.version + 1,
            }
        )
        await patron.save()
        changed = wish.model_dump(mode="json", include={"group_code", "valid_from", "valid_until", "state"})
        await audit.add(tx, caller, "card.edit", f"patron:{patron.id}", ctx.clock.now(), **changed)
    return await _view(ctx, caller, wish.patron_id)


async def end_binding(ctx: Context, caller: Caller, wish: OfPatron) -> PatronView:
    """Take a card off the account that has bound it, and tell its reader. It may be said twice."""
    async with transaction(lock=("patron", wish.patron_id)) as tx:
        row = await patrons.get(tx, wish.patron_id)
        if row and row["reader_id"]:
            await cards.end(ctx, caller, tx, row, ENDED)
    return await _view(ctx, caller, wish.patron_id)


# ---------------------------------------------------------------- groups


async def groups(_ctx: Context, _caller: Caller, _wish: NoInput) -> Groups:
    """The groups of readers that the library has defined."""
    return Groups(items=[Group(code=row["code"], name=row["name"]) for row in await patrons.groups()])


async def save_group(ctx: Context, caller: Caller, wish: SaveGroup) -> Group:
    """Define a group of readers, or name it anew; a code stays what it is."""
    async with transaction() as tx:
        group_id = await patrons.save_group(tx, wish.code, wish.name)
        await audit.add(tx, caller, "group.save", f"reader_group:{group_id}", ctx.clock.now())
    return Group(code=wish.code, name=wish.name)
