"""Texts that WeChat wants a person to look at before they are shown."""

from typing import Final

from handlers import access, audit, chat_passage
from handlers.access import Caller, Permission
from handlers.context import Context
from handlers.errors import Refused
from handlers.shapes import Id, Input, Moment, NoInput, Nothing, Output
from models import chat_streams
from models.chat import Passage
from models.db import transaction
from models.instants import instant

HELD_AT_MOST: Final = 50


class SettledAlready(Refused):
    """Somebody else has looked at this text."""

    code = "settled_already"


class OwnText(Refused):
    """Nobody judges a text of their own."""

    code = "own_text"


class HeldText(Output):
    """A text that WeChat wants a person to look at before it is shown."""

    message_id: Id
    conversation_id: Id
    side: str
    name: str | None
    text: str
    at: Moment
    mine: bool


class HeldTexts(Output):
    items: list[HeldText]


class OfMessage(Input):
    message_id: Id


async def held(ctx: Context, caller: Caller, _wish: NoInput) -> HeldTexts:
    """The texts that wait for somebody's look, the oldest first."""
    await audit.read(ctx, caller, "chat.read_held", "held")
    rows = await chat_streams.held(caller.reach(Permission.CHAT_ANSWER), limit=HELD_AT_MOST)
    return HeldTexts(
        items=[
            HeldText(
                message_id=row["id"],
                conversation_id=row["conversation_id"],
                side=row["side"],
                name=row["nickname"],
                text=row["text"],
                at=ctx.local(instant(row["at"])),
                mine=row["sender_id"] == caller.me,
            )
            for row in rows
        ]
    )


async def show_text(ctx: Context, caller: Caller, wish: OfMessage) -> Nothing:
    """Let a held text through; raises `own_text` or `settled_already`."""
    await _settle(ctx, caller, wish, Passage.SENT)
    return Nothing()


async def return_text(ctx: Context, caller: Caller, wish: OfMessage) -> Nothing:
    """Send a held text back to its author; raises `own_text` or `settled_already`."""
    await _settle(ctx, caller, wish, Passage.RETURNED)
    return Nothing()


async def _settle(ctx: Context, caller: Caller, wish: OfMessage, becomes: Passage) -> None:
    found = await access.held_text(caller, wish.message_id)
    async with transaction(lock=("conversation", found["conversation_id"])) as tx:
        row = await access.held_text(caller, wish.message_id, tx)
        if row["sender_id"] == caller.me:
            raise OwnText()
        if row["state"] == becomes:
            return
        if row["state"] != Passage.HELD:
            raise SettledAlready()
        await chat_passage.pass_on(ctx, tx, row, becomes)
        action = "chat.show_text" if becomes is Passage.SENT else "chat.return_text"
        await audit.add(tx, caller, action, f"chat_message:{row['id']}", ctx.clock.now())
