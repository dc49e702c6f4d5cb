"""What WeChat tells of readers who take back what they let the library know, or give up their account there."""

from typing import Final

from handlers import account, audit, upload_checks
from handlers.access import PRODUCT, Caller
from handlers.context import Context
from handlers.notices import Consented
from models import notices
from models.db import Tx, transaction
from models.people import SAMPLE, Reader

# WeChat's numbers of the kinds of data: name and picture, and its keyboard for names; the phone number; what was
# chosen of the album.
KEPT: Final = {"6": "nickname", "19": "nickname", "8": "phone", "14": "pictures"}


async def forget(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader withdrew kinds of data: they go. Wenjin keeps nothing but these that WeChat counts here."""
    async with transaction() as tx:
        readers = await _readers_of(ctx, tx, event)
        gone = {KEPT[what] for item in event.items if (what := item.get("RevokeInfo")) in KEPT}
        for reader_id in readers if gone else ():
            if columns := gone - {"pictures"}:
                await Reader.filter(id=reader_id).update(**dict.fromkeys(columns))
            if "pictures" in gone:
                await upload_checks.forget_all(ctx, tx, reader_id)
            for what in sorted(gone):
                await audit.add(tx, PRODUCT, f"reader.forget_{what}", f"reader:{reader_id}", ctx.clock.now())


async def close(ctx: Context, _caller: Caller, event: Consented) -> None:
    """A reader's WeChat account is gone, and nobody can sign in with it: theirs here is closed at once."""
    async with transaction() as tx:
        for reader_id in await _readers_of(ctx, tx, event):
            await account.close_now(ctx, tx, reader_id)


async def _readers_of(ctx: Context, tx: Tx, event: Consented) -> list[int]:
    """Whom a new event is about, locked: the reader, and the reviewer that they were as well.

    Empty for one that was acted upon, or about nobody we know.
    """
    if not await notices.is_new_event(tx, event.key, ctx.clock.now()):
        return []
    ids = [reader.id for reader in await Reader.filter(openid__in=(event.openid, SAMPLE + event.openid))]
    if ids:
        await tx.lock("reader", *ids)
    return ids
