"""Many taps at once for one rating, one feedback, one local id: exactly what is allowed happens."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from models import ratings
from models.db import fetch, transaction
from models.ratings import Rated
from tests.races.test_bookings import at_once, crowd
from tests.support.feedback import act, answer, audited, decline, mine, rate, tell, told, visit
from tests.support.library import MONDAY_9, Library, Phone, new_key

pytestmark = pytest.mark.race

SEATS = ("A-1", "A-2", "A-3", "A-4", "A-5")


async def visits(phone: Phone) -> list[str]:
    """Five visits that have ended."""
    return [await visit(phone.reader_id, seat=seat) for seat in SEATS]


async def rated() -> int:
    return len(await fetch("SELECT 1 FROM rating"))


# ---------------------------------------------------------------- the races are real


async def unguarded(work: Callable[[str], Awaitable[bool]], things: list[str]) -> int:
    """How many of these, at once, think that they were allowed."""
    return sum(await asyncio.gather(*(work(thing) for thing in things)))


async def test_counting_before_the_lock_lets_one_reader_rate_twice_a_week(
    library: Library, lin: Phone
) -> None:
    async def count_then_rate(thing: str) -> bool:
        counted = await fetch("SELECT 1 FROM rating WHERE reader_id = $1", lin.reader_id)
        async with transaction() as tx:  # the lock comes too late to help
            await tx.lock("reader", lin.reader_id or 0)
            if counted:
                return False
            await ratings.store(
                tx,
                lin.reader_id or 0,
                Rated.VISIT,
                int(thing),
                local_id=new_key(),
                stars=5,
                now=MONDAY_9,
            )
        return True

    assert await unguarded(count_then_rate, await visits(lin)) > 1
    assert await rated() > 1


async def test_looking_first_and_taking_then_gives_one_feedback_to_many(library: Library, lin: Phone) -> None:
    number = await told(library, lin)
    staff = await crowd(library, 5)
    all_looked = asyncio.Barrier(len(staff))

    async def look_then_take(librarian: str) -> bool:
        rows = await fetch("SELECT state FROM feedback WHERE id = $1", int(number))
        await all_looked.wait()
        if rows[0]["state"] != "new":
            return False
        await fetch(
            "UPDATE feedback SET state = 'taken', librarian_id = $2 WHERE id = $1",
            int(number),
            int(librarian),
        )
        return True

    assert await unguarded(look_then_take, [str(phone.reader_id) for phone in staff]) > 1


# ---------------------------------------------------------------- and do not happen


async def test_of_many_ratings_at_once_one_is_taken(library: Library, lin: Phone) -> None:
    came = await at_once([rate(lin, thing) for thing in await visits(lin)])
    assert came == {"ok": 1, "asked_this_week": 4}
    assert await rated() == 1


async def test_of_many_taps_for_one_visit_one_counts(library: Library, lin: Phone) -> None:
    thing = await visit(lin.reader_id)
    came = await at_once([rate(lin, thing, stars) for stars in (1, 2, 3, 4, 5)])
    assert came == {"ok": 1, "rated_already": 4}
    assert await rated() == 1


async def test_one_rating_that_is_sent_many_times_is_one(library: Library, lin: Phone) -> None:
    thing, key = await visit(lin.reader_id), new_key()
    assert await at_once([rate(lin, thing, key=key) for _ in range(8)]) == {"ok": 8}
    assert await rated() == 1


async def test_of_a_rating_and_its_refusal_at_once_one_stands(library: Library, lin: Phone) -> None:
    thing = await visit(lin.reader_id)
    came = await at_once([rate(lin, thing), decline(lin, thing), decline(lin, thing)])
    assert came in ({"ok": 3}, {"ok": 2, "rated_already": 1})
    assert await rated() == 1


async def test_one_feedback_that_is_sent_many_times_is_one(library: Library, lin: Phone) -> None:
    key = new_key()
    answers = await asyncio.gather(*(tell(lin, local_id=key) for _ in range(8)))
    assert Counter(one.status for one in answers) == {200: 8}
    assert len({one.body["feedback_id"] for one in answers}) == 1
    assert len(await mine(lin)) == 1


async def test_of_many_librarians_who_answer_one_does_and_the_reader_hears_once(
    library: Library, lin: Phone
) -> None:
    number = await told(library, lin)
    staff = [await library.reader(f"staff-{n}", role="librarian") for n in range(6)]
    came = await at_once([answer(phone, number, "换好了") for phone in staff])
    assert came == {"ok": 1, "feedback_over": 5}
    assert len((await lin.get("/api/inbox")).body["items"]) == 1
    assert await audited(f"feedback:{number}") == ["feedback.send", "feedback.take", "feedback.answer"]


async def test_of_many_librarians_who_take_it_one_has_it(library: Library, lin: Phone) -> None:
    number = await told(library, lin)
    staff = [await library.reader(f"staff-{n}", role="librarian") for n in range(6)]
    came = await at_once([act(phone, number, "take") for phone in staff])
    assert came == {"ok": 1, "feedback_with_another": 5}


async def test_of_two_answers_under_one_local_id_one_is_given(
    library: Library, lin: Phone, admin: Phone
) -> None:
    first, second, key = await told(library, lin), await told(library, lin), new_key()
    came = await at_once([answer(admin, number, "换好了", key=key) for number in (first, second)])
    assert came == {"ok": 1, "idempotency_key_reused": 1}
