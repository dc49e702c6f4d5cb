"""Helpers: invited by who wants help, acting in their name, seen by them, and stopped at once."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.cards import bind, card, inbox, needed, trail
from tests.support.library import Answer, Library, Phone, at, new_key

HELPERS = "/api/me/helpers"
HELPED = "/api/me/helped"
TEN = (at(10), at(11))


async def code_of(phone: Phone) -> str:
    answer = await phone.post(f"{HELPERS}/invitations")
    assert answer.status == 201
    return str(answer.body["code"])


async def accept(phone: Phone, code: str) -> Answer:
    return await phone.post(HELPED, {"code": code})


async def help_begins(helped: Phone, helper: Phone) -> None:
    assert (await accept(helper, await code_of(helped))).status == 200


async def book_for(helper: Phone, helped: Phone, label: str = "A-1", **more: Any) -> Answer:
    seat = await helper.library.seat(label)
    wish = {"starts_at": TEN[0], "ends_at": TEN[1], "idempotency_key": new_key(), **more}
    return await helper.post(
        f"/api/seats/{seat.id}/bookings", {**wish, "for_reader_id": str(helped.reader_id)}
    )


async def act_for(helper: Phone, helped: Phone, path: str, **wish: Any) -> Answer:
    about = {"idempotency_key": new_key(), "for_reader_id": str(helped.reader_id)}
    return await helper.post(path, {**about, **wish})


@pytest.fixture
async def chen(library: Library) -> Phone:
    """An elder who wants help."""
    phone = await library.reader("chen")
    await phone.put("/api/me", {"nickname": "陈奶奶"})
    return phone


@pytest.fixture
async def lin(library: Library) -> Phone:
    phone = await library.reader("lin")
    await phone.put("/api/me", {"nickname": "小林"})
    return phone


async def test_help_begins_with_a_code_and_both_see_it(library: Library, chen: Phone, lin: Phone) -> None:
    code = await code_of(chen)
    answer = await accept(lin, code.upper())
    assert answer.body["helped"] == [{"id": str(chen.reader_id), "name": "陈奶奶", "since": at(9)}]
    theirs = (await chen.get(HELPERS)).body
    assert theirs["helpers"] == [{"id": str(lin.reader_id), "name": "小林", "since": at(9)}]
    assert theirs["helped"] == []
    assert await inbox(chen) == ["多了一位代办人"]


async def test_every_act_is_the_readers_own_and_shown_to_them_and_in_the_trail(
    library: Library, chen: Phone, lin: Phone
) -> None:
    await help_begins(chen, lin)
    made = await book_for(lin, chen)
    assert (made.status, made.body["helper"]) == (201, {"name": "小林"})
    (mine,) = (await chen.get("/api/bookings")).body["items"]
    assert (mine["id"], mine["helper"]) == (made.body["id"], {"name": "小林"})
    assert (await lin.get("/api/bookings")).body["items"] == []
    query = f"for_reader_id={chen.reader_id}"
    assert (await lin.get(f"/api/bookings?{query}")).body["items"] == [mine]
    assert (await lin.get(f"/api/bookings/{mine['id']}?{query}")).body == mine
    await library.advance(minutes=30)
    assert (await act_for(lin, chen, "/api/check-ins", code="codea1")).body["state"] == "checked_in"
    ended = await act_for(lin, chen, f"/api/bookings/{mine['id']}/finish")
    assert (ended.status, ended.body["state"]) == (200, "finished")
    assert (await inbox(chen))[:3] == ["小林代您退了座位", "小林代您签到了", "小林代您约了座位"]
    for action in ("booking.make", "booking.check_in", "booking.finished"):
        (row,) = await trail(library, action)
        assert row["actor_id"] == lin.reader_id
        assert json.loads(row["details"])["for_reader"] == chen.reader_id


async def test_what_a_helper_booked_the_reader_cancels_and_the_other_way_round(
    library: Library, chen: Phone, lin: Phone
) -> None:
    await help_begins(chen, lin)
    made = (await book_for(lin, chen)).body
    assert (
        await chen.post(f"/api/bookings/{made['id']}/cancel", {"idempotency_key": new_key()})
    ).status == 200
    own = await chen.booked("A-1", *TEN)
    assert own["helper"] is None
    cancelled = await act_for(lin, chen, f"/api/bookings/{own['id']}/cancel")
    assert (cancelled.body["state"], cancelled.body["helper"]) == ("cancelled", {"name": "小林"})


async def test_limits_and_card_are_those_of_whom_it_is_for(library: Library, chen: Phone, lin: Phone) -> None:
    await help_begins(chen, lin)
    await card()
    await bind(lin)
    await needed()
    assert (await book_for(lin, chen)).code == "card_needed"
    await lin.call("DELETE", "/api/me/card")
    await bind(chen)
    assert (await book_for(lin, chen)).status == 201
    assert (await book_for(lin, chen, "A-2")).code == "overlaps_yours"


async def test_a_helper_who_is_stopped_can_do_nothing_more_from_that_moment(
    library: Library, chen: Phone, lin: Phone
) -> None:
    await help_begins(chen, lin)
    made = (await book_for(lin, chen)).body
    async with lin.socket() as socket:
        ended = await chen.call("DELETE", f"{HELPERS}/{lin.reader_id}")
        assert (ended.status, ended.body["helpers"]) == (200, [])
        assert (await socket.next("inbox_changed"))["unread"] == 1
    assert await inbox(lin) == ["代办结束了"]
    query = f"for_reader_id={chen.reader_id}"
    for answer in (
        await book_for(lin, chen, "A-2"),
        await act_for(lin, chen, f"/api/bookings/{made['id']}/cancel"),
        await act_for(lin, chen, "/api/check-ins", code="codea1"),
        await lin.get(f"/api/bookings?{query}"),
        await lin.get(f"/api/bookings/{made['id']}?{query}"),
    ):
        assert (answer.status, answer.code) == (403, "not_helping")
    assert (await lin.get(f"/api/bookings/{made['id']}")).code == "not_found"
    assert (await chen.call("DELETE", f"{HELPERS}/{lin.reader_id}")).code == "not_found"


async def test_a_helper_may_end_it_too(library: Library, chen: Phone, lin: Phone) -> None:
    await help_begins(chen, lin)
    assert (await lin.call("DELETE", f"{HELPED}/{chen.reader_id}")).body["helped"] == []
    assert (await book_for(lin, chen)).code == "not_helping"
    assert (await inbox(chen))[0] == "代办结束了"


async def test_revoking_and_acting_at_once_leave_no_act_after_the_end(
    library: Library, chen: Phone, lin: Phone
) -> None:
    await help_begins(chen, lin)
    await asyncio.gather(
        *(book_for(lin, chen, f"A-{n}") for n in range(1, 4)),
        chen.call("DELETE", f"{HELPERS}/{lin.reader_id}"),
    )
    (ended,) = await trail(library, "helper.end")
    assert all(made["id"] < ended["id"] for made in await trail(library, "booking.make"))


async def test_nobody_acts_for_a_reader_who_did_not_ask(library: Library, chen: Phone, lin: Phone) -> None:
    nobody = Phone(library, None, None, 987654321)
    for whom in (chen, nobody):
        assert (await book_for(lin, whom)).code == "not_helping"
        assert (await lin.get(f"/api/bookings?for_reader_id={whom.reader_id}")).code == "not_helping"


async def test_helping_one_reader_opens_nothing_of_another(
    library: Library, chen: Phone, lin: Phone, zhou: Phone
) -> None:
    await help_begins(chen, lin)
    theirs = await zhou.booked("A-1", *TEN)
    assert (await act_for(lin, chen, f"/api/bookings/{theirs['id']}/cancel")).code == "not_found"
    assert (await lin.get(f"/api/bookings/{theirs['id']}?for_reader_id={chen.reader_id}")).code == "not_found"
    assert (await act_for(lin, zhou, f"/api/bookings/{theirs['id']}/cancel")).code == "not_helping"


async def test_two_taps_for_somebody_book_once(library: Library, chen: Phone, lin: Phone) -> None:
    await help_begins(chen, lin)
    key = new_key()
    answers = await asyncio.gather(*(book_for(lin, chen, idempotency_key=key) for _ in range(3)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert (await inbox(chen)).count("小林代您约了座位") == 1


# ---------------------------------------------------------------- the code


async def test_a_code_counts_once_for_an_hour_and_a_newer_one_ends_it(
    library: Library, chen: Phone, lin: Phone, zhou: Phone
) -> None:
    old, code = await code_of(chen), await code_of(chen)
    assert (await accept(lin, old)).code == "helper_code_refused"
    answers = await asyncio.gather(accept(lin, code), accept(zhou, code))
    assert sorted(answer.status for answer in answers) == [200, 422]
    late = await code_of(chen)
    await library.advance(hours=1)
    assert (await accept(zhou, late)).code == "helper_code_refused"


async def test_nobody_helps_themselves(library: Library, chen: Phone) -> None:
    assert (await accept(chen, await code_of(chen))).code == "own_helper"


async def test_codes_cannot_be_guessed_on_and_on(library: Library, chen: Phone, lin: Phone) -> None:
    code = await code_of(chen)
    for number in range(5):
        assert (await accept(lin, f"wrong{number}")).code == "helper_code_refused"
    assert (await accept(lin, code)).code == "helper_code_locked"
    await library.advance(minutes=15)
    assert (await accept(lin, code)).status == 200


async def test_a_reader_has_five_helpers_at_most(library: Library, chen: Phone) -> None:
    for number in range(5):
        await help_begins(chen, await library.reader(f"helper{number}"))
    refused = await accept(await library.reader("helper5"), await code_of(chen))
    assert (refused.code, refused.details) == ("too_many_helpers", {"limit": 5})


@pytest.mark.parametrize("closes", ["helped", "helper"])
async def test_help_ends_with_either_account(library: Library, chen: Phone, lin: Phone, closes: str) -> None:
    await help_begins(chen, lin)
    await (chen if closes == "helped" else lin).post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    stays = lin if closes == "helped" else chen
    assert (await stays.get(HELPERS)).body == {"helpers": [], "helped": []}
