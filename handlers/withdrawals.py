"""What WeChat tells of readers who take back what they let the library know, or give up their account there."""

from typing import Final

from handlers import account, audit
from handlers.access import PRODUCT, Caller
from handlers.context import Context
from handlers.notices import Consented
from models import notices
from models.db import Tx, transaction
from models.people import Reader

NAMES: Final = frozenset({"6", "19"})  # WeChat's numbers of name and picture, and of its keyboard for names


async def forget(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader withdrew a kind of data: the name goes. Wenjin keeps nothing else that WeChat counts here."""
    async with transaction() as tx:
        reader = await _reader_of(ctx, tx, event)
        if reader and any(item.get("RevokeInfo") in NAMES for item in event.items):
            await Reader.filter(id=reader.id).update(nickname=None)
            await audit.add(tx, PRODUCT, "reader.forget_name", f"reader:{reader.id}", ctx.clock.now())


async def close(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader's WeChat account is gone, and nobody can sign in with it: theirs here is closed at once."""
    async with transaction() as tx:
        if reader := await _reader_of(ctx, tx, event):
            await account.close_now(ctx, tx, reader.id)


async def _reader_of(ctx: Context, tx: Tx, event: Consented) -> Reader | None:
    """Whom a new event is about, locked; None for one that was acted upon, or about nobody we know."""
    if not await notices.is_new_event(tx, event.key, ctx.clock.now()):
        return None
    reader = await Reader.get_or_none(openid=event.openid)
    if reader:
        await tx.lock("reader", reader.id)
    return reader
