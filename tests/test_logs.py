"""What the log says of a request, also where a job or WeChat goes on with it."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from models.jobs import Job
from tests.support.library import Library, Phone, at, new_key
from tests.test_notices import consented

ASKED = {"X-Request-Id": "asked-by-lin-1"}


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    with capture_logs(processors=[merge_contextvars]) as logged:
        yield logged


async def book(lin: Phone, library: Library) -> None:
    seat = await library.seat("A-1")
    wish = {"starts_at": at(10), "ends_at": at(11), "idempotency_key": new_key()}
    answer = await lin.call("POST", f"/api/seats/{seat.id}/bookings", wish, headers=ASKED)
    assert answer.status == 201, answer.body


async def test_wechats_line_of_a_reminder_names_its_job_and_the_booking_that_caused_it(
    library: Library, lin: Phone, lines: list[Any]
) -> None:
    await consented(lin)
    await book(lin, library)
    await library.advance(minutes=45)
    await library.settled()
    (sent,) = (line for line in lines if line["event"] == "wechat_sent")
    # The reminder's job wrote the message's: both have the booking's request as their cause.
    job = await Job.get(kind="send_notice")
    assert (sent["request_id"], sent["cause"]) == (f"job-{job.id}", ASKED["X-Request-Id"])


async def test_a_job_knows_the_event_of_a_socket_that_caused_it(library: Library, lin: Phone) -> None:
    async with lin.socket() as socket:
        opened = await socket.ask("chat_send", {"local_id": new_key(), "text": "请问几点关门？"})
    assert "data" in opened, opened
    job = await Job.get(kind="check_text")
    assert job.cause is not None
    assert len(job.cause) == 16


async def test_a_daily_job_has_no_cause(library: Library) -> None:
    found = await library.until(lambda: Job.filter(kind="tidy"))
    assert {job.cause for job in found} == {None}


async def test_a_request_id_that_is_too_long_for_a_row_is_not_taken_over(
    library: Library, lin: Phone
) -> None:
    answer = await lin.call("GET", "/api/me", headers={"X-Request-Id": "x" * 65})
    assert answer.headers["X-Request-Id"] != "x" * 65
