"""Many at once for one card, one secret, one helper's code: exactly what is allowed happens.

The first test shows that the race is real: the same storm over a naive way of doing it goes wrong.
"""

import asyncio

import pytest

from models.db import fetch, transaction
from tests.races.test_bookings import at_once, crowd
from tests.support.cards import bind, bindings, card
from tests.support.library import MONDAY_9, Library

pytestmark = pytest.mark.race


async def test_looking_first_and_counting_then_takes_more_guesses_than_five(library: Library) -> None:
    key, looked = "naive", 0

    async def guess() -> None:
        nonlocal looked
        rows = await fetch("SELECT wrong FROM secret_try WHERE key = $1", key)
        if rows and rows[0]["wrong"] >= 5:
            return
        looked += 1
        await asyncio.sleep(0)  # the secret is looked at
        async with transaction() as tx:
            await tx.fetch(
                "INSERT INTO secret_try (key, wrong, until) VALUES ($1, 1, $2) "
                "ON CONFLICT (key) DO UPDATE SET wrong = secret_try.wrong + 1",
                key,
                MONDAY_9,
            )

    await asyncio.gather(*(guess() for _ in range(20)))
    assert looked > 5


async def test_of_guesses_at_once_from_many_accounts_five_are_looked_at(library: Library) -> None:
    await card()
    phones = await crowd(library, 30)
    came = await at_once([bind(phone, secret=f"{number}") for number, phone in enumerate(phones)])
    assert came == {"card_refused": 5, "card_locked": 25}


async def test_of_readers_who_bind_one_card_at_once_one_does(library: Library) -> None:
    patron_id = await card()
    phones = await crowd(library, 5)
    came = await at_once([bind(phone) for phone in phones])
    assert came["ok"] == 1
    assert set(came) <= {"ok", "card_elsewhere", "card_locked"}
    assert [bound for bound, _ in await bindings()] == [patron_id]


async def test_a_reader_who_binds_two_cards_at_once_has_one(library: Library) -> None:
    await card()
    await card("20230002")
    (phone,) = await crowd(library, 1)
    came = await at_once([bind(phone), bind(phone, "20230002")])
    assert came == {"ok": 1, "card_held": 1}
    assert len(await bindings()) == 1


async def test_of_those_who_move_a_card_at_once_one_has_it_in_the_end(library: Library) -> None:
    await card()
    phones = await crowd(library, 4)
    came = await at_once([bind(phone, take_over=True) for phone in phones])
    assert set(came) <= {"ok", "card_elsewhere", "card_locked"}
    assert len(await bindings()) == 1


async def test_of_those_who_take_one_helpers_code_at_once_one_helps(library: Library) -> None:
    asked, *phones = await crowd(library, 11)
    code = (await asked.post("/api/me/helpers/invitations")).body["code"]
    came = await at_once([phone.post("/api/me/helped", {"code": code}) for phone in phones])
    assert came == {"ok": 1, "helper_code_refused": 9}
    assert len(await fetch("SELECT id FROM helper")) == 1


async def test_two_who_let_each_other_help_at_once_do_not_wait_in_a_circle(library: Library) -> None:
    one, other = await crowd(library, 2)
    codes = [(await phone.post("/api/me/helpers/invitations")).body["code"] for phone in (one, other)]
    came = await at_once(
        [one.post("/api/me/helped", {"code": codes[1]}), other.post("/api/me/helped", {"code": codes[0]})]
    )
    assert came == {"ok": 2}
