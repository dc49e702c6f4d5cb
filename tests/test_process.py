"""Real processes: starting, refusing to start, stopping."""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import socketio
from aiohttp import web
from aiohttp.test_utils import TestServer

from bench.crowd import Crowd
from server.config import ConfigError, load, load_secrets
from tests.support.ports import unused_port

pytestmark = pytest.mark.timeout(120)
ROOT = Path(__file__).parents[1]
CONFIG = (ROOT / "config.toml").read_text(encoding="utf-8")
REAL = (
    CONFIG.replace("simulator = true", "simulator = false", 1)
    .replace("http://127.0.0.1:8090/", "https://api.weixin.qq.com/", 1)
    .replace("wx0000000000000001", "wx00000000000000ff", 1)
)
SOCKETS = 600  # fewer than the files that a process may have open anywhere
SECRET = "a-secret-that-nobody-may-read-0123"
ASKED = web.AppKey("asked", asyncio.Event)


class Place:
    """A working directory with a configuration of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = unused_port()
        self.write(CONFIG)

    def write(self, config: str) -> None:
        (self.folder / "config.toml").write_text(config, encoding="utf-8")

    async def start(self, *words: str, **environment: str) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJIN_")}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            *words,
            cwd=self.folder,
            env={**kept, "PYTHONPATH": str(ROOT), "PORT": str(self.port), **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )

    async def told(self, *words: str, **environment: str) -> tuple[int | None, str]:
        """Run to the end: exit code and everything that was said."""
        process = await self.start(*words, **environment)
        said, _ = await asyncio.wait_for(process.communicate(), 45)
        return process.returncode, said.decode()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
async def serving(place: Place) -> AsyncIterator[tuple[Place, asyncio.subprocess.Process, asyncio.Event]]:
    """A server on an empty, migrated database, beside a WeChat that takes its time; the event: it was asked."""
    wechat = web.Application()
    wechat[ASKED] = asyncio.Event()
    wechat.router.add_get("/sns/jscode2session", slow_sign_in)
    async with TestServer(wechat) as slow:
        place.write(CONFIG.replace("http://127.0.0.1:8090/", str(slow.make_url("/")), 1))
        assert (await place.told("migrate"))[0] == 0
        process = await place.start("run")
        try:
            await answering(place)
            yield place, process, wechat[ASKED]
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def answering(place: Place) -> None:
    async with aiohttp.ClientSession() as http, asyncio.timeout(40):
        while True:
            try:
                async with http.get(f"{place.url}/readyz") as answer:
                    assert answer.status == 200, await answer.text()
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


# ---------------------------------------------------------------- starting


@pytest.mark.parametrize(
    ("change", "key", "rule"),
    [
        (("[log]", "[log]\ncolour = 1"), "log.colour", "no such setting"),
        (("[live]", "[alive]"), "alive", "no such setting"),
        (
            ("[wechat.templates.seat_reminder]", "[wechat.templates.seat_reminder]\nidd = 'x'"),
            "wechat.templates.seat_reminder.idd",
            "no such setting",
        ),
        (("port = 8080", 'port = "8080"'), "server.port", "valid integer"),
        (("in_web = true", "in_web = 1"), "worker.in_web", "valid boolean"),
        (("at_once = 4", "at_once = 0"), "worker.at_once", "greater than or equal to 1"),
        (("shutdown_s = 5.0", "shutdown_s = 30.0"), "server", "at most 13"),
        (("shutdown_s = 5.0", "shutdown_s = 1.0"), "server.shutdown_s", "greater than or equal to 2"),
        (('zone = "Asia/Shanghai"', 'zone = "Asia/Peking"'), "library.zone", "no such time zone"),
        (('place = "thing1"', 'place = "time1"'), "wechat.templates", "type thing"),
        (("sqlite://var", "mysql://var"), "database.url", "pattern"),
        (("sqlite://var/wenjin.sqlite3", "postgres://me:pass/word@host/x"), "database.url", "%2F"),
        (("simulator = true", "simulator = false"), "wechat", "base_url must be"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file_and_its_rule(
    place: Place, change: tuple[str, str], key: str, rule: str
) -> None:
    assert change[0] in CONFIG
    place.write(CONFIG.replace(*change, 1))
    with pytest.raises(ConfigError) as refused:
        load(place.folder / "config.toml", {})
    assert f"config.toml: {key}" in str(refused.value)
    assert rule in str(refused.value)


async def test_a_wrong_setting_refuses_the_start_in_plain_words(place: Place) -> None:
    place.write(CONFIG.replace("[log]", "[log]\ncolour = 1", 1))
    code, said = await place.told("run", WENJIN_WECHAT_SECRET=SECRET, WENJIN_PUSH_TOKEN=SECRET)
    assert (code, "config.toml: log.colour: no such setting" in said) == (2, True)
    assert "Traceback" not in said
    assert SECRET not in said


def test_real_wechat_needs_its_secrets_from_the_environment(place: Place) -> None:
    place.write(REAL)
    config = load(place.folder / "config.toml", {})
    with pytest.raises(ConfigError) as refused:
        load_secrets(config, {"WENJIN_WECHAT_SECRET": SECRET})
    assert "WENJIN_PUSH_TOKEN" in str(refused.value)
    assert "WENJIN_WECHAT_SECRET" not in str(refused.value)
    both = {"WENJIN_WECHAT_SECRET": SECRET, "WENJIN_PUSH_TOKEN": SECRET}
    assert SECRET not in repr(load_secrets(config, both))


PRODUCTION = (
    REAL.replace('mode = "development"', 'mode = "production"', 1)
    .replace("allowed_origins = []", 'allowed_origins = ["https://servicewechat.com"]', 1)
    .replace('public_url = ""', 'public_url = "https://library.example.edu"', 1)
)


async def test_production_starts_with_all_that_it_needs(place: Place) -> None:
    place.write(PRODUCTION)
    secrets = {"WENJIN_WECHAT_SECRET": SECRET, "WENJIN_PUSH_TOKEN": SECRET}
    assert await place.told("check-config", **secrets) == (0, "config.toml can be used, with real WeChat.\n")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (("simulator = false", "simulator = true"), "wechat.simulator"),
        (('["https://servicewechat.com"]', "[]"), "server.allowed_origins"),
        (('host = "127.0.0.1"', 'host = "0.0.0.0"'), "server.trusted_proxies"),
        (('"https://library.example.edu"', '""'), "server.public_url"),
    ],
)
async def test_production_refuses_what_is_only_for_trying_out(
    place: Place, change: tuple[str, str], key: str
) -> None:
    place.write(PRODUCTION.replace(*change, 1))
    code, said = await place.told("run", WENJIN_WECHAT_SECRET=SECRET, WENJIN_PUSH_TOKEN=SECRET)
    assert (code, key in said, "Traceback" in said) == (2, True, False)


async def test_production_refuses_missing_secrets_and_those_of_development(place: Place) -> None:
    await place.told("check-config")  # makes the secrets of development up
    kept = json.loads((place.folder / "var" / "secrets.json").read_text())
    place.write(PRODUCTION)
    code, said = await place.told("run", WENJIN_WECHAT_SECRET=SECRET)
    assert (code, "WENJIN_PUSH_TOKEN" in said) == (2, True)
    code, said = await place.told("run", WENJIN_WECHAT_SECRET=kept["wechat_secret"], WENJIN_PUSH_TOKEN=SECRET)
    assert (code, "of development" in said, kept["wechat_secret"] in said) == (2, True, False)


async def test_production_refuses_a_code_for_reviewers_that_is_soon_guessed(place: Place) -> None:
    place.write(PRODUCTION)
    secrets = {"WENJIN_WECHAT_SECRET": SECRET, "WENJIN_PUSH_TOKEN": SECRET}
    code, said = await place.told("run", **secrets, WENJIN_REVIEW_CODE=" review-code-123 ")
    assert (code, "WENJIN_REVIEW_CODE" in said, "review-code-123" in said) == (2, True, False)
    assert (await place.told("check-config", **secrets, WENJIN_REVIEW_CODE="review-code-1234"))[0] == 0


async def test_the_sample_is_laid_once_and_tells_its_codes_each_time(place: Place) -> None:
    assert (await place.told("migrate"))[0] == 0
    code, said = await place.told("seed", "--sample")
    assert (code, len(re.findall(r"^S-\d+  \w{10}$", said, re.M))) == (0, 12)
    assert await place.told("seed", "--sample") == (0, said)


async def test_a_demo_is_not_laid_over_the_real_wechat(place: Place) -> None:
    place.write(REAL)
    code, said = await place.told("run", "--demo", WENJIN_WECHAT_SECRET=SECRET, WENJIN_PUSH_TOKEN=SECRET)
    assert (code, "wechat.simulator = true" in said) == (2, True)
    assert not (place.folder / "var" / "wenjin.sqlite3").exists()


async def test_with_the_real_wechat_nobody_can_be_another_or_move_the_clock(place: Place) -> None:
    place.write(REAL)
    secrets = {"WENJIN_WECHAT_SECRET": SECRET, "WENJIN_PUSH_TOKEN": SECRET}
    await place.told("migrate", **secrets)
    process = await place.start("run", **secrets)
    try:
        await answering(place)
        async with aiohttp.ClientSession() as http:
            for method, path in (
                ("GET", "/"),
                ("GET", "/preview/"),
                ("GET", "/sim"),
                ("POST", "/sim/clock"),
                ("POST", "/sim/api/login"),
            ):
                async with http.request(method, place.url + path, json={"advance_s": 9}) as answer:
                    assert (path, answer.status) == (path, 404)
    finally:
        process.terminate()
        await process.wait()


async def test_made_up_secrets_are_kept_and_for_their_owner_only(place: Place) -> None:
    code, said = await place.told("check-config")
    assert (code, "can be used" in said) == (0, True)
    made = place.folder / "var" / "secrets.json"
    assert made.stat().st_mode & 0o077 == 0
    kept = json.loads(made.read_text())
    assert not any(secret in said for secret in kept.values())


async def test_a_taken_port_is_one_clear_sentence(place: Place) -> None:
    with socket.create_server(("127.0.0.1", place.port)):
        code, said = await place.told("run")
    assert code == 1
    assert f"Port {place.port} is taken." in said
    assert "Traceback" not in said


async def test_a_role_is_granted_on_the_command_line_to_who_has_signed_in(place: Place) -> None:
    await place.told("migrate")
    add_reader(place)
    assert (await place.told("grant", "an openid", "admin"))[0] == 0


def add_reader(place: Place) -> None:
    connection = sqlite3.connect(place.folder / "var" / "wenjin.sqlite3")
    connection.execute(
        "INSERT INTO reader (openid, made_at) VALUES ('an openid', '2026-11-23 00:00:00+00:00')"
    )
    connection.commit()
    connection.close()


# ---------------------------------------------------------------- stopping


async def slow_sign_in(request: web.Request) -> web.Response:
    request.app[ASKED].set()
    await asyncio.sleep(1)
    return web.json_response({"openid": "an openid", "session_key": SECRET})


async def test_on_sigterm_requests_in_flight_are_answered_and_sockets_are_told(
    serving: tuple[Place, asyncio.subprocess.Process, asyncio.Event],
) -> None:
    place, process, asked = serving
    heard: list[str] = []
    sio = socketio.AsyncClient(reconnection=False)
    sio.on("server_stopping", lambda _data: heard.append("server_stopping"))
    await sio.connect(place.url, transports=["websocket"], wait_timeout=20)
    async with aiohttp.ClientSession() as http:
        code = {"code": SECRET}
        in_flight = asyncio.create_task(http.post(f"{place.url}/api/sign-in", json=code))
        await asyncio.wait_for(asked.wait(), 20)

        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        answer = await in_flight
        signed_in = await answer.json()
        said, _ = await asyncio.wait_for(process.communicate(), 10)

    assert (process.returncode, time.monotonic() - began < 10) == (0, True)
    assert (answer.status, len(signed_in["token"])) == (200, 43)
    assert heard == ["server_stopping"]
    assert SECRET.encode() not in said
    assert signed_in["token"].encode() not in said
    await sio.disconnect()


async def test_a_request_that_nobody_answers_keeps_a_process_no_longer_than_its_settings_say(
    place: Place,
) -> None:
    wechat = web.Application()
    asked = wechat[ASKED] = asyncio.Event()
    wechat.router.add_get("/sns/jscode2session", silent_sign_in)
    async with TestServer(wechat) as silent, aiohttp.ClientSession() as http:
        place.write(
            CONFIG.replace("http://127.0.0.1:8090/", str(silent.make_url("/")), 1).replace(
                "shutdown_s = 5.0", "shutdown_s = 2.0", 1
            )
        )
        await place.told("migrate")
        process = await place.start("run")
        await answering(place)
        in_flight = asyncio.create_task(http.post(f"{place.url}/api/sign-in", json={"code": SECRET}))
        await asyncio.wait_for(asked.wait(), 20)
        await gone_within(process, seconds=2.0)
        with pytest.raises(aiohttp.ClientError):
            await in_flight


async def silent_sign_in(request: web.Request) -> web.Response:
    request.app[ASKED].set()
    await asyncio.sleep(8)  # longer than what the process is given by default, with a busy machine's share
    return web.json_response({})


async def gone_within(process: asyncio.subprocess.Process, *, seconds: float) -> None:
    """Told to end, with two seconds for a machine that does other things as well."""
    process.terminate()
    await asyncio.wait_for(process.communicate(), seconds + 2.0)


async def test_hundreds_of_sockets_do_not_keep_a_process_from_ending(
    serving: tuple[Place, asyncio.subprocess.Process, asyncio.Event],
) -> None:
    place, process, _ = serving
    crowd = Crowd("server_stopping")
    await crowd.come(place.port, [None] * SOCKETS)
    crowd.expect()
    ended = asyncio.create_task(gone_within(process, seconds=5.0))
    assert await crowd.all_heard() == SOCKETS
    await ended
    crowd.leave()


async def test_a_worker_of_its_own_stops_when_told(place: Place) -> None:
    await place.told("migrate")
    process = await place.start("worker")
    assert process.stdout
    line = await asyncio.wait_for(process.stdout.readline(), 40)
    assert b"working" in line
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_a_worker_of_its_own_tells_its_metrics_where_it_is_set(place: Place) -> None:
    port = unused_port()
    place.write(CONFIG.replace("metrics_port = 0", f"metrics_port = {port}", 1))
    await place.told("migrate")
    process = await place.start("worker")
    try:
        assert process.stdout
        await asyncio.wait_for(process.stdout.readline(), 40)
        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            assert (answer.status, "wenjin_jobs_due" in await answer.text()) == (200, True)
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_while_the_server_drains_it_serves_and_says_that_it_stops(place: Place) -> None:
    place.write(CONFIG.replace("drain_s = 0.0", "drain_s = 5.0", 1))
    await place.told("migrate")
    process = await place.start("run")
    try:
        await answering(place)
        process.terminate()
        async with aiohttp.ClientSession() as http:
            ready = 200
            while ready == 200:  # until the signal has come
                async with http.get(f"{place.url}/readyz") as answer:
                    ready, said = answer.status, await answer.json()
            assert (ready, said) == (503, {"status": "stopping"})
            async with http.get(f"{place.url}/api/home") as answer:
                assert answer.status == 200
    finally:
        assert await asyncio.wait_for(process.wait(), 20) == 0


async def test_what_several_processes_count_is_added_up(place: Place) -> None:
    counting = "from server import metrics; metrics.job('tidy', 'done'); print(metrics.text().decode())"
    (folder := place.folder / "counted").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for number in (1, 2, 3):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", counting, env=environment, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        assert f'wenjin_jobs_total{{kind="tidy",outcome="done"}} {number}.0' in said.decode()
