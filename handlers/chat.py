"""Talking: the same use cases for a reader in their conversation and for the librarian who has it."""

from functools import partial
from hashlib import sha256

from tortoise.exceptions import IntegrityError

from handlers import access, audit, bans, checks, departments, tell
from handlers.access import Caller, Permission
from handlers.chat_about import words_of
from handlers.chat_shapes import (
    ChatHistory,
    ChatMessage,
    ChatResumed,
    Chats,
    ChatSent,
    MarkChat,
    Marks,
    Person,
    ResumeChat,
    SeeChats,
    SeeHistory,
    SendChat,
    SomebodyTypes,
    Typing,
    conversation_of,
    event_of,
)
from handlers.chat_thread import DESK, Thread, Voice, page_of
from handlers.context import Context
from handlers.errors import KeyReused, NotFound, Refused
from handlers.shapes import Nothing
from models import chat, chat_messages, chat_streams
from models.chat import Kind, Passage, Side, State
from models.db import MAX_ID, Row, Tx, one_message, transaction
from models.instants import instant


class WithAnother(Refused):
    """Another librarian has the conversation, or nobody: `details.name`, `details.state`."""

    code = "with_another_librarian"


class ConversationOver(Refused):
    """It is closed; only its reader can open it again."""

    code = "conversation_over"


class AnotherIsOpen(Refused):
    """A reader talks in one conversation at a time: `details.conversation_id` is the one that is open."""

    code = "another_conversation_open"


async def see(ctx: Context, caller: Caller, wish: SeeChats) -> Chats:
    """The reader's conversations, the latest first, and how many answers are unread."""
    before = int(wish.after) if wish.after else MAX_ID
    rows = await chat_streams.of_reader(caller.me, before_id=before, limit=wish.limit + 1)
    more, rows = len(rows) > wish.limit, rows[: wish.limit]
    return Chats(
        items=[conversation_of(ctx, row, Side.READER) for row in rows],
        next=str(rows[-1]["id"]) if more else None,
        unread=await chat_streams.unread_of(caller.me),
    )


async def history(ctx: Context, caller: Caller, wish: SeeHistory) -> ChatHistory:
    """What was said, in pages, the latest first; each page in its order."""
    # The number before the events: what happens in between is told again, none is missed.
    row, side = await _seen(ctx, caller, wish.conversation_id)
    before = int(wish.before) if wish.before else 2**31 - 1
    rows = await chat_streams.before(row["id"], side, min(before, 2**31 - 1), limit=wish.limit + 1)
    return ChatHistory(
        conversation=conversation_of(ctx, row, side),
        events=[event_of(ctx, event, side) for event in reversed(rows[: wish.limit])],
        more=len(rows) > wish.limit,
    )


async def resume(ctx: Context, caller: Caller, wish: ResumeChat) -> ChatResumed:
    """What happened after a number, in order and without a gap."""
    row, side = await _seen(ctx, caller, wish.conversation_id)
    rows = await chat_streams.after(row["id"], side, int(wish.after), limit=wish.limit + 1)
    return ChatResumed(
        conversation=conversation_of(ctx, row, side),
        events=[event_of(ctx, event, side) for event in rows[: wish.limit]],
        more=len(rows) > wish.limit,
    )


async def _seen(ctx: Context, caller: Caller, conversation_id: int) -> tuple[Row, Side]:
    _, side = await access.conversation(caller, conversation_id)
    if side is Side.STAFF:
        await audit.read(ctx, caller, "chat.read", f"conversation:{conversation_id}")
    row = await chat_streams.one(conversation_id, side)
    if row is None:
        raise NotFound()
    return row, side


# ---------------------------------------------------------------- sending


async def send(ctx: Context, caller: Caller, wish: SendChat) -> ChatSent:
    """Store a text once per `local_id`; answered when it is committed, told to the other side when it was checked.

    A reader's text to a closed conversation opens it again. Raises `banned`, `with_another_librarian`,
    `conversation_over`, `another_conversation_open`, `department_closed`, or `idempotency_key_reused` when the
    `local_id` came with another text before.
    """
    about = await words_of(ctx, caller, wish.about) if wish.about else None
    try:
        return await _send(ctx, caller, wish, about, look_first=about is not None)
    except IntegrityError:
        # It was stored before, or is at this moment by the same request; what was stored is found now.
        return await _send(ctx, caller, wish, about, look_first=True)


async def _send(
    ctx: Context, caller: Caller, wish: SendChat, about: chat.About | None, *, look_first: bool
) -> ChatSent:
    if wish.conversation_id is not None:
        # Nearly every text can simply be stored, so why not is only looked for when one cannot.
        alone = not caller.may(Permission.CHAT_ANSWER)  # beside an answer of the staff more is written
        if alone and not look_first:
            async with one_message(if_lost=partial(ctx.live.changed, DESK, str(wish.conversation_id))) as tx:
                sent = await _stored(ctx, caller, wish, tx, wish.conversation_id)
            if sent:
                return sent
            look_first = True
        async with transaction(lock=("conversation", wish.conversation_id)) as tx:
            sent = None if look_first else await _stored(ctx, caller, wish, tx, wish.conversation_id)
            return sent or await _post(
                ctx, caller, wish, tx, conversation_id=wish.conversation_id, about=about
            )
    async with transaction(lock=("reader", caller.me)) as tx:
        if known := await chat_messages.known(tx, caller.me, wish.local_id):
            return _again(ctx, known, wish)
        row = await chat.open_of(tx, caller.me)
        if row is None:
            goes_to = await departments.chosen(caller, wish.department_id, tx)
            row = await chat.begin(tx, caller.me, ctx.clock.now(), department_id=goes_to)
        await tx.lock("conversation", row["id"])
        return await _post(ctx, caller, wish, tx, conversation_id=row["id"], about=about)


async def _post(
    ctx: Context,
    caller: Caller,
    wish: SendChat,
    tx: Tx,
    *,
    conversation_id: int,
    about: chat.About | None,
) -> ChatSent:
    """Store it after a look at who speaks, where, and whether it was said before."""
    facts = await chat_messages.facts(tx, conversation_id, caller.me, wish.local_id)
    if facts is None:
        raise NotFound()
    side = access.side_in(caller, facts)
    if facts["known_id"] is not None:
        return _again(
            ctx, {name[6:]: facts[name] for name in facts.keys() if name.startswith("known_")}, wish
        )
    await _may_speak(ctx, caller, facts, side, tx)
    thread = Thread(ctx, tx, facts)
    if facts["state"] == State.CLOSED:
        await chat.reopen(tx, thread.id, ctx.clock.now())
        thread.librarian_id = None
        await thread.happened(
            Kind.REOPENED, who=Person(side=side, name=facts["sender_name"]), actor_id=caller.me
        )
    if about and side is Side.READER and about[:2] != (facts["about"], facts["about_page"]):
        await chat.speak_of(tx, thread.id, about)
        await thread.happened(Kind.ABOUT, words=about.words)
    sent = await _stored(ctx, caller, wish, tx, conversation_id)
    assert sent
    return sent


async def _may_speak(ctx: Context, caller: Caller, facts: Row, side: Side, tx: Tx) -> None:
    if side is Side.STAFF:
        if facts["state"] == State.CLOSED:
            raise ConversationOver()
        if facts["librarian_id"] != caller.me:
            raise WithAnother(name=facts["librarian_name"], state=facts["state"])
        return
    await bans.may_write(ctx, caller)
    if facts["state"] == State.CLOSED and (other := await chat.open_of(tx, caller.me)):
        raise AnotherIsOpen(conversation_id=str(other["id"]))


async def _stored(
    ctx: Context, caller: Caller, wish: SendChat, tx: Tx, conversation_id: int
) -> ChatSent | None:
    """None: the caller may not write there as things stand."""
    now, checked = ctx.clock.now(), ctx.wechat.checks_text
    passage = Passage.CHECKING if checked else Passage.SENT
    key = f"{caller.me}:{sha256(wish.local_id.encode()).hexdigest()[:32]}"
    row = await chat_messages.store(
        tx,
        conversation_id,
        caller.me,
        reach=caller.reach(Permission.CHAT_ANSWER),
        local_id=wish.local_id,
        text=wish.text,
        passage=passage,
        now=now,
        then=checks.adding(ctx, "chat", key, caller.me, wish.local_id) if checked else (),
    )
    if row is None:
        return None
    side = Side(row["side"])
    message = ChatMessage(
        id=row["id"],
        local_id=wish.local_id,
        side=side.value,
        text=wish.text,
        state=passage.value,
        unchecked=False,
        at=ctx.local(now),
        seq=row[f"{side}_seq"],
        shown_seq=row[f"{side.other}_seq"],
    )
    voice = Voice(ctx, tx, conversation_id, reader_id=row["reader_id"], librarian_id=row["librarian_id"])
    voice.tell_posted(side, message, row["sender_name"])
    if checked:
        tx.after_commit(ctx.live.wake_workers)
    else:
        voice.tell_posted(side.other, message, row["sender_name"])
        await voice.shown(side, message.id)
    assert message.seq is not None
    return ChatSent(
        conversation_id=conversation_id,
        message_id=message.id,
        local_id=wish.local_id,
        seq=message.seq,
        state=passage.value,
        at=message.at,
    )


def _again(ctx: Context, known: Row, wish: SendChat) -> ChatSent:
    """The answer to a text that was stored before."""
    if known["text"] != wish.text or wish.conversation_id not in (None, known["conversation_id"]):
        raise KeyReused()
    # Whoever stored it may have died before anybody else heard of it.
    ctx.live.changed(DESK, str(known["conversation_id"]))
    return ChatSent(
        conversation_id=known["conversation_id"],
        message_id=known["id"],
        local_id=wish.local_id,
        seq=known[f"{known['side']}_seq"],
        state="checking" if known["state"] == Passage.PASSED else known["state"],
        at=ctx.local(instant(known["at"])),
    )


# ---------------------------------------------------------------- marks


async def mark(ctx: Context, caller: Caller, wish: MarkChat) -> Marks:
    """How far this side has received and read; it only moves forward, and who merely looks on marks nothing."""
    async with transaction(lock=("conversation", wish.conversation_id)) as tx:
        row, side = await access.conversation(caller, wish.conversation_id, tx)
        last, had = row[f"{side}_seq"], (row[f"{side}_delivered"], row[f"{side}_read"])
        read = max(min(wish.read, last), had[1])
        delivered = max(min(wish.delivered, last), read, had[0])
        if (delivered, read) == had or (side is Side.STAFF and row["librarian_id"] != caller.me):
            return Marks(delivered=had[0], read=had[1])
        await chat.mark(tx, row["id"], side, delivered=delivered, read=read)
        thread = Thread(ctx, tx, row)
        await thread.happened(Kind.MARKED, who=Person(side=side, name=None), marks=(delivered, read))
        if side is Side.READER and read > had[1]:
            await thread.tell_unread()
            await tell.seen(ctx, tx, caller.me, page_of(row["id"]))
    return Marks(delivered=delivered, read=read)


async def typing(ctx: Context, caller: Caller, wish: Typing) -> Nothing:
    """Tell the other side for a moment; nothing of it is kept."""
    row, side = await access.conversation(caller, wish.conversation_id)
    mine = side is Side.READER or row["librarian_id"] == caller.me
    somebody = row["librarian_id"] if side is Side.READER else row["reader_id"]
    if mine and somebody is not None and row["state"] == State.CLAIMED:
        said = SomebodyTypes(conversation_id=row["id"], side=side.value)
        ctx.live.push(f"reader:{somebody}", "chat_typing", said)
    return Nothing()
