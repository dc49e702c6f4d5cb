"""The job table: by lease, once in effect, also when the worker dies in the middle."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from handlers import upkeep
from handlers.access import PRODUCT
from handlers.errors import Postponed
from models import jobs
from models.bookings import Booking
from models.db import fetch, transaction
from models.instants import instant
from models.jobs import LEASE, MAX_ATTEMPTS, Job
from server.jobs import Worker
from tests.support.library import MONDAY_9, Library, Phone, at, running_library

KINDS = ("first", "second", "later", "again", "remind")
CHILD = Path(__file__).parent / "support" / "dying_worker.py"


@pytest.fixture
async def idle(database_url: str) -> AsyncIterator[Library]:
    """A library in which no worker runs."""
    async with running_library(database_url, with_worker=False) as library:
        yield library


async def add(kind: str, key: str, due_at: datetime = MONDAY_9, **payload: int) -> None:
    async with transaction() as tx:
        await jobs.add(tx, kind, key, payload, due_at)


async def only_job(kind: str) -> Job:
    return await Job.get(kind=kind)


# ---------------------------------------------------------------- the table


async def test_a_key_is_one_job_and_due_jobs_are_claimed_oldest_first(idle: Library) -> None:
    await add("later", "c", MONDAY_9 + timedelta(seconds=1))
    await add("second", "b", MONDAY_9)
    await add("first", "a", MONDAY_9 - timedelta(hours=1))
    await add("again", "a", MONDAY_9)
    claimed = await jobs.claim("me", MONDAY_9, KINDS, limit=5)
    assert sorted(job.kind for job in claimed) == ["first", "second"]
    assert await jobs.claim("me", MONDAY_9, KINDS, limit=5) == []
    assert (await only_job("later")).state == "new"


async def test_of_workers_that_claim_at_once_each_job_goes_to_one(idle: Library) -> None:
    for number in range(30):
        await add("remind", f"k{number}")
    claims = await asyncio.gather(*(jobs.claim(f"worker-{n}", MONDAY_9, KINDS, limit=10) for n in range(6)))
    ids = [job.id for claimed in claims for job in claimed]
    assert len(ids) == len(set(ids))
    while more := await jobs.claim("the last", MONDAY_9, KINDS, limit=10):
        ids += [job.id for job in more]
    assert len(ids) == len(set(ids)) == 30


async def test_a_lease_that_is_kept_is_nobody_elses_and_one_that_ran_out_is(idle: Library) -> None:
    await add("remind", "k")
    (mine,) = await jobs.claim("one", MONDAY_9, KINDS, limit=1)
    later = MONDAY_9 + LEASE - timedelta(seconds=1)
    assert await jobs.claim("two", later, KINDS, limit=1) == []
    assert await jobs.extend(mine.id, "one", later)
    assert await jobs.claim("two", MONDAY_9 + LEASE, KINDS, limit=1) == []

    (taken,) = await jobs.claim("two", later + LEASE, KINDS, limit=1)
    assert (taken.id, taken.attempts) == (mine.id, 2)
    assert not await jobs.extend(mine.id, "one", later + LEASE)
    await jobs.finish(mine.id, "one", later)  # too late: it is the other's
    assert (await only_job("remind")).state == "run"
    await jobs.finish(mine.id, "two", later)
    assert (await only_job("remind")).state == "done"


async def test_a_job_that_fails_waits_longer_each_time_and_is_dead_in_the_end(idle: Library) -> None:
    await add("remind", "k")
    now, pauses = MONDAY_9, []
    for _ in range(MAX_ATTEMPTS):
        (claimed,) = await jobs.claim("me", now, KINDS, limit=1)
        await jobs.fail(claimed, "me", "KeyError", now)
        job = await only_job("remind")
        pauses.append((job.due_at - now).total_seconds())
        now = job.due_at
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses == sorted(pauses)
    assert max(pauses) == 1800
    assert (job.state, job.last_error, job.attempts) == ("dead", "KeyError", MAX_ATTEMPTS)
    assert await jobs.claim("me", now + timedelta(days=9), KINDS, limit=1) == []


async def test_to_be_put_back_does_not_count_as_an_attempt(idle: Library) -> None:
    await add("remind", "k")
    for hour in range(MAX_ATTEMPTS + 3):
        (claimed,) = await jobs.claim("me", MONDAY_9 + timedelta(hours=hour), KINDS, limit=1)
        assert claimed.attempts == 1
        await jobs.put_back(claimed.id, "me", MONDAY_9 + timedelta(hours=hour + 1))
    assert (await only_job("remind")).attempts == 0


async def test_a_job_that_kills_its_worker_every_time_is_dead_in_the_end(idle: Library) -> None:
    await add("remind", "k")
    now = MONDAY_9
    for _ in range(MAX_ATTEMPTS):
        assert len(await jobs.claim("me", now, KINDS, limit=1)) == 1
        now += LEASE
    assert await jobs.claim("me", now, KINDS, limit=1) == []
    assert (await only_job("remind")).state == "dead"


# ---------------------------------------------------------------- the worker


async def test_a_job_of_an_unknown_kind_waits_for_one_who_knows_it_and_the_others_go_on(
    library: Library, lin: Phone
) -> None:
    await add("of a newer version", "k", library.clock.now())
    await lin.booked("A-1", at(10), at(11))
    await library.advance(minutes=41)
    await library.until(lambda: _done("remind"))
    job = await only_job("of a newer version")
    assert (job.state, job.attempts) == ("new", 0)


async def _done(kind: str) -> bool:
    return await Job.filter(kind=kind, state="done").exists()


async def test_the_days_work_is_done_once_for_two_workers(library: Library) -> None:
    second = Worker(library.services)
    await second.start()
    try:
        await library.until(lambda: _done("tidy"))
        await library.advance(days=1)
        await library.until(lambda: _twice("tidy"))
        await library.settled()
    finally:
        await second.stop()
    rows = await fetch("SELECT key, attempts FROM job WHERE kind = 'tidy' ORDER BY key")
    assert [(row["key"], row["attempts"]) for row in rows] == [("tidy:2026-11-23", 1), ("tidy:2026-11-24", 1)]


async def _twice(kind: str) -> bool:
    return await Job.filter(kind=kind, state="done").count() == 2


async def tidied(library: Library, day: str) -> None:
    await library.until(lambda: Job.filter(key=f"tidy:{day}", state="done").exists())


async def test_tidying_forgets_past_slots_and_keeps_the_bookings(library: Library, lin: Phone) -> None:
    old = await lin.booked("A-1", at(10), at(11))
    await library.advance(minutes=50)
    await lin.check_in("codea1")
    await library.advance(days=1)
    today = await lin.booked("A-1", at(11, day=24), at(12, day=24))
    await library.advance(hours=1, minutes=15)
    await lin.check_in("codea1")
    await library.advance(days=1)
    await tidied(library, "2026-11-25")
    owners = {row["booking_id"] for row in await fetch("SELECT booking_id FROM slot")}
    assert owners == {int(today["id"])}
    assert await Booking.all().count() == 2
    shown = (await lin.get(f"/api/bookings/{old['id']}")).body
    assert (shown["starts_at"], shown["ends_at"], shown["state"]) == (at(10), at(11), "finished")
    assert (await fetch("SELECT count(*) AS n FROM repeat"))[0]["n"] > 0  # answers are kept for two days
    await library.advance(days=3)
    await tidied(library, "2026-11-28")
    assert (await fetch("SELECT count(*) AS n FROM repeat"))[0]["n"] == 0


async def test_a_lapse_that_comes_before_its_time_waits_for_it(idle: Library) -> None:
    booking = await (await idle.reader("lin")).booked("A-1", at(10), at(11))
    wish = upkeep.BookingJob(booking_id=int(booking["id"]))
    with pytest.raises(Postponed) as postponed:  # as after a clock that was set back
        await upkeep.lapse(idle.services.context("test"), PRODUCT, wish)
    assert postponed.value.until == datetime.fromisoformat(at(10, 15))


async def test_a_worker_that_stops_lets_what_runs_come_to_its_end(idle: Library) -> None:
    lin = await idle.reader("lin")
    await lin.booked("A-1", at(9), at(11))  # its reminder is due at once
    worker = Worker(idle.services)
    await worker.start()
    await asyncio.sleep(0.02)
    await worker.stop()
    assert not await Job.filter(state="run").exists()


@pytest.mark.timeout(180)  # two seconds alone; another process is started
async def test_what_a_killed_worker_had_begun_is_done_by_another_once_in_effect(
    idle: Library, database_url: str
) -> None:
    lin = await idle.reader("lin")
    booking = await lin.booked("A-1", at(9), at(11))
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(CHILD), database_url, MONDAY_9.isoformat(), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout
    assert await child.stdout.readline() == b"in the middle\n"
    assert (await only_job("remind")).state == "run"
    os.kill(child.pid, signal.SIGKILL)
    await child.wait()
    assert (await lin.get("/api/inbox")).body["items"] == []

    worker = Worker(idle.services)
    await worker.start()
    try:
        await asyncio.sleep(0.3)
        assert not await _done("remind")  # the lease of the dead still stands
        await idle.advance(seconds=LEASE.total_seconds() + 1)
        await idle.until(lambda: _done("remind"))
        await idle.settled()
    finally:
        await worker.stop()
    items = (await lin.get("/api/inbox")).body["items"]
    assert [item["page"] for item in items] == [f"/pages/bookings/detail?id={booking['id']}"]
    job = await only_job("remind")
    assert (job.state, job.attempts) == ("done", 2)
    assert instant(job.due_at) > MONDAY_9
