"""Readers, their sessions with the roles that count, and invitations to a role."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.grants import Held, counting
from models.instants import UtcDatetimeField, instant
from models.reach import Grant

SESSION_LIFE: Final = timedelta(days=30)
SESSION_RENEWED_AFTER: Final = timedelta(days=1)  # sliding expiry, without a write on every request
INVITATION_LIFE: Final = timedelta(hours=24)
NICKNAME_LENGTH: Final = 20
PHONE_LENGTH: Final = 20
SAMPLE: Final = "sample:"  # before the openid of a reviewer; WeChat's hold no colon
NOW_OF: Final = (
    "(SELECT coalesce(merged_into, id) FROM reader WHERE id = $1)"  # where their things are by now
)


class Reader(Model):
    """Everybody who has signed in once, staff included. `openid` is WeChat's, opaque, until the account is closed.

    `closes_at`: the reader has asked to close it then; `closed_at`: that is done. `sample`: a reviewer's, from its
    first day to its last; its openid is that of the person after `SAMPLE`. `merged_into`: the reader who has everything
    that was this one's.
    """

    id = fields.BigIntField(primary_key=True)
    openid = fields.CharField(64, unique=True)
    nickname = fields.CharField(NICKNAME_LENGTH, null=True)
    phone = fields.CharField(PHONE_LENGTH, null=True)
    made_at = UtcDatetimeField()
    closes_at = UtcDatetimeField(null=True)
    closed_at = UtcDatetimeField(null=True)
    sample = fields.BooleanField(default=False, db_default=False)
    merged_into = fields.BigIntField(null=True)

    class Meta:
        table = "reader"


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
    """A one-time way to a role, where and from when until when it holds; only the hash of its code is stored."""

    id = fields.BigIntField(primary_key=True)
    code_hash = fields.CharField(64, unique=True)
    role = fields.CharField(20)
    scope = fields.CharField(10, default="library", db_default="library")
    scope_id = fields.BigIntField(null=True)
    starts_at = UtcDatetimeField(null=True)
    ends_at = UtcDatetimeField(null=True)
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


def bounded_hash(code: str) -> str:
    """Of an invitation to less than a whole role. The release before must not find it: it would give the whole."""
    return secret_hash(f"bounded:{code}")


def at_wechat(openid: str) -> str:
    """By which WeChat knows them: a reviewer and the person that they are have one in common."""
    return openid.removeprefix(SAMPLE)


# Whatever else is stored of a sample reader, they are a reviewer and nothing more. What has ended is left out; what
# has not begun is told, so that whoever remembers the answer knows how long it is true.
_GRANTS: Final = """
SELECT {columns}CASE WHEN p.sample THEN 'reviewer' ELSE r.role END AS role, 'library' AS scope, NULL AS scope_id,
    NULL AS starts_at, NULL AS ends_at
FROM {reader} LEFT JOIN staff_role r ON r.reader_id = p.id WHERE {which}
UNION ALL
SELECT {columns}g.role, g.scope, g.scope_id, g.starts_at, g.ends_at
FROM {reader} JOIN staff_grant g ON g.reader_id = p.id
WHERE {which} AND NOT p.sample AND (g.ends_at IS NULL OR g.ends_at > $2)
"""
WHO: Final = _GRANTS.format(
    columns="s.id AS session_id, s.reader_id, s.last_used_at, ",
    reader="session s JOIN reader p ON p.id = s.reader_id",
    which="s.token_hash = $1 AND s.expires_at > $2",
)
GRANTS: Final = _GRANTS.format(columns="", reader="reader p", which="p.id = $1")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is, the grants that count for its reader, and until when that is so; None: no date ends it."""

    session_id: int
    reader_id: int
    last_used_at: datetime
    grants: frozenset[Grant]
    until: datetime | None


async def signed_in(token: str, now: datetime) -> SignedIn | None:
    """Who has a token that is still good."""
    rows = await fetch(WHO, secret_hash(token), now)
    if not rows:
        return None
    first, held = rows[0], [Held.of(row) for row in rows if row["role"]]
    changes = (one.term.next_change(now) for one in held)
    return SignedIn(
        first["session_id"],
        first["reader_id"],
        instant(first["last_used_at"]),
        counting(held, now),
        min((at for at in changes if at), default=None),
    )


async def grants_of(reader_id: int, now: datetime, tx: Tx | None = None) -> frozenset[Grant]:
    """What counts for a reader now."""
    rows = await (tx.fetch if tx else fetch)(GRANTS, reader_id, now)
    return counting((Held.of(row) for row in rows if row["role"]), now)


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
WHERE code_hash IN ($1, $4) AND accepted_by IS NULL AND expires_at > $3
RETURNING id, role, scope, scope_id, starts_at, ends_at, made_by_id
"""


async def take_invitation(tx: Tx, code: str, reader_id: int, now: datetime) -> Row | None:
    """Use up an invitation that is still good; of two who try, one gets the row."""
    rows = await tx.fetch(TAKE_INVITATION, secret_hash(code), reader_id, now, bounded_hash(code))
    return rows[0] if rows else None


async def invitation(code: str) -> Invitation | None:
    """Whatever has become of it."""
    return await Invitation.get_or_none(code_hash__in=[secret_hash(code), bounded_hash(code)])
