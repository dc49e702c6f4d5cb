"""How the product runs, as administrators see it; work that was given up is tried again or dropped."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models import processes
from models.audit import AuditEntry
from models.db import fetch, transaction
from models.jobs import add
from models.processes import Said
from server import metrics
from tests.support.library import MONDAY_9, Answer, Library, Phone, new_key, running_library

HEALTH = "/api/admin/health"


async def given_up(*keys: str, kind: str = "remind") -> list[int]:
    """Jobs that failed so often that nobody tries any more."""
    for key in keys:
        async with transaction() as tx:
            await add(tx, kind, key, {"booking_id": 987}, MONDAY_9 + timedelta(days=1))
        await fetch(
            "UPDATE job SET state = 'dead', attempts = 12, last_error = 'KeyError' WHERE key = $1", key
        )
    rows = await fetch("SELECT id FROM job WHERE state = 'dead' ORDER BY id DESC")
    return [row["id"] for row in rows]


async def settle(admin: Phone, what: str, *job_ids: int) -> Answer:
    return await admin.post(f"{HEALTH}/jobs/{what}", {"job_ids": [str(job_id) for job_id in job_ids]})


async def state_of(job_id: int) -> str | None:
    rows = await fetch("SELECT state FROM job WHERE id = $1", job_id)
    return rows[0]["state"] if rows else None


async def health_of(admin: Phone) -> Any:
    return (await admin.get(HEALTH)).body


async def test_each_process_is_seen_and_one_that_was_killed_falls_silent(
    library: Library, admin: Phone
) -> None:
    async def seen() -> Any:
        return (await health_of(admin))["processes"]

    first = (await library.until(seen))[0]
    assert (first["kind"], first["silent"]) == ("web", False)
    assert first["bus"] == ("redis" if library.services.redis else "alone")
    killed = Said("killed", "host-b", 7, "worker", "away", 0, 5 * 2**20, MONDAY_9)
    await processes.say(killed, {}, library.clock.now() - timedelta(seconds=46))
    [silent] = [process for process in await seen() if process["silent"]]
    assert silent["name"] == "host-b 7"
    assert (silent["memory_mb"], silent["bus"]) == (5, "away")
    assert silent["said_at"] == "2026-11-23T08:59:14+08:00"
    await processes.say(first_said(), {}, library.clock.now() + timedelta(hours=1))
    assert "host-b 7" not in [process["name"] for process in await seen()]


def first_said() -> Said:
    return Said("another", "host-c", 8, "web", "redis", 3, 2**20, MONDAY_9)


async def test_a_process_that_stops_takes_its_row_with_it(database_url: str) -> None:
    async with running_library(database_url) as library:

        async def all_said() -> bool:
            return len(await names()) == (2 if library.services.redis else 1)

        await library.until(all_said)
        before = await names()
    async with running_library(database_url, with_worker=False):
        assert before.isdisjoint(await names())


async def names() -> set[str]:
    return {row["name"] for row in await fetch("SELECT name FROM process")}


def errors_of(health: Any, *calls: str) -> list[Any]:
    """Of these calls: the product's own that were made before in this process are told with the next look."""
    return [error for error in health["wechat_errors"] if error["call"] in calls]


async def test_calls_to_wechat_are_counted_by_how_they_ended(library: Library, admin: Phone) -> None:
    now = library.clock.now()
    await processes.say(first_said(), {("a/b", "ok"): 3, ("a/b", "45009"): 1}, now - timedelta(hours=2))
    await processes.say(first_said(), {("a/b", "45009"): 2, ("c", "timeout"): 1}, now)
    health = await health_of(admin)
    assert errors_of(health, "a/b", "c") == [
        {"call": "a/b", "outcome": "45009", "number": 3},
        {"call": "c", "outcome": "timeout", "number": 1},
    ]
    assert health["wechat_calls"] >= 7
    library.clock.move(timedelta(hours=23, minutes=59))
    numbers = {error["outcome"]: error["number"] for error in errors_of(await health_of(admin), "a/b", "c")}
    assert (numbers["45009"], numbers["timeout"]) == (2, 1)


async def history_of(admin: Phone) -> Any:
    return (await admin.get(f"{HEALTH}/history")).body


async def test_calls_of_two_weeks_are_counted_by_the_days_of_the_library(
    library: Library, admin: Phone
) -> None:
    midnight = MONDAY_9.replace(hour=0)  # in UTC it is the day before
    for at, number in (
        (midnight - timedelta(minutes=1), 1),
        (midnight, 2),
        (midnight - timedelta(days=13), 4),
        (midnight - timedelta(days=13, minutes=1), 8),
    ):
        await processes.say(first_said(), {("c", "45009"): number, ("c", "ok"): 10}, at)
    days = (await history_of(admin))["wechat"]
    assert [days[at]["failed"] for at in (0, 1, -2, -1)] == [4, 0, 1, 2]
    assert (len(days), days[0]["day"], days[-1]["day"]) == (14, "2026-11-10", "2026-11-23")
    assert days[0]["calls"] == 14
    await processes.say(first_said(), {}, MONDAY_9)
    assert len(await fetch("SELECT 1 FROM wechat_calls WHERE outcome = '45009'")) == 4
    await processes.say(first_said(), {}, MONDAY_9 + timedelta(days=1))
    assert len(await fetch("SELECT 1 FROM wechat_calls WHERE outcome = '45009'")) == 2


async def test_jobs_of_a_day_are_counted_by_the_hour_in_which_they_were_done(
    library: Library, admin: Phone
) -> None:
    for minutes in (1, 60, 61, 24 * 60):
        await fetch(
            "INSERT INTO job (kind, key, payload, state, due_at, attempts) VALUES ('remind', $1, '{}', 'done', $2, 1)",
            f"remind:{minutes}",
            MONDAY_9 - timedelta(minutes=minutes),
        )
    hours = (await history_of(admin))["jobs"]
    assert [hour["starts"] for hour in (hours[0], hours[-1])] == [
        "2026-11-22T10:00:00+08:00",
        "2026-11-23T09:00:00+08:00",
    ]
    assert [hour["done"] for hour in hours[:-1]] == [
        *[0] * 21,
        1,
        2,
    ]  # the present hour has the product's own


async def test_when_readers_write_is_counted_once_for_each_reader_and_hour(
    library: Library, admin: Phone
) -> None:
    for handle, texts in (("lin", 2), ("zhou", 1)):
        reader = await library.reader(handle)
        for _ in range(texts):
            assert (
                await reader.post("/api/chat-messages", {"local_id": new_key(), "text": "在吗"})
            ).status < 300
    assert (await history_of(admin))["readers"] == []  # today is not over
    library.clock.move(timedelta(days=1))
    assert (await history_of(admin))["readers"] == [{"weekday": 1, "hour": 9, "readers": 2}]
    library.clock.move(timedelta(weeks=4))
    assert (await history_of(admin))["readers"] == []


async def test_a_call_is_counted_until_the_process_speaks_again(database_url: str) -> None:
    async with running_library(database_url, redis_url="") as library:  # a second one would speak as well

        async def spoken() -> Any:
            return await fetch("SELECT 1 FROM process")

        await library.until(spoken)
        before = metrics.wechat_lately["sns/jscode2session", "ok"]
        await library.reader("lin")
        assert metrics.wechat_lately["sns/jscode2session", "ok"] == before + 1


async def test_work_that_waits_too_long_says_so(database_url: str) -> None:
    async with running_library(database_url, with_worker=False) as library:
        admin = await library.reader("admin", role="admin")
        async with transaction() as tx:
            await add(tx, "remind", "remind:1", {}, library.clock.now() - timedelta(seconds=30))
        health = await health_of(admin)
        assert health["waiting"][0] == {"kind": "remind", "number": 1, "oldest_s": 30}
        assert not health["late"]
        library.clock.move(timedelta(seconds=31))
        assert (await health_of(admin))["late"]


async def test_given_up_work_is_listed_in_parts_and_by_kind(library: Library, admin: Phone) -> None:
    await given_up("lapse:1", kind="lapse")
    jobs = await given_up("remind:1", "remind:2")
    part = (await admin.get(f"{HEALTH}/jobs?limit=2")).body
    assert [job["id"] for job in part["items"]] == [str(job_id) for job_id in jobs[:2]]
    rest = (await admin.get(f"{HEALTH}/jobs?limit=2&after={part['next']}")).body
    assert [job["key"] for job in rest["items"]] == ["lapse:1"]
    assert rest["next"] is None
    of_kind = (await admin.get(f"{HEALTH}/jobs?kind=lapse")).body["items"]
    assert [(job["kind"], job["attempts"], job["error"]) for job in of_kind] == [("lapse", 12, "KeyError")]
    assert (await admin.get(f"{HEALTH}/jobs?kind=%27%20OR%201=1")).body["items"] == []
    assert (await health_of(admin))["dead"] == 3


async def test_given_up_work_is_tried_again_and_who_did_it_is_recorded(
    library: Library, admin: Phone
) -> None:
    [job] = await given_up("remind:1")
    assert (await settle(admin, "retry", job)).body == {"number": 1}
    await library.settled()
    assert await state_of(job) == "done"  # its booking is not there: there is nothing to remind of
    assert (await settle(admin, "retry", job)).body == {"number": 0}
    [entry] = await AuditEntry.filter(action="job.retry")
    assert (entry.actor_id, entry.subject, entry.details) == (
        admin.reader_id,
        f"job:{job}",
        '{"kind":"remind"}',
    )


async def test_given_up_work_is_dropped_and_no_other(library: Library, admin: Phone) -> None:
    async with transaction() as tx:
        await add(tx, "remind", "remind:9", {}, library.clock.now() + timedelta(days=1))
    [waits] = [row["id"] for row in await fetch("SELECT id FROM job WHERE key = 'remind:9'")]
    jobs = await given_up("remind:1", "remind:2")
    assert (await settle(admin, "drop", *jobs, waits, 987654)).body == {"number": 2}
    assert [await state_of(job) for job in (*jobs, waits)] == [None, None, "new"]
    assert await AuditEntry.filter(action="job.drop").count() == 2


async def test_of_two_who_settle_the_same_work_at_once_one_does(library: Library, admin: Phone) -> None:
    other = await library.reader("other", role="admin")
    for round_ in range(5):
        [job] = await given_up(f"remind:{round_}")
        answers = await asyncio.gather(settle(admin, "retry", job), settle(other, "drop", job))
        assert sorted(answer.body["number"] for answer in answers) == [0, 1]
        await library.settled()
    assert await AuditEntry.filter(action__startswith="job.").count() == 5


@pytest.mark.parametrize("job_ids", [[], ["0"], ["x"], [1], ["1"] * 101, "1", None])
async def test_what_names_no_work_is_refused(admin: Phone, job_ids: Any) -> None:
    for what in ("retry", "drop"):
        answer = await admin.post(f"{HEALTH}/jobs/{what}", {"job_ids": job_ids})
        assert (answer.status, answer.code) == (422, "invalid_input")
