"""Imports: a table is staged, checked without changing anything, applied when somebody says so, taken back."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from handlers import access, audit
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Changed, Invalid
from handlers.export_words import PROBLEMS as PROBLEM_ROWS
from handlers.exports import Table
from handlers.import_shapes import (
    ApplyImport,
    ImportNotNow,
    ImportUnreadable,
    ImportView,
    MapColumns,
    OfImport,
    ProblemShown,
    RowProblems,
    SeeImports,
    SeeProblems,
    view,
)
from handlers.import_words import FIELDS, PROBLEMS, REPORT
from handlers.importers import IMPORTERS
from handlers.shapes import Page
from models import imports, jobs
from models.db import Row, Tx, transaction
from models.import_columns import lacking, one_line, propose
from models.imports import FILE_NAME_LENGTH, STAGED_AT_ONCE, State, Target


class SheetRefused(Exception):
    """A file is no table that we take; `reason` is one of `ImportUnreadable`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Sheet(Protocol):
    """A file that was sent."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    def rows(self, longest: int) -> AsyncGenerator[tuple[int, list[str]], None]:
        """(number in the file, cells) of each row that is not empty; of a cell no more than `longest` characters.
        Raises `SheetRefused`."""


# ---------------------------------------------------------------- shown


async def see_all(ctx: Context, caller: Caller, wish: SeeImports) -> Page[ImportView]:
    """All imports of what the caller imports, newest first."""
    after = int(wish.after) if wish.after else None
    rows = await imports.listed(access.imported_by(caller), after, limit=wish.limit + 1)
    items = [view(ctx, row, row["name"]) for row in rows[: wish.limit]]
    return Page(items=items, next=str(items[-1].id) if len(rows) > wish.limit else None)


async def see(ctx: Context, caller: Caller, wish: OfImport) -> ImportView:
    """One import, with how far it has come."""
    return view(ctx, await access.import_run(caller, wish.run_id))


async def problems(ctx: Context, caller: Caller, wish: SeeProblems) -> Page[RowProblems]:
    """The rows that would not be imported, with all that is wrong with each; that they were read is recorded."""
    run = await access.import_run(caller, wish.run_id)
    await _looked_at(ctx, caller, wish.run_id)
    after = int(wish.after) if wish.after else 0
    rows = await imports.faulty(wish.run_id, after=after, limit=wish.limit + 1)
    columns = json.loads(run["columns"])
    items = [_faulty(row, columns) for row in rows[: wish.limit]]
    return Page(items=items, next=str(items[-1].row) if len(rows) > wish.limit else None)


def _faulty(row: Row, columns: list[str]) -> RowProblems:
    return RowProblems(
        row=row["row_no"],
        problems=[_problem(found, columns) for found in json.loads(row["problems"] or "[]")],
    )


def _problem(found: Mapping[str, Any], columns: list[str]) -> ProblemShown:
    place = found["column"]
    return ProblemShown(
        field=found["field"],
        column=columns[place] if place is not None and place < len(columns) else FIELDS[found["field"]],
        value=found["value"],
        code=found["code"],
        words=PROBLEMS[found["code"]],
    )


async def report(ctx: Context, caller: Caller, wish: OfImport) -> Table:
    """All problems as lines of a table: row, column, cell, what is wrong."""
    run = await access.import_run(caller, wish.run_id)
    await _looked_at(ctx, caller, wish.run_id)
    rows = _report(wish.run_id, json.loads(run["columns"]))
    return Table(PROBLEM_ROWS, [run["file_name"]], REPORT, rows, taken=None)


async def _report(run_id: int, columns: list[str]) -> AsyncIterator[list[list[str]]]:
    after = 0
    while rows := await imports.faulty(run_id, after=after, limit=STAGED_AT_ONCE):
        yield [
            [str(row["row_no"]), problem.column, problem.value, problem.words]
            for row in rows
            for problem in _faulty(row, columns).problems
        ]
        after = rows[-1]["row_no"]


async def _looked_at(ctx: Context, caller: Caller, run_id: int) -> None:
    if caller.reader_id is not None:  # else whoever is at the command line, where the file itself is
        await audit.read(ctx, caller, "import.read", f"import_run:{run_id}")


# ---------------------------------------------------------------- received


async def receive(ctx: Context, caller: Caller, sheet: Sheet, *, target: Target) -> ImportView:
    """Stage the rows of a file and begin their check; the same file again within ten minutes is the same import.

    Raises `import_unreadable`.
    """
    now, importer = ctx.clock.now(), IMPORTERS[target]
    who = caller.reader_id
    async with transaction(lock=("reader", who) if who is not None else None) as tx:
        name = sheet.name[:FILE_NAME_LENGTH]
        run, fresh = await imports.begin(tx, who, target, file_name=name, sha256=sheet.sha256, now=now)
    if not fresh:
        return view(ctx, run)
    try:
        named, count = await _stage(run["id"], sheet, importer.longest)
    except SheetRefused as refused:
        async with transaction() as tx:
            await imports.forget_rows(tx, run["id"], now)
            await imports.become(tx, run["id"], [State.FAILED], State.FAILED, failure=refused.reason)
        raise ImportUnreadable(reason=refused.reason) from None
    mapping = propose(importer.columns, named)
    whole = not lacking(importer.columns, mapping)
    async with transaction(lock=("import_run", run["id"])) as tx:
        staged = await imports.become(
            tx,
            run["id"],
            [State.READING],
            State.CHECKING if whole else State.MAPPING,
            columns=json.dumps(named, ensure_ascii=False),
            mapping=json.dumps(mapping),
            rows=count,
        )
        if staged is None:  # it took so long that it was given up
            raise ImportNotNow(state=State.FAILED.value)
        await audit.add(tx, caller, "import.send", f"import_run:{run['id']}", now, count=count)
        if whole:
            await _check(ctx, tx, staged)
    return view(ctx, staged)


async def _stage(run_id: int, sheet: Sheet, longest: int) -> tuple[list[str], int]:
    """The names in the first row, and how many rows follow."""
    named: list[str] = []
    waiting: list[tuple[int, list[str]]] = []
    count = 0
    async with aclosing(sheet.rows(longest)) as rows:  # whoever stops half way ends the reading
        async for number, cells in rows:
            if not named:
                named = [one_line(name) for name in cells]
                continue
            waiting.append((number, cells))
            count += 1
            if len(waiting) == STAGED_AT_ONCE:
                async with transaction() as tx:
                    await imports.stage(tx, run_id, waiting)
                waiting = []
    if not count:
        raise SheetRefused("empty")
    async with transaction() as tx:
        await imports.stage(tx, run_id, waiting)
    return named, count


async def _check(ctx: Context, tx: Tx, run: Row) -> None:
    wish = {"run_id": run["id"], "version": run["version"]}
    key = f"check_import:{run['id']}:{run['version']}"
    await jobs.add(tx, "check_import", key, wish, ctx.clock.now())
    tx.after_commit(ctx.live.wake_workers)


# ---------------------------------------------------------------- decided


async def map_columns(ctx: Context, caller: Caller, wish: MapColumns) -> ImportView:
    """Say which column is which, and check all rows anew. Raises `changed_meanwhile`, `import_not_now`."""
    mapping = {one.field: one.column for one in wish.mapping}
    if len(mapping) < len(wish.mapping) or len(set(mapping.values())) < len(mapping):
        raise Invalid(field="mapping", problem="given_twice")
    async with transaction(lock=("import_run", wish.run_id)) as tx:
        run = await access.import_run(caller, wish.run_id, tx)
        _same_version(run, wish.version)
        columns = IMPORTERS[Target(run["target"])].columns
        if not mapping.keys() <= {column.field for column in columns}:
            raise Invalid(field="mapping", problem="no_such_field")
        if missing := lacking(columns, mapping):
            raise Invalid(field="mapping", problem="lacking", lacking=missing[0])
        if max(mapping.values()) >= len(json.loads(run["columns"])):
            raise Invalid(field="mapping", problem="no_such_column")
        mapped = await imports.become(
            tx,
            wish.run_id,
            [State.MAPPING, State.CHECKING, State.CHECKED],
            State.CHECKING,
            mapping=json.dumps(mapping),
            version=wish.version + 1,
            step=0,
        )
        if mapped is None:
            raise ImportNotNow(state=run["state"])
        await audit.add(tx, caller, "import.map", f"import_run:{wish.run_id}", ctx.clock.now())
        await _check(ctx, tx, mapped)
    return view(ctx, mapped)


async def apply(ctx: Context, caller: Caller, wish: ApplyImport) -> ImportView:
    """Begin to make and change what the rows without a problem say. Once more is as once.

    Raises `changed_meanwhile`, `import_not_now`.
    """
    return await _begin(ctx, caller, wish.run_id, State.CHECKED, State.APPLYING, version=wish.version)


async def undo(ctx: Context, caller: Caller, wish: OfImport) -> ImportView:
    """Begin to take back what was applied, where nothing newer touched it. Once more is as once.

    Raises `import_not_now`, also when the rows are forgotten.
    """
    return await _begin(ctx, caller, wish.run_id, State.DONE, State.UNDOING)


async def _begin(
    ctx: Context, caller: Caller, run_id: int, was: State, becomes: State, *, version: int | None = None
) -> ImportView:
    word = "apply" if becomes is State.APPLYING else "undo"
    ended = State.DONE if becomes is State.APPLYING else State.UNDONE
    async with transaction(lock=("import_run", run_id)) as tx:
        run = await access.import_run(caller, run_id, tx)
        if version is not None:
            _same_version(run, version)
        if run["state"] in (becomes, ended):
            return view(ctx, run)
        begun = None
        if run["purged_at"] is None:
            begun = await imports.become(tx, run_id, [was], becomes, step=0)
        if begun is None:
            raise ImportNotNow(state=run["state"])
        counted = {"made": run["created"], "changed": run["changed"], "problems": run["problems"]}
        now, subject = ctx.clock.now(), f"import_run:{run_id}"
        await audit.add(tx, caller, f"import.{word}", subject, now, **counted)
        await jobs.add(tx, f"{word}_import", f"{word}_import:{run_id}", {"run_id": run_id}, now)
        tx.after_commit(ctx.live.wake_workers)
    return view(ctx, begun)


def _same_version(run: Row, version: int) -> None:
    if run["version"] != version:
        raise Changed(version=run["version"])
