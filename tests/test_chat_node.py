"""A conversation over socket.io, with Node's client and with Python's: both are told the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.clients import Client, connected, next_push
from tests.support.library import Library, Phone, new_key

BOTH = pytest.mark.parametrize("kind", ["node", "python"])


@dataclass
class Talk:
    """A reader and a librarian on duty, each with one client, and their conversation."""

    library: Library
    reader: Client
    staff: Client
    conversation_id: str = ""

    async def say(self, client: Client, text: str, *, local_id: str | None = None) -> Any:
        wish = {"conversation_id": self.conversation_id or None, "local_id": local_id or new_key()}
        answer = await client.ask("chat_send", {**wish, "text": text})
        assert "data" in answer, answer
        return answer["data"]

    async def claimed(self) -> str:
        """A question that the librarian has taken: the conversation's id."""
        sent = await self.say(self.reader, "请问还有空座吗")
        await self.library.settled()
        assert "data" in await self.staff.ask("presence_here", {"duty": True})
        self.conversation_id = sent["conversation_id"]
        answer = await self.staff.ask("desk_claim", {"conversation_id": self.conversation_id})
        assert answer["data"]["state"] == "claimed"
        return self.conversation_id

    async def heard(self, client: Client, number: int) -> list[Any]:
        """The next pushes of this conversation, in the order in which they came."""
        pushes = [await next_push(client, "chat_event") for _ in range(number)]
        assert {push["conversation_id"] for push in pushes} == {self.conversation_id}
        return [push["event"] for push in pushes]


@pytest.fixture
async def talk(library: Library, lin: Phone, kind: str) -> AsyncIterator[Talk]:
    he = await library.reader("he", role="librarian")
    await he.put("/api/me", {"nickname": "何馆员"})
    async with AsyncExitStack() as stack:
        reader = await stack.enter_async_context(connected(kind, library, lin.token))
        staff = await stack.enter_async_context(connected(kind, library, he.token))
        yield Talk(library, reader, staff)


@BOTH
async def test_what_is_said_is_acknowledged_and_pushed_to_both_in_order(talk: Talk) -> None:
    await talk.claimed()
    for number in range(3):
        sent = await talk.say(talk.staff, f"第 {number} 句")
        assert (sent["state"], sent["conversation_id"]) == ("checking", talk.conversation_id)
        await talk.library.settled()
    told = await talk.heard(talk.reader, 6)
    assert [event["seq"] for event in told] == [1, 2, 3, 4, 5, 6]
    assert [event["kind"] for event in told] == ["posted", "changed", "claimed", *["posted"] * 3]
    assert [event["message"]["text"] for event in told[3:]] == ["第 0 句", "第 1 句", "第 2 句"]
    assert told[2]["who"] == {"side": "staff", "name": "何馆员"}
    assert (await next_push(talk.reader, "chat_unread")) == {"unread": 1}
    # The question came before the conversation was the librarian's, and its number is in what they fetch.
    theirs = await talk.heard(talk.staff, 7)
    assert [event["seq"] for event in theirs] == [2, 3, 4, 5, 6, 7, 8]
    assert [event["kind"] for event in theirs] == ["claimed", *["posted", "changed"] * 3]


@BOTH
async def test_who_was_away_fetches_what_was_missed_and_hears_what_comes_after(talk: Talk) -> None:
    conversation_id = await talk.claimed()
    had = (await talk.heard(talk.reader, 3))[-1]["seq"]
    await talk.reader.go_away()
    for number in range(3):
        await talk.say(talk.staff, f"第 {number} 句")
        await talk.library.settled()
    await talk.reader.come_back()
    wish = {"conversation_id": conversation_id, "after": str(had), "limit": 2}
    first = (await talk.reader.ask("chat_resume", wish))["data"]
    rest = (await talk.reader.ask("chat_resume", {**wish, "after": str(had + 2)}))["data"]
    assert [event["seq"] for event in first["events"]] == [had + 1, had + 2]
    assert ([event["seq"] for event in rest["events"]], rest["more"]) == ([had + 3], False)
    assert first["more"]
    assert rest["conversation"]["seq"] == had + 3
    assert [push for push, _ in talk.reader.heard if push == "chat_event"] == []
    await talk.say(talk.staff, "还在吗")
    await talk.library.settled()
    [live] = await talk.heard(talk.reader, 1)
    assert (live["seq"], live["message"]["text"]) == (had + 4, "还在吗")


@BOTH
async def test_a_text_that_is_sent_again_after_a_break_is_stored_once(talk: Talk) -> None:
    await talk.claimed()
    key = new_key()
    first = await talk.say(talk.reader, "我再问一句", local_id=key)
    await talk.reader.go_away()
    await talk.reader.come_back()
    again = await talk.say(talk.reader, "我再问一句", local_id=key)
    assert (again["message_id"], again["seq"]) == (first["message_id"], first["seq"])
    await talk.library.settled()
    wish = {"conversation_id": talk.conversation_id, "limit": 40}
    shown = (await talk.staff.ask("chat_history", wish))["data"]["events"]
    assert [event["message"]["local_id"] for event in shown if event["kind"] == "posted"].count(key) == 1


@BOTH
async def test_who_has_received_and_read_is_told_to_the_other_side(talk: Talk) -> None:
    conversation_id = await talk.claimed()
    await talk.say(talk.staff, "有的，三楼还空着。")
    await talk.library.settled()
    answer = (await talk.heard(talk.reader, 4))[-1]
    wish = {"conversation_id": conversation_id, "delivered": answer["seq"], "read": answer["seq"]}
    assert (await talk.reader.ask("chat_mark", wish))["data"] == {"delivered": 4, "read": 4}
    marked = (await talk.heard(talk.staff, 4))[-1]
    assert (marked["kind"], marked["who"]["side"]) == ("marked", "reader")
    assert (marked["delivered"], marked["read"]) == (4, 4)
    unread = [await next_push(talk.reader, "chat_unread") for _ in range(2)]
    assert unread == [{"unread": 1}, {"unread": 0}]


@BOTH
async def test_typing_is_told_for_the_moment_and_never_later(talk: Talk) -> None:
    typing = {"conversation_id": await talk.claimed()}
    await talk.reader.mention("chat_type", typing)
    assert await next_push(talk.staff, "chat_typing") == {**typing, "side": "reader"}
    await talk.reader.go_away()
    await talk.staff.mention("chat_type", typing)
    await talk.staff.ask("chat_state", {})  # events are answered in turn: it has been told by now
    await talk.reader.come_back()
    await talk.staff.mention("chat_type", typing)
    assert await next_push(talk.reader, "chat_typing") == {**typing, "side": "staff"}
    await talk.reader.ask("chat_state", {})
    assert [push for push, _ in talk.reader.heard if push == "chat_typing"] == []


@BOTH
@pytest.mark.parametrize(
    ("event", "more", "code"),
    [
        ("chat_send", {"local_id": "key-of-test", "text": ""}, "invalid_input"),
        ("chat_send", {"local_id": "short", "text": "您好"}, "invalid_input"),
        ("chat_send", {"local_id": "key-of-test", "text": "您好", "conversation_id": "999"}, "not_found"),
        ("chat_resume", {"conversation_id": "999", "after": "0"}, "not_found"),
        ("chat_mark", {"conversation_id": "1", "delivered": "1", "read": 0}, "invalid_input"),
        ("desk_watch", {}, "not_allowed"),
        ("desk_claim", {"conversation_id": "1"}, "not_allowed"),
        ("presence_here", {"duty": True}, "not_allowed"),
        ("chat_shout", {}, "unknown_event"),
    ],
)
async def test_what_cannot_be_is_answered_with_a_code_and_words(
    library: Library, lin: Phone, kind: str, event: str, more: Any, code: str
) -> None:
    async with connected(kind, library, lin.token) as client:
        error = (await client.ask(event, more))["error"]
        assert (error["code"], set(error)) == (code, {"code", "message", "details", "request_id"})
        assert error["message"]
        assert "data" in await client.ask("chat_list", {})  # the line still works


@BOTH
async def test_a_conversation_of_another_librarian_is_not_spoken_in(talk: Talk, kind: str) -> None:
    conversation_id = await talk.claimed()
    library = talk.library
    second = await library.reader("second", role="librarian")
    async with connected(kind, library, second.token) as other:
        sent = {"conversation_id": conversation_id, "local_id": new_key(), "text": "您好"}
        error = (await other.ask("chat_send", sent))["error"]
        assert (error["code"], error["details"]["name"]) == ("with_another_librarian", "何馆员")
        wish = {"conversation_id": conversation_id}
        assert (await other.ask("desk_claim", wish))["error"]["code"] == "not_on_duty"
        await other.ask("presence_here", {"duty": True})
        error = (await other.ask("desk_claim", wish))["error"]
        assert (error["code"], error["details"]["name"]) == ("already_claimed", "何馆员")


@BOTH
async def test_a_bad_token_is_refused_at_the_door(library: Library, kind: str) -> None:
    async with connected(kind, library, "nobodys") as client:
        assert client.refused["data"]["code"] == "sign_in_needed"
        assert client.refused["message"] == "请先登录，再继续。"


async def test_what_nodes_client_kept_while_it_was_away_is_stored_once_when_it_is_back(
    library: Library, lin: Phone
) -> None:
    """It keeps events without a connection, and a person who taps again adds the same once more."""
    async with connected("node", library, lin.token) as client:
        await client.go_away()
        key = new_key()
        wish = {"local_id": key, "text": "请问几点闭馆"}
        asking = [asyncio.create_task(client.ask("chat_send", wish)) for _ in range(3)]
        await asyncio.sleep(0)
        await client.come_back()
        answers = [answer["data"] for answer in await asyncio.gather(*asking)]
        assert len({answer["message_id"] for answer in answers}) == 1
        assert answers[0]["seq"] == 1
