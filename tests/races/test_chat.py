"""Many at once for one conversation, one local id, one question: exactly what is allowed happens."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from models.db import fetch, transaction
from tests.races.test_bookings import at_once, crowd
from tests.support.chat import claim, librarian, on_duty, said, say, stream, texts
from tests.support.library import MONDAY_9, Answer, Library, Phone, new_key

pytestmark = pytest.mark.race


# ---------------------------------------------------------------- the races are real


async def unguarded(work: Callable[[], Awaitable[bool]], times: int) -> int:
    return sum(await asyncio.gather(*(work() for _ in range(times))))


async def test_looking_first_and_claiming_then_gives_one_question_to_many(
    library: Library, lin: Phone
) -> None:
    conversation = (await said(lin))["conversation_id"]

    async def look_then_claim() -> bool:
        rows = await fetch("SELECT state FROM conversation WHERE id = $1", int(conversation))
        if rows[0]["state"] != "waiting":
            return False
        await fetch(
            "UPDATE conversation SET state = 'claimed', librarian_id = "
            "(SELECT max(id) + 0 FROM reader WHERE id <> reader_id) WHERE id = $1",
            int(conversation),
        )
        return True

    await library.reader("wu")
    assert await unguarded(look_then_claim, 20) > 1


async def test_numbers_that_are_counted_without_a_lock_are_given_twice(library: Library, lin: Phone) -> None:
    conversation = int((await said(lin))["conversation_id"])
    given: Counter[int] = Counter()

    async def count_then_store() -> bool:
        rows = await fetch("SELECT reader_seq FROM conversation WHERE id = $1", conversation)
        async with transaction() as tx:  # the lock comes too late to help
            await tx.lock("conversation", conversation)
            given[rows[0]["reader_seq"] + 1] += 1
        return True

    await unguarded(count_then_store, 20)
    assert max(given.values()) > 1


# ---------------------------------------------------------------- and do not happen


async def test_of_ten_librarians_who_claim_one_question_one_gets_it(library: Library, lin: Phone) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    staff = [await librarian(library, f"staff-{n}", f"馆员 {n}") for n in range(10)]
    came = await at_once([claim(phone, conversation) for phone in staff])
    assert came == {"ok": 1, "already_claimed": 9}
    assert [event["kind"] for event in await stream(lin, conversation)].count("claimed") == 1


async def test_one_message_sent_twenty_times_at_once_is_stored_once(library: Library, lin: Phone) -> None:
    wish = {"local_id": new_key(), "text": "一次就好"}
    answers = await asyncio.gather(*(lin.post("/api/chat-messages", wish) for _ in range(20)))
    assert {answer.status for answer in answers} == {200}
    assert len({(answer.body["message_id"], answer.body["seq"]) for answer in answers}) == 1
    assert await texts(lin, answers[0].body["conversation_id"]) == ["一次就好"]


async def test_ten_first_questions_at_once_open_one_conversation(library: Library, lin: Phone) -> None:
    answers = await asyncio.gather(*(say(lin, f"第 {n} 个问题") for n in range(10)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["conversation_id"] for answer in answers}) == 1
    assert len({answer.body["seq"] for answer in answers}) == 10
    assert len(await texts(lin, answers[0].body["conversation_id"])) == 10


async def test_a_storm_of_both_sides_leaves_numbers_without_gaps_or_doubles(
    library: Library, lin: Phone
) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    he = await librarian(library)
    await claim(he, conversation)
    path = f"/api/chats/{conversation}/marks"
    calls: list[Awaitable[Answer]] = [
        call
        for n in range(15)
        for call in (
            say(lin, f"问 {n}", conversation_id=conversation),
            say(he, f"答 {n}", conversation_id=conversation),
            lin.post(path, {"delivered": n, "read": n // 2}),
            he.post(path, {"delivered": n, "read": n // 2}),
        )
    ]
    assert await at_once(calls) == {"ok": 60}
    await library.settled()
    for phone in (lin, he):
        events = await stream(phone, conversation)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        posted = [event["message"]["text"] for event in events if event["kind"] == "posted"]
        assert len(posted) == len(set(posted)) == 31
    by_side = {side: [t for t in await texts(lin, conversation) if t[0] == side] for side in "问答"}
    assert by_side == {side: [t for t in await texts(he, conversation) if t[0] == side] for side in "问答"}


async def test_a_librarian_who_closes_while_the_reader_writes_loses_nothing(library: Library) -> None:
    for number, phone in enumerate(await crowd(library, 6)):
        conversation = (await said(phone, "问题"))["conversation_id"]
        await library.settled()
        he = await librarian(library, f"he-{number}")
        await claim(he, conversation)
        await at_once(
            [say(phone, "还有", conversation_id=conversation), he.post(f"/api/desk/{conversation}/close")]
        )
        await library.settled()
        assert await texts(he, conversation) == ["问题", "还有"]
        state = (await fetch("SELECT state FROM conversation WHERE id = $1", int(conversation)))[0]["state"]
        last = [e["kind"] for e in await stream(he, conversation) if e["kind"] in ("closed", "reopened")][-1]
        assert state == ("closed" if last == "closed" else "waiting")


async def test_a_renewal_and_an_end_of_duty_at_once_leave_nothing_with_nobody(
    library: Library, lin: Phone
) -> None:
    conversation = (await said(lin))["conversation_id"]
    await library.settled()
    he = await librarian(library)
    for _ in range(5):
        await on_duty(he)
        await claim(he, conversation)
        await asyncio.gather(on_duty(he), on_duty(he, duty=False), library.advance(seconds=46))
        await library.advance(seconds=46)
        await library.settled()
        rows = await fetch("SELECT state FROM conversation WHERE id = $1", int(conversation))
        assert rows[0]["state"] == "waiting"
    assert library.clock.now() > MONDAY_9
