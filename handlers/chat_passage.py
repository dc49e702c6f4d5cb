"""A message's way to the other side: judged, shown, held, taken back; and telling a reader who is not here."""

from typing import Final

from handlers import tell
from handlers.access import Caller
from handlers.chat_thread import Thread, page_of
from handlers.context import Context, Suggest
from handlers.shapes import Input
from models import chat, chat_messages, wechat_fields
from models.chat import Passage
from models.checks import Unjudged
from models.db import Row, Tx, transaction
from models.instants import instant
from models.notices import Purpose, Words

EXCERPT: Final = 100


class MessageJob(Input):
    message_id: int


def excerpt(text: str, length: int = EXCERPT) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"


async def unjudged(sender_id: int, local_id: str) -> Unjudged | None:
    """The message, while it is being checked or has been shown unchecked."""
    row = await chat_messages.unjudged(sender_id, local_id)
    return Unjudged(row["id"], row["openid"], row["text"], instant(row["at"])) if row else None


async def judge(ctx: Context, message_id: int, suggest: Suggest | None) -> None:
    """Show it, hold it or return it; what was shown already is confirmed or withdrawn. Twice is once."""
    found = await chat_messages.message(message_id)
    if found is None:
        return
    async with transaction(lock=("conversation", found["conversation_id"])) as tx:
        row = await chat_messages.message(message_id, tx)
        becomes = _becomes(row, suggest) if row else None
        if not row or not becomes:
            return
        waits = row["state"] == Passage.CHECKING
        if waits and becomes is Passage.SENT:
            await chat_messages.let_pass(tx, row["id"], unchecked=suggest is None)
        else:
            await pass_on(ctx, tx, row, becomes, unchecked=suggest is None)
        if waits:
            await _show_in_order(ctx, tx, row)


async def _show_in_order(ctx: Context, tx: Tx, judged: Row) -> None:
    """Show what has passed, up to the first that is still being checked."""
    for row in await chat_messages.pending(tx, judged["conversation_id"], judged["side"]):
        if row["state"] == Passage.CHECKING:
            return
        await pass_on(ctx, tx, row, Passage.SENT, unchecked=bool(row["unchecked"]))


def _becomes(row: Row, suggest: Suggest | None) -> Passage | None:
    """What a judgement makes of a message; None: nothing changes."""
    match row["state"], suggest:
        case Passage.CHECKING, Suggest.REVIEW:
            return Passage.HELD
        case Passage.CHECKING, Suggest.RISKY:
            return Passage.RETURNED
        case Passage.CHECKING, _:
            return Passage.SENT
        case Passage.SENT, Suggest.PASS if row["unchecked"]:
            return Passage.SENT
        case Passage.SENT, Suggest.RISKY if row["unchecked"]:
            return Passage.WITHDRAWN
    return (
        None  # under review, what was shown stays, with its mark: the person who would review it has read it
    )


async def pass_on(ctx: Context, tx: Tx, row: Row, becomes: Passage, *, unchecked: bool = False) -> None:
    """`row` is of `models.chat.message`; its conversation is locked."""
    conversation = await chat.get(row["conversation_id"], tx)
    assert conversation is not None
    await Thread(ctx, tx, conversation).pass_on(row, becomes, unchecked=unchecked)


async def tell_answer(ctx: Context, _caller: Caller, wish: MessageJob) -> None:
    """A notice for an answer that its reader has not read; one, however many answers follow it unread."""
    async with transaction() as tx:
        answer = await chat_messages.message(wish.message_id, tx)
        row = await chat_messages.first_unread(tx, answer["conversation_id"]) if answer else None
        if answer is None or row is None or row["reader_seq"] > answer["reader_seq"]:
            return
        asked = await chat_messages.last_question(tx, row["conversation_id"]) or ""
        await tell.reader(
            ctx,
            tx,
            row["reader_id"],
            Purpose.ANSWERED,
            key=f"answer:{row['conversation_id']}:{row['reader_read']}",
            words=Words(
                f"{row['nickname'] or '馆员'}回答了您的咨询",
                excerpt(row["text"]),
                page_of(row["conversation_id"]),
            ),
            values={
                "question": excerpt(asked, 20) or "您的咨询",
                "answer": excerpt(row["text"], 20),
                "time": wechat_fields.moment(ctx.local(instant(row["at"]))),
            },
        )
