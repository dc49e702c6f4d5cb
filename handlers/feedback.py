"""Telling the library something: stored once, checked, and its author sees what becomes of it."""

from handlers import access, audit, bans, checks, departments, tell
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import KeyReused
from handlers.feedback_passage import changed, page_of
from handlers.feedback_shapes import (
    FeedbackSent,
    FeedbackView,
    OfFeedback,
    SeeFeedback,
    SendFeedback,
    state_of,
    view_of,
    views_of,
)
from handlers.shapes import Nothing, Page
from handlers.uploads import PictureGone
from models import feedback, uploads
from models.db import MAX_ID, Row, transaction
from models.feedback import Passage
from models.instants import instant


async def send(ctx: Context, caller: Caller, wish: SendFeedback) -> FeedbackSent:
    """Store it once per `local_id`; answered when it is committed, in the inbox when it was checked.

    Raises `picture_gone`, `department_closed`, or `idempotency_key_reused` when the `local_id` came with something
    else before.
    """
    await bans.may_write(ctx, caller)
    now, checked = ctx.clock.now(), ctx.wechat.checks_text
    async with transaction(lock=("reader", caller.me)) as tx:
        if known := await feedback.known(tx, caller.me, wish.local_id):
            return _again(ctx, known, await uploads.of_feedback([known["id"]], tx), wish)
        feedback_id = await feedback.store(
            tx,
            caller.me,
            wish.local_id,
            topic=wish.topic,
            text=wish.text,
            may_answer=wish.may_answer,
            passage=Passage.CHECKING if checked else Passage.SENT,
            now=now,
            department_id=await departments.chosen(caller, wish.department_id, tx),
        )
        if not await uploads.usable(tx, caller.me, wish.picture_ids):
            raise PictureGone()
        await uploads.show_in_feedback(tx, feedback_id, wish.picture_ids)
        to_check = checks.adding(ctx, "feedback", str(feedback_id), caller.me, wish.local_id)
        recorded = audit.adding(caller, "feedback.send", f"feedback:{feedback_id}", now)
        await tx.together(recorded, *(to_check if checked else ()))
        changed(ctx, tx, feedback_id, caller.me)
        if checked:
            tx.after_commit(ctx.live.wake_workers)
    return FeedbackSent(feedback_id=feedback_id, local_id=wish.local_id, state="received", at=ctx.local(now))


def _again(ctx: Context, known: Row, pictures: list[Row], wish: SendFeedback) -> FeedbackSent:
    """The answer to what was stored before."""
    stored = known["topic"], known["text"], bool(known["may_answer"]), [row["id"] for row in pictures]
    if stored != (wish.topic, wish.text, wish.may_answer, wish.picture_ids):
        raise KeyReused()
    return FeedbackSent(
        feedback_id=known["id"],
        local_id=wish.local_id,
        state=state_of(known),
        at=ctx.local(instant(known["at"])),
    )


async def see(ctx: Context, caller: Caller, wish: SeeFeedback) -> Page[FeedbackView]:
    """What the reader has told, in pages, the latest first."""
    before = int(wish.after) if wish.after else MAX_ID
    rows = await feedback.of_reader(caller.me, before_id=before, limit=wish.limit + 1)
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Page[FeedbackView](items=await views_of(ctx, rows), next=str(rows[-1]["id"]) if more else None)


async def show(ctx: Context, caller: Caller, wish: OfFeedback) -> FeedbackView:
    """One thing that the reader has told, and what became of it."""
    return await view_of(ctx, await access.feedback(caller, wish.feedback_id))


async def read(ctx: Context, caller: Caller, wish: OfFeedback) -> Nothing:
    """The reader has seen what became of it, so the notices that speak of it are read too."""
    async with transaction() as tx:
        row = await access.feedback(caller, wish.feedback_id, tx)
        await tell.seen(ctx, tx, caller.me, page_of(row["id"]))
    return Nothing()
