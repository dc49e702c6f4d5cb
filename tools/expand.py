"""What a migration takes away from the previous release, which still serves while the new one starts."""

import re
import runpy
from pathlib import Path
from typing import Any, Final

from tortoise.migrations import operations as ops

# By hand written SQL is searched for what takes away; what it adds is tried with the previous release itself.
HARMLESS: Final = (
    ops.CreateModel,
    ops.AddIndex,
    ops.RemoveIndex,
    ops.RenameIndex,
    ops.RunPython,
    ops.RunSQL,
)
DESTRUCTIVE: Final = re.compile(
    r"\b(DROP\s+(?:TABLE|COLUMN)|ALTER\s+COLUMN|SET\s+NOT\s+NULL|RENAME\s+(?:TO|COLUMN)|TRUNCATE|DELETE\s+FROM)\b"
)
TRIGGER: Final = re.compile(r"\bCREATE TRIGGER\b.*?\bEND;", re.DOTALL)  # takes nothing when the step runs


def taken_away(step: Path) -> list[str]:
    """Each such operation of one migration, as a line for people; none when it says in `CONTRACTS`, in words, since
    which release nothing uses what it takes."""
    found = runpy.run_path(str(step))
    if found.get("CONTRACTS"):
        return []
    operations = [operation for operation in found["Migration"].operations if not _is_harmless(operation)]
    by_hand = DESTRUCTIVE.findall(TRIGGER.sub("", step.read_text(encoding="utf-8")))
    return [f"{step.stem}: {what}" for what in (*(each.describe() for each in operations), *by_hand)]


def _is_harmless(operation: Any) -> bool:
    if isinstance(operation, ops.AddField):
        field: Any = operation.field
        return bool(field.null or field.has_db_default())
    return isinstance(operation, HARMLESS)
