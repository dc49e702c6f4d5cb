"""A full disk, a clock that is set by an hour, WeChat that talks nonsense: nothing lost, doubled or told twice."""

import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tortoise.exceptions import OperationalError

from models.db import dialect, fetch
from server.clock import SystemClock
from tests.support.databases import dialect as dialect_of_run
from tests.support.feedback import mine
from tests.support.library import Answer, Library, Phone, at, new_key
from tests.test_notices import consented, inbox, reminded, sending, settled_as

SEND, TOKEN, LOGIN = "/cgi-bin/message/subscribe/send", "/cgi-bin/stable_token", "/sns/jscode2session"
LONG = "灯" * 1000  # most of a page of SQLite, so that a second one does not fit into it

# ---------------------------------------------------------------- the disk

FULL = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


@asynccontextmanager
async def full_disk() -> AsyncIterator[None]:
    """No table grows any more; on PostgreSQL what a request writes last is what does not fit."""
    if dialect() == "postgres":
        await fetch(FULL)
        for event in ("INSERT ON job", "UPDATE ON session"):
            trigger = f"CREATE TRIGGER disk_is_full AFTER {event} FOR EACH ROW"
            await fetch(f"{trigger} EXECUTE FUNCTION disk_is_full()")
        yield
        await fetch("DROP FUNCTION disk_is_full CASCADE")
        return
    await fetch("CREATE TABLE filler (page BLOB)")
    (used,) = await fetch("PRAGMA page_count")
    await fetch(f"PRAGMA max_page_count = {used['page_count'] + 1}")
    with suppress(OperationalError):
        while True:
            await fetch("INSERT INTO filler VALUES (zeroblob(3000))")
    yield
    await fetch("PRAGMA max_page_count = 1000000")


async def tell(phone: Phone, local_id: str) -> Answer:
    wish = {"local_id": local_id, "topic": "space", "text": LONG, "may_answer": True}
    return await phone.post("/api/feedback", wish)


async def test_on_a_full_disk_a_request_is_refused_whole_and_the_same_key_does_it_once_there_is_room(
    library: Library, lin: Phone
) -> None:
    key = new_key()
    assert (await tell(lin, new_key())).status == 200
    await library.settled()
    before = await rows()
    async with full_disk():
        with capture_logs() as logged:
            answer = await tell(lin, key)
            assert (answer.status, answer.code) == (503, "try_later")
            assert answer.headers["Retry-After"] == "5"
        assert "disk_full" in {line["event"] for line in logged}
        assert (await lin.get("/api/home")).status == (await lin.get("/api/bookings")).status == 200
    assert await rows() == before
    answers = [await tell(lin, key) for _ in range(2)]
    assert answers[0].status == 200, answers[0].body
    assert answers[0].body == answers[1].body
    assert len(await mine(lin)) == 2
    await library.settled()


async def test_on_a_full_disk_who_was_last_here_days_ago_can_still_read(library: Library, lin: Phone) -> None:
    await library.advance(days=3)
    await library.settled()
    async with full_disk():
        with capture_logs() as logged:
            assert (await lin.get("/api/bookings")).status == 200
        if dialect() == "postgres":  # SQLite overwrites a row of the same length
            assert "disk_full" in {line["event"] for line in logged}


async def rows() -> dict[str, int]:
    tables = ("feedback", "audit_entry", "repeat", "job")
    counted = {table: await fetch(f"SELECT count(*) AS n FROM {table}") for table in tables}
    return {table: found[0]["n"] for table, found in counted.items()}


@contextmanager
def no_file_grows_beyond(path: str) -> Iterator[None]:
    """No file of this process becomes longer than this one is."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (Path(path).stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(dialect_of_run() == "postgres", reason="PostgreSQL has files of its own")
async def test_a_disk_that_refuses_the_commit_leaves_nothing_half_written(
    library: Library, lin: Phone
) -> None:
    log = library.config.database.url.removeprefix("sqlite://") + "-wal"
    with no_file_grows_beyond(log), capture_logs() as logged:
        refused = await lin.book("A-1", at(10), at(12), key="the-same-key")
        assert (refused.status, refused.code) == (503, "try_later")
    assert {"disk_full", "database_away"} & {line["event"] for line in logged}
    assert (await lin.get("/api/bookings")).body["items"] == []
    answers = [await lin.book("A-1", at(10), at(12), key="the-same-key") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body["id"] == answers[1].body["id"]


@pytest.mark.skipif(dialect_of_run() == "postgres", reason="one writer at a time is SQLite's way")
async def test_while_another_process_writes_for_too_long_a_request_is_told_to_come_again(
    library: Library, lin: Phone
) -> None:
    await library.settled()  # else the worker may be writing, and cannot go on while this waits for it
    await fetch("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(library.config.database.url.removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert (await lin.book("A-1", at(10), at(12))).code == "try_later"
    assert (await lin.get("/api/bookings")).body["items"] == []
    other.close()
    assert (await lin.book("A-1", at(10), at(12))).status == 201


# ---------------------------------------------------------------- the clock


@pytest.mark.parametrize("hours", [1, -1])
def test_a_step_of_the_clock_is_logged_and_believed(hours: int) -> None:
    wall, steady = datetime(2026, 11, 23, 1, tzinfo=UTC), 100.0
    clock = SystemClock(lambda: wall, lambda: steady)
    with capture_logs() as logged:
        for _ in range(100):  # a clock that is merely trimmed
            wall, steady = wall + timedelta(seconds=1.005), steady + 1
            assert clock.now() == wall
        assert logged == []
        wall += timedelta(hours=hours)
        assert clock.now() == clock.now() == wall
    (line,) = logged
    assert (line["event"], line["by_s"]) == ("clock_stepped", hours * 3600)


async def delivered(phone: Phone) -> bool:
    return (await sending(phone))[0] == "delivered"


@pytest.mark.parametrize("hours", [1, -1])
async def test_a_step_while_a_message_is_on_its_way_sends_it_once(
    library: Library, lin: Phone, hours: int
) -> None:
    await consented(lin, times=2)
    await library.sim("faults", {"path": SEND, "kind": "latency", "seconds": 3, "times": 1})
    await lin.booked("A-1", at(9), at(11))  # its reminder is due at once
    await settled_as(lin, "sending")
    await library.advance(hours=hours)
    await library.settled()
    await library.advance(hours=-hours)
    await library.settled()
    assert len([one for one in await lin.messages() if "签到" in str(one)]) == 1
    await library.until(lambda: delivered(lin))


async def test_a_clock_that_goes_back_and_forth_reminds_nobody_twice(library: Library, lin: Phone) -> None:
    await consented(lin, times=3)
    booking = await reminded(library, lin)
    await settled_as(lin, "delivered")
    for hours in (-1, 1, -1, 1):
        await library.advance(hours=hours)
        await library.settled()
        assert [one["id"] for one in await bookings(lin)] == [booking["id"]]
    assert len(await lin.messages()) == len(await inbox(lin)) == 1


async def bookings(phone: Phone) -> list[Any]:
    return list((await phone.get("/api/bookings")).body["items"])


async def test_a_seat_that_lapsed_in_a_step_forward_stays_with_who_took_it(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await lin.booked("A-1", at(10), at(12))
    await library.advance(hours=1, minutes=30)  # half past ten: its check-in is over
    taken = await zhou.booked("A-1", at(10, 30), at(12))
    await library.settled()
    await library.advance(hours=-1)
    await library.settled()
    assert (await lin.book("A-1", at(10), at(12))).status == 409
    assert [one["id"] for one in await bookings(zhou)] == [taken["id"]]
    held = "SELECT DISTINCT booking_id FROM slot"
    assert [str(row["booking_id"]) for row in await fetch(held)] == [str(taken["id"])]
    await library.advance(hours=1)
    await library.settled()
    assert len([one for one in await inbox(lin) if one["purpose"] == "booking_lapsed"]) == 1


@pytest.mark.parametrize("hours", [1, -1])
async def test_who_is_signed_in_stays_so_and_open_sockets_work_on(
    library: Library, lin: Phone, hours: int
) -> None:
    async with lin.socket() as socket:
        await library.advance(hours=hours)
        assert (await lin.get("/api/me")).status == 200
        answer = await socket.ask("area_watch", {"area_id": "1", "date": "2026-11-23"})
        assert "data" in answer
        assert (await lin.book("A-1", at(11), at(12))).status == 201


async def test_a_session_that_was_ended_is_not_revived_by_a_clock_that_goes_back(
    library: Library, lin: Phone
) -> None:
    await lin.post("/api/sign-out")
    await library.advance(hours=-1)
    assert (await lin.get("/api/me")).code == "sign_in_needed"


async def test_a_job_that_a_clock_set_back_left_in_the_future_is_done_then_and_those_of_now_at_once(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await consented(lin)
    await consented(zhou)
    await library.sim("faults", {"path": SEND, "kind": "errcode", "errcode": -1, "times": 1})
    await reminded(library, lin)  # it waits for the next minute
    await library.advance(hours=-1)
    await zhou.booked("A-2", at(9), at(11))
    await library.settled()
    await settled_as(zhou, "delivered")
    assert await sending(lin) == ["waiting"]
    await library.advance(hours=1, minutes=2)
    await library.settled()
    await library.until(lambda: delivered(lin))
    assert len(await lin.messages()) == 1


# ---------------------------------------------------------------- WeChat


@pytest.mark.parametrize("kind", ["http_502", "truncate", "drop"])
async def test_while_wechat_gives_no_token_messages_wait_and_go_out_once_afterwards(
    library: Library, lin: Phone, kind: str
) -> None:
    await consented(lin)
    await library.sim("faults", {"path": TOKEN, "kind": kind})
    await reminded(library, lin)
    assert await sending(lin) == ["waiting"]
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        pass
    await library.advance(minutes=2)
    await library.settled()
    await settled_as(lin, "delivered")
    await library.advance(minutes=2)
    await library.settled()
    assert len(await lin.messages()) == 1


@pytest.mark.parametrize("kind", ["http_502", "truncate"])
async def test_while_wechat_talks_nonsense_signing_in_says_so_and_who_is_in_goes_on(
    library: Library, lin: Phone, kind: str
) -> None:
    code = (await library.sim("login", {"person": "lin"}))["code"]
    await library.sim("faults", {"path": LOGIN, "kind": kind})
    answer = await library.guest.post("/api/sign-in", {"code": code})
    assert (answer.status, answer.code) == (503, "try_later")
    assert answer.headers["Retry-After"] == "5"
    assert (await lin.book("A-1", at(10), at(12))).status == 201
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        pass
    assert (await library.sign_in("lin")).reader_id == lin.reader_id
