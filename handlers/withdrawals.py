"""What WeChat tells of readers who take back what they let the library know, or give up their account there."""

from typing import Final

from handlers import account, audit
from handlers.access import PRODUCT, Caller
from handlers.context import Context
from handlers.notices import Consented
from models import notices
from models.db import Tx, transaction
from models.people import Reader

# WeChat's numbers of the kinds of data: name and picture, and its keyboard for names; the phone number.
KEPT: Final = {"6": "nickname", "19": "nickname", "8": "phone"}


async def forget(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader withdrew kinds of data: they go. Wenjin keeps nothing but these that WeChat counts here."""
    async with transaction() as tx:
        reader = await _reader_of(ctx, tx, event)
        gone = {KEPT[what] for item in event.items if (what := item.get("RevokeInfo")) in KEPT}
        if reader and gone:
            await Reader.filter(id=reader.id).update(**dict.fromkeys(gone))
            for what in sorted(gone):
                await audit.add(tx, PRODUCT, f"reader.forget_{what}", f"reader:{reader.id}", ctx.clock.now())


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
