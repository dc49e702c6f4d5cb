"""A backup: every row as it was at one moment, in a file that either dialect can be restored from.

The file is a zip: `manifest.json`, and for each table lines of JSON, one a row. Values are as SQLite stores
them (instants as text in UTC, yes and no as 1 and 0), so that the same row is the same line in both dialects,
and a restored database can be compared with the file without regard to order.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from asyncpg import DataError, IntegrityConstraintViolationError

from models import db, schema, search_rebuild, tables
from models.db import Tx, transaction
from models.instants import utc_text

FORMAT: Final = 1
PORTION: Final = 1000  # rows

# What a database answers to rows that it does not take.
REFUSALS: Final = (sqlite3.DatabaseError, DataError, IntegrityConstraintViolationError, ValueError)

Told = Callable[[str, int], None]  # a table, and how many more of its rows are done


class BackupRefused(Exception):
    """It cannot be done; the text says why."""


@dataclass(frozen=True)
class Table:
    name: str
    columns: list[str]
    rows: int
    digest: str  # the sum of the SHA-256 of each line
    last_id: int | None  # the highest id ever given, so that none is given twice


@dataclass(frozen=True)
class Manifest:
    made_at: str
    migrations: list[str]
    tables: list[Table]
    format: int = FORMAT


class Digest:
    """Of lines in any order: two databases with the same rows have the same."""

    def __init__(self) -> None:
        self.lines = 0
        self._sum = 0

    def add(self, line: bytes) -> None:
        self.lines += 1
        self._sum += int.from_bytes(hashlib.sha256(line).digest())

    def text(self) -> str:
        return f"{self._sum % 2**256:064x}"


# ---------------------------------------------------------------- writing


async def write(url: str, path: Path, now: datetime, told: Told) -> Manifest:
    """Back up a database that may be in use meanwhile into a new file, which only its owner can read.

    Raises `BackupRefused`; then there is no file.
    """
    with _new_file(path) as file:
        async with _connected(url):
            if await schema.pending():
                raise BackupRefused("the database lacks migrations: run `migrate` first")
            async with transaction(snapshot=True) as tx:
                return await _write(tx, file, now, told)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """It gets its name when it is whole and on the disk."""
    if path.exists():
        raise BackupRefused(f"{path} is there already")
    part = path.with_name(path.name + ".part")
    try:
        with open(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


async def _write(tx: Tx, file: IO[bytes], now: datetime, told: Told) -> Manifest:
    await _sound(tx)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        done = []
        for name in await tables.in_order(tx):
            columns = list(await tables.columns(tx, name))
            digest = Digest()
            with archive.open(f"{name}.jsonl", "w", force_zip64=True) as lines:
                async for line in _lines(tx, name, columns):
                    digest.add(line)
                    lines.write(line + b"\n")
                    told(name, 1)
            last_id = await tables.last_id(tx, name) if "id" in columns else None
            done.append(Table(name, columns, digest.lines, digest.text(), last_id))
        manifest = Manifest(utc_text(now), await tables.migrations(tx), done)
        archive.writestr("manifest.json", json.dumps(asdict(manifest), indent=1))
    return manifest


async def _lines(tx: Tx, name: str, columns: Sequence[str]) -> AsyncIterator[bytes]:
    by = " ORDER BY id" if "id" in columns else ""  # what is referred to comes first
    async for rows in tx.portions(f'SELECT {_listed(columns)} FROM "{name}"{by}'):
        for row in rows:
            values = [_portable(row[column]) for column in columns]
            yield json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def _portable(value: Any) -> Any:
    match value:
        case bool():
            return int(value)
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
    return value


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


# ---------------------------------------------------------------- restoring


async def restore(path: Path, url: str, told: Told) -> Manifest:
    """Fill an empty database from a backup, all of it or nothing, and bring it to the newest schema;
    the search's index is made anew.

    What was stored is read back and compared before it counts. Raises `BackupRefused`.
    """
    with _opened(path) as (archive, manifest):
        await _ready(url, manifest)
        async with _connected(url):
            try:
                async with transaction() as tx:
                    await _fill(tx, archive, manifest, told)
            except REFUSALS as error:
                raise BackupRefused(f"the database does not take what is in the file: {error}") from None
    await schema.migrate(url)
    async with _connected(url):
        await search_rebuild.rebuild(lambda more, _: told("search_index", more))
    return manifest


async def verify(path: Path, told: Told) -> Manifest:
    """Restore a backup for trial, into a database that is gone afterwards. Raises `BackupRefused`."""
    with tempfile.TemporaryDirectory(prefix="wenjin-verify-") as folder:
        return await restore(path, f"sqlite://{folder}/trial.sqlite3", told)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """The file and its manifest; whatever is wrong with either is `BackupRefused`."""
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupRefused(f"{path} is no backup, or damaged: {error}") from None
    with archive:
        try:
            values = json.loads(archive.read("manifest.json"))
            listed = [Table(**table) for table in values.pop("tables")]
            manifest = Manifest(**values, tables=listed)
        except (zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
            raise BackupRefused(f"{path} is no backup, or damaged: {error}") from None
        if manifest.format != FORMAT:
            raise BackupRefused(f"{path} has the format {manifest.format}, not {FORMAT}")
        yield archive, manifest


async def _ready(url: str, manifest: Manifest) -> None:
    """Bring the schema to where it was when the backup was made."""
    if unknown := set(manifest.migrations) - set(schema.steps()):
        raise BackupRefused(f"a newer version made it: {', '.join(sorted(unknown))} is not known here")
    async with _connected(url):
        async with transaction() as tx:
            if set(await tables.migrations(tx)) - set(manifest.migrations):
                raise BackupRefused("the database has a newer schema; name one without any table")
    await schema.migrate(url, to=max(manifest.migrations))


async def _fill(tx: Tx, archive: zipfile.ZipFile, manifest: Manifest, told: Told) -> None:
    if await tables.filled(tx):
        raise BackupRefused("the database is not empty")
    if set(await tables.in_order(tx)) != {table.name for table in manifest.tables}:
        raise BackupRefused("the tables are not those of the backup")
    for table in manifest.tables:
        await _restore(tx, archive, table, told)
    for table in manifest.tables:
        await _compare(tx, table)
    await _sound(tx)


async def _restore(tx: Tx, archive: zipfile.ZipFile, table: Table, told: Told) -> None:
    columns = await tables.columns(tx, table.name)
    if set(columns) != set(table.columns):
        raise BackupRefused(f"the columns of {table.name} are not those of the backup")
    decodes = [columns[column] for column in table.columns]
    places = ", ".join(f"${number + 1}" for number in range(len(decodes)))
    insert = f'INSERT INTO "{table.name}" ({_listed(table.columns)}) VALUES ({places})'
    digest = Digest()
    for lines in _portions(archive, table.name):
        for line in lines:
            digest.add(line)
        await tx.each(insert, [_decoded(line, decodes) for line in lines])
        told(table.name, len(lines))
    if (digest.lines, digest.text()) != (table.rows, table.digest):
        raise BackupRefused(f"{table.name} is damaged in the file")
    if table.last_id is not None:
        await tables.continue_after(tx, table.name, table.last_id)


def _portions(archive: zipfile.ZipFile, name: str) -> Iterator[list[bytes]]:
    try:
        with archive.open(f"{name}.jsonl") as file:
            while lines := [line.rstrip(b"\n") for line in islice(file, PORTION)]:
                yield lines
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError) as error:
        raise BackupRefused(f"{name} is damaged in the file: {error}") from None


def _decoded(line: bytes, decodes: Sequence[tables.Decode]) -> list[Any]:
    values = json.loads(line)
    return [None if value is None else decode(value) for value, decode in zip(values, decodes, strict=True)]


async def _compare(tx: Tx, table: Table) -> None:
    digest = Digest()
    async for line in _lines(tx, table.name, table.columns):
        digest.add(line)
    if (digest.lines, digest.text()) != (table.rows, table.digest):
        raise BackupRefused(f"{table.name} was stored otherwise than it is in the file")


async def _sound(tx: Tx) -> None:
    """SQLite's own look at its file; PostgreSQL has no such question."""
    if faults := await tables.faults(tx):
        raise BackupRefused(f"the database is damaged: {'; '.join(faults[:3])}")


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[None]:
    await db.connect(url, patient=True)
    try:
        yield
    finally:
        await db.disconnect()
