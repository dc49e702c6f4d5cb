"""The database: one connection for all tables, `transaction()` and row locks.

Both dialects are reached through Tortoise's connection. Tables and plain reads use Tortoise's models;
hot paths run SQL text (kept beside the table that it belongs to) through `Tx.fetch` and `fetch`.
SQL text is written once for both: parameters are `$1`, `$2` …, and a statement that changes rows
says `RETURNING`, so that the number of rows is the number of results.

Tortoise's own `in_transaction()` is not used: cancelled while it begins, it never gives its lock or
pooled connection back (tortoise-orm 1.1.9), and on SQLite it begins deferred, so that two writers
who both read first fail with "database is locked". This file leans on Tortoise's private names,
which is why its version is pinned below 1.2.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, Final, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import asyncpg
from tortoise import Tortoise, fields
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.asyncpg.client import TransactionWrapper as PostgresTransaction
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.backends.sqlite.client import SqliteTransactionWrapper as SqliteTransaction
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

from models.away import what_is_away
from models.instants import utc_text
from models.statements import Write as Write
from models.statements import joined, numbered

MODULES: Final = (
    "models.announcements",
    "models.articles",
    "models.audit",
    "models.bans",
    "models.bookings",
    "models.chat",
    "models.departments",
    "models.feedback",
    "models.grants",
    "models.helpers",
    "models.imports",
    "models.jobs",
    "models.notices",
    "models.patrons",
    "models.people",
    "models.presence",
    "models.processes",
    "models.ratings",
    "models.refusals",
    "models.repeats",
    "models.roster",
    "models.seals",
    "models.search",
    "models.search_words",
    "models.spaces",
    "models.tries",
    "models.uploads",
)
POOL_SIZE: Final = 20
ANSWERS_S: Final = 10.0  # a PostgreSQL that takes longer for one statement, or to connect, is away
IDLE: Final = "idle_in_transaction_session_timeout"
GIVEN_BACK_S: Final = 2.0  # the longest that a connection of a failed transaction is waited for
MAX_ID: Final = 2**63 - 1  # of a row, on both dialects

Row = Mapping[str, Any]

# The sqlite3 module asks this adapter for every parameter, so filters are converted too (without it
# a filter in +08:00 finds nothing that was stored in UTC).
sqlite3.register_adapter(datetime, utc_text)
sqlite3.register_adapter(date, date.isoformat)


def belongs_to(model: str, *, null: bool = False, indexed: bool = True) -> Any:
    """A foreign key that does not point back, so that no domain reaches into another.

    `indexed=False` where another key of the table begins with it, or nothing is looked up by it.
    """
    key: Any = fields.ForeignKeyField  # its overloads do not take a bool that is not a literal
    return key(
        f"models.{model}", related_name=False, on_delete=fields.OnDelete.RESTRICT, db_index=indexed, null=null
    )


# ---------------------------------------------------------------- connection


def postgres_credentials(url: str) -> dict[str, Any]:
    """What asyncpg needs of `postgres://user:password@host:port/name`; `?host=/dir` is a unix socket."""
    parts = urlsplit(url)
    extra = dict(parse_qsl(parts.query))
    return {
        "host": extra.get("host") or parts.hostname or "127.0.0.1",
        "port": parts.port or 5432,
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "database": parts.path.lstrip("/"),
    }


def settings(url: str, *, patient: bool = False) -> dict[str, Any]:
    """Tortoise's configuration for `sqlite:///path` or `postgres://…`, there with `?pool=` connections that
    are away when they do not answer in `?answers_s=`."""
    if url.startswith("sqlite"):
        engine = "tortoise.backends.sqlite"
        path = url.removeprefix("sqlite://")
        credentials = {"file_path": path, "busy_timeout": 5000, "synchronous": "NORMAL"}
    else:
        engine = "tortoise.backends.asyncpg"
        extra = dict(parse_qsl(urlsplit(url).query))
        answers_s = float(extra.get("answers_s", ANSWERS_S))
        credentials = {
            **postgres_credentials(url),
            "minsize": 1,
            "maxsize": int(extra.get("pool", POOL_SIZE)),
            "reset": _as_it_is,
            "timeout": answers_s,
            "command_timeout": None if patient else answers_s,
            # Else a process that froze in a transaction keeps its rows locked until the network gives it up.
            "server_settings": {} if patient else {IDLE: f"{3 * answers_s:.3f}s"},
        }
    return {
        "connections": {"default": {"engine": engine, "credentials": credentials}},
        "apps": {"models": {"models": list(MODULES), "migrations": "migrations"}},
        "use_tz": True,
        "timezone": "UTC",
    }


async def _as_it_is(_connection: Any) -> None:
    """We set nothing on a connection, so asyncpg's own reset, a message to the server each time, has nothing
    to undo. A transaction that is still open is rolled back before this is called."""


async def connect(url: str, *, patient: bool = False) -> None:
    """Open the database that every model and `transaction()` of this process then uses.

    `patient`: a statement may take as long as it takes, for work that no reader waits for.
    """
    await Tortoise.init(config=settings(url, patient=patient), _enable_global_fallback=True)
    client = _client()
    if client._connection is None if isinstance(client, SqliteClient) else client._pool is None:
        await client.create_connection(with_db=True)


async def disconnect() -> None:
    """Close it. An unclosed SQLite connection keeps a thread, and the process would never exit."""
    await Tortoise.close_connections()


def _client() -> SqliteClient | AsyncpgDBClient:
    return cast(SqliteClient | AsyncpgDBClient, get_connections().get("default"))


def dialect() -> str:
    """`sqlite` or `postgres`."""
    return "sqlite" if isinstance(_client(), SqliteClient) else "postgres"


def connections() -> tuple[int, int]:
    """How many are in use, and how many there may be."""
    client = _client()
    if isinstance(client, SqliteClient):
        return int(client._lock.locked()), 1
    pool = client._pool
    return (pool.get_size() - pool.get_idle_size(), pool.get_max_size()) if pool else (0, 0)


async def fetch(sql: str, *values: Any) -> Sequence[Row]:
    """Rows of one statement: part of the open transaction if there is one, else it commits by itself."""
    client = _client()
    if isinstance(client, PostgresTransaction):
        return cast(Sequence[Row], await client._connection.fetch(sql, *values))
    if isinstance(client, SqliteClient):
        async with client.acquire_connection() as connection:
            return await _sqlite_rows(connection, sql, values)
    assert client._pool is not None
    return cast(Sequence[Row], await client._pool.fetch(sql, *values))


async def _sqlite_rows(connection: Any, sql: str, values: Sequence[Any]) -> Sequence[Row]:
    try:
        return cast(Sequence[Row], await connection.execute_fetchall(numbered(sql), values))
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


# ---------------------------------------------------------------- transactions


class Tx:
    """An open transaction. Models used inside it take part in it by themselves."""

    def __init__(self, connection: Any, *, sqlite: bool) -> None:
        self._connection = connection
        self._sqlite = sqlite
        self._afterwards: list[tuple[Callable[[], None], bool]] = []

    async def fetch(self, sql: str, *values: Any) -> Sequence[Row]:
        """Rows of one statement inside this transaction.

        Raises Tortoise's `IntegrityError` when a constraint refuses.
        """
        if self._sqlite:
            return await _sqlite_rows(self._connection, sql, values)
        try:
            return cast(Sequence[Row], await self._connection.fetch(sql, *values))
        except asyncpg.IntegrityConstraintViolationError as error:
            raise IntegrityError(error) from error

    async def lock(self, table: str, *ids: int) -> None:
        """Hold rows until the end, always in the order of their ids.

        Across tables the order is: reader, patron, booking, spot, conversation, feedback, area, seat_rules. On SQLite
        the transaction itself already keeps every other writer out.
        """
        if not self._sqlite:
            await self._connection.execute(_lock(table, *ids))

    async def hold(self, select: str, *values: Any) -> None:
        """Lock the rows of a `SELECT … FOR UPDATE`, in its order; on SQLite no other writer is in anyway."""
        if not self._sqlite:
            await self._connection.fetch(select, *values)

    async def together(self, *writes: Write, answers: int = 0, then: Sequence[Write] = ()) -> Sequence[Row]:
        """Statements that do not see each other's rows, on PostgreSQL in one message: what one of them returns.

        `then`: INSERTs of one row each, made only when that one returns something.
        """
        if not self._sqlite:
            return await self.fetch(*joined(writes, answers, then))
        rows = [await self.fetch(sql, *values) for sql, values in writes][answers]
        for sql, values in then if rows else ():
            await self.fetch(sql, *values)
        return rows

    def returned(self, place: int, table: str) -> str:
        """Where a later statement of `together` reads what an earlier one has returned of a table's rows."""
        return table if self._sqlite else f"w{place}"

    def next_id(self, table: str) -> str:
        """The id of a row to come, as an expression, for what must know it before the row is written.

        No two are given the same: PostgreSQL counts on at once, on SQLite no other writer is in.
        """
        if self._sqlite:
            return f"(SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = '{table}')"
        return f"(SELECT nextval(pg_get_serial_sequence('{table}', 'id')))"

    async def each(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """One statement for each of many rows of values."""
        await self._connection.executemany(numbered(sql) if self._sqlite else sql, rows)

    async def portions(self, sql: str) -> AsyncIterator[Sequence[Row]]:
        """The rows of one statement, a thousand at a time."""
        if self._sqlite:
            cursor = await self._connection.execute(sql)
            read = cursor.fetchmany
        else:
            read = (await self._connection.cursor(sql)).fetch
        while rows := await read(1000):
            yield cast(Sequence[Row], rows)

    def after_commit(self, call: Callable[[], None], *, certain: bool = False) -> None:
        """Do this once the change is stored; never, when it is rolled back. It must not wait.

        `certain`: nor when the answer to the commit is lost, for calls that say what happened.
        """
        self._afterwards.append((call, certain))


def _lock(table: str, *ids: int) -> str:
    listed = ", ".join(str(int(number)) for number in sorted(ids))
    return f"SELECT id FROM {table} WHERE id IN ({listed}) ORDER BY id FOR NO KEY UPDATE"


# IMMEDIATE takes the write lock at once: of two who read first and write later, one would otherwise fail,
# whatever the busy timeout.
IMMEDIATE: Final = "BEGIN IMMEDIATE"
SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

_open: ContextVar[bool] = ContextVar("transaction_open", default=False)


@contextlib.asynccontextmanager
async def transaction(*, lock: tuple[str, int] | None = None, snapshot: bool = False) -> AsyncIterator[Tx]:
    """One transaction per use case; a second one inside it raises `RuntimeError`.

    `lock` is a row, as (table, id), to hold from the start: on PostgreSQL it costs no message of its own.
    `snapshot` only reads, everything as it was at one moment, and keeps no other process from writing.

    Safe under cancellation at every point: the connection is given back, and what was not committed
    is gone. When the answer to the commit itself is lost, the calls of `after_commit` still run, for
    they only say "look again"; not those that are `certain`.
    """
    if _open.get():
        raise RuntimeError("a transaction is open already: a use case never calls a use case")
    connections = get_connections()
    parent = cast(SqliteClient | AsyncpgDBClient, connections.get("default"))
    sqlite = isinstance(parent, SqliteClient)
    look_again: list[Callable[[], None]] = []
    try:
        begun = (
            _sqlite_transaction(parent, "BEGIN" if snapshot else IMMEDIATE)
            if sqlite
            else _postgres_transaction(parent, SNAPSHOT if snapshot else "BEGIN", lock)
        )
        async with begun as client:
            tx = Tx(client._connection, sqlite=sqlite)
            seen_by_models = connections.set("default", client)
            mark = _open.set(True)
            try:
                yield tx
            except BaseException:
                await _to_the_end(_rollback(client))
                raise
            else:
                # Taken away from it: most calls hold their Tx, and such a circle only the collector would free.
                afterwards, tx._afterwards = tx._afterwards, []
                look_again = [call for call, certain in afterwards if not certain]
                await (_to_the_end(client.commit()) if sqlite else _commit(client))
                look_again = [call for call, _ in afterwards]
            finally:
                _open.reset(mark)
                connections.reset(seen_by_models)
    except Exception as error:
        if not what_is_away(error):  # else nobody knows whether it was committed
            look_again = []
        raise
    finally:
        # Out here, so that a task that one of them starts does not inherit the connection.
        for call in look_again:
            call()


@contextlib.asynccontextmanager
async def one_message(*, if_lost: Callable[[], None]) -> AsyncIterator[Tx]:
    """A transaction that is one `together`: PostgreSQL needs no message to begin and none to commit it.

    `if_lost` is called when its answer was lost, so that nobody knows whether it was stored: it only says "look again".
    """
    client = _client()
    if isinstance(client, SqliteClient):
        async with transaction() as tx:
            yield tx
        return
    if _open.get():
        raise RuntimeError("a transaction is open already: a use case never calls a use case")
    assert client._pool is not None
    tx = Tx(_OneFetch(client._pool), sqlite=False)
    try:
        yield tx
    except BaseException as error:
        if not isinstance(error, Exception) or what_is_away(error):
            if_lost()
        raise
    for call, _ in tx._afterwards:
        call()


class _OneFetch:
    """In the place of a connection: a second statement would be a transaction of its own."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def fetch(self, sql: str, *values: Any) -> Sequence[Row]:
        pool, self._pool = self._pool, None
        if pool is None:
            raise RuntimeError("one message holds one statement")
        return cast(Sequence[Row], await pool.fetch(sql, *values))


@contextlib.asynccontextmanager
async def _sqlite_transaction(parent: Any, begin: str) -> AsyncIterator[SqliteTransaction]:
    async with parent._lock:
        client = SqliteTransaction(parent)
        try:
            await _to_the_end(_begin(client, begin))
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        except asyncio.CancelledError:
            await _to_the_end(client._connection.rollback())
            raise
        yield client


async def _commit(client: SqliteTransaction | PostgresTransaction) -> None:
    # PostgreSQL answers the COMMIT of a transaction in which a statement failed with a rollback, not an error.
    if await cast(Any, client._connection).execute("COMMIT") != "COMMIT":
        raise RuntimeError("a statement of this transaction had failed, so nothing of it was stored")


def _rollback(client: SqliteTransaction | PostgresTransaction) -> Awaitable[Any]:
    if isinstance(client, SqliteTransaction):
        return client.rollback()
    return cast(Awaitable[Any], client._connection.execute("ROLLBACK", timeout=GIVEN_BACK_S))


async def _begin(client: SqliteTransaction, begin: str) -> None:
    await client._connection.execute(begin)


@contextlib.asynccontextmanager
async def _postgres_transaction(
    parent: Any, begin: str, lock: tuple[str, int] | None
) -> AsyncIterator[PostgresTransaction]:
    connection = await parent._pool.acquire()
    try:
        client = PostgresTransaction(parent)
        client._connection = cast(Any, connection)
        await connection.execute(f"{begin}; {_lock(*lock)}" if lock else begin)
        yield client
    finally:
        # Rolls back what is open, or drops it.
        await parent._pool.release(connection, timeout=GIVEN_BACK_S)


async def _to_the_end(work: Awaitable[Any]) -> None:
    """Wait for `work` to finish even when cancelled meanwhile; the cancellation comes afterwards."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        raise
