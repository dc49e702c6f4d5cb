"""Reads a number and writes the next one, again and again: `two_writers.py <database url> <times>`."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from models import db
from models.db import transaction
from models.people import Reader


async def count_up(url: str, times: int) -> None:
    await db.connect(url)
    try:
        for _ in range(times):
            async with transaction() as tx:
                await tx.lock("reader", (await Reader.get(openid="counted")).id)
                reader = await Reader.get(openid="counted")
                reader.nickname = str(int(reader.nickname or 0) + 1)
                await reader.save()
    finally:
        await db.disconnect()


if __name__ == "__main__":
    asyncio.run(count_up(sys.argv[1], int(sys.argv[2])))
