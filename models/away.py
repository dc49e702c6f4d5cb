"""What a database raises when it cannot be asked now, as opposed to a mistake of ours."""

import sqlite3
from typing import Final

import asyncpg
from tortoise.exceptions import OperationalError

# What a statement raises while the database is away; the pool connects again by itself. Asking again is safe.
AWAY: Final = (
    ConnectionError,
    FileNotFoundError,  # a unix socket that is gone
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # PostgreSQL has said goodbye, and the connection is not yet closed
    asyncpg.TransactionRollbackError,  # not away: it ended a deadlock with this one
)
# The same of SQLite: by its primary result codes, as the log names them.
SQLITE_AWAY: Final = {
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_BUSY: "database_away",  # another process has written for longer than the busy timeout
    sqlite3.SQLITE_IOERR: "database_away",
    sqlite3.SQLITE_CANTOPEN: "database_away",
}


def what_is_away(error: BaseException) -> str | None:
    """`disk_full`, `database_away` or, after a timeout, `too_slow`: nothing was stored, or nobody knows; asking
    again is safe. None: it is something else."""
    cause = error.__cause__ if isinstance(error, OperationalError) else error
    if isinstance(cause, sqlite3.Error):
        return SQLITE_AWAY.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(cause, asyncpg.DiskFullError):
        return "disk_full"
    if isinstance(cause, TimeoutError):
        return "too_slow"
    return "database_away" if isinstance(cause, AWAY) else None
