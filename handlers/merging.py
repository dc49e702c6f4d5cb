"""Merging two accounts of one person: looked at first, done as it was shown, told to the reader.

The account that goes is closed, so whoever was signed in with it is out at once. A request that had begun before may
still store something under it; a minute later that goes the same way.
"""

from typing import Annotated, Final

from pydantic import Field

from handlers import account, audit, checks, merging_words, repeat, tell
from handlers.access import PRODUCT, Caller
from handlers.bookings import announce
from handlers.chat_thread import Thread
from handlers.context import Context
from handlers.errors import NotFound, Postponed, Refused
from handlers.feedback_passage import changed
from handlers.patrons import Reason
from handlers.shapes import Id, Input, Moment, Output, Repeatable
from models import bookings, chat, jobs, merging, slots
from models.account import give_up_roles
from models.bookings import State
from models.chat import Kind
from models.db import Row, Tx, transaction
from models.instants import instant, instant_or_none
from models.merging import Plan
from models.merging_rules import WhyNot, why_not_merge
from models.notices import Purpose, Words

PAGE: Final = "/pages/bookings/bookings"


class MergeRefused(Refused):
    """These two are not merged: the code says why."""

    code = "merge_same"

    def __init__(self, why: WhyNot) -> None:
        super().__init__()
        self.code = why.value


class MergeChanged(Refused):
    """Something has happened since it was shown: look again."""

    code = "merge_changed"


class SeeMerging(Input):
    """`stays_id` is the account that the reader uses from now on."""

    stays_id: Id
    goes_id: Id
    reason: Reason


class MergeReaders(Repeatable):
    """`fingerprint` is that of what was shown."""

    stays_id: Id
    goes_id: Id
    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class MergingAccount(Output):
    id: Id
    nickname: str | None
    phone: str | None
    card_no: str | None
    card_name: str | None
    made_at: Moment
    last_used_at: Moment | None


class MergeShown(Output):
    """Sentences: what `moves` to the account that stays, and what `ends`."""

    fingerprint: str
    stays: MergingAccount
    goes: MergingAccount
    moves: list[str]
    ends: list[str]


class Merged(Output):
    """`reader_id` has everything now."""

    reader_id: Id


class MergeJob(Input):
    reader_id: int


# ---------------------------------------------------------------- looking


async def show(ctx: Context, caller: Caller, wish: SeeMerging) -> MergeShown:
    """What merging would do, in words with numbers; that it was looked at, and why, is recorded.

    Raises `not_found`, `merge_same` and its like.
    """
    async with transaction(snapshot=True) as tx:
        plan = await _planned(ctx, tx, caller, stays_id=wish.stays_id, goes_id=wish.goes_id)
    async with transaction() as tx:
        for whose in (plan.stays, plan.goes):
            subject = f"reader:{whose['id']}"
            await audit.add(tx, caller, "reader.see", subject, ctx.clock.now(), reason=wish.reason.value)
    return MergeShown(
        fingerprint=plan.fingerprint,
        stays=_account(ctx, plan.stays),
        goes=_account(ctx, plan.goes),
        moves=merging_words.moves(plan),
        ends=merging_words.ends(ctx, plan),
    )


async def _planned(ctx: Context, tx: Tx, caller: Caller, *, stays_id: int, goes_id: int) -> Plan:
    both = await merging.accounts(tx, stays_id, goes_id, ctx.clock.now())
    if both is None:
        raise NotFound()
    if why := why_not_merge(*both, by=caller.me):
        raise MergeRefused(why)
    return await merging.plan(tx, *both, zone=ctx.zone, now=ctx.clock.now())


def _account(ctx: Context, row: Row) -> MergingAccount:
    used = instant_or_none(row["last_used_at"])
    return MergingAccount(
        id=row["id"],
        nickname=row["nickname"],
        phone=f"****{row['phone'][-4:]}" if row["phone"] else None,
        card_no=row["card_no"],
        card_name=row["card_name"],
        made_at=ctx.local(instant(row["made_at"])),
        last_used_at=ctx.local(used) if used else None,
    )


# ---------------------------------------------------------------- doing it


async def merge(ctx: Context, caller: Caller, wish: MergeReaders) -> Merged:
    """Do what was shown, all of it or nothing; once more is as once. It cannot be undone.

    Raises `not_found`, `merge_same` and its like, `merge_changed` when something has happened since.
    """
    now = ctx.clock.now()
    async with transaction() as tx:
        await tx.lock("reader", caller.me, wish.stays_id, wish.goes_id)
        if done := await repeat.earlier(caller, wish, Merged):
            return done
        await merging.hold(tx, wish.stays_id, wish.goes_id)
        plan = await _planned(ctx, tx, caller, stays_id=wish.stays_id, goes_id=wish.goes_id)
        if plan.fingerprint != wish.fingerprint:
            raise MergeChanged()
        await account.close_now(ctx, tx, wish.goes_id, then="end_merge")
        await _move(ctx, tx, plan)
        await merging.went(tx, plan.stays, plan.goes)
        await _tell(ctx, tx, plan, f"merged:{wish.goes_id}")
        answer = Merged(reader_id=wish.stays_id)
        moved = {"bookings": len(plan.moving), "ended": len(plan.ending)}
        await tx.together(
            audit.adding(
                caller, "reader.merge", f"reader:{wish.stays_id}", now, reader=wish.goes_id, **moved
            ),
            audit.adding(caller, "reader.merged_into", f"reader:{wish.goes_id}", now, reader=wish.stays_id),
            repeat.remembering(caller, wish, answer, now),
        )
    return answer


async def end(ctx: Context, _caller: Caller, wish: MergeJob) -> None:
    """What requests that had begun before have stored under a merged account goes where the rest went."""
    now = ctx.clock.now()
    async with transaction() as tx:
        stays_id = await merging.merged_into(tx, wish.reader_id)
        if stays_id is None:
            return
        await tx.lock("reader", stays_id, wish.reader_id)
        await merging.hold(tx, stays_id, wish.reader_id)
        both = await merging.accounts(tx, stays_id, wish.reader_id, now)
        if both is None or await merging.merged_into(tx, wish.reader_id) != stays_id:
            raise Postponed(now)  # merged further at this moment
        plan = await merging.plan(tx, *both, zone=ctx.zone, now=now)
        await _move(ctx, tx, plan)
        await give_up_roles(tx, wish.reader_id, now)
        if plan.moving or plan.ending:
            await _tell(ctx, tx, plan, f"merged_after:{wish.reader_id}")
            await audit.add(
                tx,
                PRODUCT,
                "reader.merge",
                f"reader:{stays_id}",
                now,
                reader=wish.reader_id,
                bookings=len(plan.moving),
                ended=len(plan.ending),
            )


async def _move(ctx: Context, tx: Tx, plan: Plan) -> None:
    stays_id = plan.stays["id"]
    for row in sorted(plan.ending, key=lambda row: (row["spot_id"], row["id"])):
        await _end_booking(ctx, tx, row)
    if plan.talk_ends is not None:
        await chat.end(tx, plan.talk_ends, ctx.clock.now())
    for kind, local_id in await merging.rename(tx, stays_id, plan.goes["id"]):
        await tx.together(*checks.adding(ctx, kind, local_id, stays_id, local_id))
    await merging.move(tx, plan)
    for row in (*plan.moving, *plan.ending):
        announce(ctx, tx, {**row, "reader_id": stays_id})
    await _go_on_talking(ctx, tx, plan)
    for feedback_id in plan.open_feedback:
        changed(ctx, tx, feedback_id, stays_id)


async def _end_booking(ctx: Context, tx: Tx, row: Row) -> None:
    now, was = ctx.clock.now(), State(row["state"])
    await bookings.end(tx, row["id"], was=was, becomes=merging_words.BECOMES[was], now=now)
    await slots.release(tx, row["id"], row["spot_id"], slots.slot_at(now, row["slot_minutes"]))
    await jobs.withdraw(tx, f"remind:{row['id']}", f"lapse:{row['id']}")


async def _go_on_talking(ctx: Context, tx: Tx, plan: Plan) -> None:
    """The desk hears whose conversation it is, and of the one that ended."""
    goes_talk = plan.goes["talk_id"]
    if plan.talk_ends is not None and (row := await chat.get(plan.talk_ends, tx)):
        await Thread(ctx, tx, row).happened(Kind.CLOSED)
    if goes_talk and goes_talk != plan.talk_ends and (row := await chat.get(goes_talk, tx)):
        thread = Thread(ctx, tx, row)
        thread.desk_changed()
        await thread.tell_unread()


async def _tell(ctx: Context, tx: Tx, plan: Plan, key: str) -> None:
    words = Words("两个账号合并了", merging_words.told(ctx, plan), PAGE)
    await tell.reader(ctx, tx, plan.stays["id"], Purpose.ACCOUNT, key=key, words=words, values={})
