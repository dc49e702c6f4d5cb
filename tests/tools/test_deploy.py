"""What deploy/ says is what the product needs: checked without a container engine."""

import asyncio
import os
import re
import shutil
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from models.db import fetch
from server.config import KILLED_AFTER_S
from tests.support.databases import Databases, dialect
from tests.support.library import Library, Phone
from tests.support.ports import unused_port
from tests.support.redis import own_redis

DEPLOY = Path("deploy")
SECRETS = {"WENJIN_WECHAT_SECRET": "a" * 32, "WENJIN_PUSH_TOKEN": "b" * 24}
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture
def own_redis_url() -> Iterator[str]:
    with own_redis() as redis:
        yield redis.url


def image(folder: Path, port: int) -> None:
    """Lay out what the Dockerfile copies, with the example's settings on a port of this test's own."""
    for source, target in re.findall(r"^COPY (?!--)(\S+) (\S+)$", (DEPLOY / "Dockerfile").read_text(), re.M):
        if Path(source).is_dir():
            shutil.copytree(source, folder / target, ignore=shutil.ignore_patterns("__pycache__"))
    settings = (DEPLOY / "production.example.toml").read_text()
    (folder / "config.toml").write_text(settings.replace("[server]", f"[server]\nport = {port}"))


@asynccontextmanager
async def started(
    folder: Path, *command: str, environment: dict[str, str], stderr: int | None = None
) -> AsyncIterator[Process]:
    others = {
        name: value for name, value in os.environ.items() if name != "PORT"
    }  # which the image has not either
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *command),
        cwd=folder,
        env={**others, **SECRETS, **environment},
        stderr=stderr,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def answers(url: str) -> int:
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(url) as answer:
                    return answer.status
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


@pytest.mark.timeout(180)
@pytest.mark.skipif(dialect() == "sqlite", reason="two processes need PostgreSQL")
async def test_what_the_image_holds_migrates_serves_in_two_processes_and_works(
    all_databases: Databases, own_redis_url: str, tmp_path: Path
) -> None:
    port = unused_port()
    await asyncio.to_thread(image, tmp_path, port)
    environment = {
        "WENJIN_DATABASE_URL": await asyncio.to_thread(all_databases.empty),
        "WENJIN_REDIS_URL": own_redis_url,
    }
    async with started(tmp_path, "migrate", environment=environment) as migrating:
        assert await migrating.wait() == 0
    async with (
        started(tmp_path, "run", "--processes", "2", environment=environment) as serving,
        started(tmp_path, "worker", environment=environment, stderr=asyncio.subprocess.PIPE) as working,
    ):
        assert working.stderr
        async with asyncio.timeout(60):  # before it says so, it would not know how to end
            while b"working" not in (line := await working.stderr.readline()):
                assert line, "the worker ended"
        assert await answers(f"http://127.0.0.1:{port}/livez") == 200
        assert await answers(f"http://127.0.0.1:{port}/readyz") == 200
    assert [await process.wait() for process in (serving, working)] == [0, 0]


def test_the_image_gets_the_extras_that_it_names() -> None:
    [extras] = re.findall(r'^ARG EXTRAS="(.*)"$', (DEPLOY / "Dockerfile").read_text(), re.M)
    files = {f"requirements-{extra}.txt" for extra in extras.split()} | {"requirements.txt"}
    let_in = {line[1:] for line in Path(".dockerignore").read_text().splitlines() if line.startswith("!req")}
    assert files == let_in
    assert all(Path(file).is_file() for file in files)


def test_each_service_of_the_compose_file_names_what_is_there() -> None:
    services = COMPOSE["services"]
    assert services["server"]["deploy"]["replicas"] == 2
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source in {"./Caddyfile", "./production.toml"}, volume
        if name != "caddy":
            assert "ports" not in service, f"{name} must not be reached past the proxy"


def test_the_proxy_of_the_compose_file_is_the_one_that_the_example_trusts() -> None:
    address = COMPOSE["services"]["caddy"]["networks"]["inside"]["ipv4_address"]
    assert f'trusted_proxies = ["{address}"]' in (DEPLOY / "production.example.toml").read_text()


@pytest.mark.parametrize("unit", ["wenjin.service", "wenjin-worker.service"])
def test_a_unit_runs_a_command_that_the_server_has(unit: str) -> None:
    from server.__main__ import app

    known = {
        command.name or str(command.callback.__name__)
        for command in app.registered_commands
        if command.callback
    }
    run = re.findall(r"^Exec\w+=\S+/python -m server (\S+)", (DEPLOY / unit).read_text(), re.M)
    assert run
    assert set(run) <= known


def test_whoever_stops_a_service_waits_for_as_long_as_the_settings_may_say() -> None:
    for unit in ("wenjin.service", "wenjin-worker.service"):
        assert f"\nTimeoutStopSec={KILLED_AFTER_S}\n" in (DEPLOY / unit).read_text()
    for service in ("server", "worker"):
        assert COMPOSE["services"][service]["stop_grace_period"] == f"{KILLED_AFTER_S}s"
    assert f"{KILLED_AFTER_S} seconds after SIGTERM" in (DEPLOY / "cloud-hosting.md").read_text()


@pytest.mark.parametrize("name", ["OPENID", "UNIONID", "APPID", "SOURCE", "FROM-OPENID", "FROM-UNIONID"])
def test_nginx_takes_the_headers_of_cloud_hosting_off(name: str) -> None:
    assert f'proxy_set_header X-WX-{name} "";' in (DEPLOY / "nginx.conf").read_text()


async def test_the_headers_of_cloud_hosting_make_nobody_somebody(library: Library, lin: Phone) -> None:
    row = await fetch("SELECT openid FROM reader")
    claimed = {
        "X-WX-OPENID": row[0]["openid"],
        "X-WX-APPID": library.config.wechat.appid,
        "X-WX-SOURCE": "wx_client",
    }
    answer = await library.guest.call("GET", "/api/me", headers=claimed)
    assert (answer.body["id"], answer.body["roles"]) == (None, ["guest"])
