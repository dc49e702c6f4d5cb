"""The long work of imports, as jobs: rows are checked, applied and taken back, and forgotten after some days."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from handlers.access import Caller
from handlers.context import Context
from handlers.import_shapes import ImportChanged
from handlers.import_targets import Importer, Work, Wrong
from handlers.importers import IMPORTERS
from handlers.shapes import Input
from models import imports
from models.db import Row, Tx, transaction
from models.import_columns import cell
from models.imports import Effect, Judged, State, Target

BEHIND_ALL: Final = 2**31 - 1
VALUE_SHOWN: Final = 60  # characters of a cell that has a problem


class CheckImport(Input):
    run_id: int
    version: int


class ImportJob(Input):
    run_id: int


class Hourly(Input):
    """A job that needs no words."""


def _tell(ctx: Context, tx: Tx, run: Row) -> None:
    if run["made_by_id"] is not None:
        room, changed = f"reader:{run['made_by_id']}", ImportChanged(id=run["id"])
        tx.after_commit(lambda: ctx.live.push(room, "import_changed", changed))


# ---------------------------------------------------------------- checking


async def check(ctx: Context, _caller: Caller, wish: CheckImport) -> None:
    """Judge every row; nothing else is changed. Another mapping meanwhile ends it."""
    async with transaction(lock=("import_run", wish.run_id)) as tx:
        run = await _in(tx, wish.run_id, State.CHECKING, version=wish.version)
        if run is None:
            return
        await imports.become(tx, wish.run_id, [State.CHECKING], State.CHECKING, step=0)
    importer, mapping = _importer(run)
    known, seen = await importer.known(wish.run_id, mapping), set[str]()
    async for rows in imports.portions(wish.run_id):
        judged = await _judged(importer, rows, mapping, known=known, seen=seen)
        async with transaction(lock=("import_run", wish.run_id)) as tx:
            if await _in(tx, wish.run_id, State.CHECKING, version=wish.version) is None:
                return
            await imports.judge(tx, judged)
            _tell(ctx, tx, await imports.went_on(tx, wish.run_id, len(rows)))
    async with transaction(lock=("import_run", wish.run_id)) as tx:
        if await _in(tx, wish.run_id, State.CHECKING, version=wish.version):
            counts = await imports.counts(tx, wish.run_id)
            checked = await imports.become(tx, wish.run_id, [State.CHECKING], State.CHECKED, **counts)
            assert checked is not None
            _tell(ctx, tx, checked)


async def _in(tx: Tx, run_id: int, state: State, *, version: int | None = None) -> Row | None:
    run = await imports.get(run_id, tx)
    fits = run and run["state"] == state and version in (None, run["version"])
    return run if fits else None


def _importer(run: Row) -> tuple[Importer[Any, Any], dict[str, int]]:
    """What the rows become, and which field is in which column."""
    return IMPORTERS[Target(run["target"])], json.loads(run["mapping"])


async def _judged(
    importer: Importer[Any, Any],
    rows: Sequence[Row],
    mapping: Mapping[str, int],
    *,
    known: Any,
    seen: set[str],
) -> list[Judged]:
    reads = {row["id"]: importer.read(json.loads(row["cells"]), mapping, known) for row in rows}
    there = await importer.there(reads.values())
    judged: list[Judged] = []
    for row in rows:
        one = reads[row["id"]]
        effect, wrong = importer.judge(one, there)
        if one.key and one.key in seen:
            effect, wrong = Effect.PROBLEM, [*wrong, (importer.key_field, "twice")]
        if effect is not Effect.PROBLEM:
            seen.add(one.key)
        judged.append((row["id"], effect, _said(importer, row, mapping, wrong)))
    return judged


def _said(
    importer: Importer[Any, Any], row: Row, mapping: Mapping[str, int], wrong: Sequence[Wrong]
) -> list[dict[str, Any]]:
    cells, hidden = json.loads(row["cells"]), {one.field for one in importer.columns if one.hidden}
    return [
        {
            "field": field,
            "code": code,
            "column": mapping.get(field),
            "value": "" if field in hidden else cell(cells, mapping, field)[:VALUE_SHOWN],
        }
        for field, code in wrong
    ]


# ---------------------------------------------------------------- applying


async def apply(ctx: Context, _caller: Caller, wish: ImportJob) -> None:
    """Make and change what the rows say, batch by batch, until none is left."""
    after: int | None = 0
    while after is not None:
        after = await _apply_some(ctx, wish.run_id, after)


async def _apply_some(ctx: Context, run_id: int, after: int) -> int | None:
    """The number of the last row that was applied; None: there is none left."""
    async with transaction() as tx:
        run = await _in(tx, run_id, State.APPLYING)
        if run is None:
            return None
        importer, mapping = _importer(run)
        limit = importer.at_once(mapping)
        rows = await imports.to_apply(tx, run_id, after=after, limit=limit)
    known = await importer.known(None, mapping)
    reads = {row["id"]: importer.read(json.loads(row["cells"]), mapping, known) for row in rows}
    ready = await importer.make_ready(reads)
    async with transaction(lock=("import_run", run_id)) as tx:
        if await _in(tx, run_id, State.APPLYING) is None:
            return None
        await imports.alone(tx)
        if not rows:
            await imports.forget_cells(tx, run_id)
            counts = await imports.counts(tx, run_id)
            ended = await imports.become(
                tx, run_id, [State.APPLYING], State.DONE, ended_at=ctx.clock.now(), **counts
            )
            assert ended is not None
            _tell(ctx, tx, ended)
            return None
        still = await imports.to_apply(tx, run_id, after=after, limit=limit)
        waiting = [row for row in still if row["id"] in reads]  # another may have done some meanwhile
        await _apply(tx, run, waiting, reads=reads, ready=ready, now=ctx.clock.now())
        _tell(ctx, tx, await imports.went_on(tx, run_id, len(waiting)))
    return int(rows[-1]["row_no"])


async def _apply(
    tx: Tx,
    run: Row,
    rows: Sequence[Row],
    *,
    reads: Mapping[int, Any],
    ready: Mapping[int, Any],
    now: datetime,
) -> None:
    importer, mapping = _importer(run)
    there = await importer.there([reads[row["id"]] for row in rows], tx)
    judged: list[Judged] = []
    works: list[Work[Any, Any]] = []
    for row in rows:
        one = reads[row["id"]]
        effect, wrong = importer.judge(one, there)
        if effect in (Effect.NEW, Effect.CHANGE):
            works.append(Work(row["id"], one, there.get(one.key), ready[row["id"]]))
        else:  # something has changed since it was checked
            judged.append((row["id"], effect, _said(importer, row, mapping, wrong)))
    await imports.judge(tx, judged)
    await imports.applied(tx, await importer.write(tx, run, works, now=now))


# ---------------------------------------------------------------- taking back


async def undo(ctx: Context, _caller: Caller, wish: ImportJob) -> None:
    """Take back what was applied, batch by batch, but for what was touched since then."""
    before: int | None = BEHIND_ALL
    while before is not None:
        before = await _undo_some(ctx, wish.run_id, before)


async def _undo_some(ctx: Context, run_id: int, before: int) -> int | None:
    """The number of the last row that was taken back; None: there is none left."""
    async with transaction(lock=("import_run", run_id)) as tx:
        run = await _in(tx, run_id, State.UNDOING)
        if run is None:
            return None
        await imports.alone(tx)
        importer, mapping = _importer(run)
        rows = await imports.to_undo(tx, run_id, before=before, limit=importer.at_once(mapping))
        if not rows:
            kept = (await imports.counts(tx, run_id))["kept"]
            ended = await imports.become(tx, run_id, [State.UNDOING], State.UNDONE, kept=kept)
            assert ended is not None
            _tell(ctx, tx, ended)
            return None
        await imports.undone(tx, await importer.take_back(tx, rows))
        _tell(ctx, tx, await imports.went_on(tx, run_id, len(rows)))
    return int(rows[-1]["row_no"])


# ---------------------------------------------------------------- forgetting


async def forget(ctx: Context, _caller: Caller, _wish: Hourly) -> None:
    """What the files held goes after seven days, what was never read to its end after ten minutes; counts stay."""
    now = ctx.clock.now()
    for run_id in await imports.outlived(now):
        async with transaction(lock=("import_run", run_id)) as tx:
            await imports.forget_rows(tx, run_id, now)
