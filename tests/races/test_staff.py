"""Roles that are taken from each other at once."""

import asyncio

from models.db import fetch, transaction
from models.grants import Held, held, take
from models.reach import Grant
from tests.support.library import Library, Phone, at


async def administrators() -> set[int]:
    return {row["reader_id"] for row in await fetch("SELECT reader_id FROM staff_role WHERE role = 'admin'")}


async def take_admin(phone: Phone, other: Phone) -> tuple[int, str]:
    answer = await phone.call("DELETE", f"/api/admin/staff/{other.reader_id}/roles/admin")
    return answer.status, answer.code if answer.status != 200 else ""


async def test_without_the_lock_two_who_look_first_both_go(library: Library) -> None:
    """The race is there: each sees the other before either is gone."""
    one, other = [await library.reader(name, role="admin") for name in ("one", "other")]
    seen = []
    for phone in (one, other):
        async with transaction() as tx:
            seen.append(await held(int(phone.reader_id or 0), tx))
    for phone in (one, other):
        async with transaction() as tx:
            await take(tx, int(phone.reader_id or 0), Grant("admin"))
    assert seen == [[Held(Grant("admin"))], [Held(Grant("admin"))]]
    assert await administrators() == set()


async def test_of_two_administrators_who_remove_each_other_one_stays(library: Library) -> None:
    for round_ in range(5):
        one, other = [await library.reader(f"{name}{round_}", role="admin") for name in ("one", "other")]
        answers = await asyncio.gather(take_admin(one, other), take_admin(other, one))
        # The second finds itself without the role, or its session ended.
        assert sorted(status for status, _ in answers)[0] == 200
        assert {code for status, code in answers if status != 200} <= {"not_allowed", "sign_in_needed"}
        [left] = await administrators()
        assert left in (one.reader_id, other.reader_id)
        await fetch("DELETE FROM staff_role")


async def test_of_two_taps_one_takes_the_role_and_ones_own_last_role_stays(library: Library) -> None:
    admin = await library.reader("admin", role="admin")
    await library.reader("other", role="admin")
    code = (await (await library.sign_in("other")).post("/api/admin/invitations", {"role": "editor"})).body[
        "code"
    ]
    await admin.post("/api/invitations/accept", {"code": code})
    paths = [f"/api/admin/staff/{admin.reader_id}/roles/{role}" for role in ("admin", "editor")]
    answers = await asyncio.gather(*(admin.call("DELETE", path) for path in paths))
    assert [answer.status for answer in answers].count(200) == 1
    left = await fetch("SELECT role FROM staff_role WHERE reader_id = $1", admin.reader_id)
    assert len(left) == 1


async def set_end(phone: Phone, other: Phone) -> tuple[int, str]:
    wish = {"starts_at": None, "ends_at": at(9, day=30)}
    answer = await phone.put(f"/api/admin/staff/{other.reader_id}/roles/admin/term", wish)
    return answer.status, answer.code if answer.status != 200 else ""


async def test_of_two_administrators_who_give_each_other_an_end_one_stays_for_good(library: Library) -> None:
    one, other = [await library.reader(name, role="admin") for name in ("one", "other")]
    answers = await asyncio.gather(set_end(one, other), set_end(other, one))
    assert sorted(answers) == [(200, ""), (409, "administrator_needed")]
    assert len(await administrators()) == 1


async def test_of_an_end_and_a_taking_at_once_one_administrator_stays_for_good(library: Library) -> None:
    one, other = [await library.reader(name, role="admin") for name in ("one", "other")]
    answers = await asyncio.gather(set_end(one, other), take_admin(other, one))
    assert sorted(status for status, _ in answers)[0] == 200
    assert len(await administrators()) == 1
