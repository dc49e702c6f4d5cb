"""A conversation in a transaction: it gives numbers, writes what happens, and tells both sides after the commit."""

from datetime import timedelta
from typing import Final

from handlers.chat_shapes import ChatEvent, ChatHappened, ChatMessage, ChatUnread, Person, event_of
from handlers.context import Context
from models import chat_messages, chat_streams, jobs, presence
from models.chat import Kind, Passage, Side
from models.db import Row, Tx, Write

BOTH: Final = (Side.READER, Side.STAFF)
DESK: Final = "desk"  # a kind of stream: one for each reach
TOLD_AFTER: Final = timedelta(minutes=1)  # an answer that a reader who is here has not read by then

Numbers = tuple[int | None, int | None]


def page_of(conversation_id: int) -> str:
    """The page of the mini-program that shows a conversation to its reader."""
    return f"/pages/chat/thread?id={conversation_id}"


class Voice:
    """Tells both sides of a conversation what was written in this transaction, after the commit."""

    def __init__(
        self, ctx: Context, tx: Tx, conversation_id: int, *, reader_id: int, librarian_id: int | None
    ) -> None:
        self._ctx, self._tx = ctx, tx
        self.id, self.reader_id, self.librarian_id = conversation_id, reader_id, librarian_id

    async def shown(self, author: Side, message_id: int) -> None:
        """The other side may see a message now: a reader gets the count, and a notice in time."""
        self.desk_changed()
        if author is Side.READER:
            return
        await self.tell_unread()
        now = self._ctx.clock.now()
        here = await presence.here(self.reader_id, now, self._tx)
        due = now + TOLD_AFTER if here else now
        await jobs.add(self._tx, "tell_answer", f"answer:{message_id}", {"message_id": message_id}, due)
        if not here:
            self._tx.after_commit(self._ctx.live.wake_workers)

    async def tell_unread(self) -> None:
        unread, room = await chat_streams.unread_of(self.reader_id, self._tx), f"reader:{self.reader_id}"
        self._tx.after_commit(lambda: self._ctx.live.push(room, "chat_unread", ChatUnread(unread=unread)))

    def tell(self, audience: Side, event: ChatEvent) -> None:
        """After the commit, to the reader's phones or to those of the librarian who has the conversation.

        A number that was told and is not stored would be given once more: a phone would take the other for known.
        """
        if (room := self._room(audience)) is None:
            return
        happened = ChatHappened(conversation_id=self.id, side=audience.value, event=event)
        self._tx.after_commit(lambda: self._ctx.live.push(room, "chat_event", happened), certain=True)

    def _room(self, audience: Side) -> str | None:
        somebody = self.reader_id if audience is Side.READER else self.librarian_id
        return None if somebody is None else f"reader:{somebody}"

    def tell_posted(self, audience: Side, message: ChatMessage, sender_name: str | None) -> None:
        """A message that was stored a moment ago, without reading it again."""
        if self._room(audience) is None:
            return
        own = message.seq if audience == message.side else message.shown_seq
        assert own is not None
        seen = (
            message
            if audience == message.side
            else message.model_copy(update={"seq": message.shown_seq, "shown_seq": message.seq})
        )
        who = Person(side=message.side, name=sender_name)
        self.tell(
            audience,
            ChatEvent(
                seq=own,
                kind=Kind.POSTED.value,
                at=message.at,
                who=who,
                message=seen,
                delivered=None,
                read=None,
                words=None,
            ),
        )

    def desk_changed(self) -> None:
        """After the commit: those who look at the desk see this conversation anew."""
        self._tx.after_commit(lambda: self._ctx.live.changed(DESK, str(self.id)))


class Thread(Voice):
    """Gives numbers and writes what happens. The conversation's row must be locked, and read after that."""

    def __init__(self, ctx: Context, tx: Tx, row: Row) -> None:
        super().__init__(ctx, tx, row["id"], reader_id=row["reader_id"], librarian_id=row["librarian_id"])
        self._last = {Side.READER: int(row["reader_seq"]), Side.STAFF: int(row["staff_seq"])}

    def _next(self, *sides: Side) -> Numbers:
        """The next number in the streams of these sides; to be written with `_counting`."""
        for side in sides:
            self._last[side] += 1
        reader, staff = (self._last[side] if side in sides else None for side in BOTH)
        return reader, staff

    def _counting(self) -> Write:
        """The write that keeps the numbers given so far."""
        return chat_messages.counting(self.id, self._last[Side.READER], self._last[Side.STAFF])

    async def happened(
        self,
        kind: Kind,
        *,
        who: Person | None = None,
        actor_id: int | None = None,
        marks: Numbers = (None, None),
        words: str | None = None,
    ) -> None:
        """An event for both sides that is about no message."""
        now, numbers = self._ctx.clock.now(), self._next(*BOTH)
        side = Side(who.side) if who else None
        event = chat_messages.adding_event(
            self.id, kind, numbers, now, side=side, actor_id=actor_id, marks=marks, words=words
        )
        await self._tx.together(event, self._counting())
        for audience, number in zip(BOTH, numbers, strict=True):
            assert number is not None
            hidden = audience is Side.READER and kind is Kind.CLOSED
            self.tell(
                audience,
                ChatEvent(
                    seq=number,
                    kind=kind.value,
                    at=self._ctx.local(now),
                    who=who,
                    message=None,
                    delivered=marks[0],
                    read=marks[1],
                    words=None if hidden else words,
                ),
            )
        self.desk_changed()

    async def pass_on(self, message: Row, passage: Passage, *, unchecked: bool = False) -> None:
        """A message gets further, or back: its author's side is told, and the other where it sees it.

        `message` is a row of `models.chat.message`, read after the lock.
        """
        author, now = Side(message["side"]), self._ctx.clock.now()
        own, shown = f"{author}_seq", f"{author.other}_seq"
        numbers = {own: message[own], shown: message[shown]}
        first_shown = passage is Passage.SENT and message[shown] is None
        if first_shown:
            self._next(author.other)
            numbers[shown] = self._last[author.other]
        told = BOTH if message[shown] is not None else (author,)
        changed = self._next(*told)
        await self._tx.together(
            chat_messages.passing(
                message["id"],
                passage,
                unchecked=unchecked,
                numbers=(numbers["reader_seq"], numbers["staff_seq"]),
            ),
            chat_messages.adding_event(self.id, Kind.CHANGED, changed, now, message_id=message["id"]),
            self._counting(),
        )
        for side in told:
            await self._tell_stored(side, self._last[side])
        if first_shown:
            await self._tell_stored(author.other, self._last[author.other])
            await self.shown(author, message["id"])
        self.desk_changed()

    async def _tell_stored(self, audience: Side, seq: int) -> None:
        row = await chat_streams.event(self._tx, self.id, audience, seq)
        self.tell(audience, event_of(self._ctx, row, audience))
