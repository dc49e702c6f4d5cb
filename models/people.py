"""Readers, the roles that some of them hold, their sessions, and invitations to a role."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, UtcDatetimeField, belongs_to, fetch, instant

SESSION_LIFE: Final = timedelta(days=30)
SESSION_RENEWED_AFTER: Final = timedelta(days=1)  # sliding expiry, without a write on every request
INVITATION_LIFE: Final = timedelta(hours=24)
NICKNAME_LENGTH: Final = 20
PHONE_LENGTH: Final = 20
SAMPLE: Final = "sample:"  # before the openid of a reviewer; WeChat's hold no colon


class Reader(Model):
    """Everybody who has signed in once, staff included. `openid` is WeChat's, opaque, until the account is closed.

    `closes_at`: the reader has asked to close it then; `closed_at`: that is done. `sample`: a reviewer's, from its
    first day to its last; its openid is that of the person after `SAMPLE`.
    """

    id = fields.BigIntField(primary_key=True)
    openid = fields.CharField(64, unique=True)
    nickname = fields.CharField(NICKNAME_LENGTH, null=True)
    phone = fields.CharField(PHONE_LENGTH, null=True)
    made_at = UtcDatetimeField()
    closes_at = UtcDatetimeField(null=True)
    closed_at = UtcDatetimeField(null=True)
    sample = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "reader"


class StaffRole(Model):
    """A role beyond `reader`. Which permissions it means is said in handlers/access.py."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    role = fields.CharField(20)
    granted_by = fields.BigIntField(null=True)  # null: from the command line
    granted_at = UtcDatetimeField()

    class Meta:
        table = "staff_role"
        unique_together = (("reader_id", "role"),)


class Session(Model):
    """A signed-in phone. Only the hash of its token is stored."""

    id = fields.BigIntField(primary_key=True)
    token_hash = fields.CharField(64, unique=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    made_at = UtcDatetimeField()
    last_used_at = UtcDatetimeField()
    expires_at = UtcDatetimeField()

    class Meta:
        table = "session"


class Invitation(Model):
    """A one-time way to a role; only the hash of its code is stored."""

    id = fields.BigIntField(primary_key=True)
    code_hash = fields.CharField(64, unique=True)
    role = fields.CharField(20)
    made_by: Any = belongs_to("Reader")
    made_by_id: int
    made_at = UtcDatetimeField()
    expires_at = UtcDatetimeField()
    accepted_by = fields.BigIntField(null=True)
    accepted_at = UtcDatetimeField(null=True)

    class Meta:
        table = "invitation"


def new_secret() -> str:
    """32 random bytes as 43 url-safe characters."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """SHA-256 in hex: the secret has 256 random bits, so nothing slower is needed."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()  # a header may hold any bytes


def at_wechat(openid: str) -> str:
    """By which WeChat knows them: a reviewer and the person that they are have one in common."""
    return openid.removeprefix(SAMPLE)


# Whatever else is stored of a sample reader, they are a reviewer and nothing more.
_ROLE: Final = "CASE WHEN p.sample THEN 'reviewer' ELSE r.role END AS role"
WHO = f"""
SELECT s.id AS session_id, s.reader_id, s.last_used_at, {_ROLE}
FROM session s JOIN reader p ON p.id = s.reader_id LEFT JOIN staff_role r ON r.reader_id = s.reader_id
WHERE s.token_hash = $1 AND s.expires_at > $2
"""
ROLES = f"SELECT {_ROLE} FROM reader p LEFT JOIN staff_role r ON r.reader_id = p.id WHERE p.id = $1"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is, and the roles that its reader holds."""

    session_id: int
    reader_id: int
    last_used_at: datetime
    roles: frozenset[str]


async def signed_in(token: str, now: datetime) -> SignedIn | None:
    """Who has a token that is still good."""
    rows = await fetch(WHO, secret_hash(token), now)
    if not rows:
        return None
    first, roles = rows[0], frozenset(row["role"] for row in rows if row["role"])
    return SignedIn(first["session_id"], first["reader_id"], instant(first["last_used_at"]), roles)


async def roles_of(reader_id: int) -> frozenset[str]:
    return frozenset(row["role"] for row in await fetch(ROLES, reader_id) if row["role"])


async def renew(session_id: int, now: datetime) -> None:
    """Slide the expiry of a session that is in use."""
    await Session.filter(id=session_id).update(last_used_at=now, expires_at=now + SESSION_LIFE)


MAKE_READER = """
INSERT INTO reader (openid, made_at, sample) VALUES ($1, $2, $3) ON CONFLICT (openid) DO NOTHING RETURNING id
"""
# Not a SELECT: an account that is being closed at this moment gives its openid up, and then this makes a new reader.
HOLD_READER = """
INSERT INTO reader (openid, made_at, sample) VALUES ($1, $2, $3)
ON CONFLICT (openid) DO UPDATE SET made_at = reader.made_at RETURNING id
"""


async def reader_for(tx: Tx, openid: str, now: datetime) -> tuple[int, bool]:
    """The reader with this openid, made when new: (id, is new). Two first sign-ins make one reader."""
    values = (openid, now, openid.startswith(SAMPLE))
    if made := await tx.fetch(MAKE_READER, *values):
        return made[0]["id"], True
    return (await tx.fetch(HOLD_READER, *values))[0]["id"], False


async def grant_role(tx: Tx, reader_id: int, role: str, *, granted_by: int | None, now: datetime) -> None:
    """Give a role; nothing changes when the reader holds it already."""
    await tx.fetch(
        "INSERT INTO staff_role (reader_id, role, granted_by, granted_at) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (reader_id, role) DO NOTHING",
        reader_id,
        role,
        granted_by,
        now,
    )


async def end_sessions(tx: Tx, reader_id: int, *, only: int | None = None) -> list[int]:
    """End one session of a reader, or all of them: the ids that ended."""
    sql = "DELETE FROM session WHERE reader_id = $1 AND (CAST($2 AS BIGINT) = 0 OR id = $2) RETURNING id"
    return [row["id"] for row in await tx.fetch(sql, reader_id, only or 0)]


async def still_signed_in(session_ids: Collection[int], now: datetime) -> set[int]:
    """Which of these sessions are still good."""
    listed = ", ".join(map(str, session_ids))
    if not listed:
        return set()
    sql = f"SELECT id FROM session WHERE id IN ({listed}) AND expires_at > $1"
    return {row["id"] for row in await fetch(sql, now)}


async def purge_sessions(now: datetime) -> None:
    """Forget sessions that have ended by time."""
    await fetch("DELETE FROM session WHERE expires_at <= $1", now)


TAKE_INVITATION = """
UPDATE invitation SET accepted_by = $2, accepted_at = $3
WHERE code_hash = $1 AND accepted_by IS NULL AND expires_at > $3 RETURNING id, role, made_by_id
"""


async def take_invitation(tx: Tx, code_hash: str, reader_id: int, now: datetime) -> Row | None:
    """Use up an invitation that is still good; of two who try, one gets the row."""
    rows = await tx.fetch(TAKE_INVITATION, code_hash, reader_id, now)
    return rows[0] if rows else None
