"""The rules of booking as tables: pure functions, no database."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.bookings import (
    Rules,
    State,
    WhyNot,
    checkin_window,
    state_at,
    why_not_check_in,
    why_not_reserve,
)
from models.calendar import Hours, Span, day_span, local_day, moment_of
from models.slots import slot_at, slots_of
from models.spaces import CODE_ALPHABET, CODE_LENGTH, code_in, new_code
from server.adapter import json_object
from tests.support.library import RULES

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Other work on the machine is no failure.
PATIENT = settings(deadline=None)
MONDAY = date(2026, 11, 23)


def on(hour: int, minute: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def stay(hour: int, minute: int = 0, *, minutes: int = 60) -> Span:
    return Span(on(hour, minute), on(hour, minute) + timedelta(minutes=minutes))


OPEN = [Span(on(8), on(12)), Span(on(13), on(22))]


def refusal(wish: Span, **changed: Any) -> WhyNot | None:
    facts: dict[str, Any] = {
        "rules": RULES,
        "now": on(9),
        "slot_minutes": 15,
        "open_spans": OPEN,
        "first_bookable": on(7),
        "seat_closed": False,
        "at_once": 0,
        "that_day": 0,
    }
    return why_not_reserve(wish=wish, **{**facts, **changed})


# ---------------------------------------------------------------- why not reserve


@pytest.mark.parametrize(
    ("wish", "changed", "expected"),
    [
        (stay(10), {}, None),
        (stay(10), {"seat_closed": True}, WhyNot("seat_closed")),
        (stay(10, 5), {}, WhyNot("not_on_step", 15)),
        (Span(on(10), on(11) + timedelta(seconds=1)), {}, WhyNot("not_on_step", 15)),
        # the slot that has begun can still be booked, the one before it cannot
        (stay(9), {"now": on(9, 14)}, None),
        (stay(9), {"now": on(9, 15)}, WhyNot("in_the_past")),
        (stay(10, minutes=30), {}, None),
        (stay(10, minutes=15), {}, WhyNot("too_short", 30)),
        (stay(13, minutes=240), {}, None),
        (stay(13, minutes=255), {}, WhyNot("too_long", 240)),
        (stay(10), {"first_bookable": on(9, 1)}, WhyNot("not_open_yet", 1, on(9, 1))),
        # from the opening to the very end of a span, and not across the closed hour between two
        (stay(8), {"now": on(7)}, None),
        (stay(11), {}, None),
        (stay(11, 30), {}, WhyNot("closed_then", None, on(13), on(22))),
        (stay(21, 15), {}, WhyNot("closed_then", None, on(13), on(22))),
        (stay(10), {"open_spans": []}, WhyNot("closed_then")),
        (stay(10), {"at_once": 1}, None),
        (stay(10), {"at_once": 2}, WhyNot("too_many_at_once", 2)),
        (stay(10), {"that_day": 2}, None),
        (stay(10), {"that_day": 3}, WhyNot("too_many_today", 3)),
        # the first that a reader can do something about is named
        (stay(10, 5), {"seat_closed": True, "at_once": 2}, WhyNot("seat_closed")),
        (stay(10), {"at_once": 2, "that_day": 3}, WhyNot("too_many_at_once", 2)),
    ],
)
def test_a_wish_is_refused_by_the_first_rule_against_it(
    wish: Span, changed: dict[str, Any], expected: WhyNot | None
) -> None:
    assert refusal(wish, **changed) == expected


@pytest.mark.parametrize(
    ("minute_now", "advance_days", "last"),
    [(0, 0, 23), (1439, 0, 23), (419, 1, 23), (420, 1, 24), (419, 7, 29), (420, 7, 30)],
)
def test_the_last_day_opens_at_its_release(minute_now: int, advance_days: int, last: int) -> None:
    rules = Rules(
        **{**{name: getattr(RULES, name) for name in Rules.__slots__}, "advance_days": advance_days}
    )
    assert rules.last_day(MONDAY, minute_now) == date(2026, 11, last)


# ---------------------------------------------------------------- checking in


def test_the_window_opens_before_and_closes_after_the_beginning() -> None:
    assert checkin_window(RULES, stay(10), on(9)) == (on(9, 30), on(10, 15))


def test_who_books_late_has_the_full_window_but_not_beyond_the_end() -> None:
    assert checkin_window(RULES, stay(10), on(10, 10)) == (on(9, 30), on(10, 25))
    assert checkin_window(RULES, stay(10, minutes=30), on(10, 14))[1] == on(10, 29)
    slow = Rules(**{**{name: getattr(RULES, name) for name in Rules.__slots__}, "checkin_after_minutes": 120})
    assert checkin_window(slow, stay(10), on(9))[1] == on(11)


@pytest.mark.parametrize(
    ("stored", "lapses", "now", "expected"),
    [
        ("booked", on(10, 15), on(10, 14), State.BOOKED),
        ("booked", on(10, 15), on(10, 15), State.LAPSED),
        ("checked_in", None, on(10, 59), State.CHECKED_IN),
        ("checked_in", None, on(11), State.FINISHED),
        ("cancelled", on(10, 15), on(12), State.CANCELLED),
        ("lapsed", on(10, 15), on(10), State.LAPSED),
        ("finished", None, on(10), State.FINISHED),
    ],
)
def test_a_booking_is_what_row_and_clock_say_together(
    stored: str, lapses: datetime | None, now: datetime, expected: State
) -> None:
    assert state_at(stored, lapses, on(11), now) is expected


@pytest.mark.parametrize(
    ("state", "now", "code"),
    [
        (State.BOOKED, on(9, 29), "too_early"),
        (State.BOOKED, on(9, 30), None),
        (State.LAPSED, on(10, 15), "booking_lapsed"),
        (State.CHECKED_IN, on(10), "booking_over"),
        (State.CANCELLED, on(10), "booking_over"),
    ],
)
def test_checking_in_is_refused_outside_the_window(state: State, now: datetime, code: str | None) -> None:
    why = why_not_check_in(state=state, opens_at=on(9, 30), lapses_at=on(10, 15), now=now)
    assert (why and why.code) == code


# ---------------------------------------------------------------- days and hours


def row(special: int, at: int, opens: int | None, closes: int | None, **more: Any) -> dict[str, Any]:
    minutes = {"opens_minute": opens, "closes_minute": closes}
    return {"special": special, "at": at, "day": None, "note": None, **minutes, **more}


WEEK = [*(row(0, weekday, 8 * 60, 22 * 60) for weekday in range(5)), row(0, 5, 9 * 60, 1440)]


def test_hours_follow_the_week_and_the_dates_that_differ() -> None:
    hours = Hours.of(
        [
            *WEEK,
            row(1, 0, 13 * 60, 17 * 60, day="2026-11-24", note="半天"),  # as SQLite gives a date
            row(1, 0, 8 * 60, 11 * 60, day=date(2026, 11, 24)),  # as PostgreSQL does
            row(1, 0, None, None, day=date(2026, 11, 25), note="闭馆"),
        ],
        SHANGHAI,
    )
    assert hours.on(MONDAY) == [Span(on(8), on(22))]
    assert hours.on(date(2026, 11, 24)) == [
        Span(on(8, day=24), on(11, day=24)),
        Span(on(13, day=24), on(17, day=24)),
    ]
    assert hours.on(date(2026, 11, 25)) == []
    assert hours.on(date(2026, 11, 28)) == [Span(on(9, day=28), on(0, day=29))]  # until 24:00
    assert hours.on(date(2026, 11, 29)) == []  # no Sunday
    assert hours.notes == {date(2026, 11, 24): "半天", date(2026, 11, 25): "闭馆"}


@pytest.mark.parametrize(
    ("now", "open_until", "next_opening"),
    [
        (on(7, 59), None, on(8)),
        (on(8), on(22), on(8, day=24)),
        (on(21, 59), on(22), on(8, day=24)),
        (on(22), None, on(8, day=24)),
        (on(23, 59, day=28), on(0, day=29), on(8, day=30)),
        (on(0, day=29), None, on(8, day=30)),
    ],
)
def test_a_branch_is_open_from_the_first_minute_to_before_the_last(
    now: datetime, open_until: datetime | None, next_opening: datetime
) -> None:
    hours = Hours.of(WEEK, SHANGHAI)
    span = hours.span_now(now)
    assert (span.ends if span else None) == open_until
    assert hours.next_opening(now) == next_opening


def test_a_branch_that_never_opens_says_so() -> None:
    assert Hours.of([], SHANGHAI).next_opening(on(9)) is None


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (MONDAY, 24)])
def test_a_day_is_as_long_as_the_wall_clock_of_its_zone_makes_it(day: date, hours: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    span = day_span(day, berlin)
    assert span.ends - span.starts == timedelta(hours=hours)
    eight = moment_of(day, 8 * 60, berlin).astimezone(berlin)
    assert (eight.hour, eight.minute) == (8, 0)


# ---------------------------------------------------------------- slots and codes

moments = some.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=some.just(UTC))  # noqa: DTZ001


@PATIENT
@given(moments, some.sampled_from([15, 1440]))
def test_every_instant_lies_in_one_slot(moment: datetime, minutes: int) -> None:
    slot = slot_at(moment, minutes)
    length = minutes * 60
    assert slot * length <= moment.timestamp() < (slot + 1) * length


@PATIENT
@given(moments, some.integers(1, 96), some.sampled_from([15, 1440]))
def test_a_span_on_the_step_has_as_many_slots_as_its_length(
    moment: datetime, count: int, minutes: int
) -> None:
    first = slot_at(moment, minutes)
    starts = datetime.fromtimestamp(first * minutes * 60, UTC)
    span = Span(starts, starts + count * timedelta(minutes=minutes))
    assert slots_of(span, minutes) == (first, first + count)


@PATIENT
@given(moments, some.integers(1, 86_400), some.integers(1, 86_400))
def test_spans_that_overlap_share_a_slot(moment: datetime, length: int, offset: int) -> None:
    one = Span(moment, moment + timedelta(seconds=length))
    other = Span(moment + timedelta(seconds=offset), moment + timedelta(seconds=offset + length))
    if other.starts + timedelta(seconds=1) < one.ends:
        a, b = slots_of(one, 15), slots_of(other, 15)
        assert a[0] < b[1]
        assert b[0] < a[1]


@PATIENT
@given(moments)
def test_an_instant_lies_in_the_day_that_is_its_own(moment: datetime) -> None:
    span = day_span(local_day(moment, SHANGHAI), SHANGHAI)
    assert span.starts <= moment < span.ends


@pytest.mark.parametrize(
    "scanned",
    [
        "abc234defg",
        " ABC234defg\n",
        "s=abc234defg",
        "s%3Dabc234defg",
        "pages/check-in/check-in?scene=s%3Dabc234defg",
        "https://library.example/s?s=abc234defg&from=qr",
    ],
)
def test_a_code_is_found_in_whatever_a_phone_scans(scanned: str) -> None:
    assert code_in(scanned) == "abc234defg"


def test_new_codes_are_long_enough_and_of_letters_that_are_told_apart() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) for code in codes)
    assert not set("01oil") & set(CODE_ALPHABET)


names = some.text(max_size=8)


@PATIENT
@given(some.dictionaries(names, some.none() | some.booleans() | some.integers(-9, 9) | names, max_size=6))
def test_an_object_of_json_is_read_as_it_was_written(values: dict[str, Any]) -> None:
    assert json_object(orjson.dumps(values)) == values
