"""Two accounts of one person become one: shown first, then whole or not at all, and nothing of it is lost."""

import json
from datetime import timedelta
from typing import Any

import pytest

from models import tables
from models.db import dialect, fetch, transaction
from models.merging import ENDS, JOINS, LEAVES, MOVES
from models.people import Reader
from tests.support.cards import CARD, bind, bound, card, inbox, trail
from tests.support.chat import said, texts
from tests.support.feedback import mine, told
from tests.support.library import MONDAY_9, Library, Phone, at, new_key
from tests.support.merging import left_of, look, looked, merged, path, signed_out, wish

OTHERS = {  # columns that are called like one with somebody in it, and name something else
    "answer_local_id",
    "area_id",
    "branch_id",
    "department_id",
    "entry_id",
    "local_id",
    "scope_id",
    "session_id",
    "thing_id",
    "trace_id",
}


@pytest.fixture
async def old(library: Library) -> Phone:
    """The account of the WeChat that the reader no longer uses."""
    return await library.reader("old")


@pytest.fixture
async def new(library: Library) -> Phone:
    return await library.reader("new")


async def test_everything_is_where_the_reader_is_now(
    library: Library, admin: Phone, old: Phone, new: Phone, zhou: Phone
) -> None:
    await card()
    await bind(old)
    await old.put("/api/me", {"nickname": "小林"})
    booking = await old.booked("A-1", at(10), at(12))
    feedback_id = await told(library, old)
    talk = (await said(old, "请问"))["conversation_id"]
    code = (await old.post("/api/me/helpers/invitations")).body["code"]
    await zhou.post("/api/me/helped", {"code": code})
    await library.settled()

    shown = await looked(admin, new, old)
    assert shown["moves"] == [
        "1 个没有用完的预约",
        "1 次咨询，没有结束的接着谈",
        "1 条意见",
        "1 条消息",
        "1 项代办",
        "尾号 0001 的读者证",
    ]
    assert (shown["goes"]["nickname"], shown["goes"]["card_name"]) == ("小林", "林小满")
    await merged(admin, new, old)

    assert await library.until(lambda: signed_out(old))
    assert (await new.get("/api/me")).body["nickname"] == "小林"
    (mine_now,) = (await new.get("/api/bookings")).body["items"]
    assert (mine_now["id"], mine_now["state"]) == (booking["id"], "booked")
    assert await texts(new, talk) == ["请问"]
    await said(new, "还是我", conversation_id=talk)
    assert [item["id"] for item in await mine(new)] == [feedback_id]
    assert (await bound(new))["card_no"] == CARD
    assert [person["name"] for person in (await new.get("/api/me/helpers")).body["helpers"]] == [None]
    assert [one["id"] for one in (await zhou.get("/api/me/helpers")).body["helped"]] == [str(new.reader_id)]
    assert await inbox(new) == ["两个账号合并了", "多了一位代办人"]
    assert await left_of(old) == {}
    again = await library.sign_in("old")
    assert again.reader_id not in (old.reader_id, new.reader_id)
    assert (await again.get("/api/bookings")).body["items"] == []


async def test_who_is_merged_is_out_on_every_phone_and_the_trail_names_both(
    library: Library, admin: Phone, old: Phone, new: Phone
) -> None:
    async with old.socket() as gone, new.socket() as stays:
        await merged(admin, new, old)
        await gone.next("session_ended")
        assert (await stays.next("inbox_changed"))["unread"] == 1
    assert [json.loads(entry["details"]) for entry in await trail(library, "reader.merge")] == [
        {"reader": old.reader_id, "bookings": 0, "ended": 0}
    ]
    (gone_entry,) = await trail(library, "reader.merged_into")
    assert (gone_entry["actor_id"], gone_entry["subject"]) == (admin.reader_id, f"reader:{old.reader_id}")
    looks = {entry["subject"] for entry in await trail(library, "reader.see")}
    assert looks == {f"reader:{phone.reader_id}" for phone in (old, new)}
    row = await Reader.get(id=old.reader_id)
    assert (row.openid, row.merged_into, row.nickname) == (f"closed:{old.reader_id}", new.reader_id, None)


async def test_the_same_request_again_answers_the_same_and_another_is_told_that_it_is_done(
    admin: Phone, old: Phone, new: Phone
) -> None:
    asked = await wish(admin, new, old)
    answers = [await admin.post(path(new), asked) for _ in range(2)]
    assert [answer.body for answer in answers] == [{"reader_id": str(new.reader_id)}] * 2
    assert (await admin.post(path(new), {**asked, "idempotency_key": new_key()})).code == "merge_closed"
    assert (await admin.post(path(old), {**asked, "goes_id": str(new.reader_id)})).code in (
        "idempotency_key_reused",
        "merge_closed",
    )
    assert len(await fetch("SELECT id FROM notice WHERE title = '两个账号合并了'")) == 1


async def test_what_has_happened_since_it_was_shown_is_shown_first(
    admin: Phone, old: Phone, new: Phone
) -> None:
    asked = await wish(admin, new, old)
    await old.booked("A-1", at(10), at(12))
    refused = await admin.post(path(new), asked)
    assert (refused.status, refused.code) == (409, "merge_changed")
    assert (await old.get("/api/me")).status == 200
    assert (await looked(admin, new, old))["moves"] == ["1 个没有用完的预约"]
    await merged(admin, new, old)


async def test_who_is_not_merged_and_by_whom(library: Library, admin: Phone, old: Phone, new: Phone) -> None:
    he = await library.reader("he", role="librarian")
    reviewer = await library.reviewer("tester")
    soon = await library.reader("soon")
    await fetch(
        "INSERT INTO staff_grant (reader_id, role, scope, starts_at, granted_at) "
        "VALUES ($1, 'librarian', 'library', $2, $3)",
        soon.reader_id,
        MONDAY_9 + timedelta(days=1),
        MONDAY_9,
    )
    closing = await library.reader("closing")
    await closing.post("/api/me/closing")
    for stays, goes, code in (
        (new, new, "merge_same"),
        (admin, old, "merge_own"),
        (old, admin, "merge_own"),
        (new, he, "merge_staff"),
        (new, soon, "merge_staff"),
        (new, reviewer, "merge_sample"),
        (reviewer, old, "merge_sample"),
        (new, closing, "merge_closing"),
        (closing, old, "merge_closing"),
        (new, Phone(library, None, None, 987654321), "not_found"),
    ):
        assert (await look(admin, stays, goes)).code == code
        forged = {
            "goes_id": str(goes.reader_id),
            "fingerprint": "0" * 64,
            "idempotency_key": new_key(),
        }
        assert (await admin.post(path(stays), forged)).code == code
    for phone in (he, old, library.guest):
        assert (await look(phone, new, old)).status in (401, 403)
        assert (await phone.post(path(new), {})).status in (401, 403)
    await merged(admin, he, old)  # staff may gain what was theirs as a reader
    assert (await he.get("/api/me")).body["roles"] == ["librarian", "reader"]


async def test_two_cards_are_looked_at_by_somebody_first(
    library: Library, admin: Phone, old: Phone, new: Phone
) -> None:
    await card()
    other = await card("20230002", name="林小")
    await bind(old)
    await bind(new, "20230002")
    assert (await look(admin, new, old)).code == "merge_two_cards"
    await admin.call("DELETE", f"/api/admin/patrons/{other}/binding")
    await merged(admin, new, old)
    assert (await bound(new))["card_no"] == CARD


# ---------------------------------------------------------------- what clashes


async def test_of_two_bookings_at_one_time_one_stays_and_the_seat_of_the_other_is_free(
    library: Library, admin: Phone, old: Phone, new: Phone, zhou: Phone
) -> None:
    kept = await new.booked("A-1", at(10), at(12))
    await old.booked("A-2", at(11), at(13))
    shown = await looked(admin, new, old)
    assert shown["ends"][0] == "A 区 A-2，11月23日 11:00–13:00：和另一个预约时间重叠，将取消。"
    await merged(admin, new, old)
    held = (await new.get("/api/bookings")).body["items"]
    assert [item["id"] for item in held] == [kept["id"]]
    rows = await fetch("SELECT state, reader_id FROM booking ORDER BY id")
    assert {(row["state"], row["reader_id"]) for row in rows} == {
        ("booked", new.reader_id),
        ("cancelled", new.reader_id),
    }
    await zhou.booked("A-2", at(11), at(13))
    (item,) = (await new.get("/api/inbox")).body["items"]
    assert "A-2" in item["text"]
    assert not await fetch("SELECT 1 FROM job WHERE key LIKE 'remind:2' OR key LIKE 'lapse:2'")


async def test_the_limit_of_bookings_holds_for_both_together(
    library: Library, admin: Phone, old: Phone, new: Phone
) -> None:
    for label, hour, phone in (("A-1", 10, new), ("A-3", 12, old), ("A-4", 14, old)):  # two are allowed
        await phone.booked(label, at(hour), at(hour + 1))
    shown = await looked(admin, new, old)
    assert shown["moves"] == ["1 个没有用完的预约"]
    assert shown["ends"][0] == "A 区 A-4，11月23日 14:00–15:00：同时最多 2 个预约，将取消。"
    await merged(admin, new, old)
    held = (await new.get("/api/bookings")).body["items"]
    assert [item["seat"]["label"] for item in held] == ["A-1", "A-3"]


async def test_who_helped_themselves_did_it_themselves(
    library: Library, admin: Phone, old: Phone, new: Phone, zhou: Phone
) -> None:
    for helped, helper in ((old, new), (zhou, old), (zhou, new)):
        code = (await helped.post("/api/me/helpers/invitations")).body["code"]
        assert (await helper.post("/api/me/helped", {"code": code})).status == 200
    seat = await library.seat("A-1")
    booked = {"starts_at": at(10), "ends_at": at(11), "idempotency_key": new_key()}
    await new.post(f"/api/seats/{seat.id}/bookings", {**booked, "for_reader_id": str(old.reader_id)})
    await merged(admin, new, old)
    assert [dict(row) for row in await fetch("SELECT helped_id, helper_id FROM helper")] == [
        {"helped_id": zhou.reader_id, "helper_id": new.reader_id}
    ]
    (booking,) = (await new.get("/api/bookings")).body["items"]
    assert booking["helper"] is None


async def test_a_pause_goes_with_the_account_and_is_no_shorter(
    library: Library, admin: Phone, old: Phone, new: Phone
) -> None:
    for phone, ends_at in ((old, at(20)), (new, at(12))):
        ban = {"stops": "bookings", "reason": "占座", "ends_at": ends_at, "idempotency_key": new_key()}
        assert (await admin.post(f"/api/admin/readers/{phone.reader_id}/bans", ban)).status == 201
    await merged(admin, new, old)
    refused = await new.book("A-1", at(10), at(11))
    assert (refused.code, refused.details["until"]) == ("banned", at(20))


async def test_a_request_of_the_account_that_went_is_not_answered_to_the_other(
    library: Library, admin: Phone, old: Phone, new: Phone
) -> None:
    key = new_key()
    first = await old.book("A-1", at(10), at(11), key=key)
    text = {"local_id": key, "text": "在吗"}
    before = (await old.post("/api/chat-messages", text)).body
    mine_ = (await new.post("/api/chat-messages", {**text, "text": "是我"})).body
    assert first.status == 201
    await library.settled()
    await merged(admin, new, old)
    second = await new.book("A-2", at(14), at(15), key=key)
    assert (second.status, second.body["seat"]["label"]) == (201, "A-2")
    again = await new.post("/api/chat-messages", {**text, "text": "是我"})
    assert again.body["message_id"] == mine_["message_id"] != before["message_id"]


# ---------------------------------------------------------------- whole


async def _names_of_people() -> set[str]:
    """Every column that may hold a reader: by its foreign key, or by how it is called."""
    found: set[str] = set()
    async with transaction() as tx:
        keys = await _foreign_keys(tx)
        for table in await tables.names(tx):
            for column in await tables.columns(tx, table):
                other = keys.get((table, column))
                named = column.endswith(("_id", "_by", "_into")) and column not in OTHERS
                if other == "reader" or (named and other is None):
                    found.add(f"{table}.{column}")
    return found


async def _foreign_keys(tx: Any) -> dict[tuple[str, str], str]:
    sql = (
        'SELECT m.name, k."from" AS own, k."table" AS other FROM sqlite_master m, pragma_foreign_key_list(m.name) k '
        "WHERE m.type = 'table'"
        if dialect() == "sqlite"
        else "SELECT a.relname AS name, t.attname AS own, b.relname AS other FROM pg_constraint c "
        "JOIN pg_class a ON a.oid = c.conrelid JOIN pg_class b ON b.oid = c.confrelid "
        "JOIN pg_attribute t ON t.attrelid = c.conrelid AND t.attnum = c.conkey[1] WHERE c.contype = 'f'"
    )
    return {(row["name"], row["own"]): row["other"] for row in await tx.fetch(sql)}


async def test_every_column_that_names_a_reader_has_its_fate(library: Library) -> None:
    named = [*MOVES, *JOINS, *ENDS, *LEAVES]
    assert len(named) == len(set(named))
    assert await _names_of_people() == set(named)
