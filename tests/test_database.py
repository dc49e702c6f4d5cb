"""The guards around the database: transactions under cancellation, two writers, time, constraints, migrations."""

import asyncio
import gc
import random
import sys
import weakref
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from tortoise.exceptions import IntegrityError

from models import db, schema
from models.bookings import Booking
from models.db import fetch, one_message, transaction
from models.people import Reader
from models.spaces import Spot
from tests.support.databases import dialect
from tests.support.library import MONDAY_9

SMALL_POOL = 3
WORKER = Path(__file__).parent / "support" / "two_writers.py"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[str]:
    if dialect() == "postgres":  # so few that cancels meet a pool in use
        database_url += f"{'&' if '?' in database_url else '?'}pool={SMALL_POOL}"
    await db.connect(database_url)
    try:
        yield database_url
    finally:
        await db.disconnect()


async def add_reader(openid: str) -> Reader:
    return await Reader.create(openid=openid, made_at=MONDAY_9)


# ---------------------------------------------------------------- transactions


async def test_what_was_written_is_gone_when_the_use_case_fails_and_there_when_it_does_not(
    database: str,
) -> None:
    async def failing() -> None:
        async with transaction() as tx:
            await add_reader("by the model")
            await tx.fetch("INSERT INTO reader (openid, made_at) VALUES ($1, $2)", "by SQL", MONDAY_9)
            await fetch("INSERT INTO reader (openid, made_at) VALUES ($1, $2)", "by fetch", MONDAY_9)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    assert await Reader.all().count() == 0
    async with transaction():
        await add_reader("lin")
    assert await Reader.all().count() == 1


async def test_a_use_case_that_ends_well_after_a_refused_statement_never_pretends(database: str) -> None:
    add, told = "INSERT INTO reader (openid, made_at) VALUES ('o-twice', $1)", True
    try:
        async with transaction() as tx:
            await tx.fetch(add, MONDAY_9)
            with pytest.raises(IntegrityError):
                await tx.fetch(add, MONDAY_9)
    except RuntimeError:  # PostgreSQL keeps nothing of it
        told = False
    assert bool(await fetch("SELECT 1 FROM reader WHERE openid = 'o-twice'")) == told


async def test_a_second_transaction_inside_one_raises(database: str) -> None:
    async with transaction():
        with pytest.raises(RuntimeError, match="never calls a use case"):
            async with transaction():
                pass
        await add_reader("lin")
    assert await Reader.all().count() == 1


async def test_what_waits_for_the_commit_happens_after_it_and_never_without_it(database: str) -> None:
    told: list[str] = []

    async def failing() -> None:
        async with transaction() as tx:
            tx.after_commit(lambda: told.append("rolled back"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await failing()
    async with transaction() as tx:
        tx.after_commit(lambda: told.append("stored"))
        assert told == []
    assert told == ["stored"]


async def test_a_transaction_leaves_nothing_that_only_the_collector_would_free(database: str) -> None:
    gc.disable()
    try:
        async with transaction() as tx:
            tx.after_commit(partial(setattr, tx, "told", True))  # it holds the transaction, as most do
        left = weakref.ref(tx)
        del tx
        assert left() is None
    finally:
        gc.enable()


async def test_a_task_started_after_the_commit_has_no_part_in_the_transaction(database: str) -> None:
    tasks: list[asyncio.Task[None]] = []

    async def own_transaction() -> None:
        async with transaction():
            await add_reader("of the task")

    async with transaction() as tx:
        await add_reader("of the use case")
        tx.after_commit(lambda: tasks.append(asyncio.create_task(own_transaction())))
    await tasks[0]
    assert await Reader.all().count() == 2


ADD_READER = "INSERT INTO reader (openid, made_at) VALUES ($1, $2) RETURNING id"
RENAME = "UPDATE reader SET nickname = $2 WHERE openid = $1 RETURNING id"


async def openids() -> set[str]:
    return {reader.openid for reader in await Reader.all()}


@pytest.mark.parametrize("there", [True, False])
async def test_what_depends_on_a_statement_is_written_only_when_that_returned_something(
    database: str, there: bool
) -> None:
    await add_reader("lin")
    async with transaction() as tx:
        rows = await tx.together(
            (ADD_READER, ("beside", MONDAY_9)),
            (RENAME, ("lin" if there else "nobody", "Lin")),
            answers=1,
            then=[(ADD_READER, ("then", MONDAY_9))],
        )
    assert bool(rows) is there
    assert await openids() == {"lin", "beside", *(["then"] if there else [])}


async def test_one_message_is_stored_and_announced_or_neither(database: str) -> None:
    heard: list[str] = []

    async def add() -> None:
        async with one_message(if_lost=lambda: heard.append("lost")) as tx:
            tx.after_commit(lambda: heard.append("stored"))
            await tx.together((ADD_READER, ("lin", MONDAY_9)))

    await add()
    with pytest.raises(IntegrityError):
        await add()
    assert (heard, await openids()) == (["stored"], {"lin"})


async def test_one_message_whose_answer_nobody_waited_for_says_look_again(database: str) -> None:
    if dialect() == "sqlite":
        pytest.skip("there it is a transaction like any other")
    heard: list[str] = []

    async def slow() -> None:
        async with one_message(if_lost=lambda: heard.append("lost")) as tx:
            await tx.together(("SELECT pg_sleep(CAST($1 AS FLOAT))", (10.0,)))
            tx.after_commit(lambda: heard.append("stored"))

    asking = asyncio.create_task(slow())
    sleeping = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    while not await fetch(sleeping):  # noqa: ASYNC110 (it tells nobody)
        await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert heard == ["lost"]
    async with one_message(if_lost=lambda: heard.append("lost")) as tx:
        await tx.together((ADD_READER, ("lin", MONDAY_9)))
        with pytest.raises(RuntimeError):
            await tx.together((ADD_READER, ("wu", MONDAY_9)))
    assert await openids() == {"lin"}


async def test_others_do_not_see_an_open_transaction(database: str) -> None:
    ready, go_on = asyncio.Event(), asyncio.Event()

    async def writer() -> None:
        async with transaction():
            await add_reader("lin")
            ready.set()
            await go_on.wait()

    task = asyncio.create_task(writer())
    await ready.wait()
    count = asyncio.create_task(fetch("SELECT count(*) AS n FROM reader"))
    await asyncio.wait([count], timeout=0.1)
    if dialect() == "postgres":  # SQLite lets the reader wait instead
        assert (await count)[0]["n"] == 0
    go_on.set()
    await task
    assert (await fetch("SELECT count(*) AS n FROM reader"))[0]["n"] == 1


async def test_sixty_cancelled_use_cases_leave_a_pool_that_answers(database: str) -> None:
    chance = random.Random(7)
    finished: list[str] = []

    async def use_case(name: str) -> None:
        async with transaction() as tx:
            await tx.fetch("INSERT INTO reader (openid, made_at) VALUES ($1, $2)", name, MONDAY_9)
            await asyncio.sleep(chance.choice((0, 0, 0.002)))
            await tx.fetch("SELECT count(*) FROM reader")
            tx.after_commit(lambda: finished.append(name))

    stored = {"cancelled": 0, "done": 0}
    for round_ in range(6):
        tasks = [asyncio.create_task(use_case(f"{round_}-{number}")) for number in range(20)]
        for task in chance.sample(tasks, 10):
            # Between 0 (not begun), a moment (waiting, beginning) and some ms (writing, committing).
            await asyncio.sleep(chance.choice((0, 0, 0.0003, 0.001, 0.004)))
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} <= {type(None), asyncio.CancelledError}
        stored["cancelled"] += sum(isinstance(result, asyncio.CancelledError) for result in results)
        stored["done"] += sum(result is None for result in results)

    async with asyncio.timeout(30):
        names = {row["openid"] for row in await fetch("SELECT openid FROM reader")}
        await asyncio.gather(*(use_case(f"afterwards-{number}") for number in range(3 * SMALL_POOL)))
    assert stored["cancelled"] >= 10  # how many depends on the machine; without any this shows nothing
    assert stored["done"] <= len(names)
    # Nothing is stored that was not announced; a lost answer to a commit may announce what was not.
    assert names <= set(finished)


async def test_a_cancelled_commit_is_either_stored_and_announced_or_neither(database: str) -> None:
    for pause in (0, 1, 2, 3, 4, 5):
        told: list[int] = []

        async def use_case(number: int, told: list[int]) -> None:
            async with transaction() as tx:
                await add_reader(f"reader {number}")
                tx.after_commit(lambda: told.append(number))

        task = asyncio.create_task(use_case(pause, told))
        for _ in range(pause * 2):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if await Reader.filter(openid=f"reader {pause}").exists():
            assert told == [pause]


# ---------------------------------------------------------------- two processes


@pytest.mark.timeout(180)
async def test_two_processes_that_read_and_then_write_both_get_through(database: str) -> None:
    await add_reader("counted")
    workers = [
        await asyncio.create_subprocess_exec(
            sys.executable, str(WORKER), database, "200", stderr=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    for worker in workers:
        _, complaint = await worker.communicate()
        assert worker.returncode == 0, complaint.decode()
    name = (await Reader.get(openid="counted")).nickname
    assert name == "400"


# ---------------------------------------------------------------- time


async def test_an_instant_is_stored_in_utc_and_found_in_any_zone(database: str) -> None:
    in_shanghai = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    await Reader.create(openid="lin", made_at=in_shanghai)

    stored = await Reader.get(openid="lin")
    assert stored.made_at == in_shanghai
    assert stored.made_at.utcoffset() == timedelta()
    for same in (
        in_shanghai,
        in_shanghai.astimezone(UTC),
        in_shanghai.astimezone(timezone(-timedelta(hours=5))),
    ):
        assert await Reader.filter(made_at=same).exists()
        assert await Reader.filter(made_at__gt=same - timedelta(microseconds=1), made_at__lte=same).exists()
        assert not await Reader.filter(made_at__gt=same).exists()
        assert len(await fetch("SELECT 1 FROM reader WHERE made_at = $1", same)) == 1


async def test_a_naive_datetime_is_refused_when_written_and_when_asked_for(database: str) -> None:
    naive = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        await Reader.create(openid="lin", made_at=naive)
    with pytest.raises(ValueError, match="time zone"):
        await Reader.filter(made_at=naive)


# ---------------------------------------------------------------- constraints


async def a_booking() -> Booking:
    reader = await add_reader("holder")
    return await Booking.create(
        reader_id=reader.id,
        spot_id=(await Spot.get(label="A-1")).id,
        starts_at=MONDAY_9,
        ends_at=MONDAY_9 + timedelta(hours=1),
        checkin_opens_at=MONDAY_9,
        lapses_at=MONDAY_9 + timedelta(minutes=15),
        made_at=MONDAY_9,
    )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE booking SET ends_at = starts_at",
        "UPDATE booking SET state = 'forgotten'",
        "UPDATE booking SET lapses_at = NULL",
        "INSERT INTO consent (reader_id, purpose, balance) SELECT id, 'seat_reminder', -1 FROM reader",
        "INSERT INTO hours_exception (branch_id, day, opens_minute) VALUES (1, '2026-12-31', 480)",
        "INSERT INTO job (kind, key, payload, state, due_at, attempts) "
        "SELECT 'remind', 'k', '{}', 'lost', made_at, 0 FROM reader",
        "UPDATE seat_rules SET advance_days = -1",
        "UPDATE seat_rules SET release_minute = 1440",
        "UPDATE seat_rules SET min_minutes = 0",
        "UPDATE seat_rules SET max_minutes = min_minutes - 15",
        "UPDATE seat_rules SET at_once = 0",
        "UPDATE seat_rules SET per_day = 0",
        "UPDATE seat_rules SET checkin_before_minutes = -1",
        "UPDATE seat_rules SET checkin_after_minutes = 0",
        "UPDATE seat_rules SET remind_before_minutes = -1",
        "UPDATE spot SET slot_minutes = 20",
        "INSERT INTO staff_role (reader_id, role, granted_at) SELECT id, 'emperor', made_at FROM reader",
        "UPDATE weekly_hours SET weekday = 7",
        "UPDATE weekly_hours SET opens_minute = -1",
        "UPDATE weekly_hours SET closes_minute = opens_minute",
        "UPDATE weekly_hours SET closes_minute = 1441",
        # what keys and references hold
        "INSERT INTO slot (spot_id, slot_no, booking_id) SELECT spot_id, 7, id FROM booking "
        "UNION ALL SELECT spot_id, 7, id FROM booking",
        "INSERT INTO slot (spot_id, slot_no, booking_id) SELECT 987654, 7, id FROM booking",
        "INSERT INTO slot (spot_id, slot_no, booking_id) VALUES (1, 7, 987654)",
        "INSERT INTO reader (openid, made_at) SELECT openid, made_at FROM reader",
        "UPDATE spot SET label = 'the same'",
        "DELETE FROM reader",
        "DELETE FROM spot",
    ],
)
async def test_the_database_itself_refuses(database: str, change: str) -> None:
    await a_booking()
    with pytest.raises(IntegrityError):
        async with transaction() as tx:
            await tx.fetch(change)


def written_migrations() -> list[Path]:
    return sorted(Path("migrations").glob("0*.py"))


async def test_every_constraint_of_the_migrations_is_there(database: str) -> None:
    steps = [import_module(f"migrations.{path.stem}") for path in written_migrations()]
    named = {name for step in steps for _, name, _ in getattr(step, "CHECKS", ())}
    if dialect() == "postgres":
        rows = await fetch("SELECT conname AS name FROM pg_constraint WHERE contype = 'c'")
        assert named <= {row["name"] for row in rows}
    else:
        rows = await fetch("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        assert {f"{name}_{event}" for name in named for event in ("insert", "update")} <= {
            row["name"] for row in rows
        }


# ---------------------------------------------------------------- migrations


async def test_two_who_migrate_an_empty_database_at_once_both_succeed(empty_database_url: str) -> None:
    command = (
        "import asyncio, sys; from models import schema; print(len(asyncio.run(schema.migrate(sys.argv[1]))))"
    )
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            command,
            empty_database_url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        for _ in range(2)
    ]
    applied = []
    for process in processes:
        out, complaint = await process.communicate()
        assert process.returncode == 0, complaint.decode()
        applied.append(int(out))
    assert sorted(applied) == [0, len(written_migrations())]


async def test_a_migrated_database_lacks_nothing_and_the_models_are_not_ahead(database: str) -> None:
    assert await schema.pending() == 0
    before = written_migrations()
    command = "import asyncio; from models import schema; print(asyncio.run(schema.make_migration('test')))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", command, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert (process.returncode, out.decode().strip()) == (0, "None")
    assert written_migrations() == before
