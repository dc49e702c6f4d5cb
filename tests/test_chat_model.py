"""Two devices of a reader, a librarian, lost answers, sockets that break: always what a plain list says."""

import asyncio
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.support.chat import DOUBTFUL, RISKY, Device, claim, librarian, on_duty, said, stream
from tests.support.databases import Databases
from tests.support.library import Library, Phone, new_key, running_library

DEVICES = ("phone", "tablet")
step = some.one_of(
    some.tuples(some.just("say"), some.sampled_from(DEVICES), some.sampled_from(["在吗", RISKY, DOUBTFUL])),
    some.tuples(some.just("repeat"), some.sampled_from(DEVICES)),
    some.tuples(some.just("answer")),
    some.tuples(some.sampled_from(["drop", "join", "read"]), some.sampled_from(DEVICES)),
    some.tuples(some.sampled_from(["claim", "hand_back", "close", "vanish", "settle"])),
)


class Model:
    """One list of what was said, and who has the conversation."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str, str]] = []  # side, text, what becomes of it
        self.state = "waiting"

    def own(self, side: str) -> list[tuple[str, str]]:
        """What a side reads in the end: its own words and those of the other that may be seen."""
        return [(s, text) for s, text, fate in self.said if fate == "sent" or (fate == "held" and s == side)]


class Story:
    def __init__(self, library: Library, reader: Phone, tablet: Phone, he: Phone) -> None:
        self.library, self.he = library, he
        self.model = Model()
        self.phones = {"phone": reader, "tablet": tablet}
        self.devices: dict[str, Device] = {}
        self.open: dict[str, Any] = {}
        self.last: dict[str, Any] = {}
        self.conversation = ""

    async def begin(self) -> None:
        self.conversation = str((await said(self.phones["phone"], "开头"))["conversation_id"])
        self.model.said.append(("reader", "开头", "sent"))
        await self.library.settled()
        self.devices = {name: Device(phone, self.conversation) for name, phone in self.phones.items()}

    async def join(self, name: str) -> None:
        if name not in self.open:
            entered = self.devices[name].connected()
            await entered.__aenter__()
            self.open[name] = entered

    async def drop(self, name: str) -> None:
        if entered := self.open.pop(name, None):
            await entered.__aexit__(None, None, None)

    async def take(self, move: Any) -> None:
        match move:
            case ("say", name, text):
                numbered = f"{text} {len(self.model.said)}"
                wish = {"conversation_id": self.conversation, "local_id": new_key(), "text": numbered}
                self.last[name] = wish
                await self._send(name, wish)
                fate = {RISKY: "returned", DOUBTFUL: "held"}.get(text, "sent")
                self.model.said.append(("reader", numbered, fate))
                if self.model.state == "closed":
                    self.model.state = "waiting"
            case ("repeat", name):  # its answer was lost: the same again, perhaps over the other way
                if name in self.last:
                    await self._send(name, self.last[name])
            case ("answer",):
                text = f"回答 {len(self.model.said)}"
                wish = {"conversation_id": self.conversation, "local_id": new_key(), "text": text}
                answer = await self.he.post("/api/chat-messages", wish)
                assert (answer.status == 200) == (self.model.state == "claimed"), answer.body
                if answer.status == 200:
                    await self.he.post("/api/chat-messages", wish)
                    self.model.said.append(("staff", text, "sent"))
            case (("drop" | "join") as act, name):
                await getattr(self, act)(name)
            case ("read", name):
                await self._read(name)
            case (act,):
                await getattr(self, act)()

    async def _send(self, name: str, wish: Any) -> None:
        device = self.devices[name]
        if name in self.open:
            assert device.socket
            assert "data" in await device.socket.ask("chat_send", wish)
        else:
            assert (await self.phones[name].post("/api/chat-messages", wish)).status == 200

    async def _read(self, name: str) -> None:
        if name in self.open:
            device = self.devices[name]
            await device.hear()
            assert device.socket
            mark = {"conversation_id": self.conversation, "delivered": device.seq, "read": device.seq}
            assert "data" in await device.socket.ask("chat_mark", mark)

    async def claim(self) -> None:
        await on_duty(self.he)
        answer = await claim(self.he, self.conversation)
        assert (answer.status == 200) == (self.model.state != "closed"), answer.body
        if answer.status == 200:
            self.model.state = "claimed"

    async def hand_back(self) -> None:
        await self._end("hand-back", "waiting", also=("waiting",))

    async def close(self) -> None:
        await self._end("close", "closed", also=("closed",))

    async def _end(self, action: str, becomes: str, *, also: tuple[str, ...]) -> None:
        answer = await self.he.post(f"/api/desk/{self.conversation}/{action}")
        assert (answer.status == 200) == (self.model.state in ("claimed", *also)), answer.body
        if answer.status == 200:
            self.model.state = becomes

    async def vanish(self) -> None:
        await self.library.settled()
        await self.library.advance(seconds=50)
        await self.library.settled()
        if self.model.state == "claimed":
            self.model.state = "waiting"

    async def settle(self) -> None:
        await self.library.settled()

    async def prove(self) -> None:
        await self.library.settled()
        for name in DEVICES:
            await self.join(name)
        view = (await self.phones["phone"].get(f"/api/chats/{self.conversation}")).body["conversation"]
        for device in self.devices.values():
            await self.library.until(partial(heard, device, view["seq"]))
            assert sorted(device.read) == sorted(self.model.own("reader"))
            assert [m for m in device.read if m[0] == "reader"] == [
                m for m in self.model.own("reader") if m[0] == "reader"
            ]
        one, two = self.devices.values()
        assert (one.order, one.seq) == (two.order, two.seq)
        await self._prove_staff()
        for name in DEVICES:
            await self.drop(name)

    async def _prove_staff(self) -> None:
        events = await stream(self.he, self.conversation)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        read = [e["message"] for e in events if e["kind"] == "posted" and e["message"]["state"] == "sent"]
        seen = [(message["side"], message["text"]) for message in read]
        assert seen == self.model.own("staff") or sorted(seen) == sorted(self.model.own("staff"))
        assert [m for m in seen if m[0] == "reader"] == [
            m for m in self.model.own("staff") if m[0] == "reader"
        ]
        view = (await self.he.get(f"/api/chats/{self.conversation}")).body["conversation"]
        assert view["state"] == self.model.state


async def heard(device: Device, last: int) -> bool:
    """Whether a device has come up to this number, by what it was pushed."""
    await device.hear()
    return device.seq >= last


async def live_story(url: str, moves: list[Any]) -> None:
    async with running_library(url) as library:
        reader = await library.reader("lin")
        story = Story(library, reader, await library.sign_in("lin"), await librarian(library))
        await story.begin()
        for move in moves:
            await story.take(move)
        await story.prove()


@pytest.mark.timeout(300)  # twenty libraries, one after the other
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(moves=some.lists(step, min_size=6, max_size=30))
def test_whatever_breaks_both_sides_read_what_a_plain_list_says(
    all_databases: Databases, moves: list[Any]
) -> None:
    with all_databases.new() as url:
        asyncio.run(live_story(url, moves))
