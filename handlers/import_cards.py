"""Rows that become cards of the library."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from handlers.import_targets import Importer, Work, Wrong
from models import imports, patron_changes, patron_import, patrons
from models.db import Row, Tx
from models.imports import BATCH, Applied, Effect, RowState
from models.patron_changes import Stored
from models.patron_import import COLUMNS, Field, Known, Lengths, Read, dates_fit, over

SECRETS_AT_ONCE: Final = 20  # each takes some 50 ms to hash
LONGEST_CELL: Final = 200  # longer than any field, so that what is cut fits none


class Cards(Importer[Read, Stored]):
    columns = COLUMNS
    longest = LONGEST_CELL
    key_field = Field.CARD_NO.value

    def at_once(self, mapping: Mapping[str, int]) -> int:
        return SECRETS_AT_ONCE if Field.SECRET in mapping else BATCH

    async def known(self, run_id: int | None, mapping: Mapping[str, int]) -> Known:
        rows = await patrons.groups()
        groups = {row[word].lower(): row["code"] for word in ("name", "code") for row in rows}
        if run_id is None:  # whose zeros are lost was judged before
            return Known(groups, frozenset(), frozenset())
        lengths, place = Lengths(*await patron_changes.number_lengths()), mapping[Field.CARD_NO]
        async for portion in imports.portions(run_id):
            for row in portion:
                cells = json.loads(row["cells"])
                if place < len(cells):
                    lengths.count(cells[place])
        return lengths.known(groups)

    def read(self, cells: Sequence[str], mapping: Mapping[str, int], known: Known) -> Read:
        return patron_import.read(cells, mapping, known)

    async def there(self, reads: Iterable[Read], tx: Tx | None = None) -> Mapping[str, Stored]:
        numbers = {number for one in reads for number in (one.key, *one.longer)}
        return await patron_changes.by_numbers(sorted(numbers - {""}), tx)

    def judge(self, read: Read, there: Mapping[str, Stored]) -> tuple[Effect, Sequence[Wrong]]:
        card = there.get(read.key)
        zeros_lost = (Field.CARD_NO, "zeros_lost")
        wrong = [why for why in read.wrong if not (card and why == zeros_lost)]
        if not card and any(longer in there for longer in read.longer):
            wrong = [*(why for why in wrong if why != zeros_lost), zeros_lost]
        if not wrong and not dates_fit(over(read, card.row if card else None)):
            wrong.append((Field.VALID_UNTIL, "before_start"))
        if wrong:
            return Effect.PROBLEM, wrong
        if card is None:
            return Effect.NEW, ()
        same = not read.secret and _to_be(read, card, None) == card.row
        return Effect.SAME if same else Effect.CHANGE, ()

    async def make_ready(self, reads: Mapping[int, Read]) -> Mapping[int, str | None]:
        return await asyncio.to_thread(_hashed, reads)

    async def write(
        self, tx: Tx, run: Row, works: Sequence[Work[Read, Stored]], *, now: datetime
    ) -> list[Applied]:
        cards = [_to_be(work.read, work.there, work.made_ready) for work in works]
        await patrons.upsert_many(tx, sorted(cards, key=lambda card: card.card_no))
        after = await patron_changes.by_numbers([card.card_no for card in cards], tx)
        return [
            Applied(
                work.row_id,
                Effect.CHANGE if work.there else Effect.NEW,
                work.read.key,
                patron_changes.written(work.there.row) if work.there else None,
                after[work.read.key].version,
            )
            for work in works
        ]

    async def take_back(self, tx: Tx, rows: Sequence[Row]) -> dict[int, RowState]:
        """A card that was changed or bound since then stays."""
        stored = await patron_changes.by_numbers([row["key"] for row in rows], tx)
        becomes: dict[int, RowState] = {}
        removed, restored = [], []
        for row in rows:
            card, new = stored.get(row["key"]), row["replaced"] is None
            if card is None or card.version != row["version"] or (new and card.bound):
                becomes[row["id"]] = RowState.LEFT
                continue
            becomes[row["id"]] = RowState.UNDONE
            if new:
                removed.append(card.id)
            else:
                restored.append(patron_changes.unwritten(row["replaced"]))
        await patron_changes.remove(tx, removed)
        await patron_changes.restore(tx, restored)
        return becomes


def _hashed(reads: Mapping[int, Read]) -> dict[int, str | None]:
    return {row_id: patrons.hash_secret(one.secret) if one.secret else None for row_id, one in reads.items()}


def _to_be(read: Read, there: Stored | None, secret_hash: str | None) -> patrons.PatronRow:
    before = there.row if there else None
    kept = before.secret_hash if before else None
    return replace(over(read, before), secret_hash=secret_hash or kept)
