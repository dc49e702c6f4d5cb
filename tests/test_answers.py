"""An answer reaches a reader who is away: a notice in the inbox, and with consent a message in WeChat."""

import asyncio

import pytest

from models.db import fetch
from tests.support.chat import DOUBTFUL, claimed, librarian, on_duty, said, stream
from tests.support.library import Library, Phone


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library)


async def answers(phone: Phone) -> list[dict[str, str]]:
    items = (await phone.get("/api/inbox")).body["items"]
    return [item for item in items if item["purpose"] == "answered"]


async def test_who_is_away_is_told_once_however_many_answers_follow(
    library: Library, lin: Phone, he: Phone
) -> None:
    await lin.accept("answered")

    async def accepted() -> bool:  # WeChat tells it beside its answer
        return bool(await fetch("SELECT 1 FROM consent WHERE reader_id = $1 AND balance = 1", lin.reader_id))

    await library.until(accepted)
    conversation = await claimed(library, lin, he, "三楼有插座吗")
    await said(he, "有，靠窗的一排都有。", conversation_id=conversation)
    await said(he, "还有别的问题吗？", conversation_id=conversation)
    await library.settled()
    (item,) = await answers(lin)
    assert item["title"] == "何馆员回答了您的咨询"
    assert item["text"] == "有，靠窗的一排都有。"
    assert item["page"] == f"/pages/chat/thread?id={conversation}"
    (message,) = await lin.messages()
    assert message["page"] == f"pages/chat/thread?id={conversation}"
    assert "三楼有插座吗" in str(message)


async def test_after_it_was_read_the_next_answer_is_told_again(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    async with lin.socket() as socket:
        await said(he, "第一个回答", conversation_id=conversation)
        assert await socket.next("chat_unread") == {"unread": 1}
        assert await socket.next("inbox_changed") == {"unread": 1}
        await library.settled()
        last = (await stream(lin, conversation))[-1]["seq"]
        await socket.ask("chat_mark", {"conversation_id": conversation, "delivered": last, "read": last})
        assert await socket.next("inbox_changed") == {"unread": 0}  # read there is read here
        assert await socket.next("chat_unread") == {"unread": 0}
    await said(he, "第二个回答", conversation_id=conversation)
    await library.settled()
    assert [item["text"] for item in await answers(lin)] == ["第二个回答", "第一个回答"]


async def test_who_is_here_and_reads_gets_no_notice(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    await on_duty(lin, duty=False)
    async with lin.socket() as socket:
        await said(he, "在的", conversation_id=conversation)
        await library.settled()
        assert await socket.next("chat_unread") == {"unread": 1}
        last = (await stream(lin, conversation))[-1]["seq"]
        await socket.ask("chat_mark", {"conversation_id": conversation, "delivered": last, "read": last})
    await library.advance(minutes=2)
    await library.settled()
    assert await answers(lin) == []


async def test_who_seemed_to_be_here_but_read_nothing_is_told_after_a_minute(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    await on_duty(lin, duty=False)
    await said(he, "在的", conversation_id=conversation)
    await library.settled()
    assert await answers(lin) == []
    await library.advance(seconds=61)
    await library.settled()
    assert len(await answers(lin)) == 1


async def test_an_answer_that_is_held_is_told_when_it_is_shown(
    library: Library, lin: Phone, he: Phone
) -> None:
    conversation = await claimed(library, lin, he)
    wu = await librarian(library, "wu", "吴馆员")
    await said(he, DOUBTFUL, conversation_id=conversation)
    await library.settled()
    assert await answers(lin) == []
    (text,) = (await wu.get("/api/desk/held")).body["items"]
    await wu.post(f"/api/desk/held/{text['message_id']}/show")
    await library.settled()
    assert len(await answers(lin)) == 1


async def test_a_librarian_without_a_name_is_somebody_of_the_staff(library: Library, lin: Phone) -> None:
    nameless = await librarian(library, "wu", None)
    conversation = await claimed(library, lin, nameless)
    await said(nameless, "很长的回答" * 60, conversation_id=conversation)
    await library.settled()
    (item,) = await answers(lin)
    assert item["title"] == "馆员回答了您的咨询"
    assert len(item["text"]) <= 300


async def test_the_readers_own_words_tell_the_reader_nothing(library: Library, lin: Phone, he: Phone) -> None:
    await claimed(library, lin, he)
    await said(lin, "还在吗")
    await library.settled()
    await asyncio.sleep(0)
    assert await answers(lin) == []
