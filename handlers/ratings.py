"""One question after a visit or a talk: asked once a week at most, and once for each thing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from handlers import access, audit, bookings
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import KeyReused, NotFound, Refused
from handlers.feedback_passage import INBOX
from handlers.shapes import Id, Input, Moment, NoInput, Nothing, Output, Typed, Whole
from handlers.words import day_words
from models import bookings as visits
from models import chat, ratings
from models.chat import Side
from models.db import Row, Tx, transaction
from models.instants import instant
from models.ratings import Rated, WhyNot, why_not_rate


class NotOverYet(Refused):
    """A visit that was checked in to, or a talk, is rated when it is over."""

    code = "not_over_yet"


class RatedAlready(Refused):
    """The reader has rated this, or would rather not."""

    code = "rated_already"


class AskedThisWeek(Refused):
    """The reader has rated something within seven days, or would rather not."""

    code = "asked_this_week"


REFUSALS: Final[Mapping[WhyNot, type[Refused]]] = {
    WhyNot.NOT_OVER: NotOverYet,
    WhyNot.RATED: RatedAlready,
    WhyNot.THIS_WEEK: AskedThisWeek,
}


class OfThing(Input):
    """`visit` with a booking's id, or `chat` with a conversation's."""

    kind: Rated
    id: Id


class GiveRating(Typed):
    """The same `local_id` again is the same rating."""

    kind: Rated
    id: Id
    stars: Annotated[Whole, Field(ge=1, le=5)]


class RatedThing(Output):
    """What may be rated now, and the question to ask."""

    kind: Rated
    id: Id
    question: str


class RatingOffer(Output):
    """`thing` is null when there is nothing to ask."""

    thing: RatedThing | None


class RatingGiven(Output):
    kind: Rated
    id: Id
    stars: int
    at: Moment


async def offer(ctx: Context, caller: Caller, _wish: NoInput) -> RatingOffer:
    """The latest visit or talk of three days that the reader may be asked about."""
    row = await ratings.offer(caller.me, ctx.clock.now())
    if row is None:
        return RatingOffer(thing=None)
    return RatingOffer(thing=RatedThing(kind=row["kind"], id=row["id"], question=_question(ctx, row)))


def _question(ctx: Context, row: Row) -> str:
    if row["kind"] == Rated.CHAT:
        return f"{row['name'] or '馆员'}解决了您的问题吗？"
    day = day_words(ctx.local(instant(row["at"])).date(), ctx.today())
    return f"{day}在 {row['name']} 自习还顺利吗？"


async def give(ctx: Context, caller: Caller, wish: GiveRating) -> RatingGiven:
    """Rate it, once per `local_id`.

    Raises `not_over_yet`, `rated_already`, `asked_this_week`, or `idempotency_key_reused` when the `local_id` came
    with another rating before.
    """
    now = ctx.clock.now()
    async with transaction(lock=("reader", caller.me)) as tx:
        if known := await ratings.known(tx, caller.me, wish.local_id):
            if (known["kind"], known["thing_id"], known["stars"]) != (wish.kind, wish.id, wish.stars):
                raise KeyReused()
            return _given(ctx, wish, instant(known["at"]))
        if why := await _why_not(ctx, caller, wish, tx):
            raise REFUSALS[why]()
        await _store(ctx, caller, wish, tx, local_id=wish.local_id, stars=wish.stars)
    return _given(ctx, wish, now)


async def decline(ctx: Context, caller: Caller, wish: OfThing) -> Nothing:
    """Rather not: the reader is not asked about it again, nor about anything else for a week."""
    async with transaction(lock=("reader", caller.me)) as tx:
        why = await _why_not(ctx, caller, wish, tx)
        if why is WhyNot.NOT_OVER:
            raise NotOverYet()
        if why is None:
            await _store(ctx, caller, wish, tx, local_id=None, stars=None)
    return Nothing()


async def _why_not(ctx: Context, caller: Caller, wish: GiveRating | OfThing, tx: Tx) -> WhyNot | None:
    """The reader's row must be locked; what is another's is 404."""
    now = ctx.clock.now()
    over = await _over(caller, wish, now, tx)
    before, this_week = await ratings.asked(tx, caller.me, wish.kind, wish.id, now)
    return why_not_rate(over=over, asked_before=before, asked_this_week=this_week)


async def _over(caller: Caller, wish: GiveRating | OfThing, now: datetime, tx: Tx) -> bool:
    if wish.kind is Rated.VISIT:
        booking = await access.booking(caller, wish.id, tx)
        return bookings.state_of(booking, now) is visits.State.FINISHED
    conversation, side = await access.conversation(caller, wish.id, tx)
    if side is not Side.READER:
        raise NotFound()
    return bool(conversation["state"] == chat.State.CLOSED)


async def _store(
    ctx: Context,
    caller: Caller,
    wish: GiveRating | OfThing,
    tx: Tx,
    *,
    local_id: str | None,
    stars: int | None,
) -> None:
    now = ctx.clock.now()
    rating_id = await ratings.store(
        tx, caller.me, wish.kind, wish.id, local_id=local_id, stars=stars, now=now
    )
    action = "rating.give" if stars else "rating.decline"
    await audit.add(tx, caller, action, f"rating:{rating_id}", now)
    tx.after_commit(lambda: ctx.live.changed(INBOX, "ratings"))


def _given(ctx: Context, wish: GiveRating, at: datetime) -> RatingGiven:
    return RatingGiven(kind=wish.kind, id=wish.id, stars=wish.stars, at=ctx.local(at))
