"""Exports: tables that leave the library, for a reason that is recorded."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers import audit as trail
from handlers import audit_log
from handlers import export_words as words
from handlers.access import Caller
from handlers.audit_log import AuditLine
from handlers.context import Context
from handlers.errors import Refused
from handlers.import_words import FIELDS, STATES
from handlers.patrons import Reason
from handlers.shapes import Day, Input
from models import audit as entries
from models import feedback as opinions
from models import patron_changes
from models.calendar import day_span
from models.db import MAX_ID, Row, transaction
from models.feedback import State, Topic
from models.instants import instant
from models.patron_import import Field
from models.patrons import PatronRow

TOLD: Final = [field for field in Field if field is not Field.SECRET]
PORTION: Final = 1000


class TooManyForPdf(Refused):
    """A PDF takes no more than `details.limit` rows; a worksheet takes them all (422)."""

    code = "too_many_for_pdf"
    status = 422


class NoPdf(Refused):
    """The packages of `details.missing`, with the font, are not installed here (501)."""

    code = "no_pdf"
    status = 501


class ExportPatrons(Input):
    reason: Reason


class ExportAudit(Input):
    """From a day of the library's on."""

    reason: Reason
    since: Day


class ExportFeedback(Input):
    """From a day of the library's on, until the end of another, of one state or of all."""

    reason: Reason
    since: Day
    until: Day | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Its name and what it is restricted to, its first row, and the others in portions. `taken` records that so many
    rows leave: it is called when they are gathered, before any does."""

    title: str
    about: Sequence[str]
    head: Sequence[str]
    portions: AsyncIterator[list[list[str]]]
    taken: Callable[[int], Awaitable[None]] | None


def _table(
    ctx: Context,
    caller: Caller,
    reason: Reason,
    *,
    subject: str,
    title: str,
    head: Sequence[str],
    portions: AsyncIterator[list[list[str]]],
    about: Sequence[str] = (),
) -> Table:
    async def taken(count: int) -> None:
        async with transaction() as tx:
            now, action = ctx.clock.now(), f"{subject}.export"
            await trail.add(tx, caller, action, subject, now, reason=reason.value, rows=count)

    made = words.made(_moment(ctx.local(ctx.clock.now())), reason)
    return Table(title, [*about, made], head, portions, taken)


def _moment(at: datetime) -> str:
    return at.isoformat(" ", timespec="minutes")[:16]


# ---------------------------------------------------------------- cards


async def patrons(ctx: Context, caller: Caller, wish: ExportPatrons) -> Table:
    """All cards, as an import takes them, without their secrets; who took them, and why, is recorded."""
    head = [FIELDS[field] for field in TOLD]
    return _table(
        ctx, caller, wish.reason, subject="patrons", title=words.CARDS, head=head, portions=_cards()
    )


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
    return _table(
        ctx,
        caller,
        wish.reason,
        subject="audit",
        title=words.AUDIT,
        about=[words.since(wish.since.isoformat())],
        head=words.ENTRY,
        portions=_entries(ctx, day_span(wish.since, ctx.zone).starts),
    )


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


# ---------------------------------------------------------------- feedback


async def feedback(ctx: Context, caller: Caller, wish: ExportFeedback) -> Table:
    """What readers told, the latest first, without who they are; who took it, and why, is recorded."""
    since, until = wish.since.isoformat(), wish.until and wish.until.isoformat()
    about = [words.between(since, until) if until else words.since(since)]
    if wish.state:
        about.append(words.only(wish.state))
    return _table(
        ctx,
        caller,
        wish.reason,
        subject="feedback",
        title=words.FEEDBACK,
        about=about,
        head=words.OPINION,
        portions=_opinions(ctx, wish),
    )


async def _opinions(ctx: Context, wish: ExportFeedback) -> AsyncIterator[list[list[str]]]:
    starts = day_span(wish.since, ctx.zone).starts
    ends = day_span(wish.until or ctx.local(ctx.clock.now()).date(), ctx.zone).ends
    before = MAX_ID
    while rows := await opinions.told(wish.state, starts, ends, before_id=before, limit=PORTION):
        yield [_opinion(ctx, row) for row in rows]
        before = rows[-1]["id"]


def _opinion(ctx: Context, row: Row) -> list[str]:
    topic, state = words.TOPICS[Topic(row["topic"])], words.STATES[State(row["state"])]
    settled = _moment(ctx.local(instant(row["settled_at"]))) if row["settled_at"] else ""
    at, by = _moment(ctx.local(instant(row["at"]))), row["librarian_name"] or ""
    return [str(row["id"]), at, topic, row["text"], state, by, row["answer"] or "", settled]
