"""Booking a seat, and every rule that can stand against it, over HTTP."""

import pytest

from models.instants import instant
from models.refusals import Refusal
from models.spaces import WeeklyHours
from tests.support.library import Library, Phone, at, new_key, running_library


async def test_a_booked_seat_is_the_readers_and_nobody_elses(lin: Phone, zhou: Phone) -> None:
    booking = await lin.booked("A-1", at(14), at(17))

    assert booking["seat"]["label"] == "A-1"
    assert booking["starts_at"] == at(14)
    assert booking["state"] == "booked"
    assert booking["checkin_closes_at"] == at(14, 15)
    refused = await zhou.book("A-1", at(16), at(18))
    assert (refused.status, refused.code) == (409, "seat_taken")
    assert refused.details == {
        "label": "A-1",
        "nearest_id": refused.details["nearest_id"],
        "nearest_label": "A-2",
    }
    assert "A-2" in refused.body["error"]["message"]
    assert [b["id"] for b in (await lin.get("/api/bookings")).body["items"]] == [booking["id"]]
    assert (await zhou.get("/api/bookings")).body["items"] == []


@pytest.mark.parametrize(
    ("label", "starts", "ends", "code", "details"),
    [
        ("A-1", at(10, 5), at(11), "not_on_step", {"minutes": 15}),
        ("A-1", at(8), at(8, 45), "in_the_past", {}),
        ("A-1", at(10), at(10, 15), "too_short", {"minutes": 30}),
        ("A-1", at(10), at(14, 15), "too_long", {"minutes": 240}),
        ("A-1", at(21), at(22, 30), "closed_then", {"opens_at": at(8), "closes_at": at(22)}),
        ("A-1", at(10, day=25), at(11, day=25), "not_open_yet", {"opens_at": at(7, day=24)}),
        ("A-6", at(10), at(11), "seat_closed", {"label": "A-6"}),
    ],
)
async def test_a_wish_against_a_rule_is_refused_with_its_number(
    lin: Phone, label: str, starts: str, ends: str, code: str, details: dict[str, object]
) -> None:
    refused = await lin.book(label, starts, ends)

    assert (refused.status, refused.code) == (409, code)
    assert refused.details == details
    assert refused.body["error"]["message"]


async def test_limits_count_what_a_reader_holds_and_what_the_day_has_seen(
    library: Library, lin: Phone
) -> None:
    first = await lin.booked("A-1", at(10), at(11))
    await lin.booked("A-1", at(11), at(12))
    at_once = await lin.book("A-1", at(12), at(13))
    assert (at_once.code, at_once.details) == ("too_many_at_once", {"limit": 2})

    await lin.post(f"/api/bookings/{first['id']}/cancel", {"idempotency_key": new_key()})
    await lin.booked("A-1", at(12), at(13))  # a cancelled booking counts neither way
    await library.advance(hours=2.5)  # 11:30: the one from eleven has lapsed, and still counts for the day
    await lin.booked("A-1", at(14), at(15))
    await library.advance(hours=1)  # 12:30: so has the one from twelve
    per_day = await lin.book("A-1", at(16), at(17))
    assert (per_day.code, per_day.details) == ("too_many_today", {"limit": 3})


async def test_one_reader_cannot_sit_in_two_places(lin: Phone) -> None:
    booking = await lin.booked("A-1", at(10), at(12))
    refused = await lin.book("A-2", at(11), at(13))
    assert (refused.code, refused.details) == (
        "overlaps_yours",
        {"booking_id": booking["id"], "label": "A-1"},
    )


async def test_the_same_key_books_once_and_another_wish_with_it_is_refused(lin: Phone) -> None:
    key = new_key()
    first = await lin.book("A-1", at(10), at(11), key=key)
    again = await lin.book("A-1", at(10), at(11), key=key)
    other = await lin.book("A-2", at(12), at(13), key=key)

    assert first.body == again.body
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert len((await lin.get("/api/bookings")).body["items"]) == 1


async def test_a_seat_that_nobody_checked_in_to_goes_to_the_next_without_any_job(
    database_url: str,
) -> None:
    async with running_library(database_url, with_worker=False) as library:
        lin, zhou = await library.reader("lin"), await library.reader("zhou")
        lapsed = await lin.booked("A-1", at(10), at(12))
        await library.advance(hours=1, minutes=15)  # 10:15

        taken = await zhou.booked("A-1", at(10, 15), at(12))

        shown = (await lin.get(f"/api/bookings/{lapsed['id']}")).body
        assert (shown["state"], shown["over_at"]) == ("lapsed", at(10, 15))
        late = await lin.check_in("codea1")
        assert (late.code, late.details) == ("booking_lapsed", {"closed_at": at(10, 15)})
        assert (await zhou.get(f"/api/bookings/{taken['id']}")).body["state"] == "booked"


async def test_checking_in_holds_the_seat_for_good(library: Library, lin: Phone, zhou: Phone) -> None:
    await lin.booked("A-1", at(10), at(12))
    early = await lin.check_in("codea1")
    assert (early.code, early.details) == ("too_early", {"opens_at": at(9, 30)})
    await library.advance(minutes=45)
    assert (await lin.check_in("codea2")).details == {"label": "A-2", "other_label": "A-1"}
    assert (await zhou.check_in("codea1")).details == {"label": "A-1", "other_label": None}
    assert (await lin.check_in("nonsense")).code == "unknown_code"

    done = await lin.check_in("pages/check-in/check-in?scene=s%3Dcodea1")

    assert (done.status, done.body["state"]) == (200, "checked_in")
    await library.advance(hours=1)
    assert (await zhou.book("A-1", at(11), at(12))).code == "seat_taken"


async def test_a_second_scan_says_that_one_sits_there_already(library: Library, lin: Phone) -> None:
    await lin.booked("A-1", at(9), at(10))
    await lin.booked("A-1", at(10), at(11))
    first = await lin.check_in("codea1")
    await library.advance(minutes=5)
    again = await lin.check_in("codea1")
    assert (again.status, again.body) == (200, first.body)
    await library.advance(minutes=30)  # 9:35: the next one can begin
    assert (await lin.check_in("codea1")).body["starts_at"] == at(10)


async def test_a_booking_from_midnight_on_is_checked_in_to_before_midnight(
    library: Library, lin: Phone
) -> None:
    await WeeklyHours.all().update(opens_minute=0, closes_minute=1440)
    await lin.booked("A-1", at(0, day=24), at(2, day=24))
    await library.advance(hours=14, minutes=45)  # 23:45
    assert (await lin.check_in("codea1")).body["state"] == "checked_in"


async def test_leaving_early_frees_the_rest(library: Library, lin: Phone, zhou: Phone) -> None:
    booking = await lin.booked("A-1", at(9), at(12))
    await lin.check_in("codea1")
    await library.advance(minutes=35)
    left = await lin.post(f"/api/bookings/{booking['id']}/finish", {"idempotency_key": new_key()})
    assert (left.status, left.body["state"]) == (200, "finished")
    await zhou.booked("A-1", at(9, 30), at(11))


async def test_another_readers_booking_does_not_exist(lin: Phone, zhou: Phone) -> None:
    booking = await lin.booked("A-1", at(10), at(12))
    for answer in (
        await zhou.get(f"/api/bookings/{booking['id']}"),
        await zhou.post(f"/api/bookings/{booking['id']}/cancel", {"idempotency_key": new_key()}),
        await zhou.post(f"/api/bookings/{booking['id']}/finish", {"idempotency_key": new_key()}),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
    assert (await lin.get(f"/api/bookings/{booking['id']}")).body["state"] == "booked"


async def test_a_refusal_is_kept_as_a_fact_without_the_reader(library: Library, lin: Phone) -> None:
    await lin.book("A-1", at(10), at(14, 15))
    fact = await Refusal.get()
    assert (fact.rule, fact.number, fact.hour) == ("too_long", 240, instant(at(10)))
    assert not any("reader" in name for name in fact._meta.fields_map)
