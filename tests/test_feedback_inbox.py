"""The staff's inbox: of two who take it one has it, what is answered reaches its author, and all of it arrives live."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from models.db import fetch
from tests.support.chat import DOUBTFUL
from tests.support.feedback import WORDS, act, answer, audited, box, librarian, mine, shown, tell, told
from tests.support.library import Library, Phone, Socket, new_key


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library, "he", "何馆员")


@pytest.fixture
async def wu(library: Library) -> Phone:
    return await librarian(library, "wu", None)


async def states(phone: Phone) -> list[str]:
    return [one["state"] for one in await mine(phone)]


# ---------------------------------------------------------------- having it


async def test_of_two_who_take_it_one_wins_and_the_other_is_told_who(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    number = await told(library, lin)
    both = await asyncio.gather(act(he, number, "take"), act(wu, number, "take"))
    assert Counter(one.status for one in both) == {200: 1, 409: 1}
    winner, loser = (he, wu) if both[0].status == 200 else (wu, he)
    refused = both[0] if both[1].status == 200 else both[1]
    assert refused.code == "feedback_with_another"
    assert refused.details == {"name": "何馆员" if winner is he else None}
    for action in ("give-back", "note", "take"):
        assert (await act(loser, number, action)).code == "feedback_with_another"
    assert (await answer(loser, number, "好")).code == "feedback_with_another"
    assert (await act(winner, number, "take")).status == 200  # the answer was lost: asked again
    assert [[line["id"] for line in await box(phone, "others")] for phone in (winner, loser)] == [
        [],
        [number],
    ]
    assert await audited(f"feedback:{number}") == ["feedback.send", "feedback.take"]


async def test_what_is_given_back_can_be_taken_by_another(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    number = await told(library, lin)
    await act(he, number, "take")
    assert [(await act(he, number, "give-back")).body["state"] for _ in range(2)] == ["received"] * 2
    assert await states(lin) == ["received"]
    assert (await act(wu, number, "take")).status == 200
    assert (await act(he, number, "give-back")).code == "feedback_with_another"


async def test_what_was_noted_is_over_and_says_by_whom(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    number = await told(library, lin, may_answer=False)
    assert (await answer(he, number, "好")).code == "no_answer_wanted"
    assert [(await act(he, number, "note")).body["state"] for _ in range(2)] == ["noted"] * 2
    seen = await shown(lin, number)
    assert (seen["state"], seen["answer"]) == ("noted", None)
    assert (await lin.get("/api/inbox")).body["items"] == []
    for action in ("note", "take", "give-back"):
        refused = await act(wu, number, action)
        assert (refused.code, refused.details) == ("feedback_over", {"state": "noted", "name": "何馆员"})
    assert (await act(he, number, "take")).code == "feedback_over"
    assert await audited(f"feedback:{number}") == ["feedback.send", "feedback.take", "feedback.note"]


async def test_nobody_settles_what_they_told_themselves(library: Library, he: Phone, wu: Phone) -> None:
    number = await told(library, he, DOUBTFUL)
    for action in ("take", "give-back", "note", "show", "return"):
        assert (await act(he, number, action)).code == "own_text"
    assert (await answer(he, number, "好")).code == "own_text"
    assert (await answer(wu, number, "好")).status == 200


# ---------------------------------------------------------------- answered


async def test_an_answer_whose_acknowledgement_was_lost_is_given_once(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    number, other, key = await told(library, lin), await told(library, lin), new_key()
    first, again = [await answer(he, number, "换好了", key=key) for _ in range(2)]
    assert first.body == again.body
    assert (await answer(he, number, "还没换", key=key)).code == "idempotency_key_reused"
    assert (await answer(he, other, "换好了", key=key)).code == "idempotency_key_reused"
    assert (await answer(he, number, "还没换")).code == "feedback_over"
    assert (await answer(wu, number, "换好了", key=key)).code == "feedback_over"
    assert len((await lin.get("/api/inbox")).body["items"]) == 1
    rows = await fetch("SELECT id FROM notice WHERE reader_id = $1", lin.reader_id)
    assert len(rows) == 1


async def test_an_answer_reaches_the_inbox_and_with_consent_wechat_and_is_read_with_its_page(
    library: Library, lin: Phone, he: Phone
) -> None:
    await lin.accept("answered")
    number = await told(library, lin)
    async with lin.socket() as socket:
        await answer(he, number, "已经换了\n新的灯管。")
        assert await socket.next("feedback_changed") == {"feedback_id": number}
        assert await socket.next("inbox_changed") == {"unread": 1}
        (item,) = (await lin.get("/api/inbox")).body["items"]
        assert (item["title"], item["text"]) == ("何馆员答复了您的意见", "已经换了 新的灯管。")
        assert item["page"] == f"/pages/feedback/one?id={number}"
        (message,) = await library.until(lin.messages)
        assert message["page"] == item["page"].lstrip("/")
        assert {line["value"] for line in message["lines"]} >= {WORDS, "已经换了 新的灯管。"}
        assert (await lin.post(f"/api/feedback/{number}/read")).status == 200
        assert await socket.next("inbox_changed") == {"unread": 0}


async def test_without_consent_the_answer_lies_in_the_inbox_only(
    library: Library, lin: Phone, he: Phone
) -> None:
    number = await told(library, lin)
    await answer(he, number, "换好了")
    await library.settled()
    assert len((await lin.get("/api/inbox")).body["items"]) == 1
    assert await lin.messages() == []


# ---------------------------------------------------------------- live


async def news(socket: Socket, number: int) -> Any:
    """The next push, which has the next number."""
    said = await socket.next("feedback_news")
    assert said["number"] == number + 1
    return said


async def test_the_staff_sees_it_arrive_live_by_numbers_without_a_gap(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    async with he.socket() as socket:
        seen = (await socket.ask("feedback_watch", {}))["data"]
        assert (seen["waiting"], seen["held"], seen["mine"]) == (0, 0, 0)
        number = seen["number"]
        feedback = (await tell(lin)).body["feedback_id"]
        while not (said := await news(socket, number))[
            "items"
        ]:  # while it is checked it is nobody's business
            number += 1
        assert [(line["id"], line["state"]) for line in said["items"]] == [(feedback, "received")]
        assert said["waiting"] == 1
        await act(wu, feedback, "take")
        (line,) = said["items"]
        while line["state"] == "received":  # of what changed while it was read one is told again
            said = await news(socket, said["number"])
            (line,) = said["items"]
        assert (line["state"], line["librarian"]["id"], said["waiting"]) == ("taken", str(wu.reader_id), 0)
        assert (await socket.next("feedback_number"))["number"] <= said["number"]
        await socket.ask("feedback_leave", {})
        socket.heard.clear()
        await answer(wu, feedback, "好的")
        await asyncio.sleep(2 * library.config.live.heartbeat_s)
        assert socket.heard == []


async def test_what_was_returned_leaves_the_inbox_without_its_words(
    library: Library, lin: Phone, he: Phone
) -> None:
    number = await told(library, lin, DOUBTFUL)
    async with he.socket() as socket:
        await socket.ask("feedback_watch", {})
        await act(he, number, "return")
        while (line := (await socket.next("feedback_news"))["items"][0])["state"] == "held":
            pass  # told of it a moment ago
        assert (line["id"], line["state"], line["text"]) == (number, "returned", "")
