"""People who talk: what a phone asks over HTTP, and a device that keeps its copy of a conversation over a socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.support.library import Answer, Library, Phone, Socket, new_key

CHECK = "/wxa/msg_sec_check"
RISKY, DOUBTFUL = "有人在三层赌博", "请转账给我"  # of the simulated WeChat's words


async def librarian(library: Library, handle: str = "he", name: str | None = "何馆员") -> Phone:
    """A librarian on duty."""
    phone = await library.reader(handle, role="librarian")
    await phone.put("/api/me", {"nickname": name})
    assert (await on_duty(phone)).status == 200
    return phone


async def on_duty(phone: Phone, *, duty: bool = True) -> Answer:
    return await phone.post("/api/presence", {"duty": duty})


async def say(phone: Phone, text: str, **more: Any) -> Answer:
    return await phone.post("/api/chat-messages", {"local_id": new_key(), "text": text, **more})


async def said(phone: Phone, text: str = "请问还有空座吗", **more: Any) -> Any:
    """Send, which must succeed: the acknowledgement."""
    answer = await say(phone, text, **more)
    assert answer.status == 200, answer.body
    return answer.body


async def stream(phone: Phone, conversation_id: str, after: int = 0) -> list[Any]:
    """All events of the phone's audience after a number."""
    events: list[Any] = []
    while True:
        answer = await phone.get(f"/api/chats/{conversation_id}/events?after={after}&limit=50")
        assert answer.status == 200, answer.body
        events += answer.body["events"]
        if not answer.body["more"]:
            return events
        after = events[-1]["seq"]


async def texts(phone: Phone, conversation_id: str) -> list[str]:
    """What one reads, in order."""
    answer = await phone.get(f"/api/chats/{conversation_id}?limit=100")
    assert answer.status == 200, answer.body
    return [event["message"]["text"] for event in answer.body["events"] if event["kind"] == "posted"]


async def queue(phone: Phone) -> list[Any]:
    return list((await phone.get("/api/desk")).body["items"])


async def claim(phone: Phone, conversation_id: str) -> Answer:
    return await phone.post(f"/api/desk/{conversation_id}/claim")


async def claimed(library: Library, reader: Phone, staff: Phone, text: str = "请问还有空座吗") -> str:
    """A conversation in which a librarian has taken a reader's question: its id."""
    conversation_id = str((await said(reader, text))["conversation_id"])
    await library.settled()
    answer = await claim(staff, conversation_id)
    assert answer.status == 200, answer.body
    return conversation_id


class Device:
    """A phone's copy of one conversation, kept as the mini-program keeps it: by pushes, and by asking after a gap."""

    def __init__(self, phone: Phone, conversation_id: str) -> None:
        self.phone, self.conversation_id = phone, conversation_id
        self.seq = 0
        self.messages: dict[str, Any] = {}
        self.order: list[str] = []
        self.asked = 0
        self.socket: Socket | None = None

    @asynccontextmanager
    async def connected(self) -> AsyncIterator["Device"]:
        async with self.phone.socket() as socket:
            self.socket = socket
            await self.catch_up()
            yield self
        self.socket = None

    async def catch_up(self) -> None:
        assert self.socket
        more = True
        while more:
            wish = {"conversation_id": self.conversation_id, "after": str(self.seq), "limit": 20}
            answer = (await self.socket.ask("chat_resume", {**wish, "limit": 20}))["data"]
            self.asked += 1
            for event in answer["events"]:
                self.take(event)
            more = answer["more"]

    async def hear(self) -> None:
        """Take what was pushed so far, in whatever order; a gap is asked for."""
        assert self.socket
        heard = [data for name, data in self.socket.heard if name == "chat_event"]
        self.socket.heard.clear()
        for push in sorted(heard, key=lambda push: push["event"]["seq"]):
            if push["conversation_id"] == self.conversation_id and not self.take(push["event"]):
                await self.catch_up()

    def take(self, event: Any) -> bool:
        """False: something before it is missing."""
        if event["seq"] > self.seq + 1:
            return False
        if event["seq"] == self.seq + 1:
            self.seq = event["seq"]
            if event["kind"] == "posted":
                self.order.append(event["message"]["id"])
            if event["message"]:
                self.messages[event["message"]["id"]] = event["message"]
        return True  # one that came late says what a message was

    @property
    def read(self) -> list[tuple[str, str]]:
        """(side, text) in order, without what was withdrawn or returned."""
        shown = (self.messages[number] for number in self.order)
        return [(m["side"], m["text"]) for m in shown if m["state"] not in ("returned", "withdrawn")]
