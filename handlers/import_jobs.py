"""The long work of imports, as jobs: rows are checked, applied and taken back, and forgotten after some days."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from handlers.access import Caller
from handlers.context import Context
from handlers.import_shapes import ImportChanged
from handlers.shapes import Input
from models import imports, patron_changes, patrons
from models.db import Row, Tx, transaction
from models.imports import BATCH, Effect, Judged, RowState, State
from models.patron_changes import Stored
from models.patron_import import Field, Known, Lengths, Read, dates_fit, over, padded, read

BEHIND_ALL: Final = 2**31 - 1
SECRETS_AT_ONCE: Final = 20  # each takes some 50 ms to hash


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


async def _groups() -> Mapping[str, str]:
    """Code of each group, by code and by name in small letters."""
    rows = await patrons.groups()
    return {row[word].lower(): row["code"] for word in ("name", "code") for row in rows}


# ---------------------------------------------------------------- checking


async def check(ctx: Context, _caller: Caller, wish: CheckImport) -> None:
    """Judge every row; nothing else is changed. Another mapping meanwhile ends it."""
    async with transaction(lock=("import_run", wish.run_id)) as tx:
        run = await _in(tx, wish.run_id, State.CHECKING, version=wish.version)
        if run is None:
            return
        await imports.become(tx, wish.run_id, [State.CHECKING], State.CHECKING, step=0)
    mapping: dict[str, int] = json.loads(run["mapping"])
    known, seen = await _known(wish.run_id, mapping[Field.CARD_NO]), set[str]()
    async for rows in imports.portions(wish.run_id):
        judged = await _judged(rows, mapping, known, seen)
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


async def _known(run_id: int, place: int) -> Known:
    lengths = Lengths(*await patron_changes.number_lengths())
    async for rows in imports.portions(run_id):
        for row in rows:
            cells = json.loads(row["cells"])
            if place < len(cells):
                lengths.count(cells[place])
    return lengths.known(await _groups())


async def _judged(
    rows: Sequence[Row], mapping: Mapping[str, int], known: Known, seen: set[str]
) -> list[Judged]:
    cells = [json.loads(row["cells"]) for row in rows]
    reads = [read(one, mapping, known) for one in cells]
    numbers = {number for one in reads for number in (one.row.card_no, *padded(one.row.card_no, known))}
    stored = await patron_changes.by_numbers(sorted(numbers - {""}))
    judged: list[Judged] = []
    for row, own, one in zip(rows, cells, reads, strict=True):
        wrong = _wrong(one, stored, known, seen)
        number = one.row.card_no or None
        if wrong:
            judged.append((row["id"], number, Effect.PROBLEM, [_said(*why, own, mapping) for why in wrong]))
        else:
            seen.add(one.row.card_no)
            judged.append((row["id"], number, _effect(one, stored.get(one.row.card_no)), []))
    return judged


def _wrong(one: Read, stored: Mapping[str, Stored], known: Known, seen: set[str]) -> list[tuple[Field, str]]:
    number = one.row.card_no
    there = stored.get(number)
    wrong = [why for why in one.wrong if not (there and why == (Field.CARD_NO, "zeros_lost"))]
    if not there and any(longer in stored for longer in padded(number, known)):
        wrong = [*(why for why in wrong if why[1] != "zeros_lost"), (Field.CARD_NO, "zeros_lost")]
    if number and number in seen:
        wrong.append((Field.CARD_NO, "twice"))
    if not wrong and not dates_fit(over(one, there.row if there else None)):
        wrong.append((Field.VALID_UNTIL, "before_start"))
    return wrong


def _effect(one: Read, there: Stored | None) -> Effect:
    if there is None:
        return Effect.NEW
    return Effect.SAME if not one.secret and _with_secret(one, there, None) == there.row else Effect.CHANGE


def _with_secret(one: Read, there: Stored | None, secret_hash: str | None) -> patrons.PatronRow:
    kept = there.row.secret_hash if there else None
    return replace(over(one, there.row if there else None), secret_hash=secret_hash or kept)


def _said(field: Field, code: str, cells: Sequence[str], mapping: Mapping[str, int]) -> dict[str, Any]:
    place = mapping.get(field.value)
    cell = cells[place] if place is not None and place < len(cells) else ""
    return {
        "field": field.value,
        "code": code,
        "column": place,
        "value": "" if field is Field.SECRET else cell[:60],
    }


# ---------------------------------------------------------------- applying


async def apply(ctx: Context, _caller: Caller, wish: ImportJob) -> None:
    """Make and change cards, batch by batch, until none is left."""
    after: int | None = 0
    while after is not None:
        after = await _apply_some(ctx, wish.run_id, after)


async def _apply_some(ctx: Context, run_id: int, after: int) -> int | None:
    """The number of the last row that was applied; None: there is none left."""
    async with transaction() as tx:
        run = await _in(tx, run_id, State.APPLYING)
        if run is None:
            return None
        mapping: dict[str, int] = json.loads(run["mapping"])
        limit = SECRETS_AT_ONCE if Field.SECRET.value in mapping else BATCH
        rows = await imports.to_apply(tx, run_id, after=after, limit=limit)
    known = Known(await _groups(), frozenset(), frozenset())
    reads = {row["id"]: read(json.loads(row["cells"]), mapping, known) for row in rows}
    hashes = await asyncio.to_thread(_hashed, reads)
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
        await _apply(tx, waiting, reads, hashes, mapping)
        _tell(ctx, tx, await imports.went_on(tx, run_id, len(waiting)))
    return int(rows[-1]["row_no"])


def _hashed(reads: Mapping[int, Read]) -> dict[int, str]:
    return {row_id: patrons.hash_secret(one.secret) for row_id, one in reads.items() if one.secret}


async def _apply(
    tx: Tx,
    rows: Sequence[Row],
    reads: Mapping[int, Read],
    hashes: Mapping[int, str],
    mapping: Mapping[str, int],
) -> None:
    stored = await patron_changes.by_numbers([reads[row["id"]].row.card_no for row in rows], tx)
    judged: list[Judged] = []
    done: dict[str, tuple[int, Effect, str | None]] = {}
    cards = []
    for row in rows:
        one = reads[row["id"]]
        there = stored.get(one.row.card_no)
        card = _with_secret(one, there, hashes.get(row["id"]))
        wrong = list(one.wrong) or ([] if dates_fit(card) else [(Field.VALID_UNTIL, "before_start")])
        if wrong:  # since it was checked, a group was taken away, or the card was changed
            said = [_said(*why, json.loads(row["cells"]), mapping) for why in wrong]
            judged.append((row["id"], one.row.card_no, Effect.PROBLEM, said))
        elif there and card == there.row:
            judged.append((row["id"], one.row.card_no, Effect.SAME, []))
        else:
            cards.append(card)
            replaced = patron_changes.written(there.row) if there else None
            done[card.card_no] = (row["id"], Effect.CHANGE if there else Effect.NEW, replaced)
    await imports.judge(tx, judged)
    await patrons.upsert_many(tx, sorted(cards, key=lambda card: card.card_no))
    after = await patron_changes.by_numbers(list(done), tx)
    await imports.applied(
        tx,
        [
            (row_id, effect.value, replaced, after[number].version)
            for number, (row_id, effect, replaced) in done.items()
        ],
    )


# ---------------------------------------------------------------- taking back


async def undo(ctx: Context, _caller: Caller, wish: ImportJob) -> None:
    """Take back what was applied, batch by batch. A card that was changed or bound since then stays."""
    before: int | None = BEHIND_ALL
    while before is not None:
        before = await _undo_some(ctx, wish.run_id, before)


async def _undo_some(ctx: Context, run_id: int, before: int) -> int | None:
    """The number of the last row that was taken back; None: there is none left."""
    async with transaction(lock=("import_run", run_id)) as tx:
        if await _in(tx, run_id, State.UNDOING) is None:
            return None
        await imports.alone(tx)
        rows = await imports.to_undo(tx, run_id, before=before)
        if not rows:
            kept = (await imports.counts(tx, run_id))["kept"]
            ended = await imports.become(tx, run_id, [State.UNDOING], State.UNDONE, kept=kept)
            assert ended is not None
            _tell(ctx, tx, ended)
            return None
        await _take_back(tx, rows)
        _tell(ctx, tx, await imports.went_on(tx, run_id, len(rows)))
    return int(rows[-1]["row_no"])


async def _take_back(tx: Tx, rows: Sequence[Row]) -> None:
    stored = await patron_changes.by_numbers([row["key"] for row in rows], tx)
    becomes: list[tuple[int, str]] = []
    removed, restored = [], []
    for row in rows:
        there = stored.get(row["key"])
        if there is None or there.version != row["version"] or (row["replaced"] is None and there.bound):
            becomes.append((row["id"], RowState.LEFT.value))
            continue
        becomes.append((row["id"], RowState.UNDONE.value))
        if row["replaced"] is None:
            removed.append(there.id)
        else:
            restored.append(patron_changes.unwritten(row["replaced"]))
    await patron_changes.remove(tx, removed)
    await patron_changes.restore(tx, restored)
    await imports.undone(tx, becomes)


# ---------------------------------------------------------------- forgetting


async def forget(ctx: Context, _caller: Caller, _wish: Hourly) -> None:
    """What the files held goes after seven days, what was never read to its end after ten minutes; counts stay."""
    now = ctx.clock.now()
    for run_id in await imports.outlived(now):
        async with transaction(lock=("import_run", run_id)) as tx:
            await imports.forget_rows(tx, run_id, now)
