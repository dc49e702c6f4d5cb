"""A worker that claims the import that is to be applied, and stops before its third commit, to be killed there.

`dying_import.py <database url> <now>`
"""

import asyncio
import itertools
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import aiohttp

sys.path.pop(0)  # what tests have here is called as libraries are
sys.path.insert(0, str(Path(__file__).parents[2]))

from handlers import import_jobs
from handlers.access import PRODUCT
from handlers.import_jobs import ImportJob
from models import db, imports, jobs
from models.db import Tx
from models.imports import Applied
from server import config as settings
from server.app import services_of
from server.clock import SystemClock

_portions, _applied = itertools.count(1), imports.applied


async def applied(tx: Tx, rows: Sequence[Applied]) -> None:
    await _applied(tx, rows)
    if next(_portions) == 3:
        print("in the middle", flush=True)
        await asyncio.sleep(60)


async def work(url: str, now: datetime) -> None:
    imports.applied = applied
    config = settings.load()
    await db.connect(url)
    claimed = (await jobs.claim("the dying", now, ["apply_import"], limit=1))[0]
    async with aiohttp.ClientSession() as http:
        services = services_of(config, settings.load_secrets(config), SystemClock(), http)
        await import_jobs.apply(services.context("dying"), PRODUCT, ImportJob(**claimed.payload))


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
