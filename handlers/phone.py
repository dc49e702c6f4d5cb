"""The phone number that a reader may let the library know, and take back at any time."""

from typing import Annotated, Final

from pydantic import Field

from handlers import audit, people
from handlers.access import Caller
from handlers.context import Context, Verdict, WeChatRefused
from handlers.errors import Refused, TryLater
from handlers.people import Me
from handlers.shapes import Input, Line, NoInput
from models.db import transaction
from models.people import Reader, at_wechat

# WeChat does not say with which number it refuses somebody else's code, so one that we do not know counts as well.
NOT_THEIRS: Final = frozenset({Verdict.BAD_CODE, Verdict.UNREACHABLE, Verdict.PERMANENT})

Code = Annotated[Line, Field(min_length=1, max_length=128)]


class PhoneRefused(Refused):
    """WeChat gives no number for this code: a new tap on its button brings a new one (422)."""

    code = "phone_refused"
    status = 422


class AddPhone(Input):
    """`code` comes with the tap on WeChat's button for the phone number: five minutes, once, this reader's."""

    code: Code


async def vouched(ctx: Context, caller: Caller, code: str) -> str:
    """The caller's number, as their WeChat says. Raises `phone_refused`, `try_later` when WeChat is away."""
    reader = await Reader.get(id=caller.me)
    try:
        return await ctx.wechat.phone_number(at_wechat(reader.openid), code)
    except WeChatRefused as refused:
        raise (PhoneRefused() if refused.verdict in NOT_THEIRS else TryLater()) from refused


async def add(ctx: Context, caller: Caller, wish: AddPhone) -> Me:
    """Keep the number that the caller's WeChat vouches for, in place of an earlier one.

    Raises `phone_refused` when the code is used up or another's, `try_later` when WeChat is away.
    """
    number = await vouched(ctx, caller, wish.code)
    async with transaction() as tx:
        # Not in an account that was closed while WeChat was asked.
        await Reader.filter(id=caller.me, closed_at__isnull=True).update(phone=number)
        await audit.add(tx, caller, "reader.add_phone", f"reader:{caller.me}", ctx.clock.now())
    return await people.shown(ctx, caller)


async def remove(ctx: Context, caller: Caller, _wish: NoInput) -> Me:
    """Forget the caller's number. It may be said twice."""
    async with transaction() as tx:
        if await Reader.filter(id=caller.me, phone__isnull=False).update(phone=None):
            await audit.add(tx, caller, "reader.remove_phone", f"reader:{caller.me}", ctx.clock.now())
    return await people.shown(ctx, caller)
