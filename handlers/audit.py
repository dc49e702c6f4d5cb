"""Records beside every change, and who looks at what is not theirs. Ids, codes and numbers only."""

from datetime import datetime

from handlers.access import Caller
from handlers.context import Context
from models import audit
from models.db import Tx, Write


def adding(caller: Caller, action: str, subject: str, now: datetime, **details: int | str | None) -> Write:
    """The write that records, for `Tx.together`. `subject` is `table:id`."""
    return audit.adding(action, caller.reader_id, subject, details, now)


async def add(
    tx: Tx, caller: Caller, action: str, subject: str, now: datetime, **details: int | str | None
) -> None:
    await audit.add(tx, action, caller.reader_id, subject, details, now)


async def read(ctx: Context, caller: Caller, action: str, subject: str) -> None:
    """Staff looks at something about readers; once for each hour. `subject` is `table:id`, or the word of a list."""
    await audit.read(action, caller.me, subject, ctx.clock.now())
