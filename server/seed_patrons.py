"""Groups of readers and a few cards for the demo library, with the secrets that README.md tells."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Final

from models.db import transaction
from models.patrons import PatronRow, hash_secret, save_group, upsert_many

GROUPS: Final = (
    ("student", "学生"),
    ("staff", "教工"),
    ("child", "少儿"),
    ("elder", "长者"),
    ("visitor", "访客"),
)
CARDS: Final = (  # number, name, group, secret, last day
    ("20230001", "林小满", "student", "246810", date(2030, 6, 30)),
    ("20150002", "周知远", "staff", "135791", None),
    ("19990003", "陈奶奶", "elder", "112233", None),
    ("20260004", "林小豆", "child", "445566", date(2035, 8, 31)),
    ("20190005", "王晓", "student", "246810", date(2023, 6, 30)),
)


async def write(progress: Callable[[str], None]) -> None:
    progress("groups and cards")
    hashes = await asyncio.to_thread(lambda: [hash_secret(secret) for *_, secret, _ in CARDS])
    async with transaction() as tx:
        for code, name in GROUPS:
            await save_group(tx, code, name)
        await upsert_many(
            tx,
            [
                PatronRow(number, name, secret_hash=hashed, group_code=group, valid_until=until)
                for (number, name, group, _, until), hashed in zip(CARDS, hashes, strict=True)
            ],
        )
