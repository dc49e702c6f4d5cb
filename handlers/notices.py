"""The reader's inbox; sending what is in it through WeChat; and what WeChat says about consent."""

import json
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog
from tortoise.expressions import Q

from handlers import tell
from handlers.access import Caller
from handlers.context import Context, SubscribeMessage, Verdict, WeChatRefused
from handlers.errors import Postponed
from handlers.shapes import Cursor, Id, Input, Limit, Moment, Output
from models import jobs, notices
from models.calendar import MINUTES_OF_DAY, local_day, moment_of
from models.db import MAX_ID, Row, Tx, transaction
from models.instants import instant
from models.notices import Notice, Sending
from models.people import Reader

ONE_AT_A_TIME: Final = timedelta(seconds=1)  # WeChat refuses two sends to one person at once (43108)
SENDING_AT_MOST: Final = timedelta(minutes=2)
BUSY_PAUSE: Final = timedelta(minutes=1)
QUESTION_OPEN_AT_MOST: Final = timedelta(minutes=2)
SIGNED_IN_WITHIN: Final = timedelta(minutes=10)  # somebody new, whose consent came first
SOON: Final = timedelta(seconds=2)
EVENT_AT_MOST: Final = timedelta(minutes=5)  # after which WeChat says no more of a message; it takes seconds
WECHAT_ZONE: Final = ZoneInfo("Asia/Shanghai")  # WeChat's quotas begin at midnight there

log = structlog.get_logger()


class SeeInbox(Input):
    after: Cursor | None = None
    limit: Limit = 20


class InboxItem(Output):
    id: Id
    purpose: str
    title: str
    text: str
    page: str | None
    created_at: Moment
    read: bool


class Inbox(Output):
    items: list[InboxItem]
    next: str | None
    unread: int


class ReadInbox(Input):
    """Everything up to this item was seen."""

    up_to_id: Id


class Unread(Output):
    unread: int


class SendNotice(Input):
    notice_id: int


class KeepConsents(Input):
    """What somebody accepted whom nobody knew yet; `key` is that of the event."""

    openid: str
    key: str
    purposes: list[str]
    told_at: datetime


class Consented(Input):
    """A push event of WeChat: what one person accepted or refused, or what was delivered."""

    openid: str
    key: str
    created_at: datetime
    items: list[dict[str, str]]


async def inbox(ctx: Context, caller: Caller, wish: SeeInbox) -> Inbox:
    """The reader's messages in pages, latest first."""
    before = int(wish.after) if wish.after else MAX_ID
    rows = await notices.inbox(caller.me, before_id=before, limit=wish.limit + 1)
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Inbox(
        items=[_item(ctx, row) for row in rows],
        next=str(rows[-1]["id"]) if more else None,
        unread=await notices.unread(caller.me),
    )


def _item(ctx: Context, row: Row) -> InboxItem:
    return InboxItem(
        id=row["id"],
        purpose=row["purpose"],
        title=row["title"],
        text=row["text"],
        page=row["link"],
        created_at=ctx.local(instant(row["made_at"])),
        read=row["read_at"] is not None,
    )


async def read(ctx: Context, caller: Caller, wish: ReadInbox) -> Unread:
    """Mark everything up to an item as read; the other phones hear of it."""
    async with transaction() as tx:
        await notices.mark_read(tx, caller.me, wish.up_to_id, ctx.clock.now())
        unread = await notices.unread(caller.me, tx)
        changed = tell.InboxChanged(unread=unread)
        tx.after_commit(lambda: ctx.live.push(f"reader:{caller.me}", "inbox_changed", changed))
    return Unread(unread=unread)


# ---------------------------------------------------------------- sending


async def send(ctx: Context, _caller: Caller, wish: SendNotice) -> None:
    """Hand one notice to WeChat: one at a time per reader, never again when the outcome is unknown.

    The call happens between two transactions. A worker that dies in between leaves `sending`, which
    the next one reads as unknown: the message may have arrived, and the inbox has it in any case.
    """
    message = await _take(ctx, wish.notice_id)
    if message is None:
        return
    try:
        msgid = await ctx.wechat.send(message)
    except WeChatRefused as refused:
        await _not_sent(ctx, wish.notice_id, refused)
        return
    async with transaction() as tx:
        # WeChat's event about it may have come before its answer, and has then settled it.
        notice = await _with_reader_locked(tx, wish.notice_id)
        if await notices.settle(tx, notice.id, Sending.SENT, msgid=msgid):
            await notices.spend_consent(tx, notice.reader_id, notice.purpose)


async def _take(ctx: Context, notice_id: int) -> SubscribeMessage | None:
    """Mark a notice as being sent; None when there is nothing to send (any more)."""
    now = ctx.clock.now()
    async with transaction() as tx:
        notice = await _with_reader_locked(tx, notice_id)
        if notice.sending == Sending.SENDING:
            await _become(notice, Sending.UNKNOWN)
            return None
        if notice.sending != Sending.WAITING:
            return None
        if await Notice.filter(
            reader_id=notice.reader_id, sending=Sending.SENDING.value, sending_since__gt=now - SENDING_AT_MOST
        ).exists():
            raise Postponed(now + ONE_AT_A_TIME)
        template = ctx.wechat.templates.get(notice.purpose)
        if template is None or not (await notices.balances(notice.reader_id)).get(notice.purpose):
            await _become(notice, Sending.NO_CONSENT)
            return None
        notice.sending, notice.sending_since = Sending.SENDING.value, now
        await notice.save(update_fields=["sending", "sending_since"])
        values = json.loads(notice.values)
        return SubscribeMessage(
            openid=(await Reader.get(id=notice.reader_id)).openid,
            template_id=template.template_id,
            page=(notice.link or "/pages/messages/messages").removeprefix("/"),
            data={key: values[name] for name, key in template.fields.items()},
        )


async def _with_reader_locked(tx: Tx, notice_id: int) -> Notice:
    """The notice, read after the lock: an event of WeChat about it may come at the same time."""
    await tx.lock("reader", (await Notice.get(id=notice_id)).reader_id)
    return await Notice.get(id=notice_id)


async def _become(notice: Notice, sending: Sending) -> None:
    notice.sending = sending.value
    await notice.save(update_fields=["sending"])


async def _not_sent(ctx: Context, notice_id: int, refused: WeChatRefused) -> None:
    now = ctx.clock.now()
    async with transaction() as tx:
        notice = await _with_reader_locked(tx, notice_id)
        match refused.verdict:
            case Verdict.RETRY_LATER | Verdict.TOMORROW:
                becomes = Sending.WAITING
            case Verdict.NO_CONSENT:
                becomes = Sending.NO_CONSENT
                await notices.clear_consent(tx, notice.reader_id, notice.purpose)
            case Verdict.UNKNOWN:
                becomes = Sending.UNKNOWN
            case _:
                becomes = Sending.FAILED
                log.error("notice_refused", notice=notice_id, errcode=refused.errcode, field=refused.field)
        await notices.settle(tx, notice_id, becomes, errcode=refused.errcode)
    if refused.verdict is Verdict.RETRY_LATER:
        raise Postponed(now + BUSY_PAUSE)
    if refused.verdict is Verdict.TOMORROW:
        raise Postponed(moment_of(local_day(now, WECHAT_ZONE), MINUTES_OF_DAY, WECHAT_ZONE))


# ---------------------------------------------------------------- what WeChat tells


async def consents_changed(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader answered WeChat's question: one message more for each template that was accepted.

    The question is asked in the tap that books, and signs in who was not: the answer of somebody new may be here
    before they are.
    """
    purposes, now = _purposes(ctx, event, "accept"), ctx.clock.now()
    async with transaction() as tx:
        if not await notices.is_new_event(tx, event.key, now):
            return
        if reader := await _locked(tx, event.openid):
            await _accept(ctx, tx, reader.id, purposes, event.key)
        elif purposes:
            about = {
                "openid": event.openid,
                "key": event.key,
                "purposes": purposes,
                "told_at": now.isoformat(),
            }
            await jobs.add(tx, "keep_consents", f"consents:{event.key[-32:]}", about, now + SOON)


async def keep_consents(ctx: Context, _caller: Caller, wish: KeepConsents) -> None:
    """The consents of somebody who was not known when they came, once they are; after a while they are forgotten."""
    now = ctx.clock.now()
    async with transaction() as tx:
        if reader := await _locked(tx, wish.openid):
            if await notices.is_new_event(tx, f"kept:{wish.key[-32:]}", now):
                await _accept(ctx, tx, reader.id, wish.purposes, wish.key)
            return
    if now < wish.told_at + SIGNED_IN_WITHIN:
        raise Postponed(now + SOON)


async def _accept(ctx: Context, tx: Tx, reader_id: int, purposes: list[str], key: str) -> None:
    """Who books late is reminded at once: a notice that was made while the question was read is sent after all."""
    now = ctx.clock.now()
    for purpose in purposes:
        await notices.add_consent(tx, reader_id, purpose)
        if revived := await notices.revive(tx, reader_id, purpose, now - QUESTION_OPEN_AT_MOST):
            await jobs.add(tx, "send_notice", f"notice:{revived}:{key[-32:]}", {"notice_id": revived}, now)
            tx.after_commit(ctx.live.wake_workers)


async def consents_withdrawn(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader switched templates off in WeChat's own settings: no more messages of these."""
    async with transaction() as tx:
        if reader := await _reader_of(tx, event, ctx.clock.now()):
            for purpose in _purposes(ctx, event, "reject"):
                await notices.clear_consent(tx, reader.id, purpose)


def _purposes(ctx: Context, event: Consented, status: str) -> list[str]:
    """Of the templates with this answer."""
    purposes = {template.template_id: purpose for purpose, template in ctx.wechat.templates.items()}
    ours = [item for item in event.items if item.get("TemplateId") in purposes]
    return [purposes[item["TemplateId"]] for item in ours if item.get("SubscribeStatusString") == status]


async def delivered(ctx: Context, _caller: Caller, event: Consented) -> None:
    """WeChat says afterwards what became of a message; it also settles one whose answer was lost."""
    purposes = {template.template_id: purpose for purpose, template in ctx.wechat.templates.items()}
    now = ctx.clock.now()
    async with transaction() as tx:
        reader = await _reader_of(tx, event, now)
        for item in event.items if reader else ():
            assert reader is not None
            msgid, purpose = item.get("MsgID", ""), purposes.get(item.get("TemplateId", ""))
            outcome = Sending.DELIVERED if item.get("ErrorCode", "0") == "0" else Sending.FAILED
            if await Notice.filter(reader_id=reader.id, msgid=msgid).update(sending=outcome.value):
                continue
            # Its answer is still on the way, for the event is often the faster of the two, or was lost. It comes within
            # seconds; what was lost before may never have been sent, and of two nobody can say which one it is about.
            lost = (
                await Notice.filter(reader_id=reader.id, purpose=purpose, msgid=None)
                .filter(
                    Q(sending=Sending.SENDING.value)
                    | Q(sending=Sending.UNKNOWN.value, sending_since__gt=now - EVENT_AT_MOST)
                )
                .limit(2)
            )
            if len(lost) == 1:
                await Notice.filter(id=lost[0].id).update(sending=outcome.value, msgid=msgid)
                await notices.spend_consent(tx, reader.id, lost[0].purpose)


async def _reader_of(tx: Tx, event: Consented, now: datetime) -> Reader | None:
    """Whom a new event is about; None for one that was acted upon, or about nobody we know."""
    return await _locked(tx, event.openid) if await notices.is_new_event(tx, event.key, now) else None


async def _locked(tx: Tx, openid: str) -> Reader | None:
    reader = await Reader.get_or_none(openid=openid)
    if reader:
        await tx.lock("reader", reader.id)
    return reader
