"""The librarians' desk: the queue live and in its order, who has whom, and what happens when nobody is there."""

import asyncio
from typing import Any

import pytest

from tests.support.chat import claim, claimed, librarian, on_duty, queue, said, say, stream, texts
from tests.support.holding import held
from tests.support.library import Library, Phone


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library)


@pytest.fixture
async def wu(library: Library) -> Phone:
    return await librarian(library, "wu", "吴馆员")


async def asked_by(library: Library, *handles: str) -> dict[str, str]:
    """Readers who ask one after the other, a minute apart: handle → conversation."""
    made = {}
    for handle in handles:
        phone = await library.reader(handle)
        made[handle] = str((await said(phone, f"{handle} 想问"))["conversation_id"])
        await library.settled()
        await library.advance(minutes=1)
    return made


def waiting(items: list[Any]) -> list[str]:
    return [line["first_text"] for line in items if line["state"] == "waiting"]


# ---------------------------------------------------------------- the queue


async def test_the_queue_is_longest_first_with_the_first_line(library: Library, he: Phone) -> None:
    made = await asked_by(library, "a", "b", "c")
    await said(await library.sign_in("a"), "还有一句")
    await library.settled()
    items = await queue(he)
    assert waiting(items) == ["a 想问", "b 想问", "c 想问"]
    assert (items[0]["last_text"], items[0]["unread"]) == ("还有一句", 2)
    assert [line["id"] for line in items] == list(made.values())


async def test_the_desk_is_told_live_and_without_a_gap(library: Library, he: Phone, lin: Phone) -> None:
    async with he.socket() as socket:
        desk = (await socket.ask("desk_watch", {}))["data"]
        assert desk["items"] == []
        conversation = (await said(lin))["conversation_id"]
        await library.settled()
        news = await socket.next("desk_changed")
        while not news["items"]:
            news = await socket.next("desk_changed")
        assert [line["first_text"] for line in news["items"]] == ["请问还有空座吗"]
        assert news["number"] > desk["number"]
        await claim(he, conversation)
        while [line["state"] for line in news["items"]] != ["claimed"]:
            news = await socket.next("desk_changed")
        assert news["items"][0]["librarian"]["name"] == "何馆员"
        assert (await socket.next("desk_number"))["number"] >= desk["number"]


async def test_a_text_that_is_sent_again_is_told_to_the_desk_again(
    library: Library, he: Phone, lin: Phone
) -> None:
    """The server that stored it may have died before it told anybody."""
    first = await say(lin, "请问还有空座吗", local_id="once-and-again")
    await library.settled()
    async with he.socket() as socket:
        await socket.ask("desk_watch", {})
        assert (await say(lin, "请问还有空座吗", local_id="once-and-again")).status == 200
        lines: list[Any] = []
        while not lines:
            lines = (await socket.next("desk_changed"))["items"]
        assert [line["id"] for line in lines] == [first.body["conversation_id"]]


async def test_a_reader_cannot_watch_the_desk(library: Library, lin: Phone, he: Phone) -> None:
    async with lin.socket() as socket:
        assert (await socket.ask("desk_watch", {}))["error"]["code"] == "not_allowed"
        await said(lin)
        await library.settled()
        await asyncio.sleep(0.1)
        assert [name for name, _ in socket.heard if name.startswith("desk")] == []


async def test_a_question_that_is_being_checked_is_not_on_the_desk(library: Library, he: Phone) -> None:
    with held(library):
        await said(await library.reader("a"), "还在检查")
        assert await queue(he) == []
    await library.settled()
    assert waiting(await queue(he)) == ["还在检查"]


# ---------------------------------------------------------------- having one


async def test_of_two_who_claim_one_gets_it_and_the_other_is_told_who(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    assert (await claim(he, conversation)).status == 200
    assert (await claim(he, conversation)).status == 200  # the answer was lost: asked again
    late = await claim(wu, conversation)
    assert (late.status, late.code, late.details) == (
        409,
        "already_claimed",
        {"name": "何馆员", "state": "claimed"},
    )
    assert late.body["error"]["message"] == "何馆员 已经接待了这位读者。"
    spoke = await say(wu, "我来回答", conversation_id=conversation)
    assert (spoke.code, spoke.details["name"]) == ("with_another_librarian", "何馆员")
    assert len([e for e in await stream(lin, conversation) if e["kind"] == "claimed"]) == 1


async def test_nobody_answers_what_nobody_has(library: Library, lin: Phone, he: Phone) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    assert (await say(he, "随便答", conversation_id=conversation)).code == "with_another_librarian"


async def test_who_is_not_on_duty_takes_nothing(library: Library, lin: Phone) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    absent = await library.reader("wu", role="librarian")
    assert (await claim(absent, conversation)).code == "not_on_duty"
    await on_duty(absent)
    await library.advance(minutes=2)
    assert (await claim(absent, conversation)).code == "not_on_duty"


async def test_handed_back_it_is_first_in_the_queue_again(library: Library, he: Phone, wu: Phone) -> None:
    made = await asked_by(library, "a", "b", "c")
    await on_duty(he)
    await claim(he, made["c"])
    assert (await wu.post(f"/api/desk/{made['c']}/hand-back")).code == "not_with_you"
    back = await he.post(f"/api/desk/{made['c']}/hand-back")
    assert (back.body["state"], back.body["librarian"]) == ("waiting", None)
    assert waiting(await queue(he)) == ["c 想问", "a 想问", "b 想问"]
    assert (await he.post(f"/api/desk/{made['c']}/hand-back")).body == back.body  # asked again: it is there
    assert [e["kind"] for e in await stream(he, made["c"])].count("handed_back") == 1


async def test_closed_with_a_tag_that_the_reader_does_not_see(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    assert (await wu.post(f"/api/desk/{conversation}/close", {})).code == "not_with_you"
    closed = await he.post(f"/api/desk/{conversation}/close", {"tag": "座位"})
    assert (closed.body["state"], closed.body["tag"]) == ("closed", "座位")
    assert (await he.post(f"/api/desk/{conversation}/close", {"tag": "座位"})).body == closed.body
    assert (await wu.post(f"/api/desk/{conversation}/close", {})).code == "not_with_you"
    assert await queue(he) == []
    assert [line["id"] for line in (await he.get("/api/desk/closed")).body["items"]] == [conversation]
    assert (await lin.get("/api/chats")).body["items"][0]["tag"] is None
    assert [e["words"] for e in await stream(lin, conversation) if e["kind"] == "closed"] == [None]
    assert [e["words"] for e in await stream(he, conversation) if e["kind"] == "closed"] == ["座位"]
    assert (await say(he, "还有", conversation_id=conversation)).code == "conversation_over"


async def test_its_reader_opens_a_closed_one_again_by_writing(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await he.post(f"/api/desk/{conversation}/close", {})
    await library.advance(minutes=1)
    assert (await said(lin, "还有一个问题", conversation_id=conversation))["conversation_id"] == conversation
    await library.settled()
    (line,) = await queue(he)
    assert (line["state"], line["first_text"], line["tag"]) == ("waiting", "还有一个问题", None)
    assert "reopened" in [event["kind"] for event in await stream(lin, conversation)]


async def test_with_one_open_an_older_one_stays_closed(library: Library, lin: Phone, he: Phone) -> None:
    old = await claimed(library, lin, he)
    await he.post(f"/api/desk/{old}/close", {})
    new = (await said(lin, "新的问题"))["conversation_id"]
    assert new != old
    refused = await say(lin, "旧的问题", conversation_id=old)
    assert (refused.code, refused.details) == ("another_conversation_open", {"conversation_id": new})


# ---------------------------------------------------------------- being there


async def test_readers_are_told_when_the_first_librarian_comes_and_the_last_one_goes(
    library: Library, lin: Phone
) -> None:
    he = await library.reader("he", role="librarian")
    async with lin.socket() as socket:
        await on_duty(he)
        assert await socket.next("staffed_changed") == {"staffed": True}
        await he.post("/api/presence/away")
        assert await socket.next("staffed_changed") == {"staffed": False}
        await on_duty(he)
        assert await socket.next("staffed_changed") == {"staffed": True}
        await library.advance(seconds=46)  # the phone sleeps and says nothing
        assert await socket.next("staffed_changed") == {"staffed": False}
    assert (await lin.get("/api/chat-state")).body["staffed"] is False


async def test_only_staff_are_on_duty(lin: Phone) -> None:
    assert (await on_duty(lin)).code == "not_allowed"
    assert (await on_duty(lin, duty=False)).status == 200


async def test_who_vanished_is_away_within_a_minute_and_loses_what_they_had_to_the_queue(
    library: Library, he: Phone, wu: Phone
) -> None:
    made = await asked_by(library, "a", "b")
    await on_duty(he)
    await claim(he, made["b"])
    await said(he, "请稍等", conversation_id=made["b"])
    await library.advance(seconds=30)
    await on_duty(wu)
    await library.settled()
    assert waiting(await queue(wu)) == ["a 想问"]
    await library.advance(seconds=20)
    await library.settled()
    desk = (await wu.get("/api/desk")).body
    assert [librarian["name"] for librarian in desk["librarians"]] == ["吴馆员"]
    assert waiting(desk["items"]) == ["b 想问", "a 想问"]
    assert (await claim(wu, made["b"])).status == 200
    assert await texts(wu, made["b"]) == ["b 想问", "请稍等"]
    b = await library.sign_in("b")
    assert [e["kind"] for e in await stream(b, made["b"]) if e["kind"] in ("claimed", "returned")] == [
        "claimed",
        "returned",
        "claimed",
    ]


async def test_who_renews_keeps_what_they_have(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    for _ in range(8):
        await library.advance(seconds=20)
        await on_duty(he)
        await library.settled()
    assert (await queue(he))[0]["state"] == "claimed"
    assert (await said(he, "我还在", conversation_id=conversation))["seq"] > 0


async def test_away_for_a_moment_loses_nothing_and_duty_that_ends_gives_back_at_once(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await he.post("/api/presence/away")
    await library.advance(seconds=20)
    await library.settled()
    assert (await queue(he))[0]["state"] == "claimed"
    await on_duty(he)
    await on_duty(he, duty=False)
    (line,) = await queue(he)
    assert (line["id"], line["state"], line["first_place"]) == (conversation, "waiting", True)


async def test_a_second_phone_on_duty_keeps_the_librarian_there(
    library: Library, lin: Phone, he: Phone
) -> None:
    await claimed(library, lin, he)
    desktop = await library.sign_in("he")
    await on_duty(desktop)
    await on_duty(he, duty=False)
    await library.settled()
    assert (await queue(he))[0]["state"] == "claimed"
    await library.advance(seconds=50)
    await library.settled()
    assert (await queue(he))[0]["state"] == "waiting"


async def test_the_desk_sees_whether_the_reader_is_still_there(
    library: Library, lin: Phone, he: Phone
) -> None:
    await claimed(library, lin, he)
    assert (await queue(he))[0]["reader_here_until"] is None
    until = (await on_duty(lin, duty=False)).body["until"]
    assert (await queue(he))[0]["reader_here_until"] == until
    await lin.post("/api/presence/away")
    assert (await queue(he))[0]["reader_here_until"] is None


async def test_out_of_hours_the_question_is_kept_and_answered_in_the_same_thread(
    library: Library, lin: Phone
) -> None:
    await library.advance(hours=14)
    state = (await lin.get("/api/chat-state")).body
    assert state == {
        "open": {"open_now": False, "closes_at": None, "next_opens_at": "2026-11-24T08:00:00+08:00"},
        "staffed": False,
        "duty": None,
    }
    conversation = (await said(lin, "明天有讲座吗"))["conversation_id"]
    await library.settled()
    await library.advance(hours=10)
    he = await librarian(library)
    (line,) = await queue(he)
    assert line["waiting_since"] == "2026-11-23T23:00:00+08:00"
    await claim(he, conversation)
    await said(he, "有，下午两点。", conversation_id=conversation)
    await library.settled()
    assert await texts(lin, conversation) == ["明天有讲座吗", "有，下午两点。"]
