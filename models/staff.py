"""Who holds which roles, and when one may be taken from somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.db import Tx, fetch, instant

ADMIN: Final = "admin"


class WhyNot(StrEnum):
    OWN_LAST_ROLE = "own_last_role"
    ADMINISTRATOR_NEEDED = "administrator_needed"


@dataclass(frozen=True, slots=True)
class Held:
    """A role of somebody, who gave it and when; from the command line nobody did."""

    role: str
    granted_at: datetime
    granted_by: str | None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with roles, the earliest first."""

    id: int
    name: str | None
    roles: tuple[Held, ...]

    @property
    def since(self) -> datetime:
        return self.roles[0].granted_at

    def holds(self, role: str) -> bool:
        return any(held.role == role for held in self.roles)


HOLDERS = """
SELECT r.id, r.nickname AS name, s.role, s.granted_at, g.nickname AS granted_by FROM staff_role s
JOIN reader r ON r.id = s.reader_id LEFT JOIN reader g ON g.id = s.granted_by ORDER BY s.granted_at, s.id
"""


async def members() -> list[Member]:
    """Everybody who holds a role, the earliest first: so few that they are searched and sorted here."""
    rows = await fetch(HOLDERS)
    return [
        Member(
            id=reader_id,
            name=next(row["name"] for row in rows if row["id"] == reader_id),
            roles=tuple(
                Held(row["role"], instant(row["granted_at"]), row["granted_by"])
                for row in rows
                if row["id"] == reader_id
            ),
        )
        for reader_id in dict.fromkeys(row["id"] for row in rows)
    ]


async def hold(tx: Tx, *reader_ids: int) -> None:
    """Lock all administrators and the roles of these readers: what is counted of them stays so until the end."""
    listed = ", ".join(map(str, reader_ids))
    sql = f"SELECT id FROM staff_role WHERE role = '{ADMIN}' OR reader_id IN ({listed})"
    await tx.hold(f"{sql} ORDER BY id FOR NO KEY UPDATE")


async def roles(tx: Tx, reader_id: int) -> frozenset[str]:
    return frozenset(
        row["role"] for row in await tx.fetch("SELECT role FROM staff_role WHERE reader_id = $1", reader_id)
    )


def why_not_take(role: str, *, held: Collection[str], own: bool, others_administer: bool) -> WhyNot | None:
    """Why a role that somebody holds may not be taken: `own`, by themselves; `others_administer`, without them."""
    if role == ADMIN and not others_administer:
        return WhyNot.ADMINISTRATOR_NEEDED
    return WhyNot.OWN_LAST_ROLE if own and len(held) == 1 else None


async def take(tx: Tx, reader_id: int, role: str) -> None:
    await tx.fetch("DELETE FROM staff_role WHERE reader_id = $1 AND role = $2", reader_id, role)


async def end_invitations(tx: Tx, reader_id: int, now: datetime) -> None:
    """What they have invited to and nobody has accepted yet."""
    await tx.fetch(
        "UPDATE invitation SET expires_at = $2 WHERE made_by_id = $1 AND accepted_by IS NULL AND expires_at > $2",
        reader_id,
        now,
    )
