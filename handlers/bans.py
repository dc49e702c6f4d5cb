"""Bans and pauses: what a reader may not do, why and until when; set and lifted by the staff, told to the reader."""

from typing import Annotated

from pydantic import Field

from handlers import audit, repeat, tell
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Detail, Invalid, NotFound, Refused
from handlers.shapes import Id, Input, Line, Moment, NoInput, Nothing, Output, Repeatable
from handlers.words import moment_words
from models import bans
from models.bans import REASON_LENGTH, Ban, Stops
from models.db import Row, Tx, transaction
from models.instants import instant, instant_or_none
from models.notices import Purpose, Words
from models.people import Reader

PAGE = "/pages/card/card"
STOPPED = {Stops.BOOKINGS: "预约", Stops.TEXT: "咨询和提意见", Stops.BOTH: "预约、咨询和提意见"}


class Banned(Refused):
    """The reader may not do this until `details.until` (null: until the library lifts it), for `details.reason`."""

    code = "banned"


class BanShown(Output):
    id: Id
    stops: Stops
    reason: str
    made_at: Moment
    ends_at: Moment | None


class Bans(Output):
    items: list[BanShown]


class BanReader(Repeatable):
    """`ends_at` null: until somebody lifts it."""

    reader_id: Id
    stops: Stops
    reason: Annotated[Line, Field(min_length=1, max_length=REASON_LENGTH)]
    ends_at: Moment | None


class LiftBan(Input):
    ban_id: Id


async def mine(ctx: Context, caller: Caller, _wish: NoInput) -> Bans:
    """What the caller may not do now, why and until when."""
    return await of(ctx, caller.me)


async def of(ctx: Context, reader_id: int) -> Bans:
    return Bans(items=[_shown(ctx, row) for row in await bans.in_force(reader_id, ctx.clock.now())])


def _shown(ctx: Context, row: Row) -> BanShown:
    ends = instant_or_none(row["ends_at"])
    return BanShown(
        id=row["id"],
        stops=row["stops"],
        reason=row["reason"],
        made_at=ctx.local(instant(row["made_at"])),
        ends_at=ctx.local(ends) if ends else None,
    )


async def told(ctx: Context, reader_id: int, what: Stops) -> dict[str, Detail]:
    """The details of the refusal for a ban that stops this; empty when there is none."""
    row = await bans.stopped(reader_id, what, ctx.clock.now())
    if row is None:
        return {}
    ends = instant_or_none(row["ends_at"])
    return {"until": ctx.local(ends).isoformat() if ends else None, "reason": row["reason"]}


async def may_write(ctx: Context, caller: Caller) -> None:
    """Raises `banned` when the caller may neither talk nor tell the library something."""
    if details := await told(ctx, caller.me, Stops.TEXT):
        raise Banned(**details)


async def ban(ctx: Context, caller: Caller, wish: BanReader) -> Bans:
    """Stop a reader from booking, from writing, or both, and tell them why. Raises `not_found`."""
    now = ctx.clock.now()
    if wish.ends_at and wish.ends_at <= now:
        raise Invalid(field="ends_at", problem="past")
    async with transaction() as tx:
        await tx.lock("reader", caller.me, wish.reader_id)
        if done := await repeat.earlier(caller, wish, Bans):
            return done
        if not await Reader.exists(id=wish.reader_id, closed_at__isnull=True, sample=False):
            raise NotFound()
        made = await Ban.create(
            reader_id=wish.reader_id,
            stops=wish.stops.value,
            reason=wish.reason,
            made_by_id=caller.me,
            made_at=now,
            ends_at=wish.ends_at,
        )
        until = (
            f"{moment_words(ctx.local(wish.ends_at), ctx.today())} 起恢复" if wish.ends_at else "请找馆员恢复"
        )
        text = f"原因：{wish.reason}。{until}。有疑问可以到服务台。"
        await _say(
            ctx, tx, wish.reader_id, f"ban:{made.id}", Words(f"{STOPPED[wish.stops]}暂停了", text, PAGE)
        )
        answer = await of(ctx, wish.reader_id)
        await tx.together(
            audit.adding(
                caller, "reader.ban", f"reader:{wish.reader_id}", now, ban=made.id, stops=wish.stops.value
            ),
            repeat.remembering(caller, wish, answer, now),
        )
    return answer


async def lift(ctx: Context, caller: Caller, wish: LiftBan) -> Nothing:
    """End a ban before its time, and tell the reader; one that is over stays so. Raises `not_found`."""
    now = ctx.clock.now()
    async with transaction() as tx:
        found = await Ban.get_or_none(id=wish.ban_id)
        if found is None:
            raise NotFound()
        await tx.lock("reader", found.reader_id)
        if await bans.lift(tx, found.id, now):
            words = Words(f"{STOPPED[Stops(found.stops)]}恢复了", "现在又可以用了。", PAGE)
            await _say(ctx, tx, found.reader_id, f"ban_lifted:{found.id}", words)
            await audit.add(tx, caller, "reader.lift_ban", f"reader:{found.reader_id}", now, ban=found.id)
    return Nothing()


async def _say(ctx: Context, tx: Tx, reader_id: int, key: str, words: Words) -> None:
    await tell.reader(ctx, tx, reader_id, Purpose.ACCOUNT, key=key, words=words, values={})
