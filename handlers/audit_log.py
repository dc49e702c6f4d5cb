"""Looking through the audit, whose entries `handlers/audit.py` records, and the chain that shows what was touched."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Final

import structlog
from pydantic import Field

from handlers import audit
from handlers.access import Caller
from handlers.audit_words import ACTIONS, details_words, subject_words
from handlers.context import Context
from handlers.shapes import Cursor, Day, Id, Input, Limit, Line, Moment, NoInput, Output, Page, Whole
from models import audit as entries
from models import seals
from models.calendar import day_span
from models.db import Row, transaction
from models.instants import instant
from models.people import Reader
from models.seals import Kind

AGAIN: Final = timedelta(minutes=1)  # between two looks for what is not sealed yet
PORTION: Final = 2000  # links of the chain that one request looks at

log = structlog.get_logger()


class Sealing(Input):
    """A job that needs no words."""


class SeeAudit(Input):
    """`who`: a reader's id; `what`: an action; `whom`: what it was done to, as `table:id`; days are the library's,
    both included."""

    who: Id | None = None
    what: Annotated[Line, Field(max_length=40)] | None = None
    whom: Annotated[Line, Field(max_length=40)] | None = None
    since: Day | None = None
    until: Day | None = None
    after: Cursor | None = None
    limit: Limit = 50


class AuditPerson(Output):
    """`name` is null of somebody who has none, or whose account is closed."""

    id: Id
    name: str | None


class AuditLine(Output):
    """One entry. `who` is null for the product itself and the command line; `sealed` is its place in the chain."""

    id: Id
    at: Moment
    what: str
    words: str
    who: AuditPerson | None
    whom: str
    whom_words: str
    whom_name: str | None
    details: str
    sealed: Whole | None


class AuditAction(Output):
    what: str
    words: str


class AuditShown(Output):
    """The chain: how many entries it holds, its end as the log has it, what it does not hold yet, and since when.
    `actions` is everything that entries may tell of."""

    sealed: Whole
    head: str | None
    unsealed: Whole
    oldest: Moment | None
    actions: list[AuditAction]


class CheckAudit(Input):
    after: Cursor | None = None


class AuditBroken(Output):
    """`no` is null for an entry without a place in the chain, `entry_id` where the entry is not known any more."""

    kind: Kind
    no: Whole | None
    entry_id: Id | None


class AuditChecked(Output):
    """Looked at up to the number `to`; `done`: there was nothing behind it."""

    to: Whole
    done: bool
    broken: list[AuditBroken]


async def see(ctx: Context, caller: Caller, wish: SeeAudit) -> Page[AuditLine]:
    """Entries, the latest first, in pages; that somebody looks is an entry itself."""
    await audit.read(ctx, caller, "audit.read", "audit")
    rows = await entries.page(
        who=wish.who,
        what=wish.what,
        whom=wish.whom,
        since=day_span(wish.since, ctx.zone).starts if wish.since else None,
        before=day_span(wish.until, ctx.zone).ends if wish.until else None,
        after=int(wish.after) if wish.after else None,
        limit=wish.limit + 1,
    )
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Page[AuditLine](items=await told(ctx, rows), next=str(rows[-1]["id"]) if more else None)


async def told(ctx: Context, rows: Sequence[Row]) -> list[AuditLine]:
    """Entries with the present names of those whom they speak of."""
    readers = await Reader.filter(id__in=_people_in(rows))
    names = {reader.id: reader.nickname for reader in readers}
    return [_line(ctx, row, names) for row in rows]


def _people_in(rows: Sequence[Row]) -> set[int]:
    spoken_of = {_reader_in(row["subject"]) for row in rows} | {row["actor_id"] for row in rows}
    return {reader_id for reader_id in spoken_of if reader_id is not None}


def _reader_in(subject: str) -> int | None:
    found = re.fullmatch(r"reader:(\d{1,18})", subject)
    return int(found[1]) if found else None


def _line(ctx: Context, row: Row, names: dict[int, str | None]) -> AuditLine:
    who, whom = row["actor_id"], _reader_in(row["subject"])
    return AuditLine(
        id=row["id"],
        at=ctx.local(instant(row["at"])),
        what=row["action"],
        words=ACTIONS.get(row["action"], row["action"]),
        who=None if who is None else AuditPerson(id=who, name=names.get(who)),
        whom=row["subject"],
        whom_words=subject_words(row["subject"]),
        whom_name=names.get(whom) if whom else None,
        details=details_words(row["details"]),
        sealed=row["no"],
    )


async def show(ctx: Context, _caller: Caller, _wish: NoInput) -> AuditShown:
    """How far the chain goes, and the actions that there are."""
    extent = await seals.extent(ctx.clock.now())
    return AuditShown(
        sealed=extent.head.no if extent.head else 0,
        head=str(extent.head) if extent.head else None,
        unsealed=extent.unsealed,
        oldest=ctx.local(extent.oldest) if extent.oldest else None,
        actions=[AuditAction(what=what, words=words) for what, words in ACTIONS.items()],
    )


async def check(ctx: Context, _caller: Caller, wish: CheckAudit) -> AuditChecked:
    """Look at a portion of the chain behind a number; asked on with `to` until `done`."""
    now, keys = ctx.clock.now(), ctx.library.seal_keys
    portion = await seals.check(keys, now, after=int(wish.after or 0), limit=PORTION)
    return AuditChecked(
        to=portion.to,
        done=portion.seen < PORTION,
        broken=[AuditBroken(kind=one.kind, no=one.no, entry_id=one.entry_id) for one in portion.broken],
    )


async def seal(ctx: Context, _caller: Caller, _wish: Sealing) -> None:
    """Bind to the chain what is committed and not in it. The log keeps its end: a chain made anew lacks it."""
    now, number, sealed = ctx.clock.now(), 0, seals.BATCH
    while sealed == seals.BATCH:
        async with transaction() as tx:
            head, sealed = await seals.extend(tx, ctx.library.seal_keys, now)
        number += sealed
    if number:
        log.info("audit_sealed", head=str(head), number=number)
