"""A second branch for a test's library, and who manages one branch alone."""

from models.db import fetch
from models.spaces import Area, Branch, SeatRules, Spot
from tests.support.library import Library, Phone


async def second_branch() -> None:
    """Branch 2, 东馆, with area 3 and its seat C-1, under rules of its own; areas 1 and 2 share the others."""
    branch = await Branch.create(name="东馆", address="书院路 2 号", place=1)
    rules = (await SeatRules.get(id=1)).clone(pk=None)
    await rules.save()
    area = await Area.create(
        branch=branch, rules=rules, name="C 区", floor="1层", width=84, height=36, shapes="[]", place=0
    )
    await Spot.create(kind="seat", area=area, label="C-1", x=12, y=12, slot_minutes=15, code="codec1")


async def manager_of(library: Library, branch_id: int) -> Phone:
    """A manager of this branch, of whom every server has heard."""
    phone = await library.reader(f"manager-of-{branch_id}")
    await fetch(
        "INSERT INTO staff_grant (reader_id, role, scope, scope_id, granted_at) "
        "VALUES ($1, 'manager', 'branch', $2, $3)",
        phone.reader_id,
        branch_id,
        library.clock.now(),
    )
    library.services.live.roles_changed(phone.reader_id or 0)

    async def manages() -> bool:
        told = [(await phone.get("/api/me")).body["permissions"] for _ in range(2)]  # by each server
        return all("rules.edit" in permissions for permissions in told)

    await library.until(manages)
    return phone
