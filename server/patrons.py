"""Whose cards the library knows: its own table `patron`, filled by imports. An ILS would take its place."""

import asyncio
from typing import Final

from models import patrons

# What no secret is stored as. Compared with where there is none, so that the answer takes as long.
NOBODYS: Final = "scrypt$00$"


class PatronTable:
    async def find(self, card_no: str) -> int | None:
        known = await patrons.secret_of(card_no)
        return known[0] if known else None

    async def verify(self, card_no: str, secret: str) -> int | None:
        patron_id, stored = await patrons.secret_of(card_no) or (None, None)
        right = await asyncio.to_thread(patrons.is_secret, secret, stored or NOBODYS)
        return patron_id if stored and right else None
