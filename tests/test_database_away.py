"""PostgreSQL stops, dies, freezes and comes back under a running server process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import asyncpg
import pytest
import socketio

from models.away import what_is_away
from models.chat import ChatMessage
from models.db import transaction
from models.people import Reader
from server.patience import patiently
from tests.soak.opening import ROOT, Server, open_database, sign_in_many
from tests.support.library import DEFAULTS, MONDAY_9
from tests.support.ports import unused_port
from tests.support.postgres import Postgres, own_postgres

pytestmark = pytest.mark.timeout(120)
ANSWERS_S = 1
BOUND_S = 15  # after which a phone waits no longer; most of it is the queue for three connections
MACHINE_BUSY_S = 5  # in which a process may not get its turn, beside what the product takes


@dataclass
class Running:
    database: Postgres
    server: Server
    http: aiohttp.ClientSession

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.server.url + path) as answer:
            body = await answer.json()
            if answer.status == 503 and "error" in body:
                assert answer.headers["Retry-After"] == "5"
            return answer.status, body

    async def says_so(self) -> None:
        """Every call is answered, with one code, in a bounded time."""
        began = time.monotonic()
        answers = await asyncio.gather(*(self.get("/api/home") for _ in range(12)))
        assert {(status, body["error"]["code"]) for status, body in answers} == {(503, "try_later")}
        assert time.monotonic() - began < BOUND_S
        assert (await self.get("/readyz"))[0] == 503
        assert (await self.get("/livez"))[0] == 200

    async def recovers(self) -> None:
        async with asyncio.timeout(40):
            while (await self.get("/readyz"))[0] != 200:  # noqa: ASYNC110 (another process)
                await asyncio.sleep(0.05)
        answers = await asyncio.gather(*(self.get("/api/home") for _ in range(12)))
        assert {status for status, _ in answers} == {200}


@pytest.fixture(scope="module")
def database() -> Iterator[Postgres]:
    with own_postgres(f"&pool=3&answers_s={ANSWERS_S}") as database:
        environment = {**os.environ, "WENJIN_DATABASE_URL": database.url}
        command = [sys.executable, "-m", "server", "migrate"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        yield database


@pytest.fixture
async def running(database: Postgres) -> AsyncIterator[Running]:
    server = Server(database.url)
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Running(database, server, http)
    finally:
        await server.end(signal.SIGTERM)


async def test_while_the_database_is_stopped_every_call_says_so_and_afterwards_all_is_well(
    running: Running,
) -> None:
    assert (await running.get("/api/home"))[0] == 200
    await asyncio.to_thread(running.database.stop)
    await running.says_so()
    await asyncio.to_thread(running.database.start)
    await running.recovers()


async def test_a_database_that_freezes_is_away_within_seconds_and_back_when_it_answers(
    running: Running,
) -> None:
    await running.recovers()
    with running.database.frozen():
        await running.says_so()
    await running.recovers()


async def test_a_database_that_crashes_is_asked_again_by_new_connections(running: Running) -> None:
    await running.recovers()
    running.database.crash()
    answers = await asyncio.gather(*(running.get("/api/home") for _ in range(12)))
    assert {body["error"]["code"] for status, body in answers if status != 200} <= {"try_later"}
    await running.recovers()


async def test_a_database_that_is_silent_keeps_no_process_from_ending(running: Running) -> None:
    await running.recovers()
    with running.database.frozen():
        waiting = [asyncio.create_task(running.get("/api/home")) for _ in range(6)]
        await asyncio.sleep(0.2)
        async with asyncio.timeout(DEFAULTS.server.stops_within_s + MACHINE_BUSY_S):
            await running.server.end(signal.SIGTERM)
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_starts_while_the_database_is_away_waits_for_it_and_says_so(database: Postgres) -> None:
    await asyncio.to_thread(database.stop)
    server = Server(database.url)
    starting = asyncio.create_task(server.start())
    command = (sys.executable, "-m", "server", "worker")
    environment = {**os.environ, "WENJIN_DATABASE_URL": database.url}
    worker = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    assert worker.stderr
    try:
        async with asyncio.timeout(80):
            assert "waiting_for_database" in (await worker.stderr.readline()).decode()
            await asyncio.to_thread(database.start)
            await starting
            while "working" not in (await worker.stderr.readline()).decode():
                pass
    finally:
        await server.end(signal.SIGTERM)
        worker.terminate()
        await worker.communicate()


async def test_a_database_that_stays_away_ends_the_start_and_one_that_never_was_does_at_once(
    database: Postgres,
) -> None:
    began = time.monotonic()
    with pytest.raises(OSError):  # noqa: PT011 (whichever a socket raises)
        await patiently(partial(asyncpg.connect, host="127.0.0.1", port=unused_port()), seconds=1)
    assert 0.4 < time.monotonic() - began < 1 + MACHINE_BUSY_S
    environment = {**os.environ, "WENJIN_DATABASE_URL": database.url.replace("/postgres?", "/nowhere?")}
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "server", "worker", env=environment)
    assert await asyncio.wait_for(worker.wait(), 40) == 1  # waiting takes a minute


async def test_a_message_that_met_a_frozen_database_is_refused_and_sent_again_is_there_once(
    running: Running,
) -> None:
    (token,), _ = await sign_in_many(running.database.url, 1)
    sio = socketio.AsyncClient(reconnection=False)
    await sio.connect(
        running.server.url, auth={"token": token}, transports=["websocket"], wait_timeout=BOUND_S
    )
    wish = {"local_id": "the-same-id", "text": "请问几点闭馆？"}
    try:
        with running.database.frozen():
            began = time.monotonic()
            answer = await sio.call("chat_send", wish, timeout=BOUND_S)
            assert answer["error"]["code"] == "try_later"
            assert time.monotonic() - began < BOUND_S
        await running.recovers()
        first, second = [await sio.call("chat_send", wish, timeout=BOUND_S) for _ in range(2)]
        assert first["data"] == second["data"]
    finally:
        await sio.disconnect()
    async with open_database(running.database.url):
        assert await ChatMessage.filter(local_id=wish["local_id"]).count() == 1


async def test_while_the_database_is_silent_nobody_new_comes_in_and_a_guests_socket_still_opens(
    running: Running,
) -> None:
    (token,), _ = await sign_in_many(running.database.url, 1)
    with running.database.frozen():
        guest, reader = socketio.AsyncClient(reconnection=False), socketio.AsyncClient(reconnection=False)
        await guest.connect(running.server.url, transports=["websocket"], wait_timeout=BOUND_S)
        await guest.disconnect()
        with pytest.raises(socketio.exceptions.ConnectionError):
            await reader.connect(
                running.server.url, auth={"token": token}, transports=["websocket"], wait_timeout=BOUND_S
            )
    await running.recovers()


async def test_when_the_answer_to_a_commit_is_lost_nobody_is_told_that_it_is_stored(
    database: Postgres,
) -> None:
    told: list[str] = []

    async def frozen_at_the_commit(frozen: ExitStack) -> None:
        async with transaction() as tx:
            await Reader.create(openid="o-perhaps", made_at=MONDAY_9)
            tx.after_commit(lambda: told.append("look again"))
            tx.after_commit(lambda: told.append("it is so"), certain=True)
            frozen.enter_context(database.frozen())

    async with open_database(database.url):
        with ExitStack() as frozen, pytest.raises(TimeoutError):
            await frozen_at_the_commit(frozen)
    assert told == ["look again"]


async def test_who_falls_silent_in_a_transaction_locks_nobody_out_for_long(database: Postgres) -> None:
    async with open_database(database.url):
        reader = await Reader.create(openid="o-silent", made_at=MONDAY_9)
        locked, over = asyncio.Event(), asyncio.Event()

        async def silent() -> str | None:
            try:
                async with transaction(lock=("reader", reader.id)):
                    locked.set()
                    await over.wait()
            except Exception as error:
                return what_is_away(error)
            return "never cut off"

        task = asyncio.create_task(silent())
        await locked.wait()
        began, refused = time.monotonic(), set()
        while not over.is_set():
            try:
                async with transaction(lock=("reader", reader.id)):
                    over.set()
            except Exception as error:
                refused.add(what_is_away(error))
        assert refused == {"too_slow"}
        assert time.monotonic() - began < 5 * ANSWERS_S + MACHINE_BUSY_S
        assert await task == "database_away"
