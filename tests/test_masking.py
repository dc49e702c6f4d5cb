"""What never stands in a log, and the headers that keep answers out of the wrong hands."""

import logging
import os
import re
import secrets
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
import structlog

from server import logs
from tests.support.library import Library, Phone, running_library

LEAKING = Path(__file__).parent / "support" / "leaking.py"
TOKEN = secrets.token_urlsafe(32)
PRIVATE = (TOKEN, "oABCDEFGHIJKLMNOPQRSTUVW-_12", "13912345678", "hunter:two", "92_access-of-wechat")
TEXT = (
    f"Bearer {PRIVATE[0]} of {PRIVATE[1]}, phone={PRIVATE[2]}, postgres://{PRIVATE[3]}@db/x, "
    f"?access_token={PRIVATE[4]}&lang=zh"
)


@pytest.mark.parametrize("format_", ["console", "json"])
def test_what_names_a_person_or_opens_a_door_is_masked_everywhere(
    format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        logs.set_up(format_, "info")
        try:
            raise ValueError(TEXT)
        except ValueError:
            structlog.get_logger().exception("failed", text=TEXT, code="021abc")
            logging.getLogger("library").exception("failed: %s", TEXT)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)
    said = capsys.readouterr().err
    assert said.count("ValueError") >= 2
    for private in (*PRIVATE, "021abc"):
        assert private not in said


@pytest.mark.parametrize(
    "text", ["20261127064230", "0123456789abcdef0123456789abcdef", "took_s=0.139123456789"]
)
def test_ids_and_numbers_stay(text: str) -> None:
    assert logs.masked(text) == text


@pytest.mark.timeout(180)  # another run of the tests is started
async def test_a_test_that_prints_a_token_or_an_openid_fails(tmp_path: Path) -> None:
    words = ("-m", "pytest", str(LEAKING), "-q", "-o", f"cache_dir={tmp_path}")
    environment = {**os.environ, "WENJIN_TEST_DATABASE": "sqlite", "TEST_SERVERS": "1"}
    process = await create_subprocess_exec(sys.executable, *words, stdout=PIPE, env=environment)
    said = (await process.communicate())[0].decode()
    assert process.returncode == 1
    assert len(set(re.findall(r"test_says_it\[\w+\] printed what nobody may read", said))) == 2
    assert "3 passed, 2 errors" in said


async def test_every_answer_forbids_what_it_does_not_need(library: Library, lin: Phone) -> None:
    for answer in (await lin.get("/api/me"), await lin.get("/api/nothing"), await lin.get("/livez")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "Strict-Transport-Security" not in answer.headers
    for path, frames in (("/docs", "'none'"), ("/sim", "'self'")):
        policy = (await library.guest.get(path)).headers["Content-Security-Policy"]
        assert f"frame-ancestors {frames}" in policy, path


async def test_production_asks_browsers_to_come_by_tls_only(database_url: str) -> None:
    async with running_library(database_url, mode="production") as library:
        for path in ("/api/home", "/api/nothing", "/livez", "/docs"):
            answer = await library.guest.get(path)
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
