"""Closing an account: asked for, taken back within seven days, done.

It is done in two steps. The first ends the sessions and forgets who it was; the second, when whatever was under way
has come to its end, gives back what the reader held and erases what was written. So no other use case need ask
whether its caller is still there.
"""

from datetime import datetime
from typing import Final

from handlers import audit, desk, people, upload_checks
from handlers.access import PRODUCT, Caller
from handlers.bookings import announce, state_of
from handlers.chat_thread import Thread
from handlers.context import Context
from handlers.errors import Postponed, Refused
from handlers.feedback_passage import changed
from handlers.people import Me
from handlers.shapes import Input, NoInput
from handlers.words import ERASED
from models import account, chat, feedback, jobs, slots
from models import bookings as booked
from models.bookings import State
from models.chat import Kind
from models.db import Tx, transaction
from models.people import end_sessions

BOOKINGS_AT_MOST: Final = 1000


class LastAdministrator(Refused):
    """Nobody would be left who can invite another one."""

    code = "last_administrator"


class AccountJob(Input):
    reader_id: int


async def plan(ctx: Context, caller: Caller, _wish: NoInput) -> Me:
    """Close the caller's account in seven days; asked again, the day stays. Raises `last_administrator`."""
    now = ctx.clock.now()
    async with transaction(lock=("reader", caller.me)) as tx:
        if await account.closes_at(caller.me) is None:
            if not await account.others_administer(tx, caller.me):
                raise LastAdministrator()
            due = now + account.CHANGE_OF_MIND
            await account.plan(tx, caller.me, due)
            await jobs.add(tx, "close_account", _key(caller.me, due), {"reader_id": caller.me}, due)
            await audit.add(tx, caller, "account.plan_closing", f"reader:{caller.me}", now)
    return await people.shown(ctx, caller)


async def keep(ctx: Context, caller: Caller, _wish: NoInput) -> Me:
    """The reader has changed their mind: nothing happens to the account. It may be said twice."""
    async with transaction(lock=("reader", caller.me)) as tx:
        if due := await account.closes_at(caller.me):
            await account.plan(tx, caller.me, None)
            await jobs.withdraw(tx, _key(caller.me, due))
            await audit.add(tx, caller, "account.keep", f"reader:{caller.me}", ctx.clock.now())
    return await people.shown(ctx, caller)


def _key(reader_id: int, due: datetime) -> str:
    """By the moment as well: a job of an earlier request may be looking at this very account."""
    return f"close:{reader_id}:{due.timestamp():.0f}"


async def close_planned(ctx: Context, _caller: Caller, wish: AccountJob) -> None:
    """The seven days are over; nothing when the reader has changed their mind."""
    async with transaction(lock=("reader", wish.reader_id)) as tx:
        due = await account.closes_at(wish.reader_id)
        if due and due > ctx.clock.now():
            raise Postponed(due)
        if due:
            await close_now(ctx, tx, wish.reader_id)


async def close_now(ctx: Context, tx: Tx, reader_id: int, *, then: str = "erase_account") -> None:
    """End the sessions and forget who it was; the job `then` does the rest in a minute. The reader's row must be
    locked."""
    now = ctx.clock.now()
    if not await account.close(tx, reader_id, now):
        return
    ended = await end_sessions(tx, reader_id)
    await jobs.add(tx, then, f"erase:{reader_id}", {"reader_id": reader_id}, now + account.UNDER_WAY)
    await audit.add(tx, PRODUCT, "account.close", f"reader:{reader_id}", now, count=len(ended))
    tx.after_commit(lambda: ctx.live.sessions_ended(ended))


async def erase(ctx: Context, _caller: Caller, wish: AccountJob) -> None:
    """Give back what a closed account still holds, and erase what was written."""
    now = ctx.clock.now()
    async with transaction(lock=("reader", wish.reader_id)) as tx:
        await _give_back_seats(ctx, tx, wish.reader_id)
        await account.give_up_roles(tx, wish.reader_id, now)
        await _leave_conversations(ctx, tx, wish.reader_id)
        await account.erase(tx, wish.reader_id, ERASED)
        await upload_checks.forget_all(ctx, tx, wish.reader_id)
        await audit.add(tx, PRODUCT, "account.erase", f"reader:{wish.reader_id}", now)


async def _give_back_seats(ctx: Context, tx: Tx, reader_id: int) -> None:
    now = ctx.clock.now()
    for row in await booked.upcoming(reader_id, now, limit=BOOKINGS_AT_MOST):
        was = state_of(row, now)
        becomes = State.CANCELLED if was is State.BOOKED else State.FINISHED
        await booked.end(tx, row["id"], was=was, becomes=becomes, now=now)
        await slots.release(tx, row["id"], row["spot_id"], slots.slot_at(now, row["slot_minutes"]))
        await jobs.withdraw(tx, f"remind:{row['id']}", f"lapse:{row['id']}")
        announce(ctx, tx, row)


async def _leave_conversations(ctx: Context, tx: Tx, reader_id: int) -> None:
    conversations, taken = await account.held(tx, reader_id)
    if conversations:
        await tx.lock("conversation", *conversations)
    if (own := await chat.open_of(tx, reader_id)) is not None:
        await chat.end(tx, own["id"], ctx.clock.now())
        await Thread(ctx, tx, own).happened(Kind.CLOSED)
    await desk.take_back(ctx, tx, reader_id)
    for row in taken:
        await tx.lock("feedback", row["id"])
        await feedback.release(tx, row["id"])
        changed(ctx, tx, row["id"], row["reader_id"])
