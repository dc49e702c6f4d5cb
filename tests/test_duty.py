"""What the duty roster tells: readers, the desk, whoever is next; and how turns end."""

from datetime import date
from typing import Any

from models.db import fetch
from models.spaces import HoursException
from tests.support.chat import librarian as on_duty
from tests.support.feedback import librarian
from tests.support.library import Library, Phone, at
from tests.support.roster import PATH, put, wished

NEXT_MONDAY = date(2026, 11, 30)


async def test_readers_are_told_who_answers_when_by_the_roster_and_without_one_as_before(
    library: Library, admin: Phone, lin: Phone
) -> None:
    async def duty() -> Any:
        return (await lin.get("/api/chat-state")).body["duty"]

    assert await duty() is None
    he = await librarian(library, "he", "何馆员")
    turn = await put(admin, he, at(14), at(16))
    assert await duty() == {"now": False, "next_at": at(14)}
    await admin.put(f"{PATH}/turns/{turn['id']}/days/2026-11-23", {"person_id": None, "version": 1})
    assert await duty() == {"now": False, "next_at": at(14, day=30)}
    await HoursException.create(branch_id=1, day=NEXT_MONDAY)
    assert await duty() == {"now": False, "next_at": "2026-12-07T14:00:00+08:00"}
    await admin.call("DELETE", f"{PATH}/turns/{turn['id']}/days/2026-11-23")
    await library.advance(hours=5)
    assert (await duty())["now"]
    reviewer = await library.reviewer("a-reviewer")
    assert (await reviewer.get("/api/chat-state")).body["duty"] is None


async def test_the_desk_shows_who_is_on_duty_and_everybody_their_own_turns(
    library: Library, admin: Phone, lin: Phone
) -> None:
    he, li = await on_duty(library, "he", "何馆员"), await librarian(library, "li", "李馆员")
    await put(admin, he, at(9), at(10))
    await put(admin, li, at(14), at(16))
    seen = (await he.get("/api/duty")).body
    assert [shift["person"]["name"] for shift in seen["now"]] == ["何馆员"]
    assert (seen["next"]["person"]["name"], seen["next"]["starts_at"]) == ("李馆员", at(14))
    assert [shift["starts_at"] for shift in seen["mine"]] == [
        at(9),
        at(9, day=30),
        "2026-12-07T09:00:00+08:00",
    ]
    assert (await lin.get("/api/duty")).code == "not_allowed"


async def reminded(phone: Phone) -> list[str]:
    return [
        item["title"] for item in (await phone.get("/api/inbox")).body["items"] if item["purpose"] == "duty"
    ]


async def test_whoever_stands_there_is_reminded_once_and_nobody_of_a_turn_that_was_changed(
    library: Library, admin: Phone
) -> None:
    he, li = await librarian(library, "he", "何馆员"), await librarian(library, "li", "李馆员")
    kept, moved = await put(admin, he, at(10), at(12)), await put(admin, li, at(10, 5), at(12))
    ended = await put(admin, he, at(12), at(13))
    await admin.put(f"{PATH}/turns/{moved['id']}", wished(li, at(20), at(21), version=1))
    await admin.call("DELETE", f"{PATH}/turns/{ended['id']}")
    await library.advance(minutes=44)
    await library.settled()
    assert (await reminded(he), await reminded(li)) == ([], [])
    await library.advance(minutes=2)
    await library.settled()
    assert (await reminded(he), await reminded(li)) == (["10:00 轮到您值班"], [])
    # Changed afterwards, and the same still: it is not said again. The day after tomorrow is planned each day.
    await admin.put(f"{PATH}/turns/{kept['id']}", wished(he, at(10), at(13), version=1))
    await library.advance(hours=3)
    await library.settled()
    assert (await reminded(he), await reminded(li)) == (["10:00 轮到您值班"], [])
    await HoursException.create(branch_id=1, day=NEXT_MONDAY)
    await library.advance(hours=7)
    await library.settled()
    assert await reminded(li) == ["20:00 轮到您值班"]


async def test_turns_end_with_the_last_role_that_answers_and_with_the_account(
    library: Library, admin: Phone
) -> None:
    he, li = await librarian(library, "he", "何馆员"), await librarian(library, "li", "李馆员")
    own = await put(admin, he)
    await admin.put(
        f"{PATH}/turns/{own['id']}/days/2026-11-30", {"person_id": str(li.reader_id), "version": 1}
    )
    other = await put(admin, li, at(14), at(15))
    stood_in = f"{PATH}/turns/{other['id']}/days/2026-11-30"
    assert (await admin.put(stood_in, {"person_id": str(he.reader_id), "version": 1})).status == 200
    await admin.call("DELETE", f"/api/admin/staff/{he.reader_id}/roles/librarian")
    left = (await admin.get(f"{PATH}/turns/{other['id']}")).body
    assert left["days"][1]["person"] is None
    assert (await admin.get(f"{PATH}/turns/{own['id']}")).code == "not_found"

    await li.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=2)
    await library.settled()
    assert await fetch("SELECT id FROM duty_turn") == await fetch("SELECT id FROM duty_exception") == []
