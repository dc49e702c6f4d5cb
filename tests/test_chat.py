"""Talking with a librarian: stored once, numbered for each side, told to both, whatever breaks in between."""

import asyncio
from functools import partial
from typing import Any

import pytest

from models.db import fetch
from tests.support.chat import Device, claim, claimed, librarian, queue, said, say, stream, texts
from tests.support.library import Library, Phone, at, new_key


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library)


async def test_a_question_is_stored_checked_claimed_and_answered(
    library: Library, lin: Phone, he: Phone
) -> None:
    sent = await said(lin)
    assert (sent["seq"], sent["state"]) == (1, "checking")
    await library.settled()
    (line,) = await queue(he)
    assert (line["first_text"], line["state"], line["unread"]) == ("请问还有空座吗", "waiting", 1)
    conversation = line["id"]
    assert (await claim(he, conversation)).body["librarian"]["name"] == "何馆员"
    await said(he, "有的，三楼还空着。", conversation_id=conversation)
    await library.settled()
    told = await stream(lin, conversation)
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert [event["kind"] for event in told] == ["posted", "changed", "claimed", "posted"]
    assert told[-1]["message"]["text"] == "有的，三楼还空着。"
    assert told[-1]["who"] == {"side": "staff", "name": "何馆员"}
    assert (await lin.get("/api/me")).body["chat_unread"] == 1


async def test_each_side_has_numbers_of_its_own_without_a_gap(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    for number in range(3):
        await said(lin, f"问题 {number}", conversation_id=conversation)
        await said(he, f"回答 {number}", conversation_id=conversation)
    await library.settled()
    for phone in (lin, he):
        events = await stream(phone, conversation)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        view = (await phone.get(f"/api/chats/{conversation}")).body["conversation"]
        assert view["seq"] == len(events)
    assert sorted(await texts(lin, conversation)) == sorted(await texts(he, conversation))


# ---------------------------------------------------------------- once


async def test_the_same_local_id_again_is_the_same_message(library: Library, lin: Phone) -> None:
    key = new_key()
    first = await lin.post("/api/chat-messages", {"local_id": key, "text": "几点关门"})
    again = await lin.post("/api/chat-messages", {"local_id": key, "text": "几点关门"})
    assert again.body["message_id"] == first.body["message_id"]
    assert again.body["seq"] == first.body["seq"]
    in_it = {"local_id": key, "text": "几点关门", "conversation_id": first.body["conversation_id"]}
    assert (await lin.post("/api/chat-messages", in_it)).body["message_id"] == first.body["message_id"]
    other = await lin.post("/api/chat-messages", {"local_id": key, "text": "别的问题"})
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert await texts(lin, first.body["conversation_id"]) == ["几点关门"]
    assert (await fetch("SELECT count(*) AS n FROM chat_message"))[0]["n"] == 1


async def test_two_people_may_use_the_same_local_id(lin: Phone, zhou: Phone) -> None:
    wish = {"local_id": "the-same-id", "text": "几点关门"}
    mine, theirs = [(await phone.post("/api/chat-messages", wish)).body for phone in (lin, zhou)]
    assert mine["conversation_id"] != theirs["conversation_id"]


async def test_a_reader_has_one_open_conversation_and_says_there_what_follows(
    library: Library, lin: Phone
) -> None:
    first, second = await said(lin, "第一句"), await said(lin, "第二句")
    assert first["conversation_id"] == second["conversation_id"]
    assert await texts(lin, first["conversation_id"]) == ["第一句", "第二句"]


async def test_text_is_kept_as_it_was_typed(library: Library, lin: Phone, he: Phone) -> None:
    typed = "第一行\n第二行 <b>&amp; 🙂 \u202e右到左\u202c"
    sent = await said(lin, typed)
    await library.settled()
    assert await texts(he, sent["conversation_id"]) == [typed]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"text": "没有号码"},
        {"local_id": "short", "text": "a"},
        {"local_id": "x" * 65, "text": "a"},
        {"local_id": "12345678", "text": ""},
        {"local_id": "12345678", "text": " \u200b\n "},
        {"local_id": "12345678", "text": "字" * 1001},
        {"local_id": "12345678", "text": "\x00"},
        {"local_id": "12345678", "text": "a", "conversation_id": 1},
        {"local_id": "12345678", "text": "a", "about": {"kind": "moon", "id": "1"}},
        {"local_id": "12345678", "text": "a", "about": {"kind": "seat", "id": "1", "starts_at": at(9)}},
        {"local_id": "12345678", "text": "a", "more": 1},
    ],
)
async def test_what_is_no_message_is_refused_and_nothing_is_stored(
    library: Library, lin: Phone, wish: Any
) -> None:
    answer = await lin.post("/api/chat-messages", wish)
    assert (answer.status, answer.code) == (422, "invalid_input")
    async with lin.socket() as socket:
        assert (await socket.ask("chat_send", wish))["error"]["code"] == "invalid_input"
    assert (await fetch("SELECT count(*) AS n FROM conversation"))[0]["n"] == 0


# ---------------------------------------------------------------- whose it is


async def test_another_readers_conversation_does_not_exist(library: Library, lin: Phone, zhou: Phone) -> None:
    conversation = (await said(lin))["conversation_id"]
    for answer in (
        await zhou.get(f"/api/chats/{conversation}"),
        await zhou.get(f"/api/chats/{conversation}/events?after=0"),
        await say(zhou, "我也来说", conversation_id=conversation),
        await zhou.post(f"/api/chats/{conversation}/marks", {"delivered": 1, "read": 1}),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
    async with zhou.socket() as socket:
        asked = {"conversation_id": conversation}
        for event, wish in (
            ("chat_history", asked),
            ("chat_resume", {**asked, "after": "0"}),
            ("chat_send", {**asked, "local_id": new_key(), "text": "我也来说"}),
            ("chat_mark", {**asked, "delivered": 1, "read": 1}),
            ("chat_type", asked),
        ):
            assert (await socket.ask(event, wish))["error"]["code"] == "not_found", event
        await said(lin, "还在吗")
        await library.settled()
        await asyncio.sleep(0.1)
        assert [name for name, _ in socket.heard if name.startswith("chat")] == []
    assert (await zhou.get("/api/chats")).body["items"] == []
    assert await texts(lin, conversation) == ["请问还有空座吗", "还在吗"]


async def test_guests_ask_nothing_but_see_whether_somebody_is_there(library: Library) -> None:
    assert (await say(library.guest, "你好")).status == 401
    state = (await library.guest.get("/api/chat-state")).body
    assert (state["staffed"], state["open"]["open_now"]) == (False, True)
    await librarian(library)
    assert (await library.guest.get("/api/chat-state")).body["staffed"]


async def test_a_librarian_asks_as_a_reader_and_does_not_answer_themselves(
    library: Library, he: Phone
) -> None:
    conversation = (await said(he, "我自己也想问"))["conversation_id"]
    await library.settled()
    assert (await he.get(f"/api/chats/{conversation}")).body["conversation"]["side"] == "reader"
    for action in ("claim", "hand-back", "close"):
        assert (await he.post(f"/api/desk/{conversation}/{action}")).status == 404


# ---------------------------------------------------------------- what it is about


async def test_the_page_comes_along(library: Library, lin: Phone, he: Phone) -> None:
    seat = await library.seat("A-2")
    about = {"kind": "seat", "id": str(seat.id), "starts_at": at(14), "ends_at": at(15)}
    conversation = (await said(lin, "这里有插座吗", about=about))["conversation_id"]
    await library.settled()
    (line,) = await queue(he)
    assert line["about"] == "座位 A-2（1层 A 区），11月23日 14:00–15:00"
    assert line["about_page"] == f"/pages/area/area?id={seat.area_id}"
    booking = await lin.booked("A-1", at(10), at(11))
    await said(lin, "这个能改吗", about={"kind": "booking", "id": booking["id"]})
    kinds = [event["kind"] for event in await stream(lin, conversation)]
    assert kinds.count("about") == 2
    assert (await lin.get("/api/chats")).body["items"][0]["about"] == "预约 A-1，11月23日 10:00–11:00"


async def test_somebody_elses_booking_or_nothing_at_all_is_no_page(lin: Phone, zhou: Phone) -> None:
    booking = await lin.booked("A-1", at(10), at(11))
    for about in (
        {"kind": "booking", "id": booking["id"]},
        {"kind": "seat", "id": "999"},
        {"kind": "area", "id": "999"},
        {"kind": "branch", "id": "999"},
    ):
        answer = await say(zhou, "这个呢", about=about)
        assert (answer.status, answer.code) == (404, "not_found"), about
    for kind in ("area", "branch"):
        assert (await say(zhou, "这个呢", about={"kind": kind, "id": "1"})).status == 200


# ---------------------------------------------------------------- pages of history


async def test_history_comes_in_pages_without_doubles_or_gaps(library: Library, lin: Phone) -> None:
    conversation = (await said(lin, "0"))["conversation_id"]
    for number in range(1, 25):
        await said(lin, str(number))
    await library.settled()
    seen: list[str] = []
    before = ""
    while True:
        page = (await lin.get(f"/api/chats/{conversation}?limit=7{before}")).body
        events = page["events"]
        seen = [event["message"]["text"] for event in events] + seen
        if not page["more"]:
            break
        before = f"&before={events[0]['seq']}"
    assert seen == [str(number) for number in range(25)]


# ---------------------------------------------------------------- marks


async def test_marks_only_move_forward_and_reach_the_other_side(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await said(he, "有的。", conversation_id=conversation)
    await library.settled()
    last = (await stream(lin, conversation))[-1]
    marked = await lin.post(f"/api/chats/{conversation}/marks", {"delivered": last["seq"], "read": 0})
    assert marked.body == {"delivered": last["seq"], "read": 0}
    assert (await lin.get("/api/me")).body["chat_unread"] == 1
    await lin.post(f"/api/chats/{conversation}/marks", {"delivered": 0, "read": 10_000})
    back = await lin.post(f"/api/chats/{conversation}/marks", {"delivered": 1, "read": 1})
    view = (await lin.get(f"/api/chats/{conversation}")).body["conversation"]
    assert back.body == view["mine"]
    assert view["mine"]["read"] >= last["seq"]
    assert (await lin.get("/api/me")).body["chat_unread"] == 0
    seen = (await he.get(f"/api/chats/{conversation}")).body["conversation"]["theirs"]
    answer = next(
        e for e in await stream(he, conversation) if e["kind"] == "posted" and e["who"]["side"] == "staff"
    )
    assert answer["message"]["shown_seq"] <= seen["read"]
    marks = [e for e in await stream(he, conversation) if e["kind"] == "marked"]
    assert [mark["who"]["side"] for mark in marks] == ["reader", "reader"]


async def test_a_librarian_who_merely_looks_marks_nothing(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    other = await librarian(library, "wu", "吴馆员")
    marked = await other.post(f"/api/chats/{conversation}/marks", {"delivered": 5, "read": 5})
    assert marked.body == {"delivered": 0, "read": 0}
    assert (await he.get(f"/api/chats/{conversation}")).body["conversation"]["mine"] == marked.body


async def test_two_marks_at_once_leave_the_larger(library: Library, lin: Phone) -> None:
    conversation = (await said(lin))["conversation_id"]
    for _ in range(4):
        await said(lin)
    path = f"/api/chats/{conversation}/marks"
    await asyncio.gather(*(lin.post(path, {"delivered": n, "read": n}) for n in (3, 5, 1, 4, 2)))
    assert (await lin.get(f"/api/chats/{conversation}")).body["conversation"]["mine"] == {
        "delivered": 5,
        "read": 5,
    }


# ---------------------------------------------------------------- two devices, pushes, breaks


async def pushed(device: Device, last: int) -> bool:
    """Whether a device has been pushed all that it lacks up to this number, in whatever order."""
    assert device.socket
    came = {data["event"]["seq"] for name, data in device.socket.heard if name == "chat_event"}
    return came >= set(range(device.seq + 1, last + 1))


async def test_what_one_device_sends_the_other_shows_in_the_same_order(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    tablet = await library.sign_in("lin")
    async with Device(lin, conversation).connected() as one, Device(tablet, conversation).connected() as two:
        assert one.socket
        assert two.socket
        for number in range(6):
            wish = {"conversation_id": conversation, "local_id": new_key(), "text": f"第 {number} 句"}
            assert "data" in await (one, two)[number % 2].socket.ask("chat_send", wish)  # type: ignore[union-attr]
        await said(he, "好的。", conversation_id=conversation)
        await library.settled()
        last = (await lin.get(f"/api/chats/{conversation}")).body["conversation"]["seq"]
        for device in (one, two):
            await library.until(partial(pushed, device, last))
            await device.hear()
        assert one.asked == two.asked == 1  # the pushes alone were enough
        assert one.read == two.read
        assert one.read[0] == ("reader", "请问还有空座吗")
        assert one.read[-1] == ("staff", "好的。")
        assert one.seq == two.seq == last


async def test_a_phone_that_slept_has_everything_after_it_woke(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    device = Device(lin, conversation)
    async with device.connected():
        await device.hear()
    for number in range(45):
        await said(he, f"回答 {number}", conversation_id=conversation)
    await library.advance(minutes=10)
    await library.settled()
    async with device.connected():
        assert [text for side, text in device.read if side == "staff"] == [f"回答 {n}" for n in range(45)]
        assert device.asked > 2  # in pages


async def test_typing_is_told_to_the_other_side_and_kept_nowhere(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    other = await librarian(library, "wu", "吴馆员")
    before = len(await stream(lin, conversation))
    async with lin.socket() as reader, he.socket() as staff, other.socket() as looking_on:
        assert await reader.ask("chat_type", {"conversation_id": conversation}) == {"data": {}}
        assert await staff.next("chat_typing") == {"conversation_id": conversation, "side": "reader"}
        await staff.ask("chat_type", {"conversation_id": conversation})
        assert await reader.next("chat_typing") == {"conversation_id": conversation, "side": "staff"}
        await looking_on.ask("chat_type", {"conversation_id": conversation})
        await asyncio.sleep(0.1)
        assert [name for name, _ in reader.heard if name == "chat_typing"] == []
    assert len(await stream(lin, conversation)) == before


async def test_who_is_signed_out_hears_nothing_more(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    tablet = await library.sign_in("lin")
    async with tablet.socket() as gone:
        await tablet.post("/api/sign-out", {})
        assert await gone.next("session_ended") == {}
        gone.heard.clear()  # what was said before may have come until then
        await said(he, "在吗", conversation_id=conversation)
        await library.settled()
        await asyncio.sleep(0.1)
        assert [name for name, _ in gone.heard if name == "chat_event"] == []
