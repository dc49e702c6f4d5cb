"""What the staff see and do of cards and readers: as much as the role needs, for a reason, with a trail; and bans."""

import json
from typing import Any

import pytest

from models.db import fetch
from tests.support.cards import CARD, bind, bound, card, inbox, trail
from tests.support.chat import said
from tests.support.feedback import tell
from tests.support.library import Answer, Library, Phone, at, new_key

PATRONS = "/api/admin/patrons"
TEN = (at(10), at(11))


@pytest.fixture
async def he(library: Library) -> Phone:
    return await library.reader("he", role="librarian")


async def find(phone: Phone, by: str, text: str, *, reason: str = "desk") -> Answer:
    return await phone.post(f"{PATRONS}/find", {"by": by, "text": text, "reason": reason})


async def names(phone: Phone, by: str, text: str) -> list[str]:
    return [item["name"] for item in (await find(phone, by, text)).body["items"]]


async def test_a_card_is_found_by_number_name_and_the_end_of_the_phone(
    library: Library, admin: Phone
) -> None:
    await card()
    await card("20230002", name="林小", phone="13900004321")
    assert await names(admin, "card", CARD) == ["林小满"]
    assert sorted(await names(admin, "name", "林小")) == ["林小", "林小满"]
    assert await names(admin, "phone", "4321") == ["林小"]
    assert await names(admin, "card", "2023") == await names(admin, "name", "%%") == []
    assert (
        (await find(admin, "phone", "234")).code == (await find(admin, "name", "林")).code == "invalid_input"
    )


async def test_a_librarian_sees_less_than_who_may_edit(
    library: Library, admin: Phone, he: Phone, lin: Phone
) -> None:
    patron_id = await card()
    await bind(lin)
    (found,) = (await find(he, "card", CARD)).body["items"]
    assert (found["name"], found["card_no"], found["phone"]) == ("林**", "****0001", "****1234")
    assert (found["group"], found["problem"], found["reader_id"]) == ("学生", None, str(lin.reader_id))
    (whole,) = (await find(admin, "card", CARD)).body["items"]
    assert (whole["name"], whole["card_no"], whole["phone"]) == ("林小满", CARD, "****1234")
    seen = (await he.get(f"{PATRONS}/{patron_id}?reason=desk")).body
    assert (seen["name"], seen["card_no"], seen["reader"]["id"]) == ("林**", "****0001", str(lin.reader_id))


async def test_each_look_is_recorded_with_its_reason_and_without_what_was_seen(
    library: Library, he: Phone, lin: Phone
) -> None:
    patron_id = await card()
    await find(he, "name", "林小满", reason="case")
    await he.get(f"{PATRONS}/{patron_id}?reason=upkeep")
    await he.get(f"/api/admin/readers/{lin.reader_id}?reason=desk")
    (found,), (seen,), (read,) = [
        await trail(library, a) for a in ("patron.find", "patron.see", "reader.see")
    ]
    assert (found["actor_id"], json.loads(found["details"])) == (
        he.reader_id,
        {"by": "name", "reason": "case", "found": 1},
    )
    assert (seen["subject"], json.loads(seen["details"])) == (f"patron:{patron_id}", {"reason": "upkeep"})
    assert read["subject"] == f"reader:{lin.reader_id}"
    assert (await he.get(f"{PATRONS}/{patron_id}")).code == "invalid_input"


async def test_more_than_twenty_are_not_listed(library: Library, admin: Phone) -> None:
    for number in range(21):
        await card(f"30{number:03}", name=f"王小{number}")
    answer = (await find(admin, "name", "王小")).body
    assert (len(answer["items"]), answer["more"]) == (20, True)


async def test_a_reader_without_a_card_is_found_by_what_they_are_called(
    library: Library, admin: Phone, lin: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "小林"})
    (found,) = (await find(admin, "name", "小林")).body["items"]
    assert (found["reader_id"], found["patron_id"]) == (str(lin.reader_id), None)
    await card()
    await bind(lin)
    assert (await find(admin, "name", "小林")).body["items"] == []


async def test_group_dates_and_state_are_changed_by_who_may_and_saved_once(
    library: Library, admin: Phone, he: Phone, lin: Phone
) -> None:
    patron_id = await card()
    await bind(lin)
    path = f"{PATRONS}/{patron_id}"
    version = (await admin.get(f"{path}?reason=desk")).body["version"]
    wish = {
        "version": version,
        "group_code": "staff",
        "valid_from": None,
        "valid_until": "2026-11-22",
        "state": "active",
    }
    assert (await he.put(path, wish)).code == "not_allowed"
    saved = (await admin.put(path, wish)).body
    assert (saved["group"], saved["problem"], saved["version"]) == ("教工", "card_expired", version + 1)
    stale = await admin.put(path, wish)
    assert (stale.code, stale.details) == ("changed_meanwhile", {"version": version + 1})
    again = {**wish, "version": version + 1}
    assert (await admin.put(path, {**again, "group_code": "nobody"})).details["field"] == "group_code"
    assert (await admin.put(path, {**again, "valid_from": "2026-12-01"})).code == "invalid_input"
    assert (await bound(lin))["problem"] == "card_expired"


async def test_the_desk_marks_a_card_lost_and_ends_a_binding(
    library: Library, admin: Phone, he: Phone, lin: Phone
) -> None:
    patron_id = await card()
    await bind(lin)
    for _ in range(2):
        lost = await he.post(f"{PATRONS}/{patron_id}/lost")
        assert (lost.status, lost.body["state"]) == (200, "lost")
    assert (await bound(lin))["problem"] == "card_lost"
    assert (await he.call("DELETE", f"{PATRONS}/{patron_id}/binding")).code == "not_allowed"
    for _ in range(2):
        ended = await admin.call("DELETE", f"{PATRONS}/{patron_id}/binding")
        assert (ended.status, ended.body["reader"]) == (200, None)
    assert await bound(lin) is None
    assert await inbox(lin) == ["读者证已解绑"]
    for path in ("unlock", "lost"):
        assert (await he.post(f"{PATRONS}/987654321/{path}")).code == "not_found"
    assert (await he.get(f"{PATRONS}/987654321?reason=desk")).code == "not_found"


async def test_the_library_names_its_groups(library: Library, admin: Phone, he: Phone) -> None:
    path = "/api/admin/reader-groups"
    assert (await admin.put(f"{path}/elder", {"name": "长者"})).status == 200
    assert (await admin.put(f"{path}/elder", {"name": "年长读者"})).status == 200
    assert (await he.get(path)).body["items"] == [{"code": "elder", "name": "年长读者"}]
    assert (await he.put(f"{path}/elder", {"name": "老人"})).code == "not_allowed"
    assert (await admin.put(f"{path}/No spaces", {"name": "长者"})).code == "invalid_input"


# ---------------------------------------------------------------- bans


async def ban(
    phone: Phone, reader: Phone, stops: str, *, ends_at: str | None = at(12), **more: Any
) -> Answer:
    wish = {"stops": stops, "reason": "占座三次", "ends_at": ends_at, "idempotency_key": new_key(), **more}
    return await phone.post(f"/api/admin/readers/{reader.reader_id}/bans", wish)


async def test_a_ban_on_bookings_says_why_and_until_when_and_then_ends(
    library: Library, admin: Phone, lin: Phone
) -> None:
    answer = await ban(admin, lin, "bookings")
    assert (answer.status, answer.body["items"][0]["ends_at"]) == (201, at(12))
    refused = await lin.book("A-1", at(14), at(15))
    assert (refused.code, refused.details) == ("banned", {"until": at(12), "reason": "占座三次"})
    assert (await lin.get("/api/me/bans")).body == answer.body
    assert await inbox(lin) == ["预约暂停了"]
    assert (await said(lin))["state"] == "checking"
    await library.advance(hours=3)
    assert (await lin.get("/api/me/bans")).body["items"] == []
    await lin.booked("A-1", at(14), at(15))


async def test_a_ban_on_text_stops_talking_and_telling_but_not_booking(
    library: Library, admin: Phone, lin: Phone
) -> None:
    before = {"local_id": new_key(), "text": "您好"}
    stored = await lin.post("/api/chat-messages", before)
    here = {"conversation_id": stored.body["conversation_id"]}
    await ban(admin, lin, "text", ends_at=None)
    for where in ({}, here):
        said_ = await lin.post("/api/chat-messages", {"local_id": new_key(), "text": "在吗", **where})
        assert (said_.code, said_.details) == ("banned", {"until": None, "reason": "占座三次"})
        again = await lin.post("/api/chat-messages", {**before, **where})  # its answer was lost
        assert (again.status, again.body["message_id"]) == (200, stored.body["message_id"])
    told = await lin.post(
        "/api/feedback", {"local_id": new_key(), "topic": "space", "text": "太冷", "may_answer": True}
    )
    assert told.code == "banned"
    await lin.booked("A-1", *TEN)


async def test_a_ban_is_lifted_and_the_reader_told(library: Library, admin: Phone, lin: Phone) -> None:
    number = (await ban(admin, lin, "both")).body["items"][0]["id"]
    assert (await lin.book("A-1", *TEN)).code == "banned"
    for _ in range(2):
        assert (await admin.post(f"/api/admin/bans/{number}/lift")).status == 200
    await lin.booked("A-1", *TEN)
    await tell(lin)
    assert await inbox(lin) == ["预约、咨询和提意见恢复了", "预约、咨询和提意见暂停了"]
    assert (await admin.post("/api/admin/bans/987654321/lift")).code == "not_found"


async def test_a_ban_has_a_future_and_a_reader_and_is_set_by_who_may(
    library: Library, admin: Phone, he: Phone, lin: Phone
) -> None:
    assert (await ban(admin, lin, "both", ends_at=at(8))).details["field"] == "ends_at"
    assert (await ban(admin, Phone(library, None, None, 987654321), "both")).code == "not_found"
    assert (await ban(he, lin, "both")).code == "not_allowed"
    assert await fetch("SELECT id FROM ban") == []


async def test_a_reason_goes_with_the_account(library: Library, admin: Phone, lin: Phone) -> None:
    await ban(admin, lin, "text", ends_at=None, reason="在三楼吵闹")
    await lin.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    stored = repr([dict(row) for table in ("ban", "notice") for row in await fetch(f"SELECT * FROM {table}")])
    assert "在三楼吵闹" not in stored


async def test_a_ban_holds_for_who_helps_the_banned(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    code = (await lin.post("/api/me/helpers/invitations")).body["code"]
    assert (await zhou.post("/api/me/helped", {"code": code})).status == 200
    await ban(admin, lin, "bookings")
    seat = await library.seat("A-1")
    wish = {"starts_at": TEN[0], "ends_at": TEN[1], "idempotency_key": new_key()}
    path = f"/api/seats/{seat.id}/bookings"
    assert (await zhou.post(path, {**wish, "for_reader_id": str(lin.reader_id)})).code == "banned"
    assert (await zhou.post(path, {**wish, "idempotency_key": new_key()})).status == 201
