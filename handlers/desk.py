"""The librarians' side: who waits, who has whom, texts to look at, and who is there."""

from typing import Annotated, Any

from pydantic import Field

from handlers import access, audit, departments
from handlers.access import Caller, Permission
from handlers.chat_shapes import Conversation, Person, conversation_of
from handlers.chat_thread import DESK, Thread
from handlers.context import Context
from handlers.errors import NotFound, Refused
from handlers.shapes import Cursor, Id, Input, Limit, Line, Moment, NoInput, Nothing, Output, Page
from models import chat, chat_streams, presence
from models.chat import TAG_LENGTH, Kind, Side
from models.db import MAX_ID, Row, Tx, transaction
from models.instants import instant, instant_or_none
from models.reach import NOTHING, Reach


class AlreadyClaimed(Refused):
    """Somebody else has it: `details.name`, null when they have no name; `details.state` when it is closed."""

    code = "already_claimed"


class NotOnDuty(Refused):
    """Who takes a conversation must be there; else it would wait with somebody who is not."""

    code = "not_on_duty"


class NotWithYou(Refused):
    """Only the librarian who has a conversation hands it back or closes it; `details.name` is who that is."""

    code = "not_with_you"


class StaffedChanged(Output):
    """Pushed to everybody: the first librarian came, or the last one went."""

    staffed: bool


class DeskLine(Conversation):
    """A conversation as the desk lists it. `first_text`: what the reader began with; `reader_here_until`: they are
    in the mini-program, and without a word from them no longer than that."""

    first_text: str | None
    first_place: bool
    reader_here_until: Moment | None


class OnDuty(Output):
    """A librarian who takes conversations, until the moment unless they renew it."""

    id: Id
    name: str | None
    here_until: Moment


class Desk(Output):
    """The queue in its order, then what librarians have; `held` counts texts that somebody must look at."""

    number: int
    items: list[DeskLine]
    librarians: list[OnDuty]
    held: int


class DeskChanged(Output):
    """Absolute states of the conversations that changed; one that is closed leaves the list, and so do those that are
    `gone`: handed on to others."""

    number: int
    items: list[DeskLine]
    gone: list[Id]
    librarians: list[OnDuty]
    held: int


class DeskNumber(Output):
    """Every ten seconds: the number of the last change, so that a lost one shows."""

    number: int


class OfConversation(Input):
    conversation_id: Id


class CloseConversation(Input):
    """`tag` is a word by which the library counts its questions."""

    conversation_id: Id
    tag: Annotated[Line, Field(min_length=1, max_length=TAG_LENGTH)] | None = None


class HandOn(Input):
    """To whom a conversation goes."""

    conversation_id: Id
    department_id: Id


class SeeClosed(Input):
    department_id: Id | None = None
    after: Cursor | None = None
    limit: Limit = 20


# ---------------------------------------------------------------- the desk


async def watch(ctx: Context, caller: Caller, _wish: NoInput) -> Desk:
    """Everything on the desk, and over a socket what changes from now on."""
    await audit.read(ctx, caller, "chat.read_desk", "desk")
    number, reach = await ctx.live.number(watched(caller, _wish)), caller.reach(Permission.CHAT_ANSWER)
    lines = [line_of(ctx, row) for row in await chat_streams.on_desk(reach)]
    return Desk(
        number=number, items=lines, librarians=await _on_duty(ctx), held=await chat_streams.held_count(reach)
    )


async def leave(_ctx: Context, _caller: Caller, _wish: NoInput) -> Nothing:
    """No longer watched."""
    return Nothing()


def watched(caller: Caller, _wish: NoInput) -> str:
    """Who reaches the same watches the same stream."""
    return f"{DESK}:{caller.reach(Permission.CHAT_ANSWER)}"


async def changes(ctx: Context, stream: str, keys: list[str]) -> tuple[str, dict[str, Any]]:
    """(event, payload without its number): the conversations that changed, as they are now."""
    reach, ids = Reach.parse(stream.partition(":")[2]), [int(key) for key in keys if key.isdigit()]
    rows = await chat_streams.desk_lines(ids, reach)
    changed = DeskChanged(
        number=0,
        items=[line_of(ctx, row) for row in rows],
        gone=reach.gone(ids, (row["id"] for row in rows)),
        librarians=await _on_duty(ctx),
        held=await chat_streams.held_count(reach),
    )
    return "desk_changed", changed.model_dump(mode="json", exclude={"number"})


def number_now(_stream: str) -> tuple[str, dict[str, Any]]:
    return "desk_number", {}


async def _on_duty(ctx: Context) -> list[OnDuty]:
    return [
        OnDuty(id=row["id"], name=row["name"], here_until=ctx.local(instant(row["here_until"])))
        for row in await presence.on_duty(ctx.clock.now())
    ]


def line_of(ctx: Context, row: Row) -> DeskLine:
    here = instant_or_none(row["reader_here_until"])
    return DeskLine(
        **dict(conversation_of(ctx, row, Side.STAFF)),
        first_text=row["first_text"],
        first_place=bool(row["first_place"]),
        reader_here_until=ctx.local(here) if here and here > ctx.clock.now() else None,
    )


async def closed(ctx: Context, caller: Caller, wish: SeeClosed) -> Page[DeskLine]:
    """Conversations that are over, in pages, the latest first."""
    await audit.read(ctx, caller, "chat.read_closed", "closed")
    before = int(wish.after) if wish.after else MAX_ID
    rows = await chat_streams.closed(
        caller.reach(Permission.CHAT_ANSWER),
        before_id=before,
        limit=wish.limit + 1,
        department_id=wish.department_id,
    )
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Page[DeskLine](
        items=[line_of(ctx, row) for row in rows], next=str(rows[-1]["id"]) if more else None
    )


# ---------------------------------------------------------------- having a conversation


async def claim(ctx: Context, caller: Caller, wish: OfConversation) -> DeskLine:
    """Take a conversation from the queue; of two who try one gets it, the other is told who.

    Raises `already_claimed` or `not_on_duty`.
    """
    async with transaction(lock=("conversation", wish.conversation_id)) as tx:
        row = await _of_another(caller, wish.conversation_id, tx)
        if row["librarian_id"] != caller.me or row["state"] != chat.State.CLAIMED:
            await _take(ctx, caller, row, tx)
    return await _line(ctx, wish.conversation_id)


async def _take(ctx: Context, caller: Caller, row: Row, tx: Tx) -> None:
    now = ctx.clock.now()
    until = await presence.duty_until(tx, caller.me)
    if until is None or until <= now:
        raise NotOnDuty()
    if not await chat.claim(tx, row["id"], caller.me):
        raise AlreadyClaimed(name=await _name(tx, row["librarian_id"]), state=row["state"])
    thread = Thread(ctx, tx, row)
    thread.librarian_id = caller.me
    who = Person(side=Side.STAFF, name=await _name(tx, caller.me))
    await thread.happened(Kind.CLAIMED, who=who, actor_id=caller.me)
    await audit.add(tx, caller, "chat.claim", f"conversation:{row['id']}", now)


async def hand_back(ctx: Context, caller: Caller, wish: OfConversation) -> DeskLine:
    """Put a conversation back into the queue, before all others; raises `not_with_you`. One that waits is there."""
    async with transaction(lock=("conversation", wish.conversation_id)) as tx:
        row = await _of_another(caller, wish.conversation_id, tx)
        if row["state"] != chat.State.WAITING:
            if not await chat.hand_back(tx, row["id"], caller.me):
                raise NotWithYou(name=await _name(tx, row["librarian_id"]))
            who = Person(side=Side.STAFF, name=await _name(tx, caller.me))
            await Thread(ctx, tx, row).happened(Kind.HANDED_BACK, who=who, actor_id=caller.me)
            await audit.add(tx, caller, "chat.hand_back", f"conversation:{row['id']}", ctx.clock.now())
    return await _line(ctx, wish.conversation_id)


async def hand_on(ctx: Context, caller: Caller, wish: HandOn) -> DeskLine:
    """Give one that waits, or that is with the caller, to a department; its queue has it with all that was said.

    Raises `not_with_you` or `department_closed`. One that is there already stays as it is.
    """
    async with transaction(lock=("conversation", wish.conversation_id)) as tx:
        row = await _of_another(caller, wish.conversation_id, tx)
        if row["department_id"] != wish.department_id:
            await _hand_on(ctx, caller, wish, tx, row)
    return await _line(ctx, wish.conversation_id)


async def _hand_on(ctx: Context, caller: Caller, wish: HandOn, tx: Tx, row: Row) -> None:
    now, to = ctx.clock.now(), await departments.taking(caller, wish.department_id, tx)
    if not await chat.hand_on(tx, row["id"], caller.me, wish.department_id):
        raise NotWithYou(name=await _name(tx, row["librarian_id"]))
    who = Person(side=Side.STAFF, name=await _name(tx, caller.me))
    await Thread(ctx, tx, row).happened(Kind.TRANSFERRED, who=who, actor_id=caller.me, words=to["name"])
    await audit.add(
        tx, caller, "chat.hand_on", f"conversation:{row['id']}", now, department=wish.department_id
    )


async def close(ctx: Context, caller: Caller, wish: CloseConversation) -> DeskLine:
    """End a conversation, with a word to file it under; raises `not_with_you`. Its reader can open it again."""
    async with transaction(lock=("conversation", wish.conversation_id)) as tx:
        row = await _of_another(caller, wish.conversation_id, tx)
        closed_by_me = row["state"] == chat.State.CLOSED and row["librarian_id"] == caller.me
        if not closed_by_me:  # else its answer was lost, and it is asked again
            await _close(ctx, caller, wish, tx, row)
    return await _line(ctx, wish.conversation_id)


async def _close(ctx: Context, caller: Caller, wish: CloseConversation, tx: Tx, row: Row) -> None:
    now = ctx.clock.now()
    if not await chat.close(tx, row["id"], caller.me, wish.tag, now):
        raise NotWithYou(name=await _name(tx, row["librarian_id"]))
    who = Person(side=Side.STAFF, name=await _name(tx, caller.me))
    await Thread(ctx, tx, row).happened(Kind.CLOSED, who=who, actor_id=caller.me, words=wish.tag)
    await audit.add(tx, caller, "chat.close", f"conversation:{row['id']}", now)


async def take_back(ctx: Context, tx: Tx, librarian_id: int, *, beyond: Reach = NOTHING) -> None:
    """A librarian is gone, or reaches no more than this: what they had beyond it returns to the queue, before all
    others, with its history."""
    ids = await chat.with_librarian(librarian_id, tx, beyond=beyond)
    if ids:
        await tx.lock("conversation", *ids)
    for conversation_id in ids:
        row = await chat.get(conversation_id, tx)
        if row and await chat.hand_back(tx, conversation_id, librarian_id):
            await Thread(ctx, tx, row).happened(Kind.RETURNED)


async def _of_another(caller: Caller, conversation_id: int, tx: Tx) -> Row:
    """A conversation in which the caller is staff: nobody answers themselves."""
    row, side = await access.conversation(caller, conversation_id, tx)
    if side is not Side.STAFF:
        raise NotFound()
    return row


async def _name(tx: Tx, reader_id: int | None) -> str | None:
    return await chat.name_of(tx, reader_id) if reader_id else None


async def _line(ctx: Context, conversation_id: int) -> DeskLine:
    row = await chat_streams.one(conversation_id, Side.STAFF)
    assert row is not None
    return line_of(ctx, row)
