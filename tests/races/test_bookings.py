"""Many at once for one seat, one limit, one key, one last moment: exactly what is allowed happens.

The first tests show that the races are real: the same storm over a naive way of doing it goes wrong.
If one of them ever stops failing, the tests below it prove nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from models.db import fetch, transaction
from models.people import Session, new_secret, secret_hash
from tests.support.library import MONDAY_9, Answer, Library, Phone, at, new_key

pytestmark = pytest.mark.race

SPAN = (at(10), at(11))


async def crowd(library: Library, size: int) -> list[Phone]:
    """Readers who have signed in, made without asking WeChat two hundred times."""
    phones = []
    for number in range(size):
        made = await fetch(
            "INSERT INTO reader (openid, made_at) VALUES ($1, $2) RETURNING id", f"crowd-{number}", MONDAY_9
        )
        token, reader_id = new_secret(), int(made[0]["id"])
        await Session.create(
            token_hash=secret_hash(token),
            reader_id=reader_id,
            made_at=MONDAY_9,
            last_used_at=MONDAY_9,
            expires_at=MONDAY_9.replace(year=2027),
        )
        phones.append(Phone(library, None, token, reader_id))
    return phones


async def at_once(calls: list[Awaitable[Answer]]) -> Counter[str]:
    """What came of calls made at the same time: `ok` or the code, by how often."""
    answers = await asyncio.gather(*calls)
    return Counter("ok" if answer.status < 300 else answer.code for answer in answers)


async def holders(label: str) -> int:
    """How many bookings that still count hold some of this seat's time."""
    rows = await fetch(
        "SELECT count(*) AS n FROM booking k JOIN spot s ON s.id = k.spot_id "
        "WHERE s.label = $1 AND k.state IN ('booked', 'checked_in')",
        label,
    )
    return int(rows[0]["n"])


# ---------------------------------------------------------------- the races are real


async def unguarded(work: Callable[[], Awaitable[bool]], times: int) -> int:
    """How many of these, at once and each in a transaction of its own, think that they were allowed."""
    return sum(await asyncio.gather(*(work() for _ in range(times))))


async def insert_booking(reader_id: int, label: str) -> None:
    """A booking row as a naive program would write it; no slot says that the seat is held."""
    await fetch(
        "INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, lapses_at, made_at) "
        "SELECT $1, id, $2, $3, 'booked', $2, $3, $2 FROM spot WHERE label = $4",
        reader_id,
        datetime.fromisoformat(SPAN[0]),
        datetime.fromisoformat(SPAN[1]),
        label,
    )


async def test_checking_first_and_inserting_then_gives_one_seat_to_many(library: Library) -> None:
    reader = (await crowd(library, 1))[0]
    all_looked = asyncio.Barrier(20)

    async def check_then_insert() -> bool:
        taken = await holders("A-1")
        await all_looked.wait()
        if taken:
            return False
        await insert_booking(reader.reader_id or 0, "A-1")
        return True

    assert await unguarded(check_then_insert, 20) > 1


async def test_counting_outside_the_lock_lets_more_than_the_limit_pass(library: Library) -> None:
    reader = (await crowd(library, 1))[0]
    all_counted = asyncio.Barrier(5)

    async def count_then_book() -> bool:
        counted = await fetch("SELECT count(*) AS n FROM booking WHERE reader_id = $1", reader.reader_id)
        await all_counted.wait()
        async with transaction() as tx:  # the lock comes too late to help
            await tx.lock("reader", reader.reader_id or 0)
            if counted[0]["n"] >= 2:
                return False
            await insert_booking(reader.reader_id or 0, "A-2")
        return True

    assert await unguarded(count_then_book, 5) > 2


# ---------------------------------------------------------------- and do not happen


@pytest.mark.timeout(90)
async def test_of_two_hundred_readers_who_want_one_seat_one_gets_it(library: Library) -> None:
    phones = await crowd(library, 200)
    came = await at_once([phone.book("A-1", *SPAN) for phone in phones])
    assert came == {"ok": 1, "seat_taken": 199}
    assert await holders("A-1") == 1
    slots = await fetch("SELECT DISTINCT booking_id FROM slot")
    assert len(slots) == 1


async def test_of_spans_that_overlap_in_part_none_is_held_twice(library: Library) -> None:
    phones = await crowd(library, 40)
    wishes = [
        (at(10 + start // 4, start % 4 * 15), at(11 + start // 4, start % 4 * 15)) for start in range(8)
    ]
    came = await at_once([phone.book("A-1", *wishes[n % 8]) for n, phone in enumerate(phones)])
    assert set(came) == {"ok", "seat_taken"}
    assert 1 <= came["ok"] <= 2  # an hour each, within two hours and three quarters
    per_slot = await fetch("SELECT slot_no, count(*) AS n FROM slot GROUP BY slot_no")
    assert {row["n"] for row in per_slot} == {1}
    held = await fetch("SELECT booking_id, count(*) AS n FROM slot GROUP BY booking_id")
    assert [row["n"] for row in held] == [4] * came["ok"]


async def test_of_five_bookings_of_one_reader_a_limit_of_two_lets_two_pass(
    library: Library, lin: Phone
) -> None:
    hours = [(at(10 + n), at(11 + n)) for n in range(5)]
    came = await at_once([lin.book(f"A-{n + 1}", *hours[n]) for n in range(5)])
    assert came == {"ok": 2, "too_many_at_once": 3}
    assert len((await lin.get("/api/bookings")).body["items"]) == 2


async def test_two_taps_at_once_are_one_booking(lin: Phone) -> None:
    came = await at_once([lin.book("A-1", *SPAN), lin.book("A-2", *SPAN)])
    assert came == {"ok": 1, "overlaps_yours": 1}


async def test_the_same_key_ten_times_at_once_is_one_booking_told_ten_times(lin: Phone) -> None:
    key = new_key()
    answers = await asyncio.gather(*(lin.book("A-1", *SPAN, key=key) for _ in range(10)))
    assert [answer.status for answer in answers] == [201] * 10
    assert len({answer.body["id"] for answer in answers}) == 1
    assert (await fetch("SELECT count(*) AS n FROM booking"))[0]["n"] == 1
    assert (await fetch("SELECT count(*) AS n FROM audit_entry WHERE action = 'booking.make'"))[0]["n"] == 1


@pytest.mark.parametrize("seconds_before_the_end", [1, 0])
async def test_at_the_end_of_the_window_a_seat_is_the_sitters_or_the_takers_but_never_both(
    library: Library, lin: Phone, zhou: Phone, seconds_before_the_end: int
) -> None:
    held = await lin.booked("A-1", *SPAN)
    await library.advance(hours=1, minutes=15, seconds=-seconds_before_the_end)
    calls = [lin.check_in("codea1"), *(phone.book("A-1", at(10, 15), at(11)) for phone in [zhou] * 5)]
    await asyncio.gather(*calls)
    await library.settled()

    state = (await lin.get(f"/api/bookings/{held['id']}")).body["state"]
    theirs = (await zhou.get("/api/bookings")).body["items"]
    owners = {row["booking_id"] for row in await fetch("SELECT booking_id FROM slot")}
    if seconds_before_the_end:
        assert (state, theirs, owners) == ("checked_in", [], {int(held["id"])})
    else:
        assert (state, len(theirs)) == ("lapsed", 1)
        assert int(theirs[0]["id"]) in owners


@pytest.mark.parametrize("round_", range(5))
async def test_cancelling_while_somebody_takes_over_ends_with_one_holder(
    library: Library, lin: Phone, zhou: Phone, round_: int
) -> None:
    held = await lin.booked("A-1", at(10), at(12))
    cancel = f"/api/bookings/{held['id']}/cancel"
    calls: list[Any] = [zhou.book("A-1", at(10, 30), at(11, 30)) for _ in range(3)]
    calls.insert(round_ % 4, lin.post(cancel, {"idempotency_key": new_key()}))
    await asyncio.gather(*calls)
    assert (await lin.get(f"/api/bookings/{held['id']}")).body["state"] == "cancelled"
    assert await holders("A-1") <= 1
    owners = await fetch("SELECT DISTINCT booking_id FROM slot")
    assert len(owners) == await holders("A-1")


async def test_taking_over_lapsed_seats_in_a_storm_breaks_nothing(library: Library) -> None:
    phones = await crowd(library, 30)
    first = await at_once([p.book(f"A-{n % 5 + 1}", at(10), at(13)) for n, p in enumerate(phones[:5])])
    assert first == {"ok": 5}
    await library.advance(hours=1, minutes=15)
    wishes = [(at(10, 15), at(11)), (at(10, 30), at(12)), (at(11), at(12, 45))]
    came = await at_once([p.book(f"A-{n % 5 + 1}", *wishes[n % 3]) for n, p in enumerate(phones[5:])])
    assert set(came) == {"ok", "seat_taken"}
    doubled = await fetch(
        "SELECT 1 FROM booking a JOIN booking b ON a.spot_id = b.spot_id AND a.id < b.id "
        "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at "
        "WHERE a.state = 'booked' AND b.state = 'booked'"
    )
    assert doubled == []


async def test_of_two_administrators_who_save_at_once_one_is_told_that_it_changed(
    library: Library, admin: Phone
) -> None:
    other = await library.reader("boss", role="admin")
    rules = (await admin.get("/api/admin/seat-rules")).body["items"][0]
    wish = {name: value for name, value in rules.items() if name != "id"}
    came = await at_once(
        [
            p.put(f"/api/admin/seat-rules/{rules['id']}", {**wish, "at_once": n})
            for n, p in ((3, admin), (4, other))
        ]
    )
    assert came == {"ok": 1, "changed_meanwhile": 1}

    notice = {"title": "通知", "text": "明天闭馆", "version": 1}
    came = await at_once([phone.put("/api/admin/announcement", notice) for phone in (admin, other)])
    assert came == {"ok": 1, "changed_meanwhile": 1}


async def test_of_two_first_notices_at_once_one_is_told_that_it_changed(
    library: Library, admin: Phone
) -> None:
    other = await library.reader("boss", role="admin")
    await fetch("DELETE FROM announcement")
    notice = {"title": "通知", "text": "明天闭馆", "version": 0}
    came = await at_once([phone.put("/api/admin/announcement", notice) for phone in (admin, other)])
    assert came == {"ok": 1, "changed_meanwhile": 1}
