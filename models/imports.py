"""Imports: a table that somebody sent, its rows as they were staged, what is wrong with them, and what they replaced.

States of a run: `reading` → `mapping` (somebody must say which column is which) → `checking` → `checked` → `applying`
→ `done` → `undoing` → `undone`; `failed` when it could not be read. Rows are applied in batches, each one transaction
in which they also become `applied`, so whoever goes on after a dead worker does none twice.
"""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

FILE_NAME_LENGTH: Final = 100
SAME_FILE: Final = timedelta(minutes=10)  # the same bytes again within it are the same import
KEPT: Final = timedelta(days=7)  # what the rows hold, and with it the way back
READ_WITHIN: Final = timedelta(minutes=10)
BATCH: Final = 500
STAGED_AT_ONCE: Final = 1000
LOCK: Final = 7_461_094  # any number, the same in every process: one import at a time


class Target(StrEnum):
    """What rows become."""

    CARDS = "cards"
    ARTICLES = "articles"


class State(StrEnum):
    READING = "reading"
    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class Effect(StrEnum):
    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    PROBLEM = "problem"


class RowState(StrEnum):
    WAITING = "waiting"
    APPLIED = "applied"
    UNDONE = "undone"
    LEFT = "left"  # something newer touched it, so it was not undone


class ImportRun(Model):
    """`columns`: the names in the file's first row; `mapping`: field → place of its column. `made_by` is null from the
    command line. `step` rows of the present state are done. `purged_at`: its rows hold nothing any more."""

    id = fields.BigIntField(primary_key=True)
    made_by: Any = belongs_to("Reader", null=True)
    made_by_id: int | None
    at = UtcDatetimeField()
    target = fields.CharField(8, default=Target.CARDS.value, db_default=Target.CARDS.value)
    file_name = fields.CharField(FILE_NAME_LENGTH)
    sha256 = fields.CharField(64)
    state = fields.CharField(8)
    failure = fields.CharField(20, null=True)
    columns = fields.TextField()
    mapping = fields.TextField()
    version = fields.IntField(default=1)
    rows = fields.IntField(default=0)
    step = fields.IntField(default=0)
    problems = fields.IntField(default=0)
    created = fields.IntField(default=0)
    changed = fields.IntField(default=0)
    same = fields.IntField(default=0)
    kept = fields.IntField(default=0)
    ended_at = UtcDatetimeField(null=True)
    purged_at = UtcDatetimeField(null=True)

    class Meta:
        table = "import_run"


class ImportRow(Model):
    """`row_no` is its number in the file. `cells` are forgotten when the run is applied, `replaced` (the card or
    article before, as JSON; null where there was none) with the run; `key` finds what the row was applied to, `version`
    is its version then."""

    id = fields.BigIntField(primary_key=True)
    run: Any = belongs_to("ImportRun", indexed=False)
    run_id: int
    row_no = fields.IntField()
    cells = fields.TextField(null=True)
    effect = fields.CharField(7, null=True)
    problems = fields.TextField(null=True)
    state = fields.CharField(7, default=RowState.WAITING.value)
    key = fields.CharField(32, null=True)
    replaced = fields.TextField(null=True)
    version = fields.IntField(null=True)

    class Meta:
        table = "import_row"
        unique_together = (("run_id", "row_no"),)


# ---------------------------------------------------------------- runs

BEGIN = """
INSERT INTO import_run (made_by_id, at, target, file_name, sha256, state, columns, mapping, version, rows, step,
    problems, created, changed, same, kept)
VALUES ($1, $2, $3, $4, $5, 'reading', '[]', '{}', 1, 0, 0, 0, 0, 0, 0, 0) RETURNING *
"""
SAME = """
SELECT * FROM import_run
WHERE made_by_id = $1 AND target = $2 AND sha256 = $3 AND at > $4 AND state <> 'failed' AND purged_at IS NULL
ORDER BY id DESC LIMIT 1
"""


async def begin(
    tx: Tx, made_by: int | None, target: Target, *, file_name: str, sha256: str, now: datetime
) -> tuple[Row, bool]:
    """The run, and whether it is a new one. The reader's row must be locked."""
    if made_by is not None and (
        known := await tx.fetch(SAME, made_by, target.value, sha256, now - SAME_FILE)
    ):
        return known[0], False
    return (await tx.fetch(BEGIN, made_by, now, target.value, file_name, sha256))[0], True


async def get(run_id: int, tx: Tx | None = None) -> Row | None:
    rows = await (tx.fetch if tx else fetch)("SELECT * FROM import_run WHERE id = $1", run_id)
    return rows[0] if rows else None


async def listed(targets: Iterable[Target], after: int | None, *, limit: int) -> Sequence[Row]:
    """Of these targets, newest first, with the `name` of who made it."""
    chosen = ", ".join(f"'{target}'" for target in targets)
    sql = (
        "SELECT i.*, r.nickname AS name FROM import_run i LEFT JOIN reader r ON r.id = i.made_by_id "
        f"WHERE i.target IN ({chosen}) AND i.id < $1 ORDER BY i.id DESC LIMIT $2"
    )
    return await fetch(sql, after or 2**62, limit)


async def become(tx: Tx, run_id: int, was: Sequence[State], becomes: State, **more: Any) -> Row | None:
    """The run in its new state; None: it was in none of these."""
    values = {"state": becomes.value, **more}
    sets = ", ".join(f'"{name}" = ${place}' for place, name in enumerate(values, 2))
    states = ", ".join(f"'{state.value}'" for state in was)
    sql = f"UPDATE import_run SET {sets} WHERE id = $1 AND state IN ({states}) RETURNING *"
    rows = await tx.fetch(sql, run_id, *values.values())
    return rows[0] if rows else None


async def went_on(tx: Tx, run_id: int, by: int) -> Row:
    sql = "UPDATE import_run SET step = step + $2 WHERE id = $1 RETURNING *"
    return (await tx.fetch(sql, run_id, by))[0]


COUNT = """
SELECT COUNT(*) AS rows, COALESCE(SUM(CASE effect WHEN 'problem' THEN 1 ELSE 0 END), 0) AS problems,
    COALESCE(SUM(CASE effect WHEN 'new' THEN 1 ELSE 0 END), 0) AS created,
    COALESCE(SUM(CASE effect WHEN 'change' THEN 1 ELSE 0 END), 0) AS changed,
    COALESCE(SUM(CASE effect WHEN 'same' THEN 1 ELSE 0 END), 0) AS same,
    COALESCE(SUM(CASE state WHEN 'left' THEN 1 ELSE 0 END), 0) AS kept
FROM import_row WHERE run_id = $1
"""


async def counts(tx: Tx, run_id: int) -> dict[str, int]:
    row = (await tx.fetch(COUNT, run_id))[0]
    return {name: int(row[name]) for name in ("rows", "problems", "created", "changed", "same", "kept")}


# ---------------------------------------------------------------- rows


async def stage(tx: Tx, run_id: int, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
    sql = "INSERT INTO import_row (run_id, row_no, cells, state) VALUES ($1, $2, $3, 'waiting')"
    await tx.each(sql, [(run_id, row_no, json.dumps(cells, ensure_ascii=False)) for row_no, cells in rows])


async def staged(run_id: int, *, after: int = 0, limit: int = BATCH, tx: Tx | None = None) -> Sequence[Row]:
    """Rows behind a row number."""
    sql = "SELECT * FROM import_row WHERE run_id = $1 AND row_no > $2 ORDER BY row_no LIMIT $3"
    return await (tx.fetch if tx else fetch)(sql, run_id, after, limit)


async def portions(run_id: int) -> AsyncIterator[Sequence[Row]]:
    """All rows, some at a time."""
    after = 0
    while rows := await staged(run_id, after=after, limit=STAGED_AT_ONCE):
        yield rows
        after = rows[-1]["row_no"]


JUDGE = "UPDATE import_row SET effect = $2, problems = $3 WHERE id = $1"
Judged = tuple[int, Effect, Sequence[Mapping[str, Any]]]


async def judge(tx: Tx, rows: Sequence[Judged]) -> None:
    await tx.each(
        JUDGE,
        [
            (row_id, effect.value, json.dumps(wrong, ensure_ascii=False) if wrong else None)
            for row_id, effect, wrong in rows
        ],
    )


async def faulty(run_id: int, *, after: int, limit: int) -> Sequence[Row]:
    """Rows with problems, behind a row number."""
    sql = (
        "SELECT * FROM import_row WHERE run_id = $1 AND row_no > $2 AND effect = 'problem' "
        "ORDER BY row_no LIMIT $3"
    )
    return await fetch(sql, run_id, after, limit)


async def to_apply(tx: Tx, run_id: int, *, after: int, limit: int) -> Sequence[Row]:
    """The next that are to be made or changed, behind a row number."""
    sql = (
        "SELECT * FROM import_row WHERE run_id = $1 AND row_no > $2 AND state = 'waiting' "
        "AND effect IN ('new', 'change') ORDER BY row_no LIMIT $3"
    )
    return await tx.fetch(sql, run_id, after, limit)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a row has made or changed: the `key` to find it by, what it `replaced`, and its version now."""

    row_id: int
    effect: Effect
    key: str
    replaced: str | None
    version: int


async def applied(tx: Tx, rows: Sequence[Applied]) -> None:
    """What the file said is forgotten with it."""
    sql = (
        "UPDATE import_row SET state = 'applied', effect = $2, key = $3, replaced = $4, version = $5, cells = NULL "
        "WHERE id = $1"
    )
    await tx.each(sql, [(row.row_id, row.effect.value, row.key, row.replaced, row.version) for row in rows])


async def to_undo(tx: Tx, run_id: int, *, before: int, limit: int) -> Sequence[Row]:
    """Those of the last first, before a row number."""
    sql = (
        "SELECT * FROM import_row WHERE run_id = $1 AND row_no < $2 AND state = 'applied' "
        "AND effect IN ('new', 'change') ORDER BY row_no DESC LIMIT $3"
    )
    return await tx.fetch(sql, run_id, before, limit)


async def forget_cells(tx: Tx, run_id: int) -> None:
    """Nobody needs them any more: problems have their own words, and the way back what was replaced."""
    await tx.fetch("UPDATE import_row SET cells = NULL WHERE run_id = $1 AND cells IS NOT NULL", run_id)


async def undone(tx: Tx, rows: Mapping[int, RowState]) -> None:
    values = [(row_id, state.value) for row_id, state in rows.items()]
    await tx.each("UPDATE import_row SET state = $2 WHERE id = $1", values)


async def alone(tx: Tx) -> None:
    """Until the end of the transaction no other import changes anything."""
    await tx.hold("SELECT pg_advisory_xact_lock($1)", LOCK)


# ---------------------------------------------------------------- forgetting

FORGOTTEN = """
SELECT id FROM import_run WHERE purged_at IS NULL AND state NOT IN ('applying', 'undoing')
AND (COALESCE(ended_at, at) < $1 OR state = 'reading' AND at < $2) ORDER BY id LIMIT 20
"""


async def outlived(now: datetime) -> list[int]:
    """Runs whose rows are to be forgotten, and those that nobody reads any more."""
    return [row["id"] for row in await fetch(FORGOTTEN, now - KEPT, now - READ_WITHIN)]


async def forget_rows(tx: Tx, run_id: int, now: datetime) -> None:
    """The counts stay; the name of the file, which may be a person's, goes as well."""
    await tx.fetch("DELETE FROM import_row WHERE run_id = $1", run_id)
    sql = (
        "UPDATE import_run SET purged_at = $2, file_name = '', columns = '[]', "
        "state = CASE state WHEN 'reading' THEN 'failed' WHEN 'mapping' THEN 'failed' WHEN 'checking' THEN 'failed' "
        "WHEN 'checked' THEN 'failed' ELSE state END, "
        "failure = CASE WHEN state IN ('reading', 'mapping', 'checking', 'checked') THEN 'forgotten' ELSE failure END "
        "WHERE id = $1"
    )
    await tx.fetch(sql, run_id, now)
