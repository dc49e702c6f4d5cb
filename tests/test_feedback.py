"""Telling the library something: stored once, judged, taken by one, answered, and its author sees it all."""

import asyncio
import io
from collections import Counter
from typing import Any

import pytest

from models.db import fetch
from tests.support.chat import CHECK, DOUBTFUL, RISKY
from tests.support.feedback import WORDS, act, answer, audited, box, mine, shown, tell, told
from tests.support.library import Library, Phone, Socket, at, new_key


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library, "he", "何馆员")


@pytest.fixture
async def wu(library: Library) -> Phone:
    return await librarian(library, "wu", None)


async def librarian(library: Library, handle: str, name: str | None) -> Phone:
    phone = await library.reader(handle, role="librarian")
    await phone.put("/api/me", {"nickname": name})
    return phone


async def states(phone: Phone) -> list[str]:
    return [one["state"] for one in await mine(phone)]


# ---------------------------------------------------------------- sending


async def test_what_is_told_lies_in_the_inbox_and_its_author_sees_it_taken_and_answered(
    library: Library, lin: Phone, he: Phone
) -> None:
    number = await told(library, lin)
    (line,) = await box(he)
    assert (line["id"], line["text"], line["topic"], line["state"]) == (number, WORDS, "space", "received")
    assert (line["librarian"], line["unchecked"], line["may_answer"]) == (None, False, True)
    assert await states(lin) == ["received"]

    taken = await act(he, number, "take")
    assert (taken.status, taken.body["state"], taken.body["librarian"]["name"]) == (200, "taken", "何馆员")
    assert (await box(he), [one["id"] for one in await box(he, "mine")]) == ([], [number])
    assert await states(lin) == ["taken"]

    await library.advance(minutes=7)
    answered = await answer(he, number, "今天已经换了新灯管。")
    assert (answered.status, answered.body["state"]) == (200, "answered")
    seen = await shown(lin, number)
    assert seen["state"] == "answered"
    assert seen["answer"] == {"text": "今天已经换了新灯管。", "name": "何馆员", "at": at(9, 7)}
    assert [one["id"] for one in await box(he, "answered")] == [number]
    assert await audited(f"feedback:{number}") == ["feedback.send", "feedback.take", "feedback.answer"]


async def test_the_same_local_id_again_is_the_same_feedback_and_with_other_words_is_refused(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    key = new_key()
    first, again = [await tell(lin, local_id=key) for _ in range(2)]
    await library.settled()
    late = await tell(lin, local_id=key)
    assert first.body["feedback_id"] == again.body["feedback_id"] == late.body["feedback_id"]
    assert first.body["at"] == late.body["at"]
    assert (await tell(lin, "别的话", local_id=key)).code == "idempotency_key_reused"
    assert (await tell(lin, local_id=key, topic="other")).code == "idempotency_key_reused"
    assert (await tell(lin, local_id=key, may_answer=False)).code == "idempotency_key_reused"
    assert (await tell(zhou, local_id=key)).body["feedback_id"] != first.body["feedback_id"]
    assert len(await mine(lin)) == 1


async def test_the_socket_and_its_http_twin_are_one(library: Library, lin: Phone, he: Phone) -> None:
    wish = {"local_id": new_key(), "topic": "other", "text": "谢谢你们", "may_answer": False}
    async with lin.socket() as socket, he.socket() as desk:
        sent = (await socket.ask("feedback_send", wish))["data"]
        assert (await lin.post("/api/feedback", wish)).body == sent
        await library.settled()
        asked = {"feedback_id": sent["feedback_id"]}
        assert (await socket.ask("feedback_show", asked))["data"] == await shown(lin, sent["feedback_id"])
        assert (await socket.ask("feedback_mine", {}))["data"]["items"] == await mine(lin)
        assert (await desk.ask("feedback_list", {"box": "new"}))["data"]["items"] == await box(he)
        assert (await desk.ask("feedback_take", asked))["data"] == (
            await act(he, sent["feedback_id"], "take")
        ).body
        error = (await desk.ask("feedback_answer", {**asked, "local_id": new_key(), "text": "好"}))["error"]
        assert error["code"] == (await answer(he, sent["feedback_id"], "好")).code == "no_answer_wanted"


async def test_ones_own_list_has_pages_and_others_feedback_does_not_exist(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    numbers = [await told(library, lin, f"第 {n} 条") for n in range(3)]
    page = (await lin.get("/api/feedback?limit=2")).body
    assert [one["id"] for one in page["items"]] == numbers[:0:-1]
    rest = (await lin.get(f"/api/feedback?limit=2&after={page['next']}")).body
    assert ([one["id"] for one in rest["items"]], rest["next"]) == (numbers[:1], None)
    assert await mine(zhou) == []
    for path in (numbers[0], "987654"):
        assert (await zhou.get(f"/api/feedback/{path}")).status == 404
        assert (await zhou.post(f"/api/feedback/{path}/read")).status == 404
    for action in ("take", "give-back", "note", "show", "return"):
        assert (await act(zhou, numbers[0], action)).status == 403
    assert (await library.guest.get("/api/feedback")).status == 401


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"text": "‮gnirts‬ 从右到左 \u200f"}, 200),
        ({"text": "零宽\u200b\u200d字符👩\u200d🏫"}, 200),
        ({"text": "第一行\n第二行"}, 200),
        ({"text": "字" * 1000}, 200),
        ({"text": "字" * 1001}, 422),
        ({"text": "\u200b\u200f"}, 422),
        ({"text": "  \n "}, 422),
        ({"text": "\x00藏着的"}, 422),
        ({"text": "\x1b[31m"}, 422),
        ({"text": 5}, 422),
        ({"topic": "weather"}, 422),
        ({"topic": None}, 422),
        ({"may_answer": "yes"}, 422),
        ({"may_answer": 1}, 422),
        ({"local_id": "short"}, 422),
        ({"state": "answered"}, 422),
    ],
)
async def test_a_text_of_any_letters_is_kept_and_what_is_no_text_is_refused(
    lin: Phone, change: Any, status: int
) -> None:
    came = await tell(lin, **change)
    assert came.status == status, came.body
    kept = await mine(lin)
    assert [one["text"] for one in kept] == ([change["text"].strip()] if status == 200 else [])


async def test_ten_megabytes_of_text_are_refused(library: Library, lin: Phone) -> None:
    body = io.BytesIO(b'{"text": "' + "字".encode() * 3_500_000 + b'"}')
    headers = {"Authorization": f"Bearer {lin.token}", "Content-Type": "application/json"}
    async with library.http.post(f"{library.url}/api/feedback", data=body, headers=headers) as came:
        assert (came.status, (await came.json())["error"]["code"]) == (413, "too_large")
    assert await mine(lin) == []


# ---------------------------------------------------------------- judged


async def test_risky_words_never_reach_the_inbox_and_their_author_is_told(
    library: Library, lin: Phone, he: Phone
) -> None:
    async with lin.socket() as socket:
        number = await told(library, lin, RISKY)
        assert await socket.next("feedback_changed") == {"feedback_id": number}
    seen = await shown(lin, number)
    assert (seen["state"], seen["text"]) == ("returned", RISKY)
    assert await box(he) == []
    assert (await act(he, number, "take")).status == 404
    assert (await answer(he, number, "好")).status == 404
    (item,) = (await lin.get("/api/inbox")).body["items"]
    assert item["page"] == f"/pages/feedback/one?id={number}"
    assert RISKY not in item["title"] + item["text"]


async def test_doubtful_words_are_held_until_somebody_has_looked(
    library: Library, lin: Phone, he: Phone, wu: Phone
) -> None:
    first, second, third = [await told(library, lin, DOUBTFUL) for _ in range(3)]
    assert await states(lin) == ["held"] * 3
    assert [line["state"] for line in await box(he)] == ["held"] * 3
    assert (await he.get("/api/feedback-inbox")).body["held"] == 3

    shown_now = [await act(he, first, "show") for _ in range(2)]  # the answer was lost
    assert [one.body["state"] for one in shown_now] == ["received"] * 2
    assert (await act(wu, first, "return")).code == "settled_already"
    assert [(await act(he, second, "return")).status for _ in range(2)] == [200, 200]
    assert (await act(wu, second, "show")).code == "settled_already"
    assert (await act(he, third, "take")).body["state"] == "taken"  # who takes it has looked at it
    assert (await act(wu, third, "return")).code == "settled_already"
    assert await states(lin) == ["taken", "returned", "received"]
    assert (await he.get("/api/feedback-inbox")).body["held"] == 0
    assert [line["id"] for line in await box(he)] == [first]
    assert await audited(f"feedback:{second}") == ["feedback.send", "feedback.return_text"]


async def test_without_wechats_word_it_is_in_the_inbox_after_two_seconds_with_a_mark(
    library: Library, lin: Phone, he: Phone
) -> None:
    await library.sim("faults", {"path": CHECK, "kind": "latency", "seconds": 1})
    await tell(lin)
    assert (await states(lin), await box(he)) == (["received"], [])
    await library.advance(seconds=2)
    assert [line["unchecked"] for line in await library.until(lambda: box(he), seconds=0.9)] == [True]
    await library.settled()  # the late answer
    assert [line["unchecked"] for line in await box(he)] == [False]


async def test_what_turns_out_to_be_risky_later_leaves_the_inbox_unless_it_was_settled(
    library: Library, lin: Phone, he: Phone
) -> None:
    await library.sim("faults", {"path": CHECK, "kind": "errcode", "errcode": -1})
    lying, taken, settled = [await told(library, lin, f"{RISKY} {n}") for n in range(3)]
    assert [line["unchecked"] for line in await box(he)] == [True] * 3
    await act(he, taken, "take")
    assert (await answer(he, settled, "我们去看看。")).status == 200
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        await library.advance(minutes=5)
    await library.settled()
    assert await states(lin) == ["answered", "returned", "returned"]
    assert (await box(he), await box(he, "mine")) == ([], [])
    assert (await answer(he, taken, "好")).status == 404
    assert [line["id"] for line in await box(he, "answered")] == [settled]
    assert (await act(he, lying, "give-back")).status == 404


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
