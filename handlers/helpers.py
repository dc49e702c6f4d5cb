"""Helpers: a reader lets somebody act for them, sees every act, and ends it at once."""

from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field

from handlers import audit, tell
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import NotFound, Refused
from handlers.shapes import Id, Input, Line, Moment, NoInput, Output
from handlers.words import span_words
from models import chat, helpers, tries
from models.db import Row, Tx, transaction
from models.helpers import HELPERS_AT_MOST, INVITATION_LIFE
from models.instants import instant
from models.notices import Purpose, Words
from models.people import secret_hash
from models.spaces import new_code

PAGE: Final = "/pages/helpers/helpers"
SOMEBODY: Final = "没有留称呼的读者"


class HelperCodeRefused(Refused):
    """Nobody has given this code, or its hour is over (422)."""

    code = "helper_code_refused"
    status = 422


class HelperCodeLocked(Refused):
    """Too many wrong codes; welcome again at `details.opens_at`."""

    code = "helper_code_locked"


class OwnHelper(Refused):
    """Nobody is their own helper."""

    code = "own_helper"


class TooManyHelpers(Refused):
    """The one who asked has `details.limit` helpers already."""

    code = "too_many_helpers"


class HelperInvited(Output):
    """`code` is shown this once, to the one who wants help."""

    code: str
    expires_at: Moment


class AcceptHelping(Input):
    code: Annotated[Line, Field(min_length=1, max_length=64)]


class HelpingPerson(Output):
    id: Id
    name: str | None
    since: Moment


class Helping(Output):
    """`helpers` act for the caller; the caller acts for those `helped`."""

    helpers: list[HelpingPerson]
    helped: list[HelpingPerson]


class OfHelper(Input):
    helper_id: Id


class OfHelped(Input):
    helped_id: Id


async def see(ctx: Context, caller: Caller, _wish: NoInput) -> Helping:
    """Who acts for the caller, and for whom the caller acts."""
    return await _shown(ctx, caller)


async def _shown(ctx: Context, caller: Caller) -> Helping:
    theirs, helped = await helpers.of(caller.me)
    return Helping(helpers=_people(ctx, theirs), helped=_people(ctx, helped))


def _people(ctx: Context, rows: Sequence[Row]) -> list[HelpingPerson]:
    return [
        HelpingPerson(id=row["id"], name=row["name"], since=ctx.local(instant(row["since"]))) for row in rows
    ]


async def invite(ctx: Context, caller: Caller, _wish: NoInput) -> HelperInvited:
    """A code that lets one person act for the caller, good for an hour; a newer one ends it."""
    now, code = ctx.clock.now(), new_code()
    async with transaction(lock=("reader", caller.me)) as tx:
        await helpers.invite(tx, caller.me, secret_hash(code), now + INVITATION_LIFE)
        await audit.add(tx, caller, "helper.invite", f"reader:{caller.me}", now)
    return HelperInvited(code=code, expires_at=ctx.local(now + INVITATION_LIFE))


async def accept(ctx: Context, caller: Caller, wish: AcceptHelping) -> Helping:
    """Act for the reader whose code this is, from now on; of two who try, one does.

    Raises `helper_code_refused`, `helper_code_locked` after five wrong ones, `own_helper`, `too_many_helpers`.
    """
    now, key = ctx.clock.now(), tries.code_key(caller.me)
    async with transaction() as tx:
        if until := await tries.take(tx, key, tries.OF_CODE, now):
            raise HelperCodeLocked(opens_at=ctx.local(until).isoformat())
    code_hash = secret_hash(wish.code.lower())
    helped_id = await helpers.inviting(code_hash, now)
    if helped_id is None:
        raise HelperCodeRefused()
    if helped_id == caller.me:
        raise OwnHelper()
    async with transaction() as tx:
        await tx.lock("reader", helped_id, caller.me)
        if not await helpers.take_invitation(tx, code_hash):
            raise HelperCodeRefused()
        if await helpers.number_of(tx, helped_id) >= HELPERS_AT_MOST:
            raise TooManyHelpers(limit=HELPERS_AT_MOST)
        await helpers.begin(tx, helped_id, caller.me, now)
        await tries.forget(tx, key)
        await audit.add(tx, caller, "helper.begin", f"reader:{helped_id}", now)
        name = await chat.name_of(tx, caller.me) or SOMEBODY
        text = f"{name}可以代您预约、签到和取消了。每一次您都会在这里看到，随时可以收回。"
        await _say(
            ctx, tx, helped_id, f"helper:{caller.me}:{now.timestamp()}", Words("多了一位代办人", text, PAGE)
        )
    return await _shown(ctx, caller)


async def end_helper(ctx: Context, caller: Caller, wish: OfHelper) -> Helping:
    """Take back what a helper may do, at once. Raises `not_found`."""
    await _end(ctx, caller, helped_id=caller.me, helper_id=wish.helper_id)
    return await _shown(ctx, caller)


async def end_helping(ctx: Context, caller: Caller, wish: OfHelped) -> Helping:
    """Act for a reader no longer. Raises `not_found`."""
    await _end(ctx, caller, helped_id=wish.helped_id, helper_id=caller.me)
    return await _shown(ctx, caller)


async def _end(ctx: Context, caller: Caller, *, helped_id: int, helper_id: int) -> None:
    now = ctx.clock.now()
    async with transaction() as tx:
        # What a helper does for the helped holds their row too: it comes before this, or not at all.
        await tx.lock("reader", helped_id, helper_id)
        if not await helpers.end(tx, helped_id, helper_id):
            raise NotFound()
        await audit.add(tx, caller, "helper.end", f"reader:{helped_id}", now, helper=helper_id)
        name = await chat.name_of(tx, caller.me) or SOMEBODY
        other = helped_id if caller.me == helper_id else helper_id
        text = f"{name}不再代您办理。" if other == helped_id else f"{name}收回了请您代办的许可。"
        key = f"helper_end:{helped_id}:{helper_id}:{now.timestamp()}"
        await _say(ctx, tx, other, key, Words("代办结束了", text, PAGE))


async def tell_helped(ctx: Context, tx: Tx, caller: Caller, booking: Row, did: str) -> None:
    """Tell the reader of a booking what their helper did; nothing when it was themselves."""
    if booking["reader_id"] == caller.me:
        return
    name = await chat.name_of(tx, caller.me) or SOMEBODY
    when = span_words(ctx.local(instant(booking["starts_at"])), ctx.local(instant(booking["ends_at"])))
    words = Words(
        f"{name}代您{did}",
        f"{booking['branch_name']} {booking['area_name']} {booking['label']}，{when}。",
        f"/pages/bookings/detail?id={booking['id']}",
    )
    await _say(ctx, tx, booking["reader_id"], f"helped:{booking['id']}:{did}", words)


def helper_of(caller: Caller, reader_id: int) -> int | None:
    """The caller, when they act for somebody else."""
    return None if reader_id == caller.me else caller.me


def told_of(caller: Caller, reader_id: int) -> dict[str, int]:
    """What the trail says beside who acted, when it was for somebody else."""
    return {} if reader_id == caller.me else {"for_reader": reader_id}


async def _say(ctx: Context, tx: Tx, reader_id: int, key: str, words: Words) -> None:
    await tell.reader(ctx, tx, reader_id, Purpose.ACCOUNT, key=key, words=words, values={})
