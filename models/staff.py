"""Who holds which roles where, and when one may be taken from somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.db import Row, Tx, fetch
from models.grants import ALL_GRANTS, Held
from models.instants import instant
from models.reach import Grant

ADMIN: Final = "admin"


class WhyNot(StrEnum):
    OWN_LAST_ROLE = "own_last_role"
    ADMINISTRATOR_NEEDED = "administrator_needed"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody holds, what its place or department is called, who gave it and when; from the command line nobody
    did."""

    held: Held
    place: str | None
    granted_at: datetime
    granted_by: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with roles, the earliest first."""

    id: int
    name: str | None
    roles: tuple[Given, ...]

    @property
    def since(self) -> datetime:
        return self.roles[0].granted_at

    def holds(self, role: str) -> bool:
        return any(given.held.grant.role == role for given in self.roles)


_HOLDERS: Final = f"""
SELECT r.id, r.nickname AS name, s.role, s.scope, s.scope_id, s.starts_at, s.ends_at, s.granted_at,
    g.nickname AS granted_by, coalesce(b.name, ab.name || ' · ' || a.name, d.name) AS place
FROM ({ALL_GRANTS}) s JOIN reader r ON r.id = s.reader_id LEFT JOIN reader g ON g.id = s.granted_by
LEFT JOIN branch b ON s.scope = 'branch' AND b.id = s.scope_id
LEFT JOIN area a ON s.scope = 'area' AND a.id = s.scope_id LEFT JOIN branch ab ON ab.id = a.branch_id
LEFT JOIN department d ON s.scope = 'department' AND d.id = s.scope_id
WHERE (s.ends_at IS NULL OR s.ends_at > $1)
"""
_EARLIEST: Final = "ORDER BY s.granted_at, s.reader_id, s.id"
HOLDERS: Final = f"{_HOLDERS} {_EARLIEST}"
HOLDER: Final = f"{_HOLDERS} AND s.reader_id = $2 {_EARLIEST}"


async def members(now: datetime) -> list[Member]:
    """Everybody who holds a role now or will, the earliest first: so few that they are searched and sorted here."""
    rows = await fetch(HOLDERS, now)
    return [
        Member(
            id=reader_id,
            name=next(row["name"] for row in rows if row["id"] == reader_id),
            roles=tuple(_given(row) for row in rows if row["id"] == reader_id),
        )
        for reader_id in dict.fromkeys(row["id"] for row in rows)
    ]


def _given(row: Row) -> Given:
    return Given(Held.of(row), row["place"], instant(row["granted_at"]), row["granted_by"])


async def given_to(reader_id: int, now: datetime) -> list[Given]:
    """The same of one reader."""
    return [_given(row) for row in await fetch(HOLDER, now, reader_id)]


async def hold(tx: Tx, *reader_ids: int) -> None:
    """Lock all administrators and the roles of these readers: what is counted of them stays so until the end."""
    listed = ", ".join(map(str, reader_ids))
    for table in ("staff_role", "staff_grant"):
        sql = f"SELECT id FROM {table} WHERE role = '{ADMIN}' OR reader_id IN ({listed})"
        await tx.hold(f"{sql} ORDER BY id FOR NO KEY UPDATE")


def why_not_take(
    taken: Collection[Grant], *, held: Collection[Grant], own: bool, others_administer: bool
) -> WhyNot | None:
    """Why what somebody holds may not be taken: `own`, by themselves; `others_administer`, without them."""
    if any(grant.role == ADMIN for grant in taken) and not others_administer:
        return WhyNot.ADMINISTRATOR_NEEDED
    return WhyNot.OWN_LAST_ROLE if own and set(held) <= set(taken) else None


async def end_invitations(tx: Tx, reader_id: int, now: datetime) -> None:
    """What they have invited to and nobody has accepted yet."""
    await tx.fetch(
        "UPDATE invitation SET expires_at = $2 WHERE made_by_id = $1 AND accepted_by IS NULL AND expires_at > $2",
        reader_id,
        now,
    )


async def open_invitations(tx: Tx, reader_id: int, now: datetime) -> int:
    """How many of theirs nobody has accepted yet."""
    sql = "SELECT count(*) AS n FROM invitation WHERE made_by_id = $1 AND accepted_by IS NULL AND expires_at > $2"
    return int((await tx.fetch(sql, reader_id, now))[0]["n"])
