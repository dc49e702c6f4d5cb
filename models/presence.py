"""Who is here: a lease per signed-in phone, renewed while the mini-program is in front and used.

Whether somebody is here is a fact of row and clock, right even when no job has run.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField, instant_or_none

RENEWED_EVERY: Final = timedelta(seconds=15)  # by the phone
LEASE: Final = timedelta(seconds=45)  # three renewals; a phone that sleeps is away within a minute


class Presence(Model):
    """`duty`: a librarian who takes conversations. `away`: the phone said so, and may be back before the lease ends."""

    id = fields.BigIntField(primary_key=True)
    session_id = fields.BigIntField(unique=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    duty = fields.BooleanField(default=False)
    away = fields.BooleanField(default=False)
    lease_until = UtcDatetimeField()

    class Meta:
        table = "presence"


RENEW = """
INSERT INTO presence (session_id, reader_id, duty, away, lease_until) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (session_id) DO UPDATE SET reader_id = $2, duty = $3, away = $4, lease_until = $5
"""


async def renew(tx: Tx, session_id: int, reader_id: int, *, duty: bool, now: datetime) -> None:
    """Here, until the lease ends."""
    await tx.fetch(RENEW, session_id, reader_id, duty, False, now + LEASE)


async def leave(tx: Tx, session_id: int) -> None:
    """Away now. The lease runs on: who is back before its end keeps what they had."""
    await tx.fetch("UPDATE presence SET away = $2 WHERE session_id = $1", session_id, True)


async def here(reader_id: int, now: datetime, tx: Tx | None = None) -> bool:
    """Whether a reader has the mini-program in front, on any phone."""
    sql = "SELECT 1 AS one FROM presence WHERE reader_id = $1 AND NOT away AND lease_until > $2 LIMIT 1"
    return bool(await (tx.fetch if tx else fetch)(sql, reader_id, now))


async def end_duty(tx: Tx, librarian_id: int) -> None:
    """They take no conversations any more, on any phone."""
    await tx.fetch("UPDATE presence SET duty = $2 WHERE reader_id = $1", librarian_id, False)


async def duty_until(tx: Tx, librarian_id: int) -> datetime | None:
    """When the last of a librarian's leases on duty ends or ended, whether away or not."""
    sql = "SELECT max(lease_until) AS until FROM presence WHERE reader_id = $1 AND duty"
    return instant_or_none((await tx.fetch(sql, librarian_id))[0]["until"])


ON_DUTY = """
SELECT p.reader_id AS id, r.nickname AS name, max(p.lease_until) AS here_until
FROM presence p JOIN reader r ON r.id = p.reader_id
WHERE p.duty AND NOT p.away AND p.lease_until > $1 GROUP BY p.reader_id, r.nickname ORDER BY p.reader_id
"""


async def on_duty(now: datetime, tx: Tx | None = None) -> list[Row]:
    """The librarians who take conversations now, each with the end of the lease."""
    return list(await (tx.fetch if tx else fetch)(ON_DUTY, now))


async def purge(now: datetime) -> None:
    await fetch("DELETE FROM presence WHERE lease_until < $1", now - timedelta(days=1))
