"""The simulator's own SQLite file."""

from collections.abc import Sequence
from typing import Any

import aiosqlite

from server.wechat.simulator.templates import Template

Row = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    openid TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    session_key TEXT NOT NULL, session_used_at REAL NOT NULL, last_visit_at REAL,
    main_switch INTEGER NOT NULL DEFAULT 1, blocked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS login_code (
    code TEXT PRIMARY KEY, openid TEXT NOT NULL, issued_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS phone_code (
    code TEXT PRIMARY KEY, openid TEXT NOT NULL, country TEXT NOT NULL, number TEXT NOT NULL,
    issued_at REAL NOT NULL, used INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS token (
    value TEXT PRIMARY KEY, kind TEXT NOT NULL, forced INTEGER NOT NULL, issued_at REAL NOT NULL,
    expires_at REAL NOT NULL, dies_at REAL);
CREATE TABLE IF NOT EXISTS template (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, content TEXT NOT NULL, example TEXT NOT NULL,
    type INTEGER NOT NULL, banned INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS consent (
    openid TEXT NOT NULL, template_id TEXT NOT NULL, balance INTEGER NOT NULL DEFAULT 0, kept TEXT,
    PRIMARY KEY (openid, template_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, msgid INTEGER NOT NULL UNIQUE, openid TEXT NOT NULL, template_id TEXT NOT NULL,
    data TEXT NOT NULL, page TEXT NOT NULL, state TEXT NOT NULL, lang TEXT NOT NULL, sent_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS counter (
    subject TEXT NOT NULL, span TEXT NOT NULL, uses INTEGER NOT NULL,
    PRIMARY KEY (subject, span)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS push (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, openid TEXT NOT NULL, body TEXT NOT NULL,
    created_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL, reply TEXT);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    errcode INTEGER, fault TEXT);
CREATE TABLE IF NOT EXISTS text_check (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, openid TEXT NOT NULL, text TEXT NOT NULL, suggest TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS picture_check (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, openid TEXT NOT NULL, trace_id TEXT NOT NULL, url TEXT NOT NULL,
    errcode INTEGER, suggest TEXT);
CREATE INDEX IF NOT EXISTS message_of ON message (openid, id);
"""
TABLES = (
    "person",
    "login_code",
    "phone_code",
    "token",
    "template",
    "consent",
    "message",
    "counter",
    "push",
    "call",
    "text_check",
    "picture_check",
)


class Store:
    """One connection, each statement a transaction of its own: whatever must hold is one statement."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    @classmethod
    async def opened(cls, database: str, templates: Sequence[Template]) -> "Store":
        connection = await aiosqlite.connect(database, isolation_level=None)
        connection.row_factory = aiosqlite.Row
        await connection.execute("PRAGMA journal_mode = WAL")
        await connection.execute("PRAGMA synchronous = NORMAL")
        await connection.executescript(SCHEMA)
        store = cls(connection)
        await store._seed(templates)
        return store

    async def close(self) -> None:
        await self._connection.close()

    async def clear(self, templates: Sequence[Template]) -> None:
        """Forget everything but the templates."""
        for table in TABLES:
            await self.run(f"DELETE FROM {table}")
        await self._seed(templates)

    async def run(self, sql: str, *values: object) -> int:
        """How many rows the statement changed."""
        cursor = await self._connection.execute(sql, values)
        changed = cursor.rowcount
        await cursor.close()
        return changed

    async def all(self, sql: str, *values: object) -> list[Row]:
        return [dict(row) for row in await self._connection.execute_fetchall(sql, values)]

    async def one(self, sql: str, *values: object) -> Row | None:
        rows = await self.all(sql, *values)
        return rows[0] if rows else None

    async def count(self, subject: str, span: str) -> int:
        """Count one more use of something within a minute or day; answers how many there are now."""
        rows = await self.all(
            "INSERT INTO counter (subject, span, uses) VALUES (?, ?, 1) "
            "ON CONFLICT DO UPDATE SET uses = uses + 1 RETURNING uses",
            subject,
            span,
        )
        return int(rows[0]["uses"])

    async def _seed(self, templates: Sequence[Template]) -> None:
        for template in templates:
            await self.run(
                "INSERT INTO template (id, title, content, example, type) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET title = excluded.title, content = excluded.content, "
                "example = excluded.example, type = excluded.type",
                template.id,
                template.title,
                template.content,
                template.example,
                template.type,
            )
