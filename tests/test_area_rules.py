"""Which rules an area goes by: its own or those of others, who may say so, and two who say so at once."""

import asyncio
from typing import Any

import pytest

from models.db import fetch
from models.spaces import Area
from tests.support.branches import manager_of, second_branch
from tests.support.library import Answer, Library, Phone, at, new_key

SETS = "/api/admin/seat-rules"


async def goes_by(phone: Phone, area_id: int, rules_id: str | None) -> Answer:
    return await phone.put(f"/api/admin/areas/{area_id}/seat-rules", {"rules_id": rules_id})


async def edit(phone: Phone, rules: Any, **changes: Any) -> Answer:
    wish = {name: value for name, value in {**rules, **changes}.items() if name != "id"}
    return await phone.put(f"{SETS}/{rules['id']}", wish)


@pytest.fixture
async def manager(library: Library) -> Phone:
    """Of the second branch, whose only area goes by the rules of the first."""
    await second_branch()
    await Area.filter(id=3).update(rules_id=1)
    await fetch("DELETE FROM seat_rules WHERE id = 2")
    return await manager_of(library, 2)


async def test_an_area_gets_rules_of_its_own_and_goes_back_to_those_of_the_others(
    library: Library, admin: Phone, lin: Phone
) -> None:
    shown = (await goes_by(admin, 1, None)).body
    common, own = shown["items"]
    assert [(area["name"], area["rules_id"], area["rules_name"]) for area in shown["areas"]] == [
        ("总馆 · A 区", own["id"], "A 区"),
        ("总馆 · B 区", common["id"], "普通座位"),
    ]
    assert {**own, "id": 0, "name": ""} == {**common, "id": 0, "name": ""}
    assert (await edit(admin, own, max_minutes=60)).status == 200
    assert (await lin.book("A-1", at(10), at(12))).code == "too_long"
    await lin.booked("B-1", at(10), at(12))

    back = (await goes_by(admin, 1, common["id"])).body
    assert back["items"] == [common]  # what nothing goes by is gone
    assert (await goes_by(admin, 1, common["id"])).body == back  # said twice
    await lin.booked("A-1", at(14), at(16))
    assert (await edit(admin, own)).code == "not_found"
    changed = await fetch("SELECT subject FROM audit_entry WHERE action = 'rules.choose' ORDER BY id")
    assert [row["subject"] for row in changed] == ["area:1", "area:1"]


async def test_who_manages_a_branch_takes_it_out_of_rules_that_hold_elsewhere_too(
    library: Library, admin: Phone, manager: Phone
) -> None:
    shown = (await manager.get(SETS)).body
    assert shown["items"] == []
    assert [(area["id"], area["rules_name"]) for area in shown["areas"]] == [("3", "普通座位")]
    assert (await goes_by(manager, 3, "1")).code == "not_found"  # nor may they change it for the others
    assert (await goes_by(manager, 1, None)).code == "not_allowed"

    [own] = (await goes_by(manager, 3, None)).body["items"]
    assert (await edit(manager, own, at_once=1)).body["at_once"] == 1
    assert len((await admin.get(SETS)).body["items"]) == 2


@pytest.mark.parametrize("area", ["0", "987654", "x"])
async def test_an_area_that_is_not_there_goes_by_nothing(admin: Phone, area: str) -> None:
    answer = await admin.put(f"/api/admin/areas/{area}/seat-rules", {"rules_id": None})
    assert answer.code in ("not_found", "invalid_input")


async def test_rules_that_are_not_there_are_chosen_by_nobody(admin: Phone) -> None:
    assert (await goes_by(admin, 1, "987654")).code == "not_found"
    for wrong in ("x", "-1", 1.5, [1]):
        answer = await admin.put("/api/admin/areas/1/seat-rules", {"rules_id": wrong})
        assert answer.code == "invalid_input", wrong
    assert (await admin.put("/api/admin/areas/1/seat-rules", {})).code == "invalid_input"


async def test_two_taps_and_two_colleagues_at_once_leave_no_set_behind(
    library: Library, admin: Phone, lin: Phone
) -> None:
    boss = await library.reader("boss", role="admin")

    async def walk(phone: Phone, area_id: int) -> None:
        for rules_id in (None, "1", None, None, "1"):
            assert (await goes_by(phone, area_id, rules_id)).status == 200

    async def book() -> None:
        for hour in range(10, 20):
            answer = await lin.book("A-1", at(hour), at(hour + 1))
            assert answer.status == 201, answer.body
            key = {"idempotency_key": new_key()}
            cancelled = await lin.post(f"/api/bookings/{answer.body['id']}/cancel", key)
            assert cancelled.status == 200, cancelled.body

    [common] = (await admin.get(SETS)).body["items"]
    await Area.create(
        branch_id=1, rules_id=1, name="C 区", floor="1层", width=84, height=36, shapes="[]", place=2
    )  # keeps the common set, whoever has left it
    await asyncio.gather(walk(admin, 1), walk(admin, 1), walk(boss, 1), walk(boss, 2), book())
    for area_id in (1, 2):
        await goes_by(admin, area_id, common["id"])
    assert (await admin.get(SETS)).body["items"] == [common]
