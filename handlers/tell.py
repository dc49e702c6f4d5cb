"""Telling a reader something: one row in the transaction of its cause, sent afterwards by a worker."""

from collections.abc import Mapping

from handlers.context import Context
from handlers.shapes import Output
from models import jobs, notices
from models.db import Tx
from models.notices import FIELDS, Purpose, Words
from models.wechat_fields import fit


class InboxChanged(Output):
    """Pushed to a reader's phones: how many items are unread."""

    unread: int


async def reader(
    ctx: Context,
    tx: Tx,
    reader_id: int,
    purpose: Purpose,
    *,
    key: str,
    words: Words,
    values: Mapping[str, str],
) -> bool:
    """Put an item into the inbox and, consent allowing, on its way to WeChat; once per key.

    `values` name the fields of the purpose; they are fitted to WeChat's rules here. False: told before.
    """
    now = ctx.clock.now()
    fitted = {name: fit(kind, values[name]) for name, kind in FIELDS[purpose].items()}
    notice_id = await notices.add(tx, reader_id, purpose, key, words=words, values=fitted, now=now)
    if notice_id is None:
        return False
    await jobs.add(tx, "send_notice", f"notice:{notice_id}", {"notice_id": notice_id}, now)
    unread = await notices.unread(reader_id, tx)
    tx.after_commit(ctx.live.wake_workers)
    tx.after_commit(
        lambda: ctx.live.push(f"reader:{reader_id}", "inbox_changed", InboxChanged(unread=unread))
    )
    return True


async def seen(ctx: Context, tx: Tx, reader_id: int, page: str) -> None:
    """The reader has seen the page that their notices speak of, so these are read too."""
    if await notices.mark_page_read(tx, reader_id, page, ctx.clock.now()):
        unread = await notices.unread(reader_id, tx)
        changed = InboxChanged(unread=unread)
        tx.after_commit(lambda: ctx.live.push(f"reader:{reader_id}", "inbox_changed", changed))
