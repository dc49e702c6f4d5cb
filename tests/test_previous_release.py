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
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from models import schema
from server.clock import SystemClock
from tests.support.chat import claim, librarian, queue, said, texts
from tests.support.library import DEFAULTS, PUSH_TOKEN, SECRET, Library, Phone, new_key
from tests.support.ports import unused_port
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
async def serving(folder: Path, library: Library) -> AsyncIterator[str]:
    """The release in `folder` as an operator runs it, beside the present one on the same database: its URL."""
    config = folder / "config.toml"
    config.write_text(config.read_text().replace(DEFAULTS.wechat.base_url, f"{library.sim_url}/"))
    url = f"http://127.0.0.1:{(port := unused_port())}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WENJIN_")}
    own = {
        "PORT": str(port),
        "WENJIN_DATABASE_URL": library.config.database.url,
        "WENJIN_WECHAT_SECRET": SECRET,
        "WENJIN_PUSH_TOKEN": PUSH_TOKEN,
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "run", cwd=folder, env={**kept, **own}
    )
    try:
        async with asyncio.timeout(40):
            while True:
                try:
                    async with library.http.get(f"{url}/readyz") as answer:
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


@pytest.fixture
async def previous(library: Library, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of the previous release, which runs on the schema of this one at the time of this moment."""
    await asyncio.to_thread(unpack, tmp_path)
    await library.advance(seconds=(SystemClock().now() - library.clock.now()).total_seconds())
    async with serving(tmp_path, library) as url:
        yield url


def at_the_previous(phone: Phone, url: str) -> Phone:
    same = Phone(phone.library, phone.handle, phone.token, phone.reader_id)
    same.url = url
    return same


async def test_the_previous_release_serves_beside_this_one_on_its_schema(
    library: Library, previous: str
) -> None:
    await library.sim("persons", {"handle": "lin", "name": "lin"})
    code = (await library.sim("login", {"person": "lin"}))["code"]
    answer = await at_the_previous(library.guest, previous).post("/api/sign-in", {"code": code})
    assert answer.status == 200, answer.body
    now = Phone(library, "lin", answer.body["token"], int(answer.body["me"]["id"]))
    before = at_the_previous(now, previous)

    await books_and_cancels(now, before)
    await asks_and_is_answered(now, before, await librarian(library))


async def books_and_cancels(now: Phone, before: Phone) -> None:
    here = now.library.clock.now().astimezone(ZoneInfo(DEFAULTS.library.zone))
    # From seven o'clock on one may book for tomorrow; before, today is still all there.
    day = here if here.hour < 7 else here + timedelta(days=1)
    starts, ends = (
        day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat() for hour in (10, 11)
    )
    for first, second in ((before, now), (now, before)):
        key = new_key()
        booked = (await first.book("A-1", starts, ends, key=key)).body
        again = (await second.book("A-1", starts, ends, key=key)).body
        old, new = (booked, again) if first is before else (again, booked)
        assert old.items() <= new.items()  # what the wire has gained since, the new one says besides
        cancelled = await second.post(f"/api/bookings/{booked['id']}/cancel", {"idempotency_key": new_key()})
        assert cancelled.status == 200, cancelled.body
        assert (await first.get(f"/api/bookings/{booked['id']}")).body["state"] == "cancelled"


async def asks_and_is_answered(now: Phone, before: Phone, staff: Phone) -> None:
    question = {"local_id": new_key(), "text": "请问还有空座吗"}
    async with before.socket() as socket:
        sent = (await socket.ask("chat_send", question))["data"]
    again = (await now.post("/api/chat-messages", question)).body
    assert {**again, "state": "checking"} == sent  # WeChat may have looked at it meanwhile
    conversation_id = sent["conversation_id"]
    await now.library.until(lambda: queue(staff), seconds=20)
    assert (await claim(staff, conversation_id)).status == 200
    await said(staff, "有，请到二层", conversation_id=conversation_id)

    async def both() -> bool:
        return await texts(before, conversation_id) == ["请问还有空座吗", "有，请到二层"]

    await now.library.until(both, seconds=20)
