"""Cards: bound with the secret or the phone number that the library knows, one to one, and what they open."""

import asyncio
import statistics
import time
from typing import Any

import pytest

from models.patrons import CardState, phone_digits
from tests.support.cards import (
    CARD,
    MINE,
    SECRET,
    bind,
    bind_by_phone,
    bindings,
    bound,
    card,
    inbox,
    needed,
    on,
    state_of,
    trail,
)
from tests.support.library import Library, Phone, at

TEN = (at(10), at(11))


async def test_a_card_is_bound_with_its_secret_shown_and_let_go(library: Library, lin: Phone) -> None:
    await card(valid_from=on(1), valid_until=on(30))
    assert await bound(lin) is None
    answer = await bind(lin)
    assert (answer.status, answer.body["card"]) == (200, await bound(lin))
    assert answer.body["card"] == {
        "card_no": CARD,
        "name": "林小满",
        "group": "学生",
        "valid_from": "2026-11-01",
        "valid_until": "2026-11-30",
        "problem": None,
        "bound_at": at(9),
    }
    for _ in range(2):
        assert (await lin.call("DELETE", MINE)).status == 200
        assert await bound(lin) is None
    assert [row["actor_id"] for row in await trail(library, "card.unbind")] == [lin.reader_id]


async def test_a_card_is_bound_with_the_phone_number_that_the_library_knows(
    library: Library, lin: Phone
) -> None:
    await card(secret_hash=None)
    assert (await bind(lin, secret="")).code == "invalid_input"
    assert (await bind(lin)).code == "card_refused"
    assert (await bind_by_phone(lin, number="13900000000")).code == "card_refused"
    assert (await bind_by_phone(lin, "20239999")).code == "card_refused"
    assert (await bind_by_phone(lin)).body["card"]["card_no"] == CARD


async def test_binding_once_more_is_as_once_and_a_second_card_waits(library: Library, lin: Phone) -> None:
    await card()
    await card("20230002")
    answers = await asyncio.gather(*(bind(lin) for _ in range(3)))
    assert {answer.status for answer in answers} == {200}
    assert (await bind(lin, "20230002")).code == "card_held"
    assert len(await trail(library, "card.bind")) == 1
    await lin.call("DELETE", MINE)
    assert (await bind(lin, "20230002")).status == 200


async def test_who_knows_the_secret_may_move_a_card_and_the_other_is_told(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    patron_id = await card()
    await bind(zhou)
    assert (await bind(lin)).code == "card_elsewhere"
    assert await bindings() == [(patron_id, zhou.reader_id)]
    assert (await bind(lin, take_over=True)).status == 200
    assert await bindings() == [(patron_id, lin.reader_id)]
    assert await bound(zhou) is None
    assert await inbox(zhou) == ["读者证已解绑"]
    assert (await bind_by_phone(zhou, take_over=True)).status == 200
    assert await inbox(lin) == ["读者证已解绑"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"state": CardState.LOST}, "card_lost"),
        ({"state": CardState.CLOSED}, "card_closed"),
        ({"valid_until": on(22)}, "card_expired"),
        ({"valid_from": on(24)}, "card_not_yet"),
    ],
)
async def test_a_card_that_cannot_be_used_is_not_bound_and_only_its_holder_hears_why(
    library: Library, lin: Phone, more: dict[str, Any], code: str
) -> None:
    await card(**more)
    assert (await bind(lin, secret="000000")).code == "card_refused"
    assert (await bind(lin)).code == code
    assert await bindings() == []


async def test_a_lost_card_opens_nothing_until_the_desk_says_otherwise(library: Library, lin: Phone) -> None:
    await card()
    await needed()
    assert (await lin.post(f"{MINE}/lost")).code == "not_found"
    await bind(lin)
    for _ in range(2):
        assert (await lin.post(f"{MINE}/lost")).body["card"]["problem"] == "card_lost"
    assert (await lin.book("A-1", *TEN)).code == "card_lost"
    assert await state_of() is CardState.LOST
    assert len(await trail(library, "card.lost")) == 1
    await card(state=CardState.ACTIVE)
    assert (await bound(lin))["problem"] is None
    await lin.booked("A-1", *TEN)


# ---------------------------------------------------------------- guessing


async def test_after_five_wrong_secrets_a_card_waits_whoever_tries(library: Library, lin: Phone) -> None:
    await card()
    for number in range(5):
        other = await library.reader(f"thief{number}")
        assert (await bind(other, secret=f"{number}")).code == "card_refused"
    locked = await bind(lin)
    assert (locked.status, locked.code, locked.details) == (409, "card_locked", {"opens_at": at(9, 15)})
    await library.advance(minutes=15)
    assert (await bind(lin)).status == 200


async def test_after_ten_wrong_secrets_a_reader_waits_whatever_they_try(library: Library, lin: Phone) -> None:
    await card()
    for number in range(10):
        assert (await bind(lin, f"card{number}", secret="1")).code == "card_refused"
    assert (await bind(lin)).code == "card_locked"
    await library.advance(minutes=15)
    assert (await bind(lin)).status == 200


async def test_the_phone_number_and_the_desk_are_ways_out_of_a_lock(
    library: Library, lin: Phone, admin: Phone
) -> None:
    patron_id = await card()
    for _ in range(5):
        await bind(lin, secret="1")
    assert (await bind(lin)).code == "card_locked"
    shown = (await admin.get(f"/api/admin/patrons/{patron_id}?reason=desk")).body
    assert shown["locked_until"] == at(9, 15)
    for _ in range(2):
        unlocked = await admin.post(f"/api/admin/patrons/{patron_id}/unlock")
        assert (unlocked.status, unlocked.body["locked_until"]) == (200, None)
    assert (await bind(lin)).status == 200
    await lin.call("DELETE", MINE)
    for _ in range(5):
        await bind(await library.reader("thief"), secret="1")
    assert (await bind(lin)).code == "card_locked"
    assert (await bind_by_phone(lin)).status == 200


async def test_of_twenty_guesses_at_once_five_are_looked_at(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await card()
    guesses = [bind(phone, secret=f"{n}") for n, phone in enumerate([lin, zhou] * 10)]
    codes = [answer.code for answer in await asyncio.gather(*guesses)]
    assert codes.count("card_refused") <= 5
    assert set(codes) <= {"card_refused", "card_locked"}
    assert (await bind(lin)).code == "card_locked"


async def test_no_answer_tells_whether_a_number_is_a_card(library: Library) -> None:
    await card()
    await card("20230002", secret_hash=None)
    answers = []
    for number, card_no in enumerate((CARD, "20230002", "99999999")):
        thief = await library.reader(f"thief{number}")
        tries = [await bind(thief, card_no, secret="1") for _ in range(6)]
        answers.append([(answer.status, answer.code, answer.details) for answer in tries])
    assert answers[0] == answers[1] == answers[2]
    assert [code for _, code, _ in answers[0]] == ["card_refused"] * 5 + ["card_locked"]


async def test_a_wrong_secret_and_a_number_that_is_none_take_as_long(library: Library) -> None:
    await card()

    async def took(card_no: str) -> float:
        began = time.process_time()  # what others need of the processor meanwhile says nothing
        await library.services.patrons.verify(card_no, "1")
        return time.process_time() - began

    pairs = [(await took(CARD), await took("99999999")) for _ in range(7)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.4 < known / unknown < 2.5


async def test_neither_secret_nor_numbers_stand_in_the_trail(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await card()
    await bind(zhou)
    await bind(lin, take_over=True)
    await bind(lin, secret="secret-that-is-wrong")
    told = repr([dict(row) for row in await trail(library, "card.bind") + await trail(library, "card.end")])
    assert not any(word in told for word in (CARD, SECRET, "林小满"))


@pytest.mark.parametrize(
    "hostile", ["", " ", "\u0000", "a" * 33, "' OR 1=1 --", "2023%", "２０２３０００１", 7, None]
)
async def test_nonsense_for_a_number_finds_no_card(library: Library, lin: Phone, hostile: Any) -> None:
    await card()
    assert (await bind(lin, hostile)).code in ("invalid_input", "card_refused")


@pytest.mark.parametrize("secret", ["x" * 65, "", 7, None, "\ud800"])
async def test_nonsense_for_a_secret_is_refused(library: Library, lin: Phone, secret: Any) -> None:
    await card()
    assert (await bind(lin, secret=secret)).code in ("invalid_input", "card_refused")


# ---------------------------------------------------------------- what needs a card


async def test_where_a_card_is_needed_only_a_card_that_is_good_that_day_books(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await needed()
    assert (await lin.book("A-1", *TEN)).code == "card_needed"
    assert (await lin.get("/api/areas/1")).body["rules"]["needs_card"] is True
    await card(valid_until=on(23))
    await bind(lin)
    await lin.booked("A-1", *TEN)
    tomorrow = await lin.book("A-1", at(10, day=24), at(11, day=24))
    assert (tomorrow.code, tomorrow.details) == ("card_expired", {"day": "2026-11-23"})
    assert (await zhou.book("A-2", *TEN)).code == "card_needed"


async def test_where_groups_are_named_others_are_told_whose_place_it_is(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await card()
    await card("20230002", group_code="staff")
    await bind(lin)
    await bind(zhou, "20230002")
    await needed("staff")
    refused = await lin.book("A-1", *TEN)
    assert (refused.code, refused.details) == ("group_not_allowed", {"group": "学生", "groups": "教工"})
    await zhou.booked("A-1", *TEN)


async def test_an_administrator_says_what_needs_a_card_and_older_clients_leave_it(
    library: Library, admin: Phone, lin: Phone
) -> None:
    await card()
    path = "/api/admin/seat-rules"
    rules = (await admin.get(path)).body["items"][0]
    assert (rules["needs_card"], rules["groups"]) == (False, [])
    wish = {name: value for name, value in rules.items() if name != "id"}
    saved = await admin.put(
        f"{path}/{rules['id']}", {**wish, "needs_card": True, "groups": ["staff", "student"]}
    )
    assert (saved.body["needs_card"], saved.body["groups"]) == (True, ["staff", "student"])
    assert (await lin.book("A-1", *TEN)).code == "card_needed"
    old = {name: value for name, value in wish.items() if name not in ("needs_card", "groups")}
    kept = await admin.put(f"{path}/{rules['id']}", {**old, "version": saved.body["version"]})
    assert (kept.body["needs_card"], kept.body["groups"]) == (True, ["staff", "student"])


async def test_bookings_stay_when_a_card_is_let_go(library: Library, lin: Phone) -> None:
    await card()
    await needed()
    await bind(lin)
    await lin.booked("A-1", *TEN)
    await lin.call("DELETE", MINE)
    await library.advance(minutes=30)
    assert (await lin.check_in("codea1")).status == 200


async def test_closing_the_account_lets_the_card_go(library: Library, lin: Phone, zhou: Phone) -> None:
    await card()
    await bind(lin)
    await lin.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    assert await bindings() == []
    assert (await bind(zhou)).status == 200


async def test_a_guest_has_no_card(library: Library) -> None:
    for answer in (
        await library.guest.get(MINE),
        await bind(library.guest),
        await library.guest.call("DELETE", MINE),
    ):
        assert answer.code == "sign_in_needed"


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("138 1234 1234", "13812341234"),
        ("+86-138-1234-1234", "13812341234"),
        ("008613812341234", "13812341234"),
        ("+852 5123 4567", "85251234567"),
    ],
)
def test_a_phone_number_is_known_however_it_is_written(written: str, known: str) -> None:
    assert phone_digits(written) == known
