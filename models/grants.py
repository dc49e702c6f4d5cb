"""Roles as they are given: to whom, where they hold, from when and until when.

There are two tables, because the release before knows the first alone, and takes each of its rows for a role in the
whole library for good: what it cannot understand must not lie there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField, instant_or_none
from models.reach import Grant, Scope


class StaffRole(Model):
    """A role beyond `reader`, in the whole library and for good. Which permissions it means is said in
    handlers/access/."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    role = fields.CharField(20)
    granted_by = fields.BigIntField(null=True)  # null: from the command line
    granted_at = UtcDatetimeField()

    class Meta:
        table = "staff_role"
        unique_together = (("reader_id", "role"),)


class StaffGrant(Model):
    """A role within bounds: of a scope, of time, or both. Once for each reader, role and scope (a unique index says
    so). `scope_id` is null for the library; dates that are null leave it open."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    role = fields.CharField(20)
    scope = fields.CharField(10)
    scope_id = fields.BigIntField(null=True)
    starts_at = UtcDatetimeField(null=True)
    ends_at = UtcDatetimeField(null=True)
    granted_by = fields.BigIntField(null=True)
    granted_at = UtcDatetimeField()

    class Meta:
        table = "staff_grant"


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a role counts; null is open."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        return (self.starts_at is None or self.starts_at <= now) and (
            self.ends_at is None or now < self.ends_at
        )

    def next_change(self, now: datetime) -> datetime | None:
        """When it begins or ends to count, if that is to come."""
        return min((at for at in (self.starts_at, self.ends_at) if at and at > now), default=None)

    @property
    def open(self) -> bool:
        return self.starts_at is None and self.ends_at is None


@dataclass(frozen=True, slots=True)
class Held:
    """A grant that somebody holds, and its term."""

    grant: Grant
    term: Term = Term()

    @classmethod
    def of(cls, row: Row) -> "Held":
        return cls(
            Grant(row["role"], Scope(row["scope"]), row["scope_id"]),
            Term(instant_or_none(row["starts_at"]), instant_or_none(row["ends_at"])),
        )


def counting(held: Iterable[Held], now: datetime) -> frozenset[Grant]:
    """The grants among them that count now."""
    return frozenset(one.grant for one in held if one.term.counts(now))


ALL_GRANTS: Final = """
SELECT id, reader_id, role, 'library' AS scope, NULL AS scope_id, NULL AS starts_at, NULL AS ends_at,
    granted_by, granted_at FROM staff_role
UNION ALL
SELECT id, reader_id, role, scope, scope_id, starts_at, ends_at, granted_by, granted_at FROM staff_grant
"""
OF_READER: Final = f"SELECT * FROM ({ALL_GRANTS}) g WHERE reader_id = $1"


async def held(reader_id: int, tx: Tx | None = None) -> list[Held]:
    """What a reader has been given, whether it counts now or not."""
    return [Held.of(row) for row in await (tx.fetch if tx else fetch)(OF_READER, reader_id)]


_SAME: Final = (
    "reader_id = $1 AND role = $2 AND scope = $3 AND coalesce(scope_id, 0) = coalesce(CAST($4 AS BIGINT), 0)"
)
HAS_WHOLE: Final = "SELECT 1 AS one FROM staff_role WHERE reader_id = $1 AND role = $2"
GIVE_WHOLE: Final = """
INSERT INTO staff_role (reader_id, role, granted_by, granted_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (reader_id, role) DO NOTHING RETURNING id
"""
GIVE_BOUNDED: Final = """
INSERT INTO staff_grant (reader_id, role, scope, scope_id, starts_at, ends_at, granted_by, granted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (reader_id, role, scope, coalesce(scope_id, 0)) DO NOTHING RETURNING id
"""


async def give(tx: Tx, reader_id: int, given: Held, *, granted_by: int | None, now: datetime) -> bool:
    """Give a role. False: they hold it there already, and nothing changes; but a whole one for good replaces one with
    dates."""
    grant, term = given.grant, given.term
    if grant.scope is not Scope.LIBRARY or not term.open:
        if grant.scope is Scope.LIBRARY and await tx.fetch(HAS_WHOLE, reader_id, grant.role):
            return False
        values = (*_of(grant), term.starts_at, term.ends_at, granted_by, now)
        return bool(await tx.fetch(GIVE_BOUNDED, reader_id, *values))
    await tx.fetch(f"DELETE FROM staff_grant WHERE {_SAME}", reader_id, *_of(grant))
    return bool(await tx.fetch(GIVE_WHOLE, reader_id, grant.role, granted_by, now))


async def take(tx: Tx, reader_id: int, grant: Grant) -> Row | None:
    """Take a role away: its row as it was; None when they do not hold it there."""
    rows = list(await tx.fetch(f"DELETE FROM staff_grant WHERE {_SAME} RETURNING *", reader_id, *_of(grant)))
    if grant.scope is Scope.LIBRARY:
        sql = "DELETE FROM staff_role WHERE reader_id = $1 AND role = $2 RETURNING *"
        rows += await tx.fetch(sql, reader_id, grant.role)
    return rows[0] if rows else None


def _of(grant: Grant) -> tuple[str, str, int | None]:
    return grant.role, grant.scope.value, grant.scope_id
