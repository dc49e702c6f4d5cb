"""Telling the library something: stored once, judged before anybody reads it, and its author sees what became of it."""

import io
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.db import transaction
from tests.support.chat import CHECK, DOUBTFUL, RISKY
from tests.support.feedback import WORDS, act, answer, audited, box, librarian, mine, shown, tell, told
from tests.support.library import Library, Phone, at, new_key


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library, "he", "何馆员")


@pytest.fixture
async def wu(library: Library) -> Phone:
    return await librarian(library, "wu", None)


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


@pytest.mark.parametrize(
    "change",
    [
        "topic = 'weather'",
        "passage = 'lost'",
        "state = 'burnt'",
        "state = 'noted'",
        "state = 'taken'",
        "librarian_id = reader_id, state = 'taken'",
        "librarian_id = (SELECT max(id) FROM reader), state = 'taken', passage = 'held'",
        "librarian_id = (SELECT max(id) FROM reader), state = 'answered', settled_at = at",
        "answer = 'an answer', answer_local_id = 'a-local-id'",
        "local_id = 'the same'",
    ],
)
async def test_the_database_itself_refuses(library: Library, lin: Phone, he: Phone, change: str) -> None:
    for _ in range(2):
        await told(library, lin)
    with pytest.raises(IntegrityError):
        async with transaction() as tx:
            await tx.fetch(f"UPDATE feedback SET {change}")


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
    await library.sim("faults", {"path": CHECK, "kind": "latency", "seconds": 4})
    await tell(lin)
    assert (await states(lin), await box(he)) == (["received"], [])
    await library.advance(seconds=2)
    assert [line["unchecked"] for line in await library.until(lambda: box(he))] == [True]  # before the answer
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
