"""Constraints that the ORM does not create (tortoise-orm 1.1 drops `Meta.constraints` on creation).

PostgreSQL gets real CHECK constraints. SQLite cannot add one to a table that exists, so there two
triggers of the same name refuse with the same kind of error.
"""

from typing import Any


def is_sqlite(editor: Any) -> bool:
    return bool(editor.client.capabilities.dialect == "sqlite")


async def check(editor: Any, table: str, name: str, holds: str) -> None:
    """Refuse every row of `table` for which `holds`, an expression over its columns, is false."""
    if not is_sqlite(editor):
        await editor.client.execute_script(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({holds})")
        return
    for event in ("INSERT", "UPDATE"):
        await editor.client.execute_script(
            f"CREATE TRIGGER {name}_{event.lower()} AFTER {event} ON {table} "
            f"WHEN NOT EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid AND ({holds})) "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: {name}'); END"
        )
