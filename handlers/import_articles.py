"""Rows that become articles, and answers to what is often asked; the search finds them at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from handlers.import_targets import Importer, Work, Wrong
from models import article_changes, article_import, articles, search
from models.article_changes import Stored, numbered, stored, titled
from models.article_import import COLUMNS, Field, Read, key, over
from models.articles import TEXT_LENGTH, Written, entry_of
from models.db import Row, Tx
from models.imports import Applied, Effect, RowState

AT_ONCE: Final = 20  # each takes some milliseconds to index
Ready = tuple[Written, dict[str, str]]  # what is to be written, and the tokens it is found by


class Articles(Importer[Read, Stored]):
    columns = COLUMNS
    longest = TEXT_LENGTH + 1  # so that what is cut does not fit
    key_field = Field.TITLE.value

    def at_once(self, _mapping: Mapping[str, int]) -> int:
        return AT_ONCE

    async def known(self, _run_id: int | None, _mapping: Mapping[str, int]) -> None:
        """Nothing: a row speaks for itself."""

    def read(self, cells: Sequence[str], mapping: Mapping[str, int], _known: None) -> Read:
        return article_import.read(cells, mapping)

    async def there(self, reads: Iterable[Read], tx: Tx | None = None) -> Mapping[str, Stored]:
        found: dict[str, Stored] = {}
        for row in await titled(sorted({one.title for one in reads if one.key}), tx):
            named = key(row["kind"], row["title"])
            found[named] = stored(row, alone=named not in found)
        return found

    def judge(self, read: Read, there: Mapping[str, Stored]) -> tuple[Effect, Sequence[Wrong]]:
        before = there.get(read.key)
        if read.wrong:
            return Effect.PROBLEM, read.wrong
        if before is None:
            return Effect.NEW, ()
        if not before.alone:
            return Effect.PROBLEM, [(Field.TITLE, "several")]
        return Effect.SAME if over(read, before.written) == before.written else Effect.CHANGE, ()

    async def make_ready(self, reads: Mapping[int, Read]) -> Mapping[int, Ready]:
        there = await self.there(reads.values())
        whole = {row_id: one for row_id, one in reads.items() if not one.wrong}
        return {row_id: await _ready(_over(one, there.get(one.key))) for row_id, one in whole.items()}

    async def write(
        self, tx: Tx, run: Row, works: Sequence[Work[Read, Stored]], *, now: datetime
    ) -> list[Applied]:
        return [await _write(tx, run["made_by_id"], work, now) for work in works]

    async def take_back(self, tx: Tx, rows: Sequence[Row]) -> dict[int, RowState]:
        """An article that was changed since then stays."""
        found = {str(row["id"]): row for row in await numbered([int(row["key"]) for row in rows], tx)}
        becomes: dict[int, RowState] = {}
        for row in rows:
            there = found.get(row["key"])
            fits = there is not None and there["version"] == row["version"]
            becomes[row["id"]] = RowState.UNDONE if fits else RowState.LEFT
            if fits:
                await _take_back(tx, int(row["key"]), row["replaced"])
        return becomes


def _over(read: Read, there: Stored | None) -> Written:
    return over(read, there.written if there else None)


async def _ready(written: Written) -> Ready:
    return written, await search.found_by(written.title, written.tags, written.text, written.pinned)


async def _write(tx: Tx, editor_id: int | None, work: Work[Read, Stored], now: datetime) -> Applied:
    there, ready = work.there, work.made_ready
    if ready[0] != _over(work.read, there):  # somebody has saved it in between
        ready = await _ready(_over(work.read, there))
    written, found_by = ready
    if there:
        row = await articles.save(tx, there.id, written, editor_id, now)
    else:
        row = await articles.make(tx, written, editor_id, now)
    await search.put(tx, entry_of(row), found_by)
    effect, replaced = (Effect.CHANGE, article_changes.kept(there)) if there else (Effect.NEW, None)
    return Applied(work.row_id, effect, str(row["id"]), replaced, row["version"])


async def _take_back(tx: Tx, article_id: int, replaced: str | None) -> None:
    if replaced is None:
        await articles.delete(tx, article_id)
        await search.remove(tx, articles.KINDS, article_id)
    else:
        row = await article_changes.restore(tx, article_id, replaced)
        entry = entry_of(row)
        await search.put(
            tx, entry, await search.found_by(row["title"], entry.tags, row["text"], entry.pinned)
        )
