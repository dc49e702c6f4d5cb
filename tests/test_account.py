"""Closing an account: seven days to change one's mind, then nothing is left of who it was."""

import asyncio
from typing import Any

import pytest

from handlers.words import ERASED
from models.db import fetch
from models.people import Reader
from tests.support.chat import CHECK, claim, claimed, librarian, queue, said, stream, texts
from tests.support.feedback import act, box, mine, tell, told
from tests.support.library import Library, Phone, at

CLOSING = "/api/me/closing"


async def closed(library: Library) -> None:
    """Seven days and a minute go by."""
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()


async def row_of(phone: Phone) -> Any:
    return (await fetch("SELECT * FROM reader WHERE id = $1", phone.reader_id))[0]


# ---------------------------------------------------------------- asking


async def test_for_seven_days_everything_stays_and_it_can_be_taken_back(library: Library, lin: Phone) -> None:
    asked = await lin.post(CLOSING)
    assert (asked.status, asked.body["closes_at"]) == (200, at(9, day=30))
    await library.advance(days=6, hours=23)
    again = await library.sign_in("lin")
    assert again.reader_id == lin.reader_id
    assert (await again.get("/api/me")).body["closes_at"] == at(9, day=30)
    kept = await again.call("DELETE", CLOSING)
    assert (kept.status, kept.body["closes_at"]) == (200, None)
    await closed(library)
    assert (await lin.get("/api/me")).body["id"] == str(lin.reader_id)


async def test_asked_twice_the_day_stays_and_taken_back_twice_nothing_happens(
    library: Library, lin: Phone
) -> None:
    answers = await asyncio.gather(*(lin.post(CLOSING) for _ in range(4)))
    assert {answer.body["closes_at"] for answer in answers} == {at(9, day=30)}
    await library.advance(days=1)
    assert (await lin.post(CLOSING)).body["closes_at"] == at(9, day=30)
    for _ in range(2):
        assert (await lin.call("DELETE", CLOSING)).body["closes_at"] is None
    assert (await lin.post(CLOSING)).body["closes_at"] == "2026-12-01T09:00:00+08:00"
    assert len(await fetch("SELECT id FROM job WHERE kind = 'close_account'")) == 1


async def test_a_guest_has_no_account_to_close(library: Library) -> None:
    assert (await library.guest.post(CLOSING)).code == "sign_in_needed"
    assert (await library.guest.call("DELETE", CLOSING)).code == "sign_in_needed"


async def test_nobody_closes_anothers_account(library: Library, lin: Phone, zhou: Phone) -> None:
    assert (await zhou.post(CLOSING, {"reader_id": lin.reader_id})).code == "invalid_input"
    await zhou.post(CLOSING)
    await closed(library)
    assert (await zhou.get("/api/me")).code == "sign_in_needed"
    assert (await lin.get("/api/me")).status == 200


async def test_the_last_administrator_stays_and_of_two_at_once_one_does(
    library: Library, admin: Phone
) -> None:
    assert (await admin.post(CLOSING)).code == "last_administrator"
    other = await library.reader("other", role="admin")
    answers = await asyncio.gather(*(phone.post(CLOSING) for phone in (admin, other)))
    assert sorted(answer.status for answer in answers) == [200, 409]


# ---------------------------------------------------------------- the end


async def test_at_the_end_the_person_is_gone_and_signs_in_as_somebody_new(
    library: Library, lin: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "小林"})
    openid = (await row_of(lin))["openid"]
    await lin.post(CLOSING)
    async with lin.socket() as socket:
        await library.advance(days=7)
        await socket.next("session_ended")
    assert (await lin.get("/api/me")).code == "sign_in_needed"
    await library.settled()
    left = await row_of(lin)
    assert (left["openid"], left["nickname"], left["closes_at"]) == (f"closed:{lin.reader_id}", None, None)
    again = await library.sign_in("lin")
    assert again.reader_id != lin.reader_id
    assert (await row_of(again))["openid"] == openid
    assert (await again.get("/api/bookings")).body["items"] == []


async def test_seats_are_free_again_and_nobody_is_reminded(library: Library, lin: Phone, zhou: Phone) -> None:
    await lin.post(CLOSING)
    await library.advance(days=6, hours=23)
    await lin.booked("A-1", at(12, day=30), at(14, day=30))
    await library.advance(hours=1)
    await library.settled()
    assert (await zhou.book("A-1", at(12, day=30), at(14, day=30))).code == "seat_taken"
    await library.advance(minutes=1)
    await library.settled()
    await zhou.booked("A-1", at(12, day=30), at(14, day=30))
    await library.advance(hours=4)
    await library.settled()
    rows = await fetch("SELECT state FROM booking WHERE reader_id = $1", lin.reader_id)
    assert [row["state"] for row in rows] == ["cancelled"]
    assert await fetch("SELECT id FROM notice WHERE reader_id = $1", lin.reader_id) == []


async def test_words_are_erased_and_counts_stay(library: Library, lin: Phone) -> None:
    he = await librarian(library)
    await said(lin, "我的证号是 20231234", about={"kind": "area", "id": "1"})
    await library.settled()
    (line,) = await queue(he)
    await claim(he, line["id"])
    await said(lin, "换一个地方", about={"kind": "branch", "id": "1"})
    await library.settled()
    number = await told(library, lin)
    await lin.post(CLOSING)
    await closed(library)
    assert await texts(he, line["id"]) == [ERASED, ERASED]
    events = await stream(he, line["id"])
    assert events[-1]["kind"] == "closed"
    assert {event["words"] for event in events if event["kind"] == "about"} == {ERASED}
    assert await queue(he) == []
    (left,) = await box(he)
    assert (left["id"], left["text"], left["may_answer"]) == (number, ERASED, False)
    assert not {"20231234", "A 区", "开放时间"} & await _left()


async def test_what_a_librarian_filed_a_talk_under_goes_with_it(library: Library, lin: Phone) -> None:
    he = await librarian(library)
    number = await claimed(library, lin, he)
    assert (await he.post(f"/api/desk/{number}/close", {"tag": "挂失 20231234"})).status == 200
    assert "20231234" in await _left()
    await lin.post(CLOSING)
    await closed(library)
    assert "20231234" not in await _left()


async def _left() -> set[str]:
    """Which of the words of these tests are still stored."""
    tables = ("conversation", "chat_message", "chat_event", "feedback", "notice", "repeat")
    stored = repr([dict(row) for table in tables for row in await fetch(f"SELECT * FROM {table}")])
    return {word for word in ("20231234", "A 区", "开放时间") if word in stored}


async def test_a_text_of_a_closed_account_is_not_given_to_wechat(library: Library, lin: Phone) -> None:
    he = await librarian(library)
    await library.sim("faults", {"path": CHECK, "kind": "errcode", "errcode": -1, "times": 3})
    await lin.post(CLOSING)
    await library.advance(days=6, hours=23, minutes=59)
    await said(lin, "请问还有空座吗")
    await library.settled()  # WeChat has been asked once, in vain
    await library.advance(minutes=1)
    await library.settled()
    asked = await _checks(library)
    await library.advance(minutes=10)
    await library.settled()
    assert await _checks(library) == asked >= 1
    (line,) = await fetch("SELECT id FROM conversation")
    assert await texts(he, str(line["id"])) == [ERASED]


async def _checks(library: Library) -> int:
    async with library.http.get(f"{library.sim_url}/sim/api/log") as answer:
        return sum(call["path"] == CHECK for call in (await answer.json())["calls"])


async def test_what_a_librarian_had_returns_to_the_others(library: Library, lin: Phone) -> None:
    he, wu = await librarian(library), await librarian(library, "wu", "吴馆员")
    await said(lin)
    number = await told(library, lin)
    (line,) = await queue(he)
    await claim(he, line["id"])
    await act(he, number, "take")
    await he.post(CLOSING)
    await closed(library)
    (waits,) = await queue(wu)
    assert (waits["state"], waits["first_place"]) == ("waiting", True)
    assert [one["id"] for one in await box(wu)] == [number]
    assert [one["state"] for one in await mine(lin)] == ["received"]
    assert await fetch("SELECT id FROM staff_role WHERE reader_id = $1", he.reader_id) == []


async def test_an_invitation_does_not_outlive_who_made_it(library: Library, lin: Phone, admin: Phone) -> None:
    other = await library.reader("other", role="admin")
    await other.post(CLOSING)
    await library.advance(days=6, hours=23)
    code = (await other.post("/api/admin/invitations", {"role": "editor"})).body["code"]
    await library.advance(hours=1)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    assert (await lin.post("/api/invitations/accept", {"code": code})).code == "invitation_over"


# ---------------------------------------------------------------- at the same moment


@pytest.mark.parametrize("keeps", [False, True])
async def test_what_is_done_while_the_account_closes_leaves_nothing_behind(
    library: Library, lin: Phone, keeps: bool
) -> None:
    await lin.post(CLOSING)
    await library.advance(days=6, hours=23, minutes=59, seconds=59)
    await asyncio.gather(
        library.advance(seconds=1),
        lin.book("A-1", at(12, day=30), at(14, day=30)),
        lin.book("A-2", at(15, day=30), at(16, day=30)),
        tell(lin),
        lin.call("DELETE", CLOSING) if keeps else lin.put("/api/me", {"nickname": "小林"}),
        library.sign_in("lin"),
    )
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    if not await Reader.filter(id=lin.reader_id, closed_at__isnull=False):
        assert keeps  # it was taken back in time
        return
    held = "SELECT s.slot_no FROM slot s JOIN booking b ON b.id = s.booking_id WHERE b.reader_id = $1"
    assert await fetch(held, lin.reader_id) == []
    assert await fetch("SELECT id FROM session WHERE reader_id = $1", lin.reader_id) == []
    assert {
        row["text"] for row in await fetch("SELECT text FROM feedback WHERE reader_id = $1", lin.reader_id)
    } <= {ERASED}
