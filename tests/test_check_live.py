"""`check-live` against a running library and the simulated WeChat, where one thing after the other is wrong."""

import asyncio
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.support.library import PUSH_TOKEN, SECRET, Library

pytestmark = pytest.mark.timeout(180)  # a process starts and asks many others

ROOT = Path(__file__).parent.parent
HERE = {"mode", "domain"}  # what a test on one machine lacks: production, and a certificate
TEMPLATE = '[wechat.templates.answered]\nid = "{id}"\nfields = {fields}\n'
FIELDS = '{ question = "thing1", answer = "thing2", time = "time3" }'


class Checked:
    def __init__(self, library: Library, folder: Path) -> None:
        self.library, self._folder = library, folder
        self.right = {
            "url": library.url,
            "wechat": f"{library.sim_url}/",
            "id": library.config.wechat.templates["answered"].id,
            "fields": FIELDS,
            "database": library.config.database.url,
            "redis": "",
            "secret": SECRET,
            "token": PUSH_TOKEN,
        }

    async def missing(self, **wrong: str) -> dict[str, str]:
        """What the command finds missing beyond HERE, by what it looked at."""
        values = {**self.right, **wrong}
        await asyncio.to_thread(
            (self._folder / "config.toml").write_text,
            f"[server]\npublic_url = {json.dumps(values['url'])}\n"
            f"[wechat]\nbase_url = {json.dumps(values['wechat'])}\n"
            + TEMPLATE.format(id=values["id"], fields=values["fields"]),
        )
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            "check-live",
            cwd=self._folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "COLUMNS": "300",
                "WENJIN_DATABASE_URL": values["database"],
                "WENJIN_REDIS_URL": values["redis"],
                "WENJIN_WECHAT_SECRET": values["secret"],
                "WENJIN_PUSH_TOKEN": values["token"],
            },
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await process.communicate()
        assert process.returncode == 1, said.decode()
        found = dict(re.findall(r"^missing +(\w+) +(.+)$", said.decode(), re.M))
        assert set(found) >= HERE, said.decode()
        assert SECRET not in said.decode()
        return {what: how for what, how in found.items() if what not in HERE}


@pytest.fixture
async def checked(library: Library, tmp_path: Path) -> Checked:
    await library.advance(seconds=(datetime.now(UTC) - library.clock.now()).total_seconds())
    return Checked(library, tmp_path)


async def test_nothing_is_missing_where_all_is_right(checked: Checked) -> None:
    assert await checked.missing() == {}


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("database", {"database": "postgres://nobody@127.0.0.1:1/none"}),
        ("redis", {"redis": "redis://127.0.0.1:1/0"}),
        ("push", {"token": "another"}),
        ("push", {"url": "http://127.0.0.1:1"}),
        ("templates", {"id": "of-another-account"}),
        ("templates", {"fields": FIELDS.replace("thing2", "thing9")}),
    ],
)
async def test_the_one_thing_that_is_wrong_is_named(
    checked: Checked, what: str, wrong: dict[str, str]
) -> None:
    assert set(await checked.missing(**wrong)) == {what}


@pytest.mark.parametrize(("errcode", "hint"), [(40164, "IP"), (40125, "WENJIN_WECHAT_SECRET")])
async def test_a_token_that_wechat_does_not_give_says_what_to_do(
    checked: Checked, errcode: int, hint: str
) -> None:
    await checked.library.sim(
        "faults", {"path": "/cgi-bin/stable_token", "kind": "errcode", "errcode": errcode}
    )
    found = await checked.missing()
    assert set(found) == {"token", "categories", "templates"}
    assert hint in found["token"]
    assert str(errcode) in found["token"]


async def test_a_clock_that_runs_otherwise_than_wechats_is_found(checked: Checked) -> None:
    async def of_days_ago(_request: web.Request) -> web.Response:
        date = format_datetime(datetime.now(UTC) - timedelta(days=3), usegmt=True)
        return web.json_response({}, headers={"Date": date})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", of_days_ago)
    async with TestServer(app) as elsewhere:
        assert "chrony" in (await checked.missing(wechat=str(elsewhere.make_url("/"))))["clock"]
