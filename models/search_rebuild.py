"""Makes the search's index anew from what it indexes, while people search."""

from collections.abc import Callable
from typing import Final

from models import articles, search
from models.db import Tx, fetch, transaction
from models.search import Entry

PORTION: Final = 200

Told = Callable[[int, int], None]  # how many more are done, of how many


async def rebuild(told: Told) -> int:
    """Index everything again, a portion in each transaction, and drop what is gone; how many entries there are.

    It may be stopped at any moment and begun anew; what was not reached is found as before.
    """
    total = int((await fetch("SELECT count(*) AS n FROM article"))[0]["n"])
    done, last_id = 0, 0
    while True:
        async with transaction() as tx:
            entries = await _following(tx, last_id)
            for entry in entries:
                found_by = await search.found_by(entry.title, entry.tags, entry.text, entry.pinned)
                await search.remove(tx, articles.KINDS, entry.ref_id)
                await search.put(tx, entry, found_by)
        if not entries:
            break
        done, last_id = done + len(entries), entries[-1].ref_id
        told(len(entries), max(done, total))
    async with transaction() as tx:
        await search.keep_only(tx, articles.KINDS, "SELECT id FROM article")
    return done


async def _following(tx: Tx, after_id: int) -> list[Entry]:
    """The next ones by id, held, so that nobody changes one between reading and indexing it."""
    return [articles.entry_of(row) for row in await articles.following(tx, after_id, PORTION)]
