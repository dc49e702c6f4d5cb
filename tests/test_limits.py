"""How often somebody may ask: by reader, by address, by socket; in one process and in several."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio

from models.db import fetch
from server import limits, sockets
from server.config import BucketSection, LimitsSection, RedisSection, ServerSection
from tests.support.library import Library, Phone, at, running_library
from tests.support.redis import own_redis

FEW = BucketSection(burst=3, per_minute=1)
UNKNOWN = {"Authorization": "Bearer nobody"}


@pytest.fixture
def redis_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else everybody may for a while, when it answers late once on a machine that is busy."""
    monkeypatch.setattr(limits, "ANSWERS_S", 10.0)


@asynccontextmanager
async def strict(
    url: str, *, trusted: tuple[str, ...] = (), redis: str = "", **buckets: BucketSection
) -> AsyncIterator[Library]:
    async with running_library(
        url,
        limits=LimitsSection(**buckets),
        server=ServerSection(trusted_proxies=list(trusted)),
        redis=RedisSection(url=redis),
    ) as library:
        yield library


@pytest.mark.usefixtures("redis_may_take_its_time")
async def test_a_reader_who_grabs_seats_is_stopped_and_told_when_to_come_back(
    library: Library, lin: Phone
) -> None:
    began = time.monotonic()
    answers = [await lin.book("A-1", at(10), at(9)) for _ in range(library.config.limits.booking.burst + 5)]
    took_s = time.monotonic() - began
    refused = [answer for answer in answers if answer.status == 429]
    assert 5 - took_s // 2 - 1 <= len(refused) <= 5  # each two seconds give one back
    assert refused[0].code == "too_many"
    retry_after_s = refused[0].details["retry_after_s"]
    assert retry_after_s == int(refused[0].headers["Retry-After"])
    assert max(1.0, 2 - took_s) <= retry_after_s <= 2
    zhou = await library.reader("zhou")
    assert (await zhou.book("A-1", at(10), at(11))).status == 201
    assert (await lin.get("/api/bookings")).status == 200


async def test_what_was_refused_costs_nothing_and_time_gives_back(database_url: str) -> None:
    fast = BucketSection(burst=1, per_minute=60)
    async with strict(database_url, booking=fast) as library:
        lin = await library.reader("lin")
        statuses = {(await lin.book("A-1", at(10), at(9))).status for _ in range(10)}
        assert 429 in statuses
        await library.until(lambda: _is_heard(lin))  # it asks more often than what is refused could cost


async def _is_heard(phone: Phone) -> bool:
    return (await phone.book("A-1", at(10), at(9))).status != 429


async def test_guests_and_sign_ins_count_for_their_address(database_url: str) -> None:
    async with strict(database_url, guest=FEW, sign_in=BucketSection(burst=50, per_minute=1)) as library:
        lin = await library.reader("lin")
        assert [(await library.guest.get("/api/home")).status for _ in range(4)] == [200, 200, 200, 429]
        assert (await lin.get("/api/home")).status == 200
        wrong = [(await library.guest.post("/api/sign-in", {"code": f"none-{n}"})).code for n in range(4)]
        assert wrong == ["code_refused", "code_refused", "too_many", "too_many"]


async def test_wrong_tokens_are_paced(database_url: str) -> None:
    async with strict(database_url, guest=BucketSection(burst=50, per_minute=1)) as library:
        answers = [await library.guest.call("GET", "/api/me", headers=UNKNOWN) for _ in range(3)]
        assert [answer.status for answer in answers] == [401, 401, 429]


@pytest.mark.parametrize(
    ("trusted", "statuses"),
    [
        ((), [200, 200, 200, 429]),
        (("127.0.0.1",), [200, 200, 200, 200]),
    ],
)
async def test_only_a_trusted_proxy_may_say_who_calls(
    database_url: str, trusted: tuple[str, ...], statuses: list[int]
) -> None:
    async with strict(database_url, trusted=trusted, guest=FEW) as library:
        said = [{"X-Forwarded-For": f"10.0.0.1, 203.0.113.{n}"} for n in range(4)]
        answers = [await library.guest.call("GET", "/api/home", headers=headers) for headers in said]
        assert [answer.status for answer in answers] == statuses


async def test_what_a_caller_writes_before_its_own_address_is_not_believed(database_url: str) -> None:
    async with strict(database_url, trusted=("127.0.0.1", "10.0.0.0/8"), guest=FEW) as library:
        said = [{"X-Forwarded-For": f"198.51.100.{n}, 2001:db8::{n}, 10.1.1.1"} for n in range(1, 5)]
        answers = [await library.guest.call("GET", "/api/home", headers=headers) for headers in said]
        assert [answer.status for answer in answers] == [200, 200, 200, 429]


async def test_a_socket_is_told_and_in_the_end_cut(database_url: str) -> None:
    async with strict(database_url, ordinary=FEW) as library:
        lin = await library.reader("lin")
        async with lin.socket() as socket:
            answers: list[Any] = [await socket.ask("chat_list", {}) for _ in range(4)]
            assert "data" in answers[2]
            assert answers[3]["error"]["code"] == "too_many"
            assert answers[3]["error"]["details"]["retry_after_s"] > 0
            for _ in range(sockets.TOO_MANY_AT_MOST):
                await socket.sio.emit("chat_list", {})
            await library.until(lambda: _is_cut(socket.sio))


async def _is_cut(client: socketio.AsyncClient) -> bool:
    return not client.connected


async def test_a_socket_that_comes_too_often_is_not_let_in(database_url: str) -> None:
    async with strict(database_url, guest=BucketSection(burst=1, per_minute=1)) as library:
        async with library.guest.socket():
            pass
        with pytest.raises(socketio.exceptions.ConnectionError):
            async with library.guest.socket():
                pass


async def test_the_socket_of_a_session_that_ended_behind_the_bus_is_cut_within_five_seconds(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    async with lin.socket() as ended, zhou.socket() as other:
        await fetch("DELETE FROM session WHERE reader_id = $1", lin.reader_id)
        await ended.next("session_ended", seconds=5)
        await library.until(lambda: _is_cut(ended.sio))
        assert other.sio.connected


async def booked_nothing(phone: Phone, times: int) -> list[int]:
    return [(await phone.book("A-1", at(10), at(9))).status for _ in range(times)]


@pytest.mark.usefixtures("redis_may_take_its_time")
async def test_processes_that_share_redis_count_together(database_url: str) -> None:
    with own_redis() as server:
        async with strict(database_url, redis=server.url, booking=FEW) as first:
            lin = await first.reader("lin")
            assert await booked_nothing(lin, 2) == [422, 422]
        async with strict(database_url, redis=server.url, booking=FEW) as second:
            again = Phone(second, "lin", lin.token, lin.reader_id)
            assert await booked_nothing(again, 2) == [422, 429]


async def test_while_redis_is_away_everybody_may_without_waiting_for_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_redis() as server:
        async with strict(database_url, redis=server.url, booking=FEW) as library:
            lin = await library.reader("lin")
            with monkeypatch.context() as patient:
                patient.setattr(limits, "ANSWERS_S", 10.0)
                assert (await booked_nothing(lin, 4))[-1] == 429
            server.freeze(True)
            async with asyncio.timeout(8):  # who waits for it each time takes ten seconds
                assert 429 not in await booked_nothing(lin, 20)
            server.freeze(False)
