"""A reader's card of the library: bound with its secret or the phone number that the library knows, shown, let go."""

from typing import Annotated, Literal

from pydantic import Field
from tortoise.exceptions import IntegrityError

from handlers import audit, phone, tell
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Detail, NotFound, Refused, TryLater
from handlers.shapes import Day, Flag, Input, Line, Moment, NoInput, Nothing, Output
from models import patrons, tries
from models.db import Row, Tx, transaction
from models.instants import instant
from models.notices import Purpose, Words
from models.patrons import CARD_LENGTH, Card, CardState, why_not_card

PAGE = "/pages/card/card"
LONGEST_SECRET = 64
TAKEN_OVER = "有人用它的密码或手机号绑到了另一个微信上。不是您同意的，请告诉馆员。"

CardNo = Annotated[Line, Field(min_length=1, max_length=CARD_LENGTH)]


class CardRefused(Refused):
    """No card has this number, or the secret or phone number is not its own: it is not said which (422)."""

    code = "card_refused"
    status = 422


class CardLocked(Refused):
    """Tried too often; welcome again at `details.opens_at`, or with the phone number, or at the desk."""

    code = "card_locked"


class CardUnusable(Refused):
    """The card itself is lost, closed or out of its dates; the code says which, `details.day` the date."""

    code = "card_lost"

    def __init__(self, code: str, **details: Detail) -> None:
        super().__init__(**details)
        self.code = code


class CardElsewhere(Refused):
    """Another reader has bound this card; with `take_over` it is moved here, and they are told."""

    code = "card_elsewhere"


class CardHeld(Refused):
    """The reader has bound another card, and must let it go first."""

    code = "card_held"


class BySecret(Input):
    kind: Literal["secret"]
    secret: Annotated[str, Field(min_length=1, max_length=LONGEST_SECRET)]


class ByPhone(Input):
    """`code` comes with the tap on WeChat's button for the phone number: five minutes, once, this reader's."""

    kind: Literal["phone"]
    code: phone.Code


class BindCard(Input):
    """`take_over`: also when another reader has bound it."""

    card_no: CardNo
    proof: Annotated[BySecret | ByPhone, Field(discriminator="kind")]
    take_over: Flag = False


class CardShown(Output):
    """`problem` is why it cannot be used today: `card_lost`, `card_closed`, `card_expired`, `card_not_yet`."""

    card_no: str
    name: str
    group: str | None
    valid_from: Day | None
    valid_until: Day | None
    problem: str | None
    bound_at: Moment


class MyCard(Output):
    card: CardShown | None


async def see(ctx: Context, caller: Caller, _wish: NoInput) -> MyCard:
    """The card that the caller has bound."""
    row = await patrons.of_reader(None, caller.me)
    return MyCard(card=_shown(ctx, row) if row else None)


def _shown(ctx: Context, row: Row) -> CardShown:
    card = Card.of(row)
    why = why_not_card(card, ctx.today())
    return CardShown(
        card_no=row["card_no"],
        name=row["name"],
        group=row["group_name"],
        valid_from=card.valid_from,
        valid_until=card.valid_until,
        problem=why.code if why else None,
        bound_at=ctx.local(instant(row["bound_at"])),
    )


# ---------------------------------------------------------------- binding


async def bind(ctx: Context, caller: Caller, wish: BindCard) -> MyCard:
    """Bind the card whose number and secret, or number and phone, the caller knows; once more is as once.

    Raises `card_refused`, `card_locked` after five wrong secrets of a card or ten of a reader, `card_lost` and its
    like, `card_held`, `card_elsewhere`, `phone_refused`, `try_later`.
    """
    patron_id = await (
        _proved_by_secret(ctx, caller, wish.card_no, wish.proof)
        if isinstance(wish.proof, BySecret)
        else _proved_by_phone(ctx, caller, wish.card_no, wish.proof)
    )
    try:
        async with transaction(lock=("reader", caller.me)) as tx:
            row = await _bind(ctx, caller, tx, patron_id, take_over=wish.take_over)
            await tries.forget(tx, tries.card_key(wish.card_no), tries.reader_key(caller.me))
    except IntegrityError:
        raise CardElsewhere() from None  # bound by another at this very moment
    return MyCard(card=_shown(ctx, row))


async def _proved_by_secret(ctx: Context, caller: Caller, card_no: str, proof: BySecret) -> int:
    now = ctx.clock.now()
    keys = {tries.card_key(card_no): tries.OF_CARD, tries.reader_key(caller.me): tries.OF_READER}
    async with transaction() as tx:
        for key, at_most in keys.items():
            if until := await tries.take(tx, key, at_most, now):
                raise CardLocked(opens_at=ctx.local(until).isoformat())
    try:
        patron_id = await ctx.patrons.verify(card_no, proof.secret)
    except TryLater:
        async with transaction() as tx:
            await tries.forget(tx, *keys)
        raise
    if patron_id is None:
        raise CardRefused()
    return patron_id


async def _proved_by_phone(ctx: Context, caller: Caller, card_no: str, proof: ByPhone) -> int:
    number = await phone.vouched(ctx, caller, proof.code)
    patron_id = await ctx.patrons.find(card_no)
    row = await patrons.get(None, patron_id) if patron_id else None
    if row is None or row["phone"] != number:
        raise CardRefused()
    return int(row["id"])


async def _bind(ctx: Context, caller: Caller, tx: Tx, patron_id: int, *, take_over: bool) -> Row:
    now = ctx.clock.now()
    await tx.lock("patron", patron_id)
    row = await patrons.get(tx, patron_id)
    if row is None:
        raise CardRefused()
    if row["reader_id"] == caller.me:
        return row
    if why := why_not_card(Card.of(row), ctx.today()):
        raise CardUnusable(why.code, day=why.day.isoformat() if why.day else None)
    if await patrons.of_reader(tx, caller.me):
        raise CardHeld()
    if row["reader_id"] is not None:
        if not take_over:
            raise CardElsewhere()
        await end(ctx, caller, tx, row, TAKEN_OVER)
    await patrons.bind(tx, patron_id, caller.me, now)
    await audit.add(tx, caller, "card.bind", f"patron:{patron_id}", now)
    bound = await patrons.get(tx, patron_id)
    assert bound is not None
    return bound


async def end(ctx: Context, caller: Caller, tx: Tx, row: Row, why: str) -> None:
    """End somebody's binding, and tell them."""
    now = ctx.clock.now()
    await patrons.unbind(tx, row["id"])
    await audit.add(tx, caller, "card.end", f"patron:{row['id']}", now, reader=row["reader_id"])
    await tell.reader(
        ctx,
        tx,
        row["reader_id"],
        Purpose.ACCOUNT,
        key=f"card:{row['binding_id']}",
        words=Words("读者证已解绑", f"尾号 {row['card_no'][-4:]} 的读者证不再绑在您的微信上。{why}", PAGE),
        values={},
    )


# ---------------------------------------------------------------- having one


async def unbind(ctx: Context, caller: Caller, _wish: NoInput) -> Nothing:
    """Let the card go. It may be said twice."""
    async with transaction(lock=("reader", caller.me)) as tx:
        if row := await patrons.of_reader(tx, caller.me):
            await patrons.unbind(tx, row["id"])
            await audit.add(tx, caller, "card.unbind", f"patron:{row['id']}", ctx.clock.now())
    return Nothing()


async def report_lost(ctx: Context, caller: Caller, _wish: NoInput) -> MyCard:
    """Say that the card is lost: nobody can use or bind it until the desk says otherwise. It may be said twice."""
    async with transaction(lock=("reader", caller.me)) as tx:
        row = await patrons.of_reader(tx, caller.me)
        if row is None:
            raise NotFound()
        await tx.lock("patron", row["id"])
        if await patrons.become(tx, row["id"], CardState.LOST):
            await audit.add(tx, caller, "card.lost", f"patron:{row['id']}", ctx.clock.now())
        row = await patrons.of_reader(tx, caller.me)
        return MyCard(card=_shown(ctx, row) if row else None)
