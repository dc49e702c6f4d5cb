"""A new version migrates while the previous release still serves, and takes nothing from it."""

import asyncio
import io
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
import socketio
from aiohttp.test_utils import TestServer, unused_port

from models import schema
from server.clock import SystemClock
from server.wechat.simulator import SimulatorSettings, simulator_app
from tests.support.databases import Databases
from tests.support.library import DEFAULTS, PUSH_TOKEN, SECRET
from tools.expand import taken_away

PREVIOUS = tomllib.loads(Path("contract/previous.toml").read_text(encoding="utf-8"))
MIGRATION = """
from tortoise import fields, migrations
from tortoise.migrations import operations as ops

{before}

class Migration(migrations.Migration):
    operations = [{operation}]
"""


def test_no_migration_since_the_previous_release_takes_away_what_it_uses() -> None:
    newer = [step for step in schema.steps() if step > PREVIOUS["migration"]]
    assert [line for step in newer for line in taken_away(Path("migrations", f"{step}.py"))] == []


def written(folder: Path, operation: str, before: str = "") -> list[str]:
    step = folder / "0009_step.py"
    step.write_text(MIGRATION.format(operation=operation, before=before))
    return taken_away(step)


@pytest.mark.parametrize(
    "operation",
    [
        'ops.RemoveField(model_name="Reader", name="nickname")',
        'ops.RenameField(model_name="Reader", old_name="nickname", new_name="name")',
        'ops.AlterField(model_name="Reader", name="nickname", field=fields.CharField(9))',
        'ops.AddField(model_name="Reader", name="email", field=fields.CharField(90))',
        'ops.AddField(model_name="Reader", name="age", field=fields.IntField(default=1))',  # only in our code
        'ops.DeleteModel("Reader")',
        'ops.RunSQL("ALTER TABLE reader DROP COLUMN nickname")',
        'ops.RunSQL("ALTER TABLE reader ALTER COLUMN nickname SET NOT NULL")',
    ],
)
def test_what_the_previous_release_would_miss_is_named_until_it_is_said_why(
    tmp_path: Path, operation: str
) -> None:
    assert written(tmp_path, operation)
    assert written(tmp_path, operation, 'CONTRACTS = "unused since 0.2.0"') == []


@pytest.mark.parametrize(
    "operation",
    [
        'ops.AddField(model_name="Reader", name="email", field=fields.CharField(90, null=True))',
        'ops.AddField(model_name="Reader", name="age", field=fields.IntField(db_default=1))',
        'ops.CreateModel("Thing", fields=[("id", fields.BigIntField(primary_key=True))])',
        'ops.RunSQL("CREATE INDEX reader_name ON reader (nickname)")',
    ],
)
def test_a_migration_may_add(tmp_path: Path, operation: str) -> None:
    assert written(tmp_path, operation) == []


# ---------------------------------------------------------------- the previous release itself


def unpack(folder: Path) -> None:
    """Lay the previous release out, or skip the test where the history does not reach back to it."""
    packed = subprocess.run(["git", "archive", "--format=zip", PREVIOUS["revision"]], capture_output=True)
    if packed.returncode:
        pytest.skip(f"the previous release, {PREVIOUS['revision']}, is not in this clone's history")
    with zipfile.ZipFile(io.BytesIO(packed.stdout)) as files:
        files.extractall(folder)


@asynccontextmanager
async def serving(folder: Path, database_url: str, wechat_url: str) -> AsyncIterator[str]:
    """The release in `folder` as an operator runs it, on this database: its URL."""
    config = folder / "config.toml"
    config.write_text(config.read_text().replace(DEFAULTS.wechat.base_url, wechat_url))
    url = f"http://127.0.0.1:{(port := unused_port())}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJIN_")}
    own = {
        "PORT": str(port),
        "WENJIN_DATABASE_URL": database_url,
        "WENJIN_WECHAT_SECRET": SECRET,
        "WENJIN_PUSH_TOKEN": PUSH_TOKEN,
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "run", cwd=folder, env={**kept, **own}
    )
    try:
        async with aiohttp.ClientSession() as http, asyncio.timeout(20):
            while True:
                try:
                    async with http.get(f"{url}/readyz") as answer:
                        assert answer.status == 200, await answer.text()
                        break
                except aiohttp.ClientConnectionError:
                    assert server.returncode is None
                    await asyncio.sleep(0.05)
        yield url
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def post(http: aiohttp.ClientSession, url: str, body: Any) -> Any:
    async with http.post(url, json=body) as answer:
        assert answer.status in {200, 201}, await answer.text()
        return await answer.json()


async def test_the_previous_release_serves_on_the_schema_of_this_one(
    all_databases: Databases, tmp_path: Path
) -> None:
    await asyncio.to_thread(unpack, tmp_path)
    database_url = await asyncio.to_thread(all_databases.new)  # migrated and filled by this version
    simulated = SimulatorSettings(
        database=":memory:",
        appid=DEFAULTS.wechat.appid,
        secret=SECRET,
        push_url="http://127.0.0.1:9/wechat/push",
        push_token=PUSH_TOKEN,
    )
    async with TestServer(simulator_app(simulated)) as simulator, aiohttp.ClientSession() as http:
        wechat_url = str(simulator.make_url("/"))
        async with serving(tmp_path, database_url, wechat_url) as url:
            await post(http, f"{wechat_url}sim/api/persons", {"handle": "lin", "name": "lin"})
            code = (await post(http, f"{wechat_url}sim/api/login", {"person": "lin"}))["code"]
            token = (await post(http, f"{url}/api/sign-in", {"code": code}))["token"]
            await books_and_cancels(url, token)
            await asks(url, token)


def signed_in(token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"})


async def books_and_cancels(url: str, token: str) -> None:
    now = SystemClock().now().astimezone(ZoneInfo(DEFAULTS.library.zone))
    # From seven o'clock on one may book for tomorrow; before, today is still all there.
    day = now if now.hour < 7 else now + timedelta(days=1)
    starts, ends = (day.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (10, 11))
    wish = {"starts_at": starts.isoformat(), "ends_at": ends.isoformat(), "idempotency_key": "booking-1"}
    async with signed_in(token) as http:
        booked = await post(http, f"{url}/api/seats/1/bookings", wish)
        assert (await post(http, f"{url}/api/seats/1/bookings", wish))["id"] == booked["id"]
        cancel = f"{url}/api/bookings/{booked['id']}/cancel"
        assert (await post(http, cancel, {"idempotency_key": "cancel-01"}))["state"] == "cancelled"


async def asks(url: str, token: str) -> None:
    socket = socketio.AsyncClient(reconnection=False)
    await socket.connect(url, auth={"token": token, "client_version": "0.1.0"}, transports=["websocket"])
    try:
        text = {"local_id": "text-0001", "text": "请问还有空座吗"}
        first, again = [(await socket.call("chat_send", text, timeout=5))["data"] for _ in range(2)]
        assert again == first
    finally:
        await socket.disconnect()
    async with (
        signed_in(token) as http,
        http.get(f"{url}/api/chats/{first['conversation_id']}?limit=10") as answer,
    ):
        events = (await answer.json())["events"]
    assert [event["message"]["text"] for event in events if event["kind"] == "posted"] == [text["text"]]
