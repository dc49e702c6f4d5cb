"""What is asked of imports and what they answer."""

import json
from typing import Annotated

from pydantic import Field as Is

from handlers.context import Context
from handlers.errors import Refused
from handlers.import_words import FIELDS
from handlers.importers import IMPORTERS
from handlers.shapes import Cursor, Id, Input, Limit, Moment, Output, Whole
from handlers.words import UNREADABLE
from models.db import Row
from models.imports import State, Target
from models.instants import instant


class ImportUnreadable(Refused):
    """No table can be read from the file; `details.reason` is `unreadable`, `empty`, `too_many_rows`, `old_excel` or
    `bomb` (422)."""

    code = "import_unreadable"
    status = 422


class ImportNotNow(Refused):
    """What is asked does not fit the import's `details.state`, or its rows are forgotten."""

    code = "import_not_now"


class OfImport(Input):
    run_id: Id


class SeeImports(Input):
    """Of all that the caller imports."""

    after: Cursor | None = None
    limit: Limit = 20


class SeeProblems(OfImport):
    after: Cursor | None = None
    limit: Limit = 50


class FieldColumn(Input):
    field: Annotated[str, Is(max_length=20)]
    column: Annotated[Whole, Is(ge=0, le=99)]


class MapColumns(OfImport):
    """Which column of the file, counted from 0, holds which field; the others are not imported."""

    version: Whole
    mapping: Annotated[list[FieldColumn], Is(max_length=20)]


class ApplyImport(OfImport):
    """`version` is the one whose check was read."""

    version: Whole


class FieldShown(Output):
    """`column` is null where no column holds it."""

    field: str
    name: str
    column: Whole | None
    needed: bool


class ImportView(Output):
    """`step` of `steps` rows of the present work are done. `created`, `changed` and `same` count cards or articles,
    `problems` rows that are not imported, `kept` what was not taken back because something newer touched it. `who` is
    null from the command line, and of somebody without a name."""

    id: Id
    version: int
    at: Moment
    who: str | None
    target: Target
    file_name: str
    state: State
    failure: str | None
    failure_words: str | None
    rows: int
    step: int
    steps: int
    problems: int
    created: int
    changed: int
    same: int
    kept: int
    columns: list[str]
    fields: list[FieldShown]
    forgotten: bool


class ProblemShown(Output):
    """`column` is its name in the file; a secret is not shown."""

    field: str
    column: str
    value: str
    code: str
    words: str


class RowProblems(Output):
    """`row` is its number in the file."""

    row: Whole
    problems: list[ProblemShown]


class ImportChanged(Output):
    """Pushed to who began the import: it should be read again."""

    id: Id


def view(ctx: Context, row: Row, name: str | None = None) -> ImportView:
    mapping: dict[str, int] = json.loads(row["mapping"])
    values = dict(row)
    state, target = State(row["state"]), Target(row["target"])
    return ImportView(
        **{key: values[key] for key in ("id", "version", "file_name", "failure", "rows", "step")},
        **{key: values[key] for key in ("problems", "created", "changed", "same", "kept")},
        at=ctx.local(instant(row["at"])),
        who=name,
        target=target,
        state=state,
        failure_words=UNREADABLE.get(row["failure"] or ""),
        steps=row["created"] + row["changed"] if state in (State.APPLYING, State.UNDOING) else row["rows"],
        columns=json.loads(row["columns"]),
        fields=[
            FieldShown(
                field=column.field,
                name=FIELDS[column.field],
                column=mapping.get(column.field),
                needed=column.needed,
            )
            for column in IMPORTERS[target].columns
        ],
        forgotten=row["purged_at"] is not None,
    )
