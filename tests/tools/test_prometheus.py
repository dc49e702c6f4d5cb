"""deploy/prometheus and deploy/grafana before a real Prometheus, where it is installed."""

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.soak.opening import Server
from tests.support.databases import dialect
from tests.support.library import Socket, new_key
from tests.support.ports import unused_port
from tests.support.redis import own_redis, redis_can_be_had
from tests.test_processes import Place, two_processes

DEPLOY = Path("deploy/prometheus")
TOKEN = "a-token-of-prometheus"
DASHBOARD = json.loads(Path("deploy/grafana/wenjin.json").read_text())
ASKED = {target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())}
SETTINGS = """
[server]
trusted_proxies = ["127.0.0.1"]
[wechat]
base_url = "http://127.0.0.1:1/"
[worker]
in_web = false
metrics_port = {port}
"""


async def test_promtool_finds_nothing_in_the_settings_and_the_alarms() -> None:
    if not shutil.which("promtool"):
        pytest.skip("needs promtool on the PATH")
    for words in (("config", "--syntax-only", "prometheus.yaml"), ("rules", "alerts.yaml")):
        checking = await asyncio.create_subprocess_exec("promtool", "check", *words, cwd=DEPLOY)
        assert await checking.wait() == 0


@asynccontextmanager
async def prometheus(folder: Path, *targets: int) -> AsyncIterator[str]:
    """With the files as they are, but for the ports, the place of the token and how often it asks."""
    settings = (DEPLOY / "prometheus.yaml").read_text().replace("15s", "1s")
    for port, target in zip((8080, 8081), targets, strict=True):
        settings = settings.replace(f"127.0.0.1:{port}", f"127.0.0.1:{target}")
    (folder / "token").write_text(TOKEN)
    (folder / "prometheus.yaml").write_text(
        settings.replace("/etc/prometheus/wenjin-token", f"{folder}/token")
    )
    shutil.copy(DEPLOY / "alerts.yaml", folder)
    port = unused_port()
    process = await asyncio.create_subprocess_exec(
        "prometheus",
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def use(place: Place) -> None:
    """Something of everything that is counted."""
    assert [await place.book(0, 0), await place.book(1, 0)] == [201, 409]
    socket = Socket()
    auth = {"token": place.tokens[0], "client_version": "9.9.9"}
    await socket.sio.connect(place.server.url, auth=auth, transports=["websocket"], wait_timeout=20)
    assert "data" in await socket.ask("chat_send", {"local_id": new_key(), "text": "请问几点闭馆？"})
    await socket.sio.disconnect()


async def without_data(http: aiohttp.ClientSession, url: str, queries: set[str]) -> set[str]:
    """Those that found nothing yet; one that Prometheus does not understand fails the test."""
    found = set()
    for query in queries:
        async with http.get(f"{url}/api/v1/query", params={"query": query}) as answer:
            if answer.status == 503:  # it listens, and is not ready
                break
            body = await answer.json()
            assert body["status"] == "success", (query, body)
            if body["data"]["result"]:
                found.add(query)
    return queries - found


async def until_all_have_data(url: str, queries: set[str]) -> None:
    async with aiohttp.ClientSession() as http:
        try:
            async with asyncio.timeout(60):
                while queries:
                    try:
                        queries = await without_data(http, url, queries)
                    except aiohttp.ClientConnectionError:
                        pass  # it starts
                    await asyncio.sleep(0.5)
        except TimeoutError:
            pytest.fail(f"no data: {queries}")
        async with http.get(f"{url}/api/v1/rules") as answer:
            groups = (await answer.json())["data"]["groups"]
        assert {rule["health"] for group in groups for rule in group["rules"]} == {"ok"}


@pytest.mark.timeout(120)
@pytest.mark.skipif(dialect() == "sqlite", reason="two processes need PostgreSQL")
@pytest.mark.skipif(not redis_can_be_had(), reason="needs a Redis server")
async def test_every_panel_of_the_dashboard_has_data_of_two_processes_and_a_worker(
    tmp_path: Path, database_url: str
) -> None:
    if not shutil.which("prometheus"):
        pytest.skip("needs prometheus on the PATH")
    port = unused_port()
    (tmp_path / "config.toml").write_text(SETTINGS.format(port=port))
    (tmp_path / "var").mkdir()
    with own_redis() as redis:
        own = {"WENJIN_METRICS_TOKEN": TOKEN}
        async with two_processes(database_url, redis.url, folder=tmp_path, **own) as place:
            worker = Server(
                database_url, folder=tmp_path, words=("worker",), WENJIN_REDIS_URL=redis.url, **own
            )
            await worker.launch()
            try:
                async with prometheus(tmp_path, place.server.port, port) as url:
                    await use(place)
                    await until_all_have_data(url, ASKED | {"count(up == 1) == 2"})
            finally:
                await worker.end(signal.SIGTERM)
