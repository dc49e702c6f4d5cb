"""Claims the reminder, does its work inside a transaction, and stops before the commit, to be killed there.

`dying_worker.py <database url> <now>`
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from models import db, jobs
from models.db import transaction


async def die(url: str, now: datetime) -> None:
    await db.connect(url)
    claimed = await jobs.claim("the dying", now, ["remind", "lapse"], limit=10)
    reminder = next(job for job in claimed if job.kind == "remind")
    async with transaction() as tx:
        await tx.fetch("DELETE FROM job WHERE id = $1", reminder.id)
        print("in the middle", flush=True)
        await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(die(sys.argv[1], datetime.fromisoformat(sys.argv[2])))
