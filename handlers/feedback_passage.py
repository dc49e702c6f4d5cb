"""The way of what a reader tells: judged, then in the staff's inbox, held, or returned; and who is told of it."""

from typing import Final

from handlers import tell
from handlers.context import Context, Suggest
from handlers.feedback_shapes import FeedbackChanged
from models import feedback, wechat_fields
from models.checks import Unjudged
from models.db import Row, Tx, transaction
from models.feedback import Passage, State
from models.instants import instant
from models.notices import Purpose, Words

INBOX: Final = "feedback"  # a kind of stream: one for each reach


def page_of(feedback_id: int) -> str:
    """The page of the mini-program that shows feedback to its author."""
    return f"/pages/feedback/one?id={feedback_id}"


def changed(ctx: Context, tx: Tx, feedback_id: int, reader_id: int) -> None:
    """After the commit: its author looks again, and so do those who have the inbox open."""
    told = FeedbackChanged(feedback_id=feedback_id)
    tx.after_commit(lambda: ctx.live.push(f"reader:{reader_id}", "feedback_changed", told))
    tx.after_commit(lambda: ctx.live.changed(INBOX, str(feedback_id)))


async def unjudged(reader_id: int, local_id: str) -> Unjudged | None:
    """The feedback, while it is being checked, or lies in the inbox unchecked and unsettled."""
    row = await feedback.unjudged(reader_id, local_id)
    return Unjudged(row["id"], row["openid"], row["text"], instant(row["at"])) if row else None


async def judge(ctx: Context, feedback_id: int, suggest: Suggest | None) -> None:
    """Let it into the inbox, hold it or return it; what lies there already is confirmed or returned. Twice is once."""
    async with transaction(lock=("feedback", feedback_id)) as tx:
        row = await feedback.get(feedback_id, tx)
        becomes = _becomes(row, suggest) if row else None
        if row and becomes:
            await pass_on(ctx, tx, row, becomes, unchecked=suggest is None)


def _becomes(row: Row, suggest: Suggest | None) -> Passage | None:
    """What a judgement makes of a text; None: nothing changes."""
    match row["passage"], suggest:
        case Passage.CHECKING, Suggest.REVIEW:
            return Passage.HELD
        case Passage.CHECKING, Suggest.RISKY:
            return Passage.RETURNED
        case Passage.CHECKING, _:
            return Passage.SENT
        case Passage.SENT, Suggest.PASS if row["unchecked"]:
            return Passage.SENT
        case Passage.SENT, Suggest.RISKY if row["unchecked"] and row["state"] in (State.NEW, State.TAKEN):
            return Passage.RETURNED
    return None  # under review, what lies in the inbox stays, with its mark: who would review it has read it


async def pass_on(ctx: Context, tx: Tx, row: Row, becomes: Passage, *, unchecked: bool = False) -> None:
    """`row` is of `models.feedback.get`, read after the lock. What is returned, nobody has any more."""
    if becomes is Passage.RETURNED:
        await feedback.release(tx, row["id"])
        await _tell_returned(ctx, tx, row)
    await feedback.pass_on(tx, row["id"], becomes, unchecked=unchecked)
    changed(ctx, tx, row["id"], row["reader_id"])


async def _tell_returned(ctx: Context, tx: Tx, row: Row) -> None:
    """Its author thinks that it has arrived, and may be gone. The text is not repeated: WeChat refuses it."""
    await tell.reader(
        ctx,
        tx,
        row["reader_id"],
        Purpose.ANSWERED,
        key=f"feedback_returned:{row['id']}",
        words=Words("您的意见没有发出", "内容没有通过检查。可以改一改，再发一次。", page_of(row["id"])),
        values={
            "question": "您的意见",
            "answer": "没有发出，改一改可以再发",
            "time": wechat_fields.moment(ctx.local(ctx.clock.now())),
        },
    )
