"""What is said of conversations on the wire, to both sides alike."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from handlers.context import Context
from handlers.shapes import Cursor, Flag, Id, Input, Limit, Moment, Output, Text, Typed, Whole
from models.chat import TEXT_LENGTH, Kind, Side
from models.db import Row
from models.instants import instant, instant_or_none

Seq = Annotated[Whole, Field(ge=0, le=2**31 - 2)]
Words = Annotated[Text, Field(min_length=1, max_length=TEXT_LENGTH)]


# ---------------------------------------------------------------- what is asked


class AboutKind(StrEnum):
    """What a reader looks at when they ask."""

    SEAT = "seat"
    AREA = "area"
    BOOKING = "booking"
    BRANCH = "branch"


class About(Input):
    """The page comes along: what it shows, and for a seat the span that is looked at."""

    kind: AboutKind
    id: Id
    starts_at: Moment | None = None
    ends_at: Moment | None = None


class SeeChats(Input):
    after: Cursor | None = None
    limit: Limit = 20


class SeeHistory(Input):
    """What stands before `before`; without it, the latest."""

    conversation_id: Id
    before: Cursor | None = None
    limit: Limit = 40


class ResumeChat(Input):
    """What happened after the last number that the phone has."""

    conversation_id: Id
    after: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")]
    limit: Limit = 100


class SendChat(Typed):
    """Without `conversation_id`: a reader's open conversation, or a new one; that goes to `department_id`, if named.

    The same `local_id` again is the same message.
    """

    conversation_id: Id | None = None
    text: Words
    about: About | None = None
    department_id: Id | None = None


class MarkChat(Input):
    """How far the caller's phone has received and the caller has read, in the caller's own numbers."""

    conversation_id: Id
    delivered: Seq
    read: Seq


class Typing(Input):
    conversation_id: Id


# ---------------------------------------------------------------- what is answered


class Person(Output):
    """Who did something: a reader, or somebody of the staff; without a name when none was given."""

    side: str
    name: str | None


class ChatMessage(Output):
    """`shown_seq` is its number in the other side's stream: null until it is seen there.

    The text of a message that was withdrawn is empty.
    """

    id: Id
    local_id: str
    side: str
    text: str
    state: str
    unchecked: bool
    at: Moment
    seq: int | None
    shown_seq: int | None


class ChatEvent(Output):
    """One thing that happened; `message` as it is now, `delivered` and `read` of a mark in the numbers of its side."""

    seq: int
    kind: str
    at: Moment
    who: Person | None
    message: ChatMessage | None
    delivered: int | None
    read: int | None
    words: str | None


class Marks(Output):
    delivered: int
    read: int


class Librarian(Output):
    id: Id
    name: str | None


class DepartmentShown(Output):
    id: Id
    name: str


class Conversation(Output):
    """A conversation as its reader sees it, or as the staff does. `seq` is the last number of that audience."""

    id: Id
    side: str
    state: str
    reader_name: str | None
    librarian: Librarian | None
    department: DepartmentShown | None
    about: str | None
    about_page: str | None
    opened_at: Moment
    waiting_since: Moment
    closed_at: Moment | None
    tag: str | None
    seq: int
    unread: int
    last_text: str | None
    last_at: Moment
    mine: Marks
    theirs: Marks


class Chats(Output):
    items: list[Conversation]
    next: str | None
    unread: int


class ChatHistory(Output):
    """Events in their order; `more` before them. A phone goes on from `conversation.seq`."""

    conversation: Conversation
    events: list[ChatEvent]
    more: Flag


class ChatResumed(Output):
    """Events in their order; with `more`, ask again from the last one."""

    conversation: Conversation
    events: list[ChatEvent]
    more: Flag


class ChatSent(Output):
    """Stored: `seq` is its number in the author's own stream."""

    conversation_id: Id
    message_id: Id
    local_id: str
    seq: int
    state: str
    at: Moment


# ---------------------------------------------------------------- pushes


class ChatHappened(Output):
    """Pushed to the reader's phones, or to those of the librarian who has the conversation."""

    conversation_id: Id
    side: str
    event: ChatEvent


class ChatUnread(Output):
    """Pushed to a reader's phones: how many answers they have not read."""

    unread: int


class SomebodyTypes(Output):
    """Pushed to the other side: shown for a few seconds."""

    conversation_id: Id
    side: str


# ---------------------------------------------------------------- rows to words


def message_of(ctx: Context, row: Row) -> ChatMessage:
    """From the `m_…` columns of a stream's row."""
    withdrawn = row["m_state"] == "withdrawn"
    return ChatMessage(
        id=row["m_id"],
        local_id=row["local_id"],
        side=row["m_side"],
        text="" if withdrawn else row["text"],
        state="checking" if row["m_state"] == "passed" else row["m_state"],
        unchecked=bool(row["unchecked"]),
        at=ctx.local(instant(row["m_at"])),
        seq=row["m_seq"],
        shown_seq=row["m_shown"],
    )


def event_of(ctx: Context, row: Row, audience: Side) -> ChatEvent:
    return ChatEvent(
        seq=row["seq"],
        kind=row["kind"],
        at=ctx.local(instant(row["at"])),
        who=Person(side=row["side"], name=row["nickname"]) if row["side"] else None,
        message=message_of(ctx, row) if row["m_id"] is not None else None,
        delivered=row["delivered"],
        read=row["read"],
        # What a librarian files it under is not for the reader.
        words=None if audience is Side.READER and row["kind"] == Kind.CLOSED else row["words"],
    )


def department_of(row: Row) -> DepartmentShown | None:
    """From the columns `department_id` and `department_name`."""
    department = row["department_id"]
    return DepartmentShown(id=department, name=row["department_name"]) if department else None


def conversation_of(ctx: Context, row: Row, audience: Side) -> Conversation:
    closed = instant_or_none(row["closed_at"])
    librarian = row["librarian_id"]
    return Conversation(
        id=row["id"],
        side=audience.value,
        state=row["state"],
        reader_name=row["reader_name"],
        librarian=Librarian(id=librarian, name=row["librarian_name"]) if librarian else None,
        department=department_of(row),
        about=row["about"],
        about_page=row["about_page"],
        opened_at=ctx.local(instant(row["opened_at"])),
        waiting_since=ctx.local(instant(row["waiting_since"])),
        closed_at=ctx.local(closed) if closed else None,
        tag=row["tag"] if audience is Side.STAFF else None,
        seq=row[f"{audience}_seq"],
        unread=row["unread"],
        last_text=row["last_text"],
        last_at=ctx.local(instant(row["last_at"])),
        mine=Marks(delivered=row[f"{audience}_delivered"], read=row[f"{audience}_read"]),
        theirs=Marks(delivered=row[f"{audience.other}_delivered"], read=row[f"{audience.other}_read"]),
    )
