"""Exports: tables that leave the library, for a reason that is recorded."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from handlers import audit
from handlers.access import Caller
from handlers.context import Context
from handlers.import_words import FIELDS, STATES
from handlers.patrons import Reason
from handlers.shapes import Input
from models import patron_changes
from models.db import transaction
from models.patron_import import Field
from models.patrons import PatronRow

TOLD: Final = [field for field in Field if field is not Field.SECRET]


class ExportPatrons(Input):
    reason: Reason


@dataclass(frozen=True, slots=True)
class Table:
    """Its first row, and the others in portions."""

    head: list[str]
    portions: AsyncIterator[list[list[str]]]


async def patrons(ctx: Context, caller: Caller, wish: ExportPatrons) -> Table:
    """All cards, as an import takes them, without their secrets; who took them, and why, is recorded."""
    async with transaction() as tx:
        now = ctx.clock.now()
        await audit.add(tx, caller, "patrons.export", "patrons", now, reason=wish.reason.value)
    return Table([FIELDS[field] for field in TOLD], _cards())


async def _cards() -> AsyncIterator[list[list[str]]]:
    async for rows in patron_changes.everything():
        yield [_line(row) for row in rows]


def _line(row: PatronRow) -> list[str]:
    cells: Mapping[Field, object] = {
        Field.CARD_NO: row.card_no,
        Field.NAME: row.name,
        Field.PHONE: row.phone,
        Field.GROUP: row.group_code,
        Field.VALID_FROM: row.valid_from,
        Field.VALID_UNTIL: row.valid_until,
        Field.STATE: STATES[row.state] if row.state else None,
    }
    return [str(cells[field] or "") for field in TOLD]
