"""What WeChat thinks of a text decides whether the other side sees it; without its word, it is shown with a mark."""

from typing import Any

import pytest

from models.db import fetch
from tests.support.chat import CHECK, DOUBTFUL, RISKY, claimed, librarian, queue, said, stream, texts
from tests.support.holding import held
from tests.support.library import Library, Phone, at


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library)


async def fault(library: Library, kind: str, **more: Any) -> None:
    await library.sim("faults", {"path": CHECK, "kind": kind, **more})


async def all_well(library: Library) -> None:
    async with library.http.delete(f"{library.sim_url}/sim/api/faults") as answer:
        assert answer.status == 200


async def messages(phone: Phone, conversation_id: str) -> list[tuple[str, str, bool]]:
    """(text, state, unchecked) as this phone sees them."""
    events = (await phone.get(f"/api/chats/{conversation_id}?limit=100")).body["events"]
    shown = [event["message"] for event in events if event["kind"] == "posted"]
    return [(message["text"], message["state"], message["unchecked"]) for message in shown]


# ---------------------------------------------------------------- verdicts


async def test_risky_text_is_never_shown_and_returns_to_its_author(
    library: Library, lin: Phone, he: Phone
) -> None:
    async with lin.socket() as socket:
        conversation = (await said(lin, RISKY))["conversation_id"]
        await library.settled()
        posted, changed = [(await socket.next("chat_event"))["event"] for _ in range(2)]
        assert (posted["message"]["state"], changed["message"]["state"]) == ("checking", "returned")
        assert changed["message"]["text"] == RISKY  # the words are the author's to mend
    assert await queue(he) == []
    assert await texts(he, conversation) == []
    await said(lin, "那我换个说法")
    await library.settled()
    assert await texts(he, conversation) == ["那我换个说法"]
    assert [line["first_text"] for line in await queue(he)] == ["那我换个说法"]


async def test_risky_words_of_a_librarian_return_to_the_librarian(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await said(he, RISKY, conversation_id=conversation)
    await library.settled()
    assert await messages(he, conversation) == [("请问还有空座吗", "sent", False), (RISKY, "returned", False)]
    assert await texts(lin, conversation) == ["请问还有空座吗"]
    assert (await lin.get("/api/me")).body["chat_unread"] == 0
    assert (await lin.get("/api/inbox")).body["items"] == []


async def test_doubtful_text_is_held_until_somebody_has_looked(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await said(lin, DOUBTFUL)
    await said(lin, "还在吗")
    await library.settled()
    assert [state for _, state, _ in await messages(lin, conversation)] == ["sent", "held", "sent"]
    assert await texts(he, conversation) == ["请问还有空座吗", "还在吗"]  # what follows does not wait for it
    assert (await he.get("/api/desk")).body["held"] == 1
    (text,) = (await he.get("/api/desk/held")).body["items"]
    assert (text["text"], text["side"], text["mine"]) == (DOUBTFUL, "reader", False)

    assert (await he.post(f"/api/desk/held/{text['message_id']}/show")).status == 200
    assert (await he.post(f"/api/desk/held/{text['message_id']}/show")).status == 200
    assert (await he.post(f"/api/desk/held/{text['message_id']}/return")).code == "settled_already"
    assert await texts(he, conversation) == ["请问还有空座吗", "还在吗", DOUBTFUL]
    assert [state for _, state, _ in await messages(lin, conversation)] == ["sent", "sent", "sent"]
    assert (await he.get("/api/desk")).body["held"] == 0


async def test_doubtful_text_can_be_sent_back_and_nobody_judges_their_own(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await said(he, DOUBTFUL, conversation_id=conversation)
    await library.settled()
    (text,) = (await he.get("/api/desk/held")).body["items"]
    assert text["mine"]
    for action in ("show", "return"):
        assert (await he.post(f"/api/desk/held/{text['message_id']}/{action}")).code == "own_text"
        assert (await lin.post(f"/api/desk/held/{text['message_id']}/{action}")).status == 403
        assert (await he.post(f"/api/desk/held/99999/{action}")).status == 404
    wu = await librarian(library, "wu", "吴馆员")
    assert (await wu.post(f"/api/desk/held/{text['message_id']}/return")).status == 200
    assert (await messages(he, conversation))[-1] == (DOUBTFUL, "returned", False)
    assert await texts(lin, conversation) == ["请问还有空座吗"]


# ---------------------------------------------------------------- no verdict


async def test_text_that_is_not_judged_in_two_seconds_is_shown_with_a_mark_and_judged_later(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    with held(library):
        await said(lin, "等不及了")
        await said(lin, "第二句")
        assert await texts(he, conversation) == ["请问还有空座吗"]
        await library.advance(seconds=2)

        async def shown() -> bool:
            return len(await texts(he, conversation)) == 3

        await library.until(shown)
        assert (await messages(he, conversation))[1:] == [
            ("等不及了", "sent", True),
            ("第二句", "sent", True),
        ]
    await library.settled()  # WeChat's late answers
    assert (await messages(he, conversation))[1:] == [("等不及了", "sent", False), ("第二句", "sent", False)]


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "errcode", "errcode": -1},
        {"kind": "errcode", "errcode": 44991},
        {"kind": "drop"},
        {"kind": "http_502"},
    ],
)
async def test_when_wechat_is_away_text_is_shown_unchecked_and_checked_when_it_is_back(
    library: Library, lin: Phone, he: Phone, trouble: Any
) -> None:
    conversation = await claimed(library, lin, he)
    await library.sim("faults", {"path": CHECK, **trouble})
    await said(lin, "微信不在")
    await library.settled()
    assert (await messages(he, conversation))[-1] == ("微信不在", "sent", True)
    await all_well(library)
    await library.advance(minutes=5)
    await library.settled()
    assert (await messages(he, conversation))[-1] == ("微信不在", "sent", False)


async def test_what_turns_out_to_be_risky_after_it_was_shown_is_withdrawn(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await fault(library, "errcode", errcode=-1)
    await said(lin, RISKY)
    await said(lin, DOUBTFUL)
    await library.settled()
    assert await texts(he, conversation) == ["请问还有空座吗", RISKY, DOUBTFUL]
    await all_well(library)
    await library.advance(minutes=5)
    await library.settled()
    # A person has read the doubtful one already; it stays, with its mark.
    expected = [("请问还有空座吗", "sent", False), ("", "withdrawn", False), (DOUBTFUL, "sent", True)]
    assert await messages(he, conversation) == expected
    assert await messages(lin, conversation) == expected


@pytest.mark.parametrize("errcode", [61010, 45009, 40003, 48001, 87014, 99999])
async def test_what_wechat_will_not_judge_is_shown_unchecked_and_not_asked_again(
    library: Library, lin: Phone, he: Phone, errcode: int
) -> None:
    conversation = await claimed(library, lin, he)
    await fault(library, "errcode", errcode=errcode)
    await said(lin, "没法检查")
    await library.settled()
    assert (await messages(he, conversation))[-1] == ("没法检查", "sent", True)
    jobs = await fetch("SELECT state FROM job WHERE kind IN ('check_text', 'show_text') AND state = 'new'")
    await library.advance(seconds=3)
    await library.settled()
    assert len(jobs) <= 2
    assert await fetch("SELECT 1 AS one FROM job WHERE kind = 'check_text' AND state <> 'done'") == []


async def test_somebody_who_was_last_here_hours_ago_cannot_be_judged_and_is_heard_all_the_same(
    library: Library, lin: Phone, he: Phone
) -> None:
    await library.advance(hours=2, minutes=1)
    await said(lin, "一直开着页面")
    await library.settled()
    (line,) = await queue(he)
    assert (await messages(he, line["id"])) == [("一直开着页面", "sent", True)]


async def test_nobody_reads_an_answer_before_the_one_that_was_sent_first(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)

    async def the_others_are_judged() -> bool:
        return len(await fetch("SELECT 1 FROM job WHERE kind = 'check_text' AND state = 'done'")) == 3

    with held(library, "第一句"):
        for text in ("第一句", "第二句", "第三句"):
            await said(lin, text)
        await library.until(the_others_are_judged)
        assert await texts(he, conversation) == ["请问还有空座吗"]
    await library.settled()
    assert await texts(he, conversation) == ["请问还有空座吗", "第一句", "第二句", "第三句"]
    assert [e["seq"] for e in await stream(he, conversation)] == list(range(1, 6))


async def test_while_a_slow_wechat_is_asked_other_jobs_are_done(library: Library, lin: Phone) -> None:
    async def reminded() -> bool:
        return bool((await lin.get("/api/inbox")).body["items"])

    with held(library):
        for number in range(24):  # more than are asked at once
            await said(lin, f"第 {number} 句")
        await lin.booked("A-1", at(9), at(10))  # its reminder is due at once
        await library.until(reminded)
    await library.settled()


async def test_a_check_that_is_done_twice_changes_nothing(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    before = await stream(lin, conversation)
    await fetch("UPDATE job SET state = 'new' WHERE kind IN ('check_text', 'show_text')")
    await library.advance(seconds=3)
    await library.settled()
    assert await stream(lin, conversation) == before
