"""The departments of the staff: readers choose one when they ask, administrators keep them."""

from typing import Annotated

from pydantic import Field
from tortoise.exceptions import IntegrityError

from handlers import audit, repeat
from handlers.access import Caller, Permission
from handlers.articles import part, place
from handlers.context import Context
from handlers.errors import Changed, NotFound, Refused
from handlers.shapes import (
    Cursor,
    Flag,
    Id,
    Input,
    Limit,
    Line,
    NoInput,
    Output,
    Page,
    Repeatable,
    Whole,
)
from models import departments
from models.db import Row, Tx, transaction
from models.departments import ASKS_LENGTH, NAME_LENGTH

Name = Annotated[Line, Field(min_length=1, max_length=NAME_LENGTH)]
Asks = Annotated[Line, Field(min_length=1, max_length=ASKS_LENGTH)]
Place = Annotated[Whole, Field(ge=0, le=999)]


class DepartmentClosed(Refused):
    """It takes nothing more, or there is none: choose another, or none."""

    code = "department_closed"


class DepartmentNameTaken(Refused):
    """Another department has this name."""

    code = "department_name_taken"


class DepartmentLine(Output):
    """`asks`: what readers may ask it. Only the staff is told of one that is `closed`."""

    id: Id
    name: str
    asks: str
    closed: bool


class Departments(Output):
    items: list[DepartmentLine]


class DepartmentEdited(DepartmentLine):
    """`place` is its order in lists, the lowest first."""

    place: int
    version: int


class SeeDepartments(Input):
    after: Cursor | None = None
    limit: Limit = 20


class OfDepartment(Input):
    department_id: Id


class MakeDepartment(Repeatable):
    name: Name
    asks: Asks
    place: Place = 0
    closed: Flag = False


class EditDepartment(Input):
    """`version` is the one that was read; another one saved meanwhile is `changed_meanwhile`."""

    department_id: Id
    name: Name
    asks: Asks
    place: Place
    closed: Flag
    version: Whole


async def see(_ctx: Context, caller: Caller, _wish: NoInput) -> Departments:
    """Whom one can ask, in order; the staff also sees those that are closed. A reviewer sees none."""
    staff = caller.may(Permission.STAFF_FIND)
    rows = [] if caller.sample else await departments.all_of_them()
    return Departments(
        items=[
            DepartmentLine(id=row["id"], name=row["name"], asks=row["asks"], closed=bool(row["closed"]))
            for row in rows
            if staff or not row["closed"]
        ]
    )


async def taking(caller: Caller, department_id: int, tx: Tx) -> Row:
    """A department that something can be given to; raises `department_closed`."""
    row = await departments.get(department_id, tx)
    if row is None or row["closed"] or caller.sample:
        raise DepartmentClosed()
    return row


async def chosen(caller: Caller, department_id: int | None, tx: Tx) -> int | None:
    """The same where none may be chosen, too: its id."""
    return None if department_id is None else int((await taking(caller, department_id, tx))["id"])


# ---------------------------------------------------------------- keeping them


async def see_all(_ctx: Context, _caller: Caller, wish: SeeDepartments) -> Page[DepartmentEdited]:
    """Every department in its order, closed ones too."""
    found = (await departments.all_of_them())[place(wish.after) :]
    rows, following = part(found, wish.after, wish.limit)
    return Page[DepartmentEdited](items=[_edited(row) for row in rows], next=following)


async def show(_ctx: Context, _caller: Caller, wish: OfDepartment) -> DepartmentEdited:
    """One of them, with the version to edit it by."""
    return _edited(_there(await departments.get(wish.department_id)))


def _there(row: Row | None) -> Row:
    if row is None:
        raise NotFound()
    return row


def _edited(row: Row) -> DepartmentEdited:
    return DepartmentEdited(
        id=row["id"],
        name=row["name"],
        asks=row["asks"],
        closed=bool(row["closed"]),
        place=row["place"],
        version=row["version"],
    )


async def make(ctx: Context, caller: Caller, wish: MakeDepartment) -> DepartmentEdited:
    """A new one, which readers can choose at once; raises `department_name_taken`."""
    now = ctx.clock.now()
    values = wish.model_dump(exclude={"idempotency_key"})
    try:
        async with transaction(lock=("reader", caller.me)) as tx:
            if earlier := await repeat.earlier(caller, wish, DepartmentEdited):
                return earlier
            made = _edited(await departments.make(tx, **values))
            await tx.together(
                audit.adding(caller, "department.make", f"department:{made.id}", now),
                repeat.remembering(caller, wish, made, now),
            )
    except IntegrityError:
        raise DepartmentNameTaken() from None
    return made


async def edit(ctx: Context, caller: Caller, wish: EditDepartment) -> DepartmentEdited:
    """Name one anew, move it, close or open it; what a closed one has stays where it is.

    Raises `changed_meanwhile` when somebody saved first, or `department_name_taken`.
    """
    values = wish.model_dump(exclude={"department_id", "version"})
    try:
        async with transaction() as tx:
            await tx.lock("department", wish.department_id)
            before = _there(await departments.get(wish.department_id, tx))
            if before["version"] != wish.version:
                raise Changed(version=before["version"])
            row = await departments.save(tx, wish.department_id, **values)
            now, subject = ctx.clock.now(), f"department:{wish.department_id}"
            await audit.add(tx, caller, "department.edit", subject, now, closed=wish.closed)
    except IntegrityError:
        raise DepartmentNameTaken() from None
    return _edited(row)
