"""Being here: phones renew a lease while the mini-program is in front; a librarian who stops is away by themselves."""

from handlers import audit, desk
from handlers.access import PRODUCT, Caller, Permission
from handlers.chat_thread import DESK
from handlers.context import Context
from handlers.desk import StaffedChanged
from handlers.errors import NotAllowed, Postponed
from handlers.shapes import Flag, Input, Moment, NoInput, Nothing, Output, Whole
from models import chat, jobs, presence
from models.db import Tx, transaction

EVERYBODY = "everybody"


class Here(Input):
    """The mini-program is in front and used. `duty`: at the desk, taking conversations."""

    duty: Flag = False


class HereUntil(Output):
    """Say it again after `again_s` seconds; without a word, one is away at `until`."""

    until: Moment
    again_s: Whole


class DutyJob(Input):
    librarian_id: int


async def here(ctx: Context, caller: Caller, wish: Here) -> HereUntil:
    """Renew the lease of this phone; who ends their duty with it gives back what they have at once."""
    if wish.duty and not caller.may(Permission.CHAT_ANSWER):
        raise NotAllowed()
    now = ctx.clock.now()
    async with transaction(lock=("reader", caller.me)) as tx:
        had, staffed = await presence.duty_until(tx, caller.me), await _staffed(ctx, tx)
        await presence.renew(tx, caller.session_id or 0, caller.me, duty=wish.duty, now=now)
        has = await presence.duty_until(tx, caller.me)
        if had and not has:
            await desk.take_back(ctx, tx, caller.me)
            if had > now:
                await audit.add(tx, caller, "duty.end", f"reader:{caller.me}", now)
        if has and (had is None or had <= now):
            await audit.add(tx, caller, "duty.begin", f"reader:{caller.me}", now)
            key = f"duty:{caller.me}:{int(now.timestamp() * 1000)}"
            await jobs.add(tx, "watch_duty", key, {"librarian_id": caller.me}, has)
        await _tell(ctx, tx, caller.me, was=staffed)
    return HereUntil(
        until=ctx.local(now + presence.LEASE), again_s=int(presence.RENEWED_EVERY.total_seconds())
    )


async def away(ctx: Context, caller: Caller, _wish: NoInput) -> Nothing:
    """Idle, or no longer in front: away at once. Conversations are kept until the lease ends."""
    async with transaction(lock=("reader", caller.me)) as tx:
        staffed = await _staffed(ctx, tx)
        await presence.leave(tx, caller.session_id or 0)
        await _tell(ctx, tx, caller.me, was=staffed)
    return Nothing()


async def end_duty(ctx: Context, tx: Tx, librarian_id: int) -> None:
    """They take no conversations any more: what they had returns to the queue."""
    staffed = await _staffed(ctx, tx)
    await presence.end_duty(tx, librarian_id)
    await desk.take_back(ctx, tx, librarian_id)
    await _tell(ctx, tx, librarian_id, was=staffed)


async def watch_duty(ctx: Context, _caller: Caller, wish: DutyJob) -> None:
    """A librarian's lease has ended: their conversations return to the queue. While it runs: look again at its end."""
    async with transaction(lock=("reader", wish.librarian_id)) as tx:
        until = await presence.duty_until(tx, wish.librarian_id)
        if until and until > ctx.clock.now():
            raise Postponed(until)
        await desk.take_back(ctx, tx, wish.librarian_id)
        if until:  # else they ended it themselves
            await audit.add(tx, PRODUCT, "duty.lapse", f"reader:{wish.librarian_id}", ctx.clock.now())
        staffed = StaffedChanged(staffed=await _staffed(ctx, tx))
        tx.after_commit(lambda: ctx.live.push(EVERYBODY, "staffed_changed", staffed))
        tx.after_commit(lambda: ctx.live.changed(DESK, "librarians"))


async def _staffed(ctx: Context, tx: Tx) -> bool:
    return bool(await presence.on_duty(ctx.clock.now(), tx))


async def _tell(ctx: Context, tx: Tx, reader_id: int, *, was: bool) -> None:
    """After the commit: the desk sees who is here, and everybody when the first came or the last went."""
    staffed = await _staffed(ctx, tx)
    if staffed != was:
        changed = StaffedChanged(staffed=staffed)
        tx.after_commit(lambda: ctx.live.push(EVERYBODY, "staffed_changed", changed))
    open_one = await chat.open_of(tx, reader_id)
    key = str(open_one["id"]) if open_one else "librarians"
    tx.after_commit(lambda: ctx.live.changed(DESK, key))
