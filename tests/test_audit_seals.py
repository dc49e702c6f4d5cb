"""The chain over the audit: whatever is touched directly in the database is found, by kind and by entry."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models import seals
from models.db import fetch, transaction
from models.seals import Head, Keys
from server.logs import masked
from tests.support.library import MONDAY_9, Library, Phone, at, running_library

KEYS = Keys()
LATER = MONDAY_9 + timedelta(hours=1)


@pytest.fixture
async def idle(database_url: str) -> AsyncIterator[Library]:
    """A library in which nobody but the test seals."""
    async with running_library(database_url, with_worker=False) as library:
        yield library


async def record(number: int, *, minutes: int = 0) -> list[int]:
    """So many entries, as one transaction each would leave them: their ids."""
    sql = (
        "INSERT INTO audit_entry (action, actor_id, subject, details, at) "
        "VALUES ('booking.make', $1, 'booking:1', '{}', $2) RETURNING id"
    )
    moment = MONDAY_9 + timedelta(minutes=minutes)
    return [(await fetch(sql, actor, moment))[0]["id"] for actor in range(1, number + 1)]


async def sealed(now: Any = MONDAY_9, keys: Keys = KEYS) -> Head:
    async with transaction() as tx:
        head, _ = await seals.extend(tx, keys, now)
    assert head
    return head


async def found(*, keys: Keys = KEYS, portion: int = 1000) -> list[tuple[str, int | None]]:
    """What a check of the whole chain finds, an hour later: kind and entry."""
    broken, after = [], 0
    while True:
        seen = await seals.check(keys, LATER, after=after, limit=portion)
        broken += [(one.kind.value, one.entry_id) for one in seen.broken]
        if not seen.seen:
            return broken
        after = seen.to


async def swap(table: str, column: str, one: int, other: int) -> None:
    """Exchange the values of a column between two rows."""
    for value, becomes in ((one, -1), (other, one), (-1, other)):
        await fetch(f"UPDATE {table} SET {column} = $2 WHERE {column} = $1", value, becomes)


# ---------------------------------------------------------------- whole


@pytest.mark.parametrize("portion", [1, 2, 3, 1000])
async def test_an_untouched_chain_is_whole_in_portions_of_any_size(idle: Library, portion: int) -> None:
    await record(5)
    assert str(await sealed()).startswith("5:")
    await record(2, minutes=1)
    assert (await sealed(MONDAY_9 + timedelta(minutes=1))).no == 7
    assert await found(portion=portion) == []


async def test_an_entry_that_was_committed_late_is_sealed_with_the_next_number(idle: Library) -> None:
    first, late, last = await record(3)
    row = (await fetch("DELETE FROM audit_entry WHERE id = $1 RETURNING *", late))[
        0
    ]  # its transaction is open
    await sealed()
    await fetch(
        "INSERT INTO audit_entry (id, action, actor_id, subject, details, at) VALUES ($1, $2, $3, $4, $5, $6)",
        *(row[name] for name in ("id", "action", "actor_id", "subject", "details")),
        MONDAY_9,
    )
    await sealed(MONDAY_9 + timedelta(minutes=1))
    assert [r["entry_id"] for r in await fetch("SELECT entry_id FROM audit_seal ORDER BY no")] == [
        first,
        last,
        late,
    ]
    assert await found() == []


async def test_what_lay_unsealed_for_long_is_sealed_in_batches_and_nothing_of_it_is_late(
    idle: Library,
) -> None:
    await record(2)
    await sealed()
    sql = "INSERT INTO audit_entry (action, subject, details, at) VALUES ('booking.make', 'booking:1', '{}', $1)"
    async with transaction() as tx:
        await tx.each(sql, [(MONDAY_9 + timedelta(minutes=n / 20),) for n in range(seals.BATCH + 5)])
    assert (await sealed(LATER)).no == seals.BATCH + 2
    assert (await sealed(LATER)).no == seals.BATCH + 7
    assert await found() == []


# ---------------------------------------------------------------- touched


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("action", "'booking.cancelled'"),
        ("actor_id", "NULL"),
        ("subject", "'booking:2'"),
        ("details", "'{\"spot\":1}'"),
    ],
)
async def test_an_entry_that_was_changed_is_named(idle: Library, column: str, value: str) -> None:
    ids = await record(5)
    await sealed()
    await fetch(f"UPDATE audit_entry SET {column} = {value} WHERE id = $1", ids[2])
    assert await found() == [("changed", ids[2])]


async def test_a_time_that_was_changed_is_named(idle: Library) -> None:
    ids = await record(5)
    await sealed()
    await fetch("UPDATE audit_entry SET at = $2 WHERE id = $1", ids[0], MONDAY_9 - timedelta(microseconds=1))
    assert await found() == [("changed", ids[0])]


async def test_a_link_that_was_changed_is_named(idle: Library) -> None:
    ids = await record(5)
    await sealed()
    await fetch("UPDATE audit_seal SET late = $2 WHERE entry_id = $1", ids[3], True)
    assert ("changed", ids[3]) in await found()


async def test_a_deleted_entry_is_named_and_with_its_link_its_place_is(idle: Library) -> None:
    ids = await record(6)
    await sealed()
    await fetch("DELETE FROM audit_entry WHERE id = $1", ids[1])
    assert await found() == [("deleted", ids[1])]
    await fetch("DELETE FROM audit_entry WHERE id = $1", ids[4])
    await fetch("DELETE FROM audit_seal WHERE entry_id = $1", ids[4])
    assert await found() == [("deleted", ids[1]), ("deleted", None)]
    portion = await seals.check(KEYS, LATER, after=0, limit=100)
    assert [one.no for one in portion.broken] == [2, 5]


async def test_the_beginning_cannot_be_cut_off_nor_a_gap_be_closed(idle: Library) -> None:
    ids = await record(5)
    await sealed()
    await fetch("DELETE FROM audit_entry WHERE id = $1", ids[0])
    await fetch("DELETE FROM audit_seal WHERE entry_id = $1", ids[0])
    assert await found() == [("deleted", None)]
    for no in range(2, 6):
        await fetch("UPDATE audit_seal SET no = $2 WHERE no = $1", no, no - 1)
    assert await found() == [("changed", ids[1])]


async def test_an_entry_that_was_inserted_among_sealed_ones_is_named_and_never_sealed(idle: Library) -> None:
    first, forged, *_ = await record(5)
    row = (await fetch("DELETE FROM audit_entry WHERE id = $1 RETURNING *", forged))[0]
    await sealed()
    await record(1, minutes=30)
    await sealed(MONDAY_9 + timedelta(minutes=30))
    await fetch(
        "INSERT INTO audit_entry (id, action, actor_id, subject, details, at) VALUES ($1, $2, $3, $4, $5, $6)",
        *(row[name] for name in ("id", "action", "actor_id", "subject", "details")),
        MONDAY_9,
    )
    await sealed(LATER)
    assert await found() == [("inserted", forged)]
    assert (await seals.extent(LATER)).unsealed == 0


async def test_an_entry_that_claims_to_be_older_than_its_neighbours_is_named(idle: Library) -> None:
    await record(3)
    await sealed()
    await record(1, minutes=30)
    await sealed(MONDAY_9 + timedelta(minutes=30))
    forged = (await record(1, minutes=5))[0]
    await sealed(MONDAY_9 + timedelta(minutes=31))
    assert await found() == [("inserted", forged)]


async def test_a_clock_that_was_set_back_makes_nothing_look_inserted(idle: Library) -> None:
    await record(3, minutes=30)
    await sealed(MONDAY_9 + timedelta(minutes=30))
    await record(1, minutes=5)
    await sealed(MONDAY_9 + timedelta(minutes=6))
    await record(1, minutes=6)
    await sealed(MONDAY_9 + timedelta(minutes=7))
    assert await found() == []


async def test_an_entry_with_a_forged_link_between_two_others_is_named(idle: Library) -> None:
    ids = await record(5)
    await sealed()
    for no in (5, 4):
        await fetch("UPDATE audit_seal SET no = $2 WHERE no = $1", no, no + 1)
    forged = (await record(1))[0]
    sql = "INSERT INTO audit_seal (no, entry_id, seal, late, until) VALUES (4, $1, $2, $3, $4)"
    await fetch(sql, forged, "a" * 52, False, MONDAY_9)
    assert await found() == [("inserted", forged)]
    assert ids[3] not in [entry for _, entry in await found()]


@pytest.mark.parametrize(
    ("table", "column"), [("audit_entry", "id"), ("audit_seal", "entry_id"), ("audit_seal", "no")]
)
async def test_two_entries_that_were_exchanged_are_named(idle: Library, table: str, column: str) -> None:
    ids = await record(6)
    await sealed()
    one, other = (2, 5) if column == "no" else (ids[1], ids[4])
    await swap(table, column, one, other)
    assert {("reordered", ids[1]), ("reordered", ids[4])} <= set(await found())
    await swap(table, column, one, other)
    assert await found() == []


async def test_neighbours_that_changed_places_are_named(idle: Library) -> None:
    ids = await record(5)
    await sealed()
    await swap("audit_seal", "no", 3, 4)
    assert set(await found()) == {("reordered", ids[2]), ("reordered", ids[3])}


# ---------------------------------------------------------------- made anew


async def test_a_tail_that_was_cut_off_is_found_by_what_the_log_has(idle: Library) -> None:
    ids = await record(5)
    head = await sealed()
    assert await seals.holds(head)
    for table, column in (("audit_entry", "id"), ("audit_seal", "entry_id")):
        await fetch(f"DELETE FROM {table} WHERE {column} >= $1", ids[3])
    assert await found() == []
    assert not await seals.holds(head)


async def forge(ids: list[int]) -> None:
    """Change an entry and make the chain anew, as whoever has the database and the program can."""
    await fetch("UPDATE audit_entry SET actor_id = 99 WHERE id = $1", ids[1])
    await fetch("DELETE FROM audit_seal")
    await sealed()


async def test_a_chain_made_anew_is_found_by_what_the_log_has(idle: Library) -> None:
    ids = await record(5)
    head = await sealed()
    await forge(ids)
    assert await found() == []
    assert not await seals.holds(head)


async def test_with_a_key_nobody_makes_the_chain_anew_who_has_only_the_database(idle: Library) -> None:
    key = Keys("k" * 32)
    ids = await record(5)
    await sealed(keys=key)
    assert await found(keys=key) == []
    assert await found(keys=Keys("w" * 32))
    await forge(ids)
    assert len(await found(keys=key)) == 5


async def test_a_new_key_leaves_what_is_older_whole_and_the_old_one_seals_nothing_any_more(
    idle: Library,
) -> None:
    await record(2)
    await sealed()  # without one
    await record(2, minutes=1)
    await sealed(MONDAY_9 + timedelta(minutes=1), Keys("a" * 32))
    newest = Keys(f"{'b' * 32},{'a' * 32},")
    last = await record(1, minutes=2)
    await sealed(MONDAY_9 + timedelta(minutes=2), newest)
    for portion in (1, 2, 100):
        assert await found(keys=newest, portion=portion) == []
    assert await found(keys=Keys("b" * 32))
    forged = await record(1, minutes=3)
    await sealed(MONDAY_9 + timedelta(minutes=3), Keys("a" * 32))
    for portion in (1, 2, 100):
        assert await found(keys=newest, portion=portion) == [("changed", forged[0])]
    assert last[0] != forged[0]


# ---------------------------------------------------------------- who seals


async def test_the_worker_seals_within_a_minute_and_the_log_keeps_the_end(
    library: Library, lin: Phone, capfd: pytest.CaptureFixture[str]
) -> None:
    await lin.booked("A-1", at(10), at(11))
    await library.advance(minutes=1)

    async def end() -> Head | None:
        extent = await seals.extent(library.clock.now())
        return None if extent.unsealed else extent.head

    head = await library.until(end)
    await library.settled()
    assert f"head={head}" in capfd.readouterr().err
    assert await found() == []


@pytest.mark.race
async def test_sealers_that_look_first_and_seal_then_give_one_number_to_many(idle: Library) -> None:
    await record(8)
    all_have_looked = asyncio.Barrier(8)

    async def seal() -> None:
        head = (await seals.extent(MONDAY_9)).head
        await all_have_looked.wait()
        no = head.no + 1 if head else 1
        sql = "INSERT INTO audit_seal (no, entry_id, seal, late, until) VALUES ($1, $1, '', $2, $3)"
        await fetch(sql, no, False, MONDAY_9)

    refused = await asyncio.gather(*(seal() for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(error, Exception) for error in refused) == 7


@pytest.mark.race
async def test_of_sealers_at_once_each_entry_is_sealed_once_and_the_chain_is_whole(idle: Library) -> None:
    ids = await record(40)

    async def seal() -> None:
        async with transaction() as tx:
            await seals.extend(tx, KEYS, MONDAY_9)

    await asyncio.gather(*(seal() for _ in range(8)), record(20), *(seal() for _ in range(8)))
    await seal()
    rows = await fetch("SELECT no, entry_id FROM audit_seal ORDER BY no")
    assert [row["no"] for row in rows] == list(range(1, 61))
    assert len({row["entry_id"] for row in rows}) == 60
    assert {row["entry_id"] for row in rows} >= set(ids)
    assert await found() == []


def test_a_seal_is_never_taken_for_something_that_the_log_masks() -> None:
    for number in range(2000):
        head = str(Head(number, KEYS.seal("", str(number).encode())))
        assert masked(head) == head
