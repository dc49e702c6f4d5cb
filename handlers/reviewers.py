"""WeChat's reviewers: a code lets a person into an account of its own that sees samples only, for two weeks."""

from datetime import timedelta
from hmac import compare_digest
from typing import Annotated, Final

from pydantic import Field

from handlers import account, audit, people
from handlers.access import Caller
from handlers.account import AccountJob
from handlers.context import Context
from handlers.people import CodeRefused, SignedIn
from handlers.shapes import Input, Line
from models import jobs
from models.db import transaction
from models.people import SAMPLE, Reader

REVIEW_LASTS: Final = timedelta(days=14)


class ReviewCodeRefused(CodeRefused):
    """It is not the code that the library gave to WeChat, or it gave none (422)."""

    code = "review_code_refused"


class EnterReview(Input):
    """`code` is what the library wrote into its request for review."""

    code: Annotated[Line, Field(min_length=1, max_length=128)]


async def enter(ctx: Context, caller: Caller, wish: EnterReview) -> SignedIn:
    """A session of the caller's reviewer, who is made the first time. Their own account stays as it is.

    Raises `review_code_refused`.
    """
    expected = ctx.library.review_code
    if expected is None or not compare_digest(expected.get_secret_value().encode(), wish.code.encode()):
        raise ReviewCodeRefused()
    now = ctx.clock.now()
    async with transaction() as tx:
        openid = (await Reader.get(id=caller.me)).openid
        begun = await people.begin_session(ctx, tx, f"{SAMPLE}{openid}")
        await audit.add(tx, caller, "review.enter", f"reader:{begun.reader_id}", now)
        if begun.is_new:
            about, key = {"reader_id": begun.reader_id}, f"end_review:{begun.reader_id}"
            await jobs.add(tx, "end_review", key, about, now + REVIEW_LASTS)
    return await people.welcome(ctx, begun)


async def end(ctx: Context, _caller: Caller, wish: AccountJob) -> None:
    """The two weeks are over: the reviewer's account is closed. Twice is once."""
    async with transaction(lock=("reader", wish.reader_id)) as tx:
        await account.close_now(ctx, tx, wish.reader_id)
