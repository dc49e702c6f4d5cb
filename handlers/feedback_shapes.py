"""What is said of feedback and ratings on the wire, to readers and to the staff."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from handlers.chat_shapes import DepartmentShown, Librarian, Words, department_of
from handlers.context import Context
from handlers.shapes import Cursor, Flag, Id, Input, Limit, Moment, Output, Typed
from handlers.uploads import Picture, picture_of
from models import uploads
from models.db import Row
from models.feedback import Box, Passage, State, Topic
from models.instants import instant, instant_or_none
from models.uploads import State as PictureState

PICTURES_AT_MOST: Final = 3
OTHERS_SEE: Final = (PictureState.SHOWN, PictureState.HELD)

# ---------------------------------------------------------------- what is asked


class SendFeedback(Typed):
    """The same `local_id` again is the same feedback. `may_answer`: the reader would like to hear."""

    topic: Topic
    text: Words
    may_answer: Flag
    picture_ids: Annotated[list[Id], Field(max_length=PICTURES_AT_MOST)] = []
    department_id: Id | None = None


class SeeFeedback(Input):
    after: Cursor | None = None
    limit: Limit = 20


class OfFeedback(Input):
    feedback_id: Id


class HandOnFeedback(Input):
    """To whom it goes."""

    feedback_id: Id
    department_id: Id


class SeeBox(Input):
    box: Box = Box.NEW
    department_id: Id | None = None
    after: Cursor | None = None
    limit: Limit = 20


class AnswerFeedback(Typed):
    """The same `local_id` again is the same answer."""

    feedback_id: Id
    text: Words


# ---------------------------------------------------------------- what is answered


class FeedbackSent(Output):
    """Stored."""

    feedback_id: Id
    local_id: str
    state: str
    at: Moment


class FeedbackAnswer(Output):
    """`name` is the librarian's; null when they gave none."""

    text: str
    name: str | None
    at: Moment


class FeedbackView(Output):
    """Feedback as its author sees it.

    `state`: received; held (somebody must look at the text first); returned (it did not go out, here is the text);
    taken; answered; noted (seen, and there is no answer). `handed_on_at`: since then it is with `department`.
    """

    id: Id
    local_id: str
    topic: Topic
    text: str
    may_answer: bool
    state: str
    at: Moment
    settled_at: Moment | None
    answer: FeedbackAnswer | None
    pictures: list[Picture]
    department: DepartmentShown | None
    handed_on_at: Moment | None


class FeedbackLine(Output):
    """Feedback as the staff sees it.

    `state`: received; held (look at the text first); taken; answered; noted; returned (it leaves the inbox).
    """

    id: Id
    topic: Topic
    text: str
    may_answer: bool
    state: str
    unchecked: bool
    at: Moment
    reader_name: str | None
    librarian: Librarian | None
    settled_at: Moment | None
    answer: str | None
    pictures: list[Picture]
    department: DepartmentShown | None
    handed_on_at: Moment | None


class StarCount(Output):
    """`stars` says how often one, two … five were given; `total` is their sum."""

    stars: Annotated[list[int], Field(min_length=5, max_length=5)]
    total: int


class RatingTotals(Output):
    visits: StarCount
    chats: StarCount


class FeedbackInbox(Output):
    """`waiting`: nobody has taken them; `held` of these must be looked at first; `mine`: the caller has them."""

    number: int
    waiting: int
    held: int
    mine: int
    ratings: RatingTotals


# ---------------------------------------------------------------- pushes


class FeedbackChanged(Output):
    """Pushed to its author's phones: look again."""

    feedback_id: Id


class FeedbackNews(Output):
    """Absolute states of the feedback that changed, and the counts as they are now; `gone` were handed on to others."""

    number: int
    items: list[FeedbackLine]
    gone: list[Id]
    waiting: int
    held: int
    ratings: RatingTotals


class FeedbackNumber(Output):
    """Every ten seconds: the number of the last change, so that a lost one shows."""

    number: int


# ---------------------------------------------------------------- rows to words


def state_of(row: Row) -> str:
    if row["passage"] in (Passage.HELD, Passage.RETURNED):
        return str(row["passage"])
    return "received" if row["state"] == State.NEW else str(row["state"])


async def views_of(ctx: Context, rows: Sequence[Row]) -> list[FeedbackView]:
    """With all of their pictures, for their author."""
    pictures = await uploads.of_feedback([row["id"] for row in rows])
    return [_view(ctx, row, pictures) for row in rows]


async def view_of(ctx: Context, row: Row) -> FeedbackView:
    return (await views_of(ctx, [row]))[0]


def _view(ctx: Context, row: Row, pictures: Sequence[Row]) -> FeedbackView:
    settled = instant_or_none(row["settled_at"])
    answer = None
    if settled and row["answer"] is not None:
        answer = FeedbackAnswer(text=row["answer"], name=row["librarian_name"], at=ctx.local(settled))
    return FeedbackView(
        id=row["id"],
        local_id=row["local_id"],
        topic=row["topic"],
        text=row["text"],
        may_answer=bool(row["may_answer"]),
        state=state_of(row),
        at=ctx.local(instant(row["at"])),
        settled_at=ctx.local(settled) if settled else None,
        answer=answer,
        pictures=[picture_of(ctx, one, seen=True) for one in pictures if one["feedback_id"] == row["id"]],
        department=department_of(row),
        handed_on_at=_handed_on(ctx, row),
    )


def _handed_on(ctx: Context, row: Row) -> datetime | None:
    at = instant_or_none(row["handed_on_at"])
    return ctx.local(at) if at else None


async def lines_of(ctx: Context, rows: Sequence[Row]) -> list[FeedbackLine]:
    """For the staff, with the pictures that WeChat has let pass or wants a person to look at."""
    pictures = await uploads.of_feedback([row["id"] for row in rows])
    return [_line(ctx, row, pictures) for row in rows]


async def line_of(ctx: Context, row: Row) -> FeedbackLine:
    return (await lines_of(ctx, [row]))[0]


def _line(ctx: Context, row: Row, pictures: Sequence[Row]) -> FeedbackLine:
    """What was returned is its author's alone."""
    own = [one for one in pictures if one["feedback_id"] == row["id"] and row["passage"] != Passage.RETURNED]
    settled, librarian = instant_or_none(row["settled_at"]), row["librarian_id"]
    return FeedbackLine(
        id=row["id"],
        topic=row["topic"],
        text="" if row["passage"] == Passage.RETURNED else row["text"],
        may_answer=bool(row["may_answer"]),
        state=state_of(row),
        unchecked=bool(row["unchecked"]),
        at=ctx.local(instant(row["at"])),
        reader_name=row["reader_name"],
        librarian=Librarian(id=librarian, name=row["librarian_name"]) if librarian else None,
        settled_at=ctx.local(settled) if settled else None,
        answer=row["answer"],
        pictures=[picture_of(ctx, one, seen=one["state"] in OTHERS_SEE) for one in own],
        department=department_of(row),
        handed_on_at=_handed_on(ctx, row),
    )
