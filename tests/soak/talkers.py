"""Readers and librarians with two phones each, whose lines break, and who repeat what got no answer."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from models.chat import Side
from tests.support.line import Line, line

LISTS: Final = ""  # among the conversations that a device must fetch: the list of them
HERE_EVERY_S: Final = 10.0
CHECKED_TEXTS: Final = (
    "转账",
    "赌博",
)  # of the simulated WeChat's words: for a person to look at, and never shown


@dataclass
class Copy:
    """A conversation as one phone has it: what happened, in order, and each message as it was last told of."""

    events: list[tuple[str, str | None]] = field(default_factory=list)
    messages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, event: Any) -> bool:
        """False: something before it is missing. What is older than the copy says nothing new."""
        if event["seq"] > len(self.events) + 1:
            return False
        if event["seq"] == len(self.events) + 1:
            message = event["message"]
            self.events.append((event["kind"], message and message["id"]))
            if message:
                self.messages[message["id"]] = (message["state"], message["text"])
        return True


@dataclass(frozen=True)
class Said:
    """What a phone was told of a message: where it stands in the stream of its author's side."""

    conversation_id: str
    message_id: str
    seq: int
    text: str


class Device:
    """A phone that comes back whenever its line breaks, and fetches what it has missed."""

    def __init__(self, url: str, token: str, side: Side, dice: random.Random) -> None:
        self.copies: dict[str, Copy] = {}
        self.told: Counter[str] = Counter()
        self.lines: dict[str, Any] = {}  # the desk
        self.gone = False
        self._url, self._token, self._side, self._dice = url, token, side, dice
        self._line: Line | None = None
        self._behind: set[str] = set()
        self._news = asyncio.Event()
        self._desk_number = 0

    async def stay(self) -> None:
        """Connected, again and again, until cancelled."""
        while True:
            try:
                if not self.gone:
                    async with line(self._url, self._token, self._hear) as opened:
                        self._line = opened
                        await self._follow(opened)
            except (ConnectionError, aiohttp.ClientError, TimeoutError):
                self.told["no line"] += 1
            finally:
                self._line = None
            await asyncio.sleep(self._dice.random() * 0.3)

    async def cut(self) -> None:
        if self._line:
            await self._line.cut()

    async def ask(self, event: str, payload: Any) -> Any:
        """Ask until an answer comes, as a phone does: always the same."""
        while True:
            try:
                if self._line:
                    answer = await self._line.ask(event, payload)
                    code = answer["error"]["code"] if "error" in answer else event
                    self.told[code] += 1
                    assert code != "our_fault", (event, payload)
                    if code != "try_later":
                        return answer
            except ConnectionError:
                self.told["no answer"] += 1
            await asyncio.sleep(0.05)

    # -- keeping up

    async def _read(self, line: Line, event: str, payload: Any) -> Any:
        """What is answered; raises `ConnectionError` while the server cannot say."""
        answer = await line.ask(event, payload)
        if "error" in answer:
            assert answer["error"]["code"] == "try_later", (event, answer)
            raise ConnectionError("later")
        return answer["data"]

    async def _follow(self, line: Line) -> None:
        self._look(LISTS, *self.copies)
        ended = asyncio.create_task(line.over.wait())
        ended.add_done_callback(lambda _: self._news.set())
        try:
            while not line.over.is_set():
                while self._behind:
                    await self._catch_up(line, self._behind.pop())
                self._news.clear()
                if not line.over.is_set():
                    await self._news.wait()
        finally:
            ended.cancel()

    def _look(self, *conversations: str) -> None:
        self._behind.update(conversations)
        self._news.set()

    async def _catch_up(self, line: Line, conversation_id: str) -> None:
        if conversation_id == LISTS:
            return await self._read_list(line)
        copy, more = self.copies.setdefault(conversation_id, Copy()), True
        while more:
            after = str(len(copy.events))
            wish = {"conversation_id": conversation_id, "after": after, "limit": 50}
            answer = await self._read(line, "chat_resume", wish)
            assert all(copy.take(event) for event in answer["events"]), "an answer with a gap"
            more = answer["more"]
            self.told["fetched"] += 1

    async def _read_list(self, line: Line) -> None:
        if self._side is Side.READER:
            listed = await self._read(line, "chat_list", {"limit": 50})
            return self._look(*(item["id"] for item in listed["items"]))
        await self._read(line, "presence_here", {"duty": True})
        desk = await self._read(line, "desk_watch", {})
        self._desk_number = desk["number"]
        self.lines = {item["id"]: item for item in desk["items"]}
        self._look(*self.lines)

    def _hear(self, name: str, said: Any) -> None:
        if name == "chat_event":
            conversation_id = said["conversation_id"]
            if not self.copies.setdefault(conversation_id, Copy()).take(said["event"]):
                self._look(conversation_id)
            self.told["pushed"] += 1
        elif name == "desk_changed" and said["number"] == self._desk_number + 1:
            self._desk_number += 1
            self.lines.update({item["id"]: item for item in said["items"]})
            for item in said["items"]:
                if item["seq"] > len(self.copies.setdefault(item["id"], Copy()).events):
                    self._look(item["id"])
        elif name in ("desk_changed", "desk_number") and said["number"] > self._desk_number:
            self._look(LISTS)
        elif name == "resync":
            self._look(LISTS, *self.copies)


class Person(ABC):
    """Somebody with two phones."""

    side: Side

    def __init__(self, name: str, url: str, tokens: list[str], *, checked: bool, pause_s: float) -> None:
        self._dice = random.Random(name)
        self.name, self._checked, self._pause_s = name, checked, pause_s
        self.devices = [Device(url, token, self.side, self._dice) for token in tokens]
        self.said: list[dict[str, Said]] = [{} for _ in tokens]  # for each phone, by local id, in its order
        self.refused: set[str] = set()
        self._written = 0

    async def live(self, until: float) -> None:
        """Both phones at once, each doing one thing after the other."""
        await asyncio.gather(*(self._use(number, until) for number in range(len(self.devices))))

    async def _use(self, number: int, until: float) -> None:
        time = asyncio.get_running_loop().time
        while time() < until:
            await self.act(number)
            if self._dice.random() < 0.05:
                await self.devices[number].cut()
            await asyncio.sleep(self._dice.random() * self._pause_s)

    @abstractmethod
    async def act(self, number: int) -> None:
        """Do one thing on one phone."""

    async def say(self, number: int, conversation_id: str | None) -> str:
        """The error's code, or nothing."""
        self._written += 1
        local_id = f"{self.name}-{number}-{self._written:06}"
        text = f"{local_id} 请问还有空座吗"
        if self._checked and self._dice.random() < 0.1:
            text += self._dice.choice(CHECKED_TEXTS)
        wish = {"conversation_id": conversation_id, "local_id": local_id, "text": text}
        sending = asyncio.create_task(self.devices[number].ask("chat_send", wish))
        if self._dice.random() < 0.15:  # the line breaks while the text, or its answer, is on its way
            await asyncio.sleep(self._dice.random() * 0.01)
            await self.devices[number].cut()
        answer = await sending
        if "error" in answer:
            self.refused.add(local_id)
            return str(answer["error"]["code"])
        data = answer["data"]
        self.said[number][local_id] = Said(data["conversation_id"], data["message_id"], data["seq"], text)
        return ""

    async def mark(self, number: int) -> None:
        device = self.devices[number]
        if device.copies:
            conversation_id, copy = self._dice.choice(list(device.copies.items()))
            seen = len(copy.events)
            wish = {"conversation_id": conversation_id, "delivered": seen, "read": seen}
            await device.ask("chat_mark", wish)


class Reader(Person):
    side = Side.READER

    async def act(self, number: int) -> None:
        if self._dice.random() < 0.2:
            return await self.mark(number)
        known = list(self.devices[number].copies)
        to = self._dice.choice([None, None, *known[-2:]])
        code = await self.say(number, to)
        assert code in ("", "another_conversation_open"), code


class Librarian(Person):
    side = Side.STAFF
    _here_until = 0.0

    async def act(self, number: int) -> None:
        device, dice = self.devices[number], self._dice
        await self._stay_on_duty(device)
        lines = [item for item in device.lines.values() if item["state"] != "closed"]
        if not lines:
            return
        item = dice.choice(lines)
        wish = {"conversation_id": item["id"]}
        if item["state"] == "waiting":
            await device.ask("desk_claim", wish)
        elif dice.random() < 0.06:
            await device.ask("desk_close", {**wish, "tag": "座位"})
        elif dice.random() < 0.06:
            await device.ask("desk_hand_back", wish)
        elif dice.random() < 0.2:
            await self.mark(number)
        elif dice.random() < 0.1:
            await self._look_at_held(device)
        else:
            code = await self.say(number, item["id"])
            assert code in ("", "with_another_librarian", "conversation_over"), code

    async def _stay_on_duty(self, device: Device) -> None:
        now = asyncio.get_running_loop().time()
        if now > self._here_until:
            self._here_until = now + HERE_EVERY_S
            await device.ask("presence_here", {"duty": True})

    async def _look_at_held(self, device: Device) -> None:
        for item in (await device.ask("desk_held", {}))["data"]["items"][:2]:
            event = self._dice.choice(("desk_show_text", "desk_return_text"))
            await device.ask(event, {"message_id": item["message_id"]})

    async def vanish(self, seconds: float) -> None:
        """Both phones sleep, with everything that is under way."""
        for gone in (True, False):
            for device in self.devices:
                device.gone = gone
                if gone:
                    await device.cut()
            await asyncio.sleep(seconds if gone else 0)
