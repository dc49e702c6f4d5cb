"""Exports: tables that leave the library, for a reason that is recorded."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers import audit as trail
from handlers import audit_log
from handlers.access import Caller
from handlers.audit_log import AuditLine
from handlers.context import Context
from handlers.import_words import FIELDS, STATES
from handlers.patrons import Reason
from handlers.shapes import Day, Input
from models import audit as entries
from models import patron_changes
from models.calendar import day_span
from models.db import transaction
from models.patron_import import Field
from models.patrons import PatronRow

TOLD: Final = [field for field in Field if field is not Field.SECRET]
ENTRY: Final = ["编号", "时间", "谁", "做了什么", "对象", "细节", "封存号"]
PORTION: Final = 1000


class ExportPatrons(Input):
    reason: Reason


class ExportAudit(Input):
    """From a day of the library's on."""

    reason: Reason
    since: Day


@dataclass(frozen=True, slots=True)
class Table:
    """Its first row, and the others in portions."""

    head: list[str]
    portions: AsyncIterator[list[list[str]]]


# ---------------------------------------------------------------- cards


async def patrons(ctx: Context, caller: Caller, wish: ExportPatrons) -> Table:
    """All cards, as an import takes them, without their secrets; who took them, and why, is recorded."""
    async with transaction() as tx:
        now = ctx.clock.now()
        await trail.add(tx, caller, "patrons.export", "patrons", now, reason=wish.reason.value)
    return Table([FIELDS[field] for field in TOLD], _cards())


async def _cards() -> AsyncIterator[list[list[str]]]:
    async for rows in patron_changes.everything():
        yield [_card(row) for row in rows]


def _card(row: PatronRow) -> list[str]:
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


# ---------------------------------------------------------------- the audit


async def audit(ctx: Context, caller: Caller, wish: ExportAudit) -> Table:
    """Entries, the latest first; who took them, and why, is recorded."""
    async with transaction() as tx:
        now = ctx.clock.now()
        await trail.add(tx, caller, "audit.export", "audit", now, reason=wish.reason.value)
    return Table(ENTRY, _entries(ctx, day_span(wish.since, ctx.zone).starts))


async def _entries(ctx: Context, since: datetime) -> AsyncIterator[list[list[str]]]:
    after = None
    while rows := await entries.page(
        who=None, what=None, whom=None, since=since, before=None, after=after, limit=PORTION
    ):
        yield [_entry(line) for line in await audit_log.told(ctx, rows)]
        after = rows[-1]["id"]


def _entry(line: AuditLine) -> list[str]:
    who = f"{line.who.name or ''} {line.who.id}".strip() if line.who else ""
    sealed = "" if line.sealed is None else str(line.sealed)
    at = line.at.isoformat(" ", timespec="seconds")
    return [str(line.id), at, who, line.words, line.whom_words, line.details, sealed]
