"""One question after a visit or a talk: once a week, once for each thing, and counted live, always as the rows are."""

import random
from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from models.db import fetch, transaction
from models.ratings import WhyNot, why_not_rate
from tests.support.chat import claimed, librarian, said
from tests.support.feedback import audited, decline, offered, rate, visit
from tests.support.library import MONDAY_9, Library, Phone, at, new_key

DAY = timedelta(days=1)


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library)


async def talked(library: Library, reader: Phone, staff: Phone) -> str:
    """A talk that is over: the conversation's id."""
    conversation = await claimed(library, reader, staff)
    assert (await staff.post(f"/api/desk/{conversation}/close")).status == 200
    return conversation


@pytest.mark.parametrize(
    ("over", "before", "this_week", "why"),
    [
        (True, False, 0, None),
        (True, False, 1, WhyNot.THIS_WEEK),
        (True, True, 0, WhyNot.RATED),
        (True, True, 1, WhyNot.RATED),
        (False, False, 0, WhyNot.NOT_OVER),
        (False, True, 3, WhyNot.NOT_OVER),
    ],
)
def test_a_reader_is_asked_once_for_a_thing_and_once_a_week(
    over: bool, before: bool, this_week: int, why: WhyNot | None
) -> None:
    assert why_not_rate(over=over, asked_before=before, asked_this_week=this_week) is why


# ---------------------------------------------------------------- offered


async def test_after_a_visit_one_question_is_asked_and_once_answered_none(
    library: Library, lin: Phone
) -> None:
    booked = await lin.booked("A-1", at(9), at(10))
    assert await offered(lin) is None
    await lin.check_in("codea1")
    assert await offered(lin) is None
    assert (await rate(lin, booked["id"])).code == "not_over_yet"
    assert (await decline(lin, booked["id"])).code == "not_over_yet"
    await library.advance(hours=1)
    thing = {"kind": "visit", "id": booked["id"], "question": "今天在 A-1 自习还顺利吗？"}
    assert await offered(lin) == thing
    await library.advance(days=1)
    assert (await offered(lin))["question"] == "昨天在 A-1 自习还顺利吗？"
    given = await rate(lin, booked["id"], 4)
    assert (given.status, given.body["stars"]) == (200, 4)
    assert await offered(lin) is None
    (row,) = await fetch("SELECT id FROM rating")
    assert await audited(f"rating:{row['id']}") == ["rating.give"]


async def test_a_visit_that_ended_early_can_be_rated_and_one_that_was_missed_or_given_up_not(
    library: Library, lin: Phone
) -> None:
    given_up = await lin.booked("A-2", at(9), at(10))
    await lin.post(f"/api/bookings/{given_up['id']}/cancel", {"idempotency_key": new_key()})
    missed = await lin.booked("A-3", at(9), at(10))
    await library.advance(minutes=16)
    assert (await offered(lin)) is None
    for booking in (given_up, missed):
        assert (await rate(lin, booking["id"])).code == "not_over_yet"
    left = await lin.booked("A-1", at(9, 15), at(12))
    await lin.check_in("codea1")
    await lin.post(f"/api/bookings/{left['id']}/finish", {"idempotency_key": new_key()})
    assert (await offered(lin))["id"] == left["id"]
    assert (await rate(lin, left["id"])).status == 200


async def test_after_a_talk_its_librarian_is_named(library: Library, lin: Phone, he: Phone) -> None:
    conversation = await claimed(library, lin, he)
    assert await offered(lin) is None
    assert (await rate(lin, conversation, kind="chat")).code == "not_over_yet"
    await he.post(f"/api/desk/{conversation}/close")
    thing = {"kind": "chat", "id": conversation, "question": "何馆员解决了您的问题吗？"}
    assert await offered(lin) == thing
    await he.put("/api/me", {"nickname": None})
    assert (await offered(lin))["question"] == "馆员解决了您的问题吗？"
    assert (await rate(lin, conversation, 2, kind="chat")).status == 200
    await said(lin, "还有一个问题")  # opens it again
    await library.settled()
    await he.post(f"/api/desk/{conversation}/claim")
    await he.post(f"/api/desk/{conversation}/close")
    await library.advance(days=8)
    assert (await rate(lin, conversation, kind="chat")).code == "rated_already"


async def test_the_latest_of_three_days_is_asked_about(library: Library, lin: Phone, zhou: Phone) -> None:
    await visit(lin.reader_id, ended=MONDAY_9 - 3 * DAY)
    await visit(zhou.reader_id)
    assert await offered(lin) is None
    earlier = await visit(lin.reader_id, ended=MONDAY_9 - 2 * DAY)
    assert (await offered(lin))["question"] == "11月21日（周六）在 A-1 自习还顺利吗？"
    later = await visit(lin.reader_id, ended=MONDAY_9 - DAY)
    assert (await offered(lin))["id"] == later != earlier


# ---------------------------------------------------------------- never two


async def test_a_second_rating_within_a_week_is_refused_and_after_it_taken(
    library: Library, lin: Phone
) -> None:
    first, second = await visit(lin.reader_id), await visit(lin.reader_id, seat="A-2")
    assert (await rate(lin, first)).status == 200
    assert (await rate(lin, first)).code == "rated_already"
    assert (await rate(lin, second)).code == "asked_this_week"
    await library.advance(days=6, hours=23, minutes=59)
    assert (await rate(lin, second)).code == "asked_this_week"
    await library.advance(minutes=1)
    assert (await rate(lin, second)).status == 200


async def test_who_would_rather_not_is_left_alone_for_a_week(library: Library, lin: Phone, he: Phone) -> None:
    first, second = await visit(lin.reader_id), await visit(lin.reader_id, seat="A-2")
    assert [(await decline(lin, first)).status for _ in range(2)] == [200, 200]
    assert await offered(lin) is None
    assert (await rate(lin, first)).code == "rated_already"
    assert (await rate(lin, second)).code == "asked_this_week"
    assert (await decline(lin, second)).status == 200  # there is nothing left to decline
    assert await fetch("SELECT 1 FROM rating WHERE stars IS NOT NULL") == []
    assert len(await fetch("SELECT 1 FROM rating")) == 1
    await library.advance(days=7)
    third = await visit(lin.reader_id, ended=MONDAY_9 + 7 * DAY, seat="A-3")
    assert (await offered(lin))["id"] == third


async def test_a_rating_whose_answer_was_lost_is_given_once(library: Library, lin: Phone) -> None:
    first, second, key = await visit(lin.reader_id), await visit(lin.reader_id, seat="A-2"), new_key()
    given = await rate(lin, first, 4, key=key)
    await library.advance(hours=1)
    again = await rate(lin, first, 4, key=key)
    assert (given.status, given.body) == (again.status, again.body)
    for wish in ((first, 5), (second, 4)):
        assert (await rate(lin, *wish, key=key)).code == "idempotency_key_reused"
    assert (await rate(lin, first, 4, key=key, kind="chat")).code == "idempotency_key_reused"
    assert [row["stars"] for row in await fetch("SELECT stars FROM rating")] == [4]


async def test_another_readers_visit_or_talk_does_not_exist(
    library: Library, lin: Phone, zhou: Phone, he: Phone
) -> None:
    visited, talk = await visit(lin.reader_id), await talked(library, lin, he)
    for phone in (zhou, he):  # a librarian may read the talk, yet rates no talk of another's
        for kind, thing in (("visit", visited), ("chat", talk), ("visit", "987654"), ("chat", "987654")):
            assert (await rate(phone, thing, kind=kind)).status == 404
            assert (await decline(phone, thing, kind=kind)).status == 404
    assert await fetch("SELECT 1 FROM rating") == []
    assert (await library.guest.get("/api/rating-offer")).status == 401


@pytest.mark.parametrize(
    "change", [{"stars": 0}, {"stars": 6}, {"stars": "5"}, {"stars": 4.5}, {"stars": None}, {"kind": "book"}]
)
async def test_what_is_no_rating_is_refused(lin: Phone, change: Any) -> None:
    wish = {"local_id": new_key(), "kind": "visit", "id": await visit(lin.reader_id), "stars": 5, **change}
    assert (await lin.post("/api/ratings", wish)).code == "invalid_input"


async def test_the_socket_and_its_http_twin_are_one(library: Library, lin: Phone) -> None:
    thing = await visit(lin.reader_id)
    async with lin.socket() as socket:
        assert (await socket.ask("rating_offer", {}))["data"]["thing"] == await offered(lin)
        wish = {"local_id": new_key(), "kind": "visit", "id": thing, "stars": 3}
        given = (await socket.ask("rating_give", wish))["data"]
        assert (await lin.post("/api/ratings", wish)).body == given
        assert (await socket.ask("rating_decline", {"kind": "visit", "id": thing})) == {"data": {}}
        refused = (await socket.ask("rating_give", {**wish, "local_id": new_key()}))["error"]
        assert refused["code"] == (await rate(lin, thing)).code == "rated_already"


@pytest.mark.parametrize(
    "change",
    [
        "stars = 0",
        "stars = 6",
        "local_id = NULL",
        "kind = 'book'",
        "kind = 'chat', thing_id = 7",
        "at = NULL",
    ],
)
async def test_the_database_itself_refuses(library: Library, lin: Phone, change: str) -> None:
    await rate(lin, await visit(lin.reader_id))
    await library.advance(days=7)
    await rate(lin, await visit(lin.reader_id, seat="A-2"))
    with pytest.raises(IntegrityError):
        async with transaction() as tx:
            await tx.fetch(f"UPDATE rating SET {change}")


# ---------------------------------------------------------------- counted


async def counted() -> Any:
    """The totals, counted one by one."""
    rows = await fetch("SELECT kind, stars FROM rating")

    def of(kind: str) -> Any:
        given = [row["stars"] for row in rows if row["kind"] == kind and row["stars"]]
        return {"stars": [given.count(stars) for stars in range(1, 6)], "total": len(given)}

    return {"visits": of("visit"), "chats": of("chat")}


async def things(library: Library, he: Phone, readers: int) -> list[tuple[Phone, str, str]]:
    """A visit or a talk for each of some readers."""
    made = []
    for number in range(readers):
        phone = await library.reader(f"reader-{number}")
        kind = "chat" if number % 3 == 0 else "visit"
        thing = await talked(library, phone, he) if kind == "chat" else await visit(phone.reader_id)
        made.append((phone, kind, thing))
    return made


async def test_the_totals_that_the_staff_sees_equal_the_rows_whatever_readers_do(
    library: Library, he: Phone
) -> None:
    chance, number = random.Random(7), 0
    there = await things(library, he, 18)
    async with he.socket() as socket:
        seen = (await socket.ask("feedback_watch", {}))["data"]
        number, last = seen["number"], seen["ratings"]
        assert last == await counted()
        for _ in range(40):
            phone, kind, thing = chance.choice(there)
            if chance.random() < 0.25:
                await decline(phone, thing, kind=kind)
            else:
                await rate(phone, thing, chance.randint(1, 5), kind=kind)
            if chance.random() < 0.3:
                await library.advance(days=1)

        async def heard_all() -> bool:
            nonlocal number, last
            for push in [data for name, data in socket.heard if name == "feedback_news"]:
                if push["number"] > number:
                    assert push["number"] == number + 1
                    number, last = push["number"], push["ratings"]
            return bool(last == await counted())

        await library.until(heard_all)
    assert last["visits"]["total"] > 3
    assert last["chats"]["total"] > 1
    assert (await he.get("/api/feedback-inbox")).body["ratings"] == last == await counted()
