"""A second branch for a test's library."""

from models.spaces import Area, Branch, SeatRules, Spot


async def second_branch() -> None:
    """Branch 2, 东馆, with area 3 and its seat C-1, under rules of its own; areas 1 and 2 share the others."""
    branch = await Branch.create(name="东馆", address="书院路 2 号", place=1)
    rules = (await SeatRules.get(id=1)).clone(pk=None)
    await rules.save()
    area = await Area.create(
        branch=branch, rules=rules, name="C 区", floor="1层", width=84, height=36, shapes="[]", place=0
    )
    await Spot.create(kind="seat", area=area, label="C-1", x=12, y=12, slot_minutes=15, code="codec1")
