"""What a database itself says of its tables, alike for both dialects: for backup and restore."""

from collections.abc import Callable, Mapping
from datetime import date
from graphlib import TopologicalSorter
from typing import Any, Final

from models import db
from models.db import Tx
from models.instants import instant
from models.search import INDEX

Decode = Callable[[Any], Any]

# From the value of a backup, which is as SQLite stores it, to what asyncpg takes.
DECODES: Final[Mapping[str, Decode]] = {
    "timestamp with time zone": instant,
    "date": date.fromisoformat,
    "boolean": bool,
}


def _same(value: Any) -> Any:
    return value


async def names(tx: Tx) -> list[str]:
    """All tables but the one that says which migrations were applied, and the search's index."""
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if db.dialect() == "sqlite"
        else "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()"
    )
    found = [row["name"] for row in await tx.fetch(sql)]
    return sorted(name for name in found if name != "tortoise_migrations" and not name.startswith(INDEX))


async def in_order(tx: Tx) -> list[str]:
    """The tables, each after those that it refers to."""
    referred: dict[str, set[str]] = {name: set() for name in await names(tx)}
    sql = (
        'SELECT m.name, k."table" AS other FROM sqlite_master m, pragma_foreign_key_list(m.name) k '
        "WHERE m.type = 'table'"
        if db.dialect() == "sqlite"
        else "SELECT a.relname AS name, b.relname AS other FROM pg_constraint c "
        "JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid WHERE c.contype = 'f'"
    )
    for row in await tx.fetch(sql):
        if row["name"] != row["other"]:
            referred[row["name"]].add(row["other"])
    return list(TopologicalSorter(referred).static_order())


async def columns(tx: Tx, name: str) -> dict[str, Decode]:
    """Each column, and how a value of a backup becomes one of it."""
    if db.dialect() == "sqlite":
        return {row["name"]: _same for row in await tx.fetch("SELECT name FROM pragma_table_info($1)", name)}
    rows = await tx.fetch(
        "SELECT column_name AS name, data_type AS type FROM information_schema.columns "
        "WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        name,
    )
    return {row["name"]: DECODES.get(row["type"], _same) for row in rows}


async def filled(tx: Tx) -> bool:
    """Whether any table has a row."""
    for name in await names(tx):
        if await tx.fetch(f'SELECT 1 FROM "{name}" LIMIT 1'):
            return True
    return False


async def migrations(tx: Tx) -> list[str]:
    """The names of the steps that were applied; none before the first."""
    there = (
        "SELECT 1 FROM sqlite_master WHERE name = 'tortoise_migrations'"
        if db.dialect() == "sqlite"
        else "SELECT 1 WHERE to_regclass('tortoise_migrations') IS NOT NULL"
    )
    if not await tx.fetch(there):
        return []
    return [row["name"] for row in await tx.fetch("SELECT name FROM tortoise_migrations ORDER BY name")]


async def last_id(tx: Tx, name: str) -> int | None:
    """The highest id that was ever given, also to a row that is gone; None before the first."""
    sql = (
        "SELECT seq AS last FROM sqlite_sequence WHERE name = $1"
        if db.dialect() == "sqlite"
        else "SELECT pg_sequence_last_value(pg_get_serial_sequence($1, 'id')::regclass) AS last"
    )
    rows = await tx.fetch(sql, name)
    return rows[0]["last"] if rows else None


async def continue_after(tx: Tx, name: str, last: int) -> None:
    """The next row gets a higher id than that."""
    if db.dialect() == "postgres":
        await tx.fetch("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)", name, last)
    elif not await tx.fetch("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1 RETURNING seq", name, last):
        await tx.fetch("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", name, last)


async def faults(tx: Tx) -> list[str]:
    """What SQLite finds wrong with its own file and with its references; PostgreSQL has no such question."""
    if db.dialect() == "postgres":
        return []
    damage = [row["integrity_check"] for row in await tx.fetch("PRAGMA integrity_check")]
    lost = [row["table"] for row in await tx.fetch("PRAGMA foreign_key_check")]
    return [found for found in damage if found != "ok"] + [f"a row of {name} refers to none" for name in lost]
