"""The staff's inbox: what readers tell, who has taken it, its answer; and the ratings, counted."""

from typing import Any

from tortoise.exceptions import IntegrityError

from handlers import access, audit, departments, feedback_passage, tell
from handlers.access import Caller, Permission
from handlers.chat_passage import excerpt
from handlers.context import Context
from handlers.errors import KeyReused, Refused
from handlers.feedback_passage import INBOX, page_of
from handlers.feedback_shapes import (
    AnswerFeedback,
    FeedbackInbox,
    FeedbackLine,
    FeedbackNews,
    HandOnFeedback,
    OfFeedback,
    RatingTotals,
    SeeBox,
    StarCount,
    line_of,
    lines_of,
)
from handlers.review import OwnText, SettledAlready
from handlers.shapes import NoInput, Nothing, Page
from models import feedback, ratings, wechat_fields
from models.db import MAX_ID, Row, Tx, transaction
from models.feedback import Passage, State
from models.notices import Purpose, Words
from models.ratings import Rated
from models.reach import Reach

SETTLED = (State.ANSWERED, State.NOTED)


class FeedbackWithAnother(Refused):
    """A colleague has taken it: `details.name`, null when they have no name."""

    code = "feedback_with_another"


class FeedbackOver(Refused):
    """It was answered or noted: `details.state`; `details.name` is who did."""

    code = "feedback_over"


class NoAnswerWanted(Refused):
    """Its author did not ask for an answer."""

    code = "no_answer_wanted"


# ---------------------------------------------------------------- looking


async def watch(ctx: Context, caller: Caller, _wish: NoInput) -> FeedbackInbox:
    """How much there is, and how readers rate; over a socket, also what changes from now on."""
    await audit.read(ctx, caller, "feedback.read", "inbox")
    number = await ctx.live.number(watched(caller, _wish))
    waiting, held = await feedback.counts(caller.reach(Permission.FEEDBACK_ANSWER))
    return FeedbackInbox(
        number=number,
        waiting=waiting,
        held=held,
        mine=await feedback.count_of(caller.me),
        ratings=await _ratings(),
    )


async def leave(_ctx: Context, _caller: Caller, _wish: NoInput) -> Nothing:
    """No longer watched."""
    return Nothing()


def watched(caller: Caller, _wish: NoInput) -> str:
    """Who reaches the same watches the same stream."""
    return f"{INBOX}:{caller.reach(Permission.FEEDBACK_ANSWER)}"


async def changes(ctx: Context, stream: str, keys: list[str]) -> tuple[str, dict[str, Any]]:
    """(event, payload without its number): the feedback that changed, as it is now, and the ratings."""
    reach, ids = Reach.parse(stream.partition(":")[2]), [int(key) for key in keys if key.isdigit()]
    rows = await feedback.lines(ids, reach)
    waiting, held = await feedback.counts(reach)
    news = FeedbackNews(
        number=0,
        items=await lines_of(ctx, rows),
        gone=reach.gone(ids, (row["id"] for row in rows)),
        waiting=waiting,
        held=held,
        ratings=await _ratings(),
    )
    return "feedback_news", news.model_dump(mode="json", exclude={"number"})


def number_now(_stream: str) -> tuple[str, dict[str, Any]]:
    return "feedback_number", {}


async def _ratings() -> RatingTotals:
    totals = {
        kind: StarCount(stars=stars, total=sum(stars)) for kind, stars in (await ratings.totals()).items()
    }
    return RatingTotals(visits=totals[Rated.VISIT], chats=totals[Rated.CHAT])


async def see(ctx: Context, caller: Caller, wish: SeeBox) -> Page[FeedbackLine]:
    """What lies in a box, in pages, the latest first."""
    await audit.read(ctx, caller, "feedback.read", "inbox")
    before = int(wish.after) if wish.after else MAX_ID
    rows = await feedback.in_box(
        wish.box,
        caller.me,
        caller.reach(Permission.FEEDBACK_ANSWER),
        before_id=before,
        limit=wish.limit + 1,
        department_id=wish.department_id,
    )
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Page[FeedbackLine](items=await lines_of(ctx, rows), next=str(rows[-1]["id"]) if more else None)


# ---------------------------------------------------------------- having it


async def take(ctx: Context, caller: Caller, wish: OfFeedback) -> FeedbackLine:
    """Take it from the inbox; of two who try one gets it, the other is told who.

    Raises `feedback_with_another`, `feedback_over` or `own_text`.
    """
    async with transaction(lock=("feedback", wish.feedback_id)) as tx:
        row = await _of_another(caller, wish.feedback_id, tx)
        await _have(ctx, caller, row, tx)
    return await _line(ctx, wish.feedback_id)


async def give_back(ctx: Context, caller: Caller, wish: OfFeedback) -> FeedbackLine:
    """Put it back for a colleague; raises `feedback_with_another` or `feedback_over`."""
    async with transaction(lock=("feedback", wish.feedback_id)) as tx:
        row = await _not_with_others(caller, wish.feedback_id, tx)
        if row["state"] == State.TAKEN:
            await feedback.release(tx, row["id"])
            await _changed(ctx, caller, row, tx, "feedback.give_back")
    return await _line(ctx, wish.feedback_id)


async def hand_on(ctx: Context, caller: Caller, wish: HandOnFeedback) -> FeedbackLine:
    """Give it to a department, where nobody has it yet; one that is there already stays as it is.

    Raises `department_closed`, `feedback_with_another` or `feedback_over`.
    """
    async with transaction(lock=("feedback", wish.feedback_id)) as tx:
        row = await _not_with_others(caller, wish.feedback_id, tx)
        if row["department_id"] != wish.department_id:
            to = await departments.taking(caller, wish.department_id, tx)
            await feedback.hand_on(tx, row["id"], to["id"], ctx.clock.now())
            await _changed(ctx, caller, row, tx, "feedback.hand_on", department=to["id"])
    return await _line(ctx, wish.feedback_id)


async def _not_with_others(caller: Caller, feedback_id: int, tx: Tx) -> Row:
    """What nobody has, or the caller."""
    row = await _of_another(caller, feedback_id, tx)
    if row["state"] in SETTLED:
        raise FeedbackOver(state=row["state"], name=row["librarian_name"])
    if row["librarian_id"] not in (None, caller.me):
        raise FeedbackWithAnother(name=row["librarian_name"])
    return row


async def answer(ctx: Context, caller: Caller, wish: AnswerFeedback) -> FeedbackLine:
    """Answer it once per `local_id`, taking it when nobody has it; its author gets a notice.

    Raises `no_answer_wanted`, `feedback_with_another`, `feedback_over`, `own_text`, or `idempotency_key_reused`
    when the `local_id` came with another answer before.
    """
    try:
        async with transaction(lock=("feedback", wish.feedback_id)) as tx:
            if known := await feedback.known_answer(tx, caller.me, wish.local_id):
                if (known["id"], known["answer"]) != (wish.feedback_id, wish.text):
                    raise KeyReused()
            else:
                await _answer(ctx, caller, wish, tx)
    except IntegrityError:  # another answer with this key, at the same time
        raise KeyReused() from None
    return await _line(ctx, wish.feedback_id)


async def _answer(ctx: Context, caller: Caller, wish: AnswerFeedback, tx: Tx) -> None:
    row = await _of_another(caller, wish.feedback_id, tx)
    if not row["may_answer"]:
        raise NoAnswerWanted()
    await _have(ctx, caller, row, tx)
    now = ctx.clock.now()
    await feedback.answer(tx, row["id"], wish.local_id, wish.text, now)
    await _changed(ctx, caller, row, tx, "feedback.answer")
    after = await feedback.get(row["id"], tx)
    assert after is not None
    await tell.reader(
        ctx,
        tx,
        row["reader_id"],
        Purpose.ANSWERED,
        key=f"feedback:{row['id']}",
        words=Words(
            f"{after['librarian_name'] or '馆员'}答复了您的意见", excerpt(wish.text), page_of(row["id"])
        ),
        values={
            "question": excerpt(row["text"], 20),
            "answer": excerpt(wish.text, 20),
            "time": wechat_fields.moment(ctx.local(now)),
        },
    )


async def note(ctx: Context, caller: Caller, wish: OfFeedback) -> FeedbackLine:
    """It was read and needs no answer; taken when nobody has it. Raises as `feedback_take` does."""
    async with transaction(lock=("feedback", wish.feedback_id)) as tx:
        row = await _of_another(caller, wish.feedback_id, tx)
        if row["state"] != State.NOTED or row["librarian_id"] != caller.me:
            await _have(ctx, caller, row, tx)
            await feedback.note(tx, row["id"], ctx.clock.now())
            await _changed(ctx, caller, row, tx, "feedback.note")
    return await _line(ctx, wish.feedback_id)


async def _have(ctx: Context, caller: Caller, row: Row, tx: Tx) -> None:
    """The caller has it, or gets it now."""
    if row["state"] in SETTLED:
        raise FeedbackOver(state=row["state"], name=row["librarian_name"])
    if row["librarian_id"] == caller.me:
        return
    if not await feedback.take(tx, row["id"], caller.me):
        raise FeedbackWithAnother(name=row["librarian_name"])
    await _changed(ctx, caller, row, tx, "feedback.take")


async def _changed(ctx: Context, caller: Caller, row: Row, tx: Tx, action: str, **details: int) -> None:
    await audit.add(tx, caller, action, f"feedback:{row['id']}", ctx.clock.now(), **details)
    feedback_passage.changed(ctx, tx, row["id"], row["reader_id"])


async def _of_another(caller: Caller, feedback_id: int, tx: Tx) -> Row:
    """What the inbox holds; nobody settles what they told themselves."""
    row = await access.feedback_in_inbox(caller, feedback_id, tx)
    if row["reader_id"] == caller.me:
        raise OwnText()
    return row


async def _line(ctx: Context, feedback_id: int) -> FeedbackLine:
    row = await feedback.get(feedback_id)
    assert row is not None
    return await line_of(ctx, row)


# ---------------------------------------------------------------- texts to look at


async def show_text(ctx: Context, caller: Caller, wish: OfFeedback) -> FeedbackLine:
    """Let a held text through; raises `own_text` or `settled_already`."""
    await _settle(ctx, caller, wish, Passage.SENT)
    return await _line(ctx, wish.feedback_id)


async def return_text(ctx: Context, caller: Caller, wish: OfFeedback) -> Nothing:
    """Send a held text back to its author; raises `own_text` or `settled_already`."""
    await _settle(ctx, caller, wish, Passage.RETURNED)
    return Nothing()


async def _settle(ctx: Context, caller: Caller, wish: OfFeedback, becomes: Passage) -> None:
    async with transaction(lock=("feedback", wish.feedback_id)) as tx:
        row = await access.feedback_in_inbox(caller, wish.feedback_id, tx, returned=True)
        if row["reader_id"] == caller.me:
            raise OwnText()
        if row["passage"] == becomes:
            return
        if row["passage"] != Passage.HELD:
            raise SettledAlready()
        await feedback_passage.pass_on(ctx, tx, row, becomes)
        action = "feedback.show_text" if becomes is Passage.SENT else "feedback.return_text"
        await audit.add(tx, caller, action, f"feedback:{row['id']}", ctx.clock.now())
