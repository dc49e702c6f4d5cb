"""Who may act for whom: a reader lets a helper book, check in and cancel for them, until either ends it."""

from datetime import datetime, timedelta
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

INVITATION_LIFE: Final = timedelta(hours=1)
HELPERS_AT_MOST: Final = 5


class Helper(Model):
    id = fields.BigIntField(primary_key=True)
    helped: Any = belongs_to("Reader", indexed=False)
    helped_id: int
    helper: Any = belongs_to("Reader")
    helper_id: int
    since = UtcDatetimeField()

    class Meta:
        table = "helper"
        unique_together = (("helped_id", "helper_id"),)


class HelperInvitation(Model):
    """A one-time code of the helped; only its hash is stored, and a newer one takes its place."""

    id = fields.BigIntField(primary_key=True)
    helped: Any = belongs_to("Reader", indexed=False)
    helped_id: int
    code_hash = fields.CharField(64, unique=True)
    expires_at = UtcDatetimeField(db_index=True)

    class Meta:
        table = "helper_invitation"
        unique_together = (("helped_id",),)


async def helps(tx: Tx | None, helper_id: int, helped_id: int) -> bool:
    sql = "SELECT 1 FROM helper WHERE helped_id = $1 AND helper_id = $2"
    return bool(await (tx.fetch if tx else fetch)(sql, helped_id, helper_id))


INVITE = """
INSERT INTO helper_invitation (helped_id, code_hash, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (helped_id) DO UPDATE SET code_hash = excluded.code_hash, expires_at = excluded.expires_at RETURNING id
"""


async def invite(tx: Tx, helped_id: int, code_hash: str, expires_at: datetime) -> None:
    await tx.fetch(INVITE, helped_id, code_hash, expires_at)


async def inviting(code_hash: str, now: datetime) -> int | None:
    """Whose code this is, while it is good."""
    sql = "SELECT helped_id FROM helper_invitation WHERE code_hash = $1 AND expires_at > $2"
    rows = await fetch(sql, code_hash, now)
    return rows[0]["helped_id"] if rows else None


async def take_invitation(tx: Tx, code_hash: str) -> bool:
    """Use a code up; of two who try, one gets True."""
    return bool(await tx.fetch("DELETE FROM helper_invitation WHERE code_hash = $1 RETURNING id", code_hash))


async def begin(tx: Tx, helped_id: int, helper_id: int, now: datetime) -> None:
    """Nothing changes for who helps already."""
    await tx.fetch(
        "INSERT INTO helper (helped_id, helper_id, since) VALUES ($1, $2, $3) "
        "ON CONFLICT (helped_id, helper_id) DO NOTHING",
        helped_id,
        helper_id,
        now,
    )


async def end(tx: Tx, helped_id: int, helper_id: int) -> bool:
    sql = "DELETE FROM helper WHERE helped_id = $1 AND helper_id = $2 RETURNING id"
    return bool(await tx.fetch(sql, helped_id, helper_id))


async def number_of(tx: Tx, helped_id: int) -> int:
    number: int = (await tx.fetch("SELECT count(*) AS n FROM helper WHERE helped_id = $1", helped_id))[0]["n"]
    return number


async def of(reader_id: int) -> tuple[list[Row], list[Row]]:
    """(who helps this reader, whom this reader helps), each with `id`, `name` and `since`."""
    helpers = (
        "SELECT r.id, r.nickname AS name, h.since FROM helper h JOIN reader r ON r.id = h.helper_id "
        "WHERE h.helped_id = $1 ORDER BY h.id"
    )
    helped = (
        "SELECT r.id, r.nickname AS name, h.since FROM helper h JOIN reader r ON r.id = h.helped_id "
        "WHERE h.helper_id = $1 ORDER BY h.id"
    )
    return list(await fetch(helpers, reader_id)), list(await fetch(helped, reader_id))


async def purge(now: datetime) -> None:
    """Forget codes whose time is over."""
    await fetch("DELETE FROM helper_invitation WHERE expires_at <= $1", now)
