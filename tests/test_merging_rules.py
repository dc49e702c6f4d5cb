"""The rules of merging: for any two accounts nothing is lost, nothing doubled, and nothing gets easier."""

from collections import Counter
from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from models.calendar import Span
from models.db import fetch
from models.merging_rules import Clash, Held, WhyNot, clashes, joined, talk_that_ends, why_not_merge
from tests.support.library import MONDAY_9, Library, Phone
from tests.support.merging import account, has_booked, left_of, merged

DAY: Final = date(2026, 11, 23)
# However long the machine takes, and the same ones on every machine.
ANY: Final = settings(
    deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
MANY: Final = 99


def held(number: int, hours: tuple[int, int], **more: Any) -> Held:
    span = Span(*(MONDAY_9 + timedelta(hours=hour) for hour in hours))
    values = {"own": False, "checked_in": False, "day": DAY, "at_once": MANY, "per_day": MANY, **more}
    return Held(number, span=span, **values)


@pytest.mark.parametrize(
    ("bookings", "ended"),
    [
        ([held(1, (1, 2), own=True), held(2, (2, 3))], {}),
        ([held(1, (1, 3), own=True), held(2, (2, 4))], {2: Clash.OVERLAPS}),
        ([held(1, (1, 3), own=True), held(2, (2, 4), checked_in=True)], {1: Clash.OVERLAPS}),
        ([held(1, (1, 3), own=True, checked_in=True), held(2, (2, 4), checked_in=True)], {2: Clash.OVERLAPS}),
        ([held(1, (1, 9)), held(2, (2, 3), own=True), held(3, (4, 5), own=True)], {1: Clash.OVERLAPS}),
        ([held(1, (1, 2), own=True), held(2, (3, 4), at_once=1)], {2: Clash.AT_ONCE}),
        ([held(1, (1, 2), own=True), held(2, (3, 4), checked_in=True, at_once=1)], {}),
        ([held(1, (1, 2), own=True, at_once=1), held(2, (3, 4), own=True, at_once=1)], {}),
        ([held(1, (1, 2), own=True), held(2, (3, 4), per_day=2)], {2: Clash.PER_DAY}),  # one is over
        ([held(1, (1, 2), own=True), held(2, (3, 4), per_day=3)], {}),
    ],
)
def test_which_bookings_end(bookings: list[Held], ended: dict[int, Clash]) -> None:
    assert clashes(bookings, {DAY: 1}) == ended


ACCOUNT: Final = {
    **dict.fromkeys(("closes_at", "closed_at", "patron_id", "talk_id", "librarian_id")),
    "sample": False,
    "staff": 0,
    "answered": 0,
}


@pytest.mark.parametrize(
    ("stays", "goes", "by", "why"),
    [
        ({}, {}, 9, None),
        ({"staff": 1}, {}, 9, None),
        ({"patron_id": 3}, {}, 9, None),
        ({"staff": 1}, {}, 1, WhyNot.OWN),
        ({}, {}, 2, WhyNot.OWN),
        ({}, {"staff": 1}, 9, WhyNot.STAFF),
        ({"closed_at": MONDAY_9}, {}, 9, WhyNot.CLOSED),
        ({}, {"closed_at": MONDAY_9, "sample": True}, 9, WhyNot.CLOSED),
        ({"sample": True}, {"sample": True}, 9, WhyNot.SAMPLE),
        ({}, {"closes_at": MONDAY_9}, 9, WhyNot.CLOSING),
        ({"answered": 1}, {}, 9, WhyNot.ANSWERED),
        ({"patron_id": 3}, {"patron_id": 4}, 9, WhyNot.TWO_CARDS),
    ],
)
def test_who_is_not_merged(stays: Any, goes: Any, by: int, why: WhyNot | None) -> None:
    assert why_not_merge({"id": 1, **ACCOUNT, **stays}, {"id": 2, **ACCOUNT, **goes}, by=by) is why


@pytest.mark.parametrize(
    ("stays", "goes", "ends"),
    [((None, None), (7, 5), None), ((6, None), (7, None), 7), ((6, None), (7, 5), 6), ((6, 5), (7, 5), 7)],
)
def test_which_conversation_ends(
    stays: tuple[int | None, ...], goes: tuple[int | None, ...], ends: int | None
) -> None:
    names = ("talk_id", "librarian_id")
    assert talk_that_ends(dict(zip(names, stays, strict=True)), dict(zip(names, goes, strict=True))) == ends


# ---------------------------------------------------------------- any two accounts


@some.composite
def schedules(draw: some.DrawFn) -> list[Held]:
    """The bookings of two accounts; within each none overlaps another."""
    found: list[Held] = []
    for own in (True, False):
        hour = 0
        for gap, length in draw(
            some.lists(some.tuples(some.integers(0, 3), some.integers(1, 4)), max_size=6)
        ):
            limits = {"at_once": draw(some.integers(1, 8)), "per_day": draw(some.integers(1, 8))}
            span = (hour + gap, hour + gap + length)
            found.append(held(len(found), span, own=own, checked_in=draw(some.booleans()), **limits))
            hour = span[1]
    return draw(some.permutations(found))


@ANY
@given(schedules(), some.integers(0, 4))
def test_what_stays_does_not_overlap_and_only_what_clashes_ends(bookings: list[Held], over: int) -> None:
    ended = clashes(bookings, {DAY: over})
    kept = [one for one in bookings if one.id not in ended]
    assert ended.keys() <= {one.id for one in bookings}
    for one in kept:
        assert not [other for other in kept if other is not one and overlap(one, other)]
    for one in bookings:
        match ended.get(one.id):
            case Clash.OVERLAPS:
                assert [other for other in kept if other.own != one.own and overlap(one, other)]
                assert not (one.checked_in and one.own)
            case Clash.AT_ONCE:
                assert len(kept) >= one.at_once
            case Clash.PER_DAY:
                assert len(kept) + over >= one.per_day
        if ended.get(one.id) in (Clash.AT_ONCE, Clash.PER_DAY):
            assert not one.own
            assert not one.checked_in


def overlap(one: Held, other: Held) -> bool:
    return one.span.starts < other.span.ends and other.span.starts < one.span.ends


@ANY
@given(
    some.sets(some.tuples(some.integers(1, 5), some.integers(1, 5)).filter(lambda pair: pair[0] != pair[1]))
)
def test_whoever_helped_either_helps_the_one_and_nobody_themselves(pairs: set[tuple[int, int]]) -> None:
    after = joined(pairs, 1, 2)
    assert not [pair for pair in after if 2 in pair or pair[0] == pair[1]]
    assert after >= {pair for pair in pairs if 2 not in pair}
    assert {frozenset(pair) - {1} for pair in after} == {
        frozenset(pair) - {1, 2} for pair in pairs if set(pair) != {1, 2}
    }


# ---------------------------------------------------------------- through the database

HOUR: Final = some.integers(0, 12)
LIFE: Final = some.fixed_dictionaries(
    {
        "booked": some.lists(some.sampled_from(["booked", "checked_in", "lapsed", "cancelled"]), max_size=3),
        "begins": HOUR,
        "bans": some.lists(some.one_of(some.none(), some.integers(-2, 30)), max_size=2),
        "talks": some.sets(some.booleans()),  # a closed one, an open one
        "helps": some.sets(some.integers(0, 2)),
        "helped": some.sets(some.integers(0, 2)),
        "rows": some.integers(0, 2),
    }
)


async def live(reader: Phone, life: Any, others: list[Phone]) -> None:
    hour = life["begins"]
    for state in life["booked"]:
        await has_booked(reader, "A-1", MONDAY_9 + timedelta(hours=hour), 2, state)
        hour += 2
    for ends in life["bans"]:
        await fetch(
            "INSERT INTO ban (reader_id, stops, reason, made_by_id, made_at, ends_at) "
            "VALUES ($1, 'both', '', $1, $2, $3)",
            reader.reader_id,
            MONDAY_9 - timedelta(days=1),
            None if ends is None else MONDAY_9 + timedelta(hours=ends),
        )
    for closed in life["talks"]:
        await talk(reader, closed=closed)
    for helped, helper in [(reader, others[n]) for n in life["helped"]] + [
        (others[n], reader) for n in life["helps"]
    ]:
        await fetch(
            "INSERT INTO helper (helped_id, helper_id, since) VALUES ($1, $2, $3)",
            helped.reader_id,
            helper.reader_id,
            MONDAY_9,
        )
    for number in range(life["rows"]):
        await fetch(
            "INSERT INTO feedback (reader_id, local_id, topic, text, may_answer, at, passage, unchecked, state) "
            "VALUES ($1, $2, 'space', '', $4, $3, 'sent', $5, 'new')",
            reader.reader_id,
            f"same-{number}",
            MONDAY_9,
            True,
            False,
        )


async def talk(reader: Phone, *, closed: bool) -> None:
    """A conversation with one message, under a `local_id` that every account has used."""
    rows = await fetch(
        "INSERT INTO conversation (reader_id, state, opened_at, waiting_since, first_place, closed_at, reader_seq, "
        "staff_seq, reader_delivered, reader_read, staff_delivered, staff_read) "
        "VALUES ($1, $2, $3, $3, $4, $5, 1, 1, 1, 1, 0, 0) RETURNING id",
        reader.reader_id,
        "closed" if closed else "waiting",
        MONDAY_9,
        False,
        MONDAY_9 if closed else None,
    )
    await fetch(
        "INSERT INTO chat_message (conversation_id, sender_id, side, local_id, text, state, unchecked, at, reader_seq, "
        "staff_seq) VALUES ($1, $2, 'reader', $3, '', 'sent', $4, $5, 1, 1)",
        rows[0]["id"],
        reader.reader_id,
        f"same-{'closed' if closed else 'open'}",
        False,
        MONDAY_9,
    )


async def total(table: str) -> Counter[tuple[Any, ...]]:
    """The rows of a table without what a merge may change of them."""
    changes = {
        "reader_id",
        "sender_id",
        "local_id",
        "state",
        "over_at",
        "closed_at",
        "reader_seq",
        "staff_seq",
    }
    rows = await fetch(f"SELECT * FROM {table}")
    return Counter(tuple(row[name] for name in row.keys() if name not in changes) for row in rows)


TABLES: Final = ("booking", "ban", "conversation", "chat_message", "feedback")


async def one_merge(library: Library, admin: Phone, lives: list[Any], name: str) -> None:
    stays, goes, *others = [await account(library, f"{name}-{number}") for number in range(5)]
    for reader, life in zip((stays, goes), lives, strict=True):
        await live(reader, life, others)
    before = {table: await total(table) for table in TABLES}
    pairs = {(row["helped_id"], row["helper_id"]) for row in await fetch("SELECT * FROM helper")}

    await merged(admin, stays, goes)

    assert {table: await total(table) for table in TABLES} == before
    assert await left_of(goes) == {}
    after = {(row["helped_id"], row["helper_id"]) for row in await fetch("SELECT * FROM helper")}
    assert after == joined(pairs, stays.reader_id or 0, goes.reader_id or 0)
    open_ones = "SELECT count(*) AS n FROM conversation WHERE reader_id = $1 AND state <> 'closed'"
    assert (await fetch(open_ones, stays.reader_id))[0]["n"] <= 1
    clash = (
        "SELECT 1 FROM booking a JOIN booking b ON a.reader_id = b.reader_id AND a.id < b.id "
        "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at WHERE a.reader_id = $1 "
        "AND a.state IN ('booked', 'checked_in') AND b.state IN ('booked', 'checked_in') "
        "AND a.ends_at > $2 AND b.ends_at > $2"
    )
    assert not await fetch(clash, stays.reader_id, MONDAY_9)


async def test_of_any_two_accounts_nothing_is_lost_and_nothing_doubled(
    library: Library, admin: Phone
) -> None:
    for number, lives in enumerate(worlds()):
        await one_merge(library, admin, lives, str(number))


def worlds() -> list[list[Any]]:
    """Some pairs of lives, the same on every machine."""
    found: list[list[Any]] = []

    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(some.lists(LIFE, min_size=2, max_size=2))
    def collect(lives: list[Any]) -> None:
        found.append(lives)

    collect()
    return found
