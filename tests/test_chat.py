"""Talking with a librarian: stored once, numbered for each side, told to both, whatever breaks in between."""

from typing import Any

import pytest

from tests.support.library import Library, Phone, new_key


@pytest.fixture
async def he(library: Library) -> Phone:
    """A librarian on duty."""
    phone = await library.reader("he", role="librarian")
    await phone.put("/api/me", {"nickname": "何馆员"})
    assert (await phone.post("/api/presence", {"duty": True})).status == 200
    return phone


async def asked(phone: Phone, text: str = "请问还有空座吗", **more: Any) -> Any:
    answer = await phone.post("/api/chat-messages", {"local_id": new_key(), "text": text, **more})
    assert answer.status == 200, answer.body
    return answer.body


async def events(phone: Phone, conversation_id: str, after: int = 0) -> list[Any]:
    answer = await phone.get(f"/api/chats/{conversation_id}/events?after={after}")
    assert answer.status == 200, answer.body
    return list(answer.body["events"])


async def test_a_question_is_stored_checked_claimed_and_answered(
    library: Library, lin: Phone, he: Phone
) -> None:
    sent = await asked(lin)
    assert (sent["seq"], sent["state"]) == (1, "checking")
    await library.settled()
    (line,) = (await he.get("/api/desk")).body["items"]
    assert (line["first_text"], line["state"], line["unread"]) == ("请问还有空座吗", "waiting", 1)
    conversation = line["id"]
    claimed = await he.post(f"/api/desk/{conversation}/claim")
    assert (claimed.status, claimed.body["librarian"]["name"]) == (200, "何馆员")
    await asked(he, "有的，三楼还空着。", conversation_id=conversation)
    await library.settled()
    told = await events(lin, conversation)
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    assert [event["kind"] for event in told] == ["posted", "changed", "claimed", "posted"]
    assert told[-1]["message"]["text"] == "有的，三楼还空着。"
    assert told[-1]["who"] == {"side": "staff", "name": "何馆员"}
    assert (await lin.get("/api/me")).body["chat_unread"] == 1
