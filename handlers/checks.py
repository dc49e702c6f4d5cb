"""WeChat's judgement of what people type: asked by a job, after the text was stored and acknowledged.

A text between one reader and the staff fails open: what is not judged within two seconds is shown with a mark, and
judged later. A second job keeps that time, so that a checker which is slow, or died in the middle, delays nothing.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog

from handlers import chat_passage, feedback_passage
from handlers.access import Caller
from handlers.context import Context, Suggest, Verdict, WeChatRefused
from handlers.errors import Postponed
from handlers.shapes import Input
from models import account, jobs
from models.checks import Unjudged
from models.db import Write
from models.people import at_wechat

SHOWN_AFTER: Final = timedelta(seconds=2)
AGAIN_AFTER: Final = timedelta(minutes=5)
JUDGED_WITHIN: Final = timedelta(hours=2)  # WeChat judges no text of somebody who was not here for so long
PASSING: Final = (Verdict.RETRY_LATER, Verdict.UNKNOWN)

log = structlog.get_logger()


class CheckText(Input):
    """A text by its author and the id that their phone gave it."""

    subject: Literal["chat", "feedback"]
    sender_id: int
    local_id: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of text: `unjudged` finds one that waits for a judgement, `judge` acts on it (None: no judgement came)."""

    unjudged: Callable[[int, str], Awaitable[Unjudged | None]]
    judge: Callable[[Context, int, Suggest | None], Awaitable[None]]


SUBJECTS: Final[Mapping[str, Subject]] = {
    "chat": Subject(chat_passage.unjudged, chat_passage.judge),
    "feedback": Subject(feedback_passage.unjudged, feedback_passage.judge),
}


def adding(ctx: Context, subject: str, key: str, sender_id: int, local_id: str) -> tuple[Write, ...]:
    """The jobs of a new text, for `Tx.together`: its check, and the deadline by which it is shown."""
    now: datetime = ctx.clock.now()
    about = {"subject": subject, "sender_id": sender_id, "local_id": local_id}
    return (
        jobs.adding("check_text", f"check:{subject}:{key}", about, now),
        jobs.adding("show_text", f"show:{subject}:{key}", about, now + SHOWN_AFTER),
    )


async def check(ctx: Context, _caller: Caller, wish: CheckText) -> None:
    """Ask WeChat, and act on what it says; when it says nothing, show the text with a mark and ask again later.

    Of somebody whose account is closed nobody is asked.
    """
    subject = SUBJECTS[wish.subject]
    text = await subject.unjudged(wish.sender_id, wish.local_id)
    if text is None:
        return
    if account.is_gone(text.openid):
        await subject.judge(ctx, text.id, None)
        return
    try:
        suggest = await ctx.wechat.check_text(at_wechat(text.openid), text.text)
    except WeChatRefused as refused:
        await subject.judge(ctx, text.id, None)
        now = ctx.clock.now()
        if refused.verdict in PASSING and now + AGAIN_AFTER < text.at + JUDGED_WITHIN:
            raise Postponed(now + AGAIN_AFTER) from refused
        log.warning("text_unchecked", subject=wish.subject, id=text.id, verdict=refused.verdict.value)
        return
    await subject.judge(ctx, text.id, suggest)


async def show(ctx: Context, _caller: Caller, wish: CheckText) -> None:
    """The time is over: show a text that has not been judged."""
    subject = SUBJECTS[wish.subject]
    text = await subject.unjudged(wish.sender_id, wish.local_id)
    if text is not None:
        await subject.judge(ctx, text.id, None)
