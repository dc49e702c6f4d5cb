"""A phone that talks: it keeps copies from pushes and from what was missed, and comes back when its line breaks."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from models.chat import Side
from tests.support.line import Line, line

LATER: Final = ("try_later", "too_many")
LISTS: Final = ""  # among the conversations that a device must fetch: the list of them
LOOKS_EVERY_S: Final = 15.0  # as the mini-program: a push that is lost without an outage shows nowhere else
AGAIN_S: Final = 0.05
FOLLOWS_EVERY_S: Final = 0.2  # a librarian's phone copies what the others say, too, and not at once


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
                    if code not in LATER:
                        return answer
                    await asyncio.sleep(_wait_s(answer))
            except ConnectionError:
                self.told["no answer"] += 1
            await asyncio.sleep(AGAIN_S)

    # -- keeping up

    async def _read(self, line: Line, event: str, payload: Any) -> Any:
        """What is answered, when the server can say; raises `ConnectionError` when the line is over before."""
        while "error" in (answer := await line.ask(event, payload)):
            assert answer["error"]["code"] in LATER, (event, answer)
            self.told[answer["error"]["code"]] += 1
            await asyncio.sleep(_wait_s(answer))
        return answer["data"]

    async def _follow(self, line: Line) -> None:
        self._look(LISTS)
        ended = asyncio.create_task(line.over.wait())
        ended.add_done_callback(lambda _: self._news.set())
        try:
            while not line.over.is_set():
                while self._behind:
                    await self._catch_up(line, self._behind.pop())
                self._news.clear()
                if not line.over.is_set():
                    await self._wait()
        finally:
            ended.cancel()

    async def _wait(self) -> None:
        """For news. A desk numbers them, and need not be asked whether there are any."""
        try:
            async with asyncio.timeout(LOOKS_EVERY_S if self._side is Side.READER else None):
                await self._news.wait()
        except TimeoutError:
            self._look(LISTS)

    def _look(self, *conversations: str) -> None:
        self._behind.update(conversations)
        self._news.set()

    def _look_where_behind(self, items: list[Any]) -> None:
        for item in items:
            if item["seq"] > len(self.copies.setdefault(item["id"], Copy()).events):
                self._look(item["id"])

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
        if self._side is Side.STAFF:
            await asyncio.sleep(FOLLOWS_EVERY_S)

    async def _read_list(self, line: Line) -> None:
        if self._side is Side.READER:
            return await self._read_pages(line, "chat_list")
        await self._read(line, "presence_here", {"duty": True})
        desk = await self._read(line, "desk_watch", {})
        self._desk_number = desk["number"]
        self.lines = {item["id"]: item for item in desk["items"]}
        self._look_where_behind(desk["items"])
        await self._read_pages(line, "desk_closed")

    async def _read_pages(self, line: Line, event: str) -> None:
        wish = {"limit": 100}
        while True:
            page = await self._read(line, event, wish)
            self._look_where_behind(page["items"])
            if not page["next"]:
                return
            wish["after"] = page["next"]

    def _hear(self, name: str, said: Any) -> None:
        if name == "chat_event":
            conversation_id = said["conversation_id"]
            if not self.copies.setdefault(conversation_id, Copy()).take(said["event"]):
                self._look(conversation_id)
            self.told["pushed"] += 1
        elif name == "desk_changed" and said["number"] == self._desk_number + 1:
            self._desk_number += 1
            self.lines.update({item["id"]: item for item in said["items"]})
            self._look_where_behind(said["items"])
        elif name == "resync":
            self._look(LISTS)
        elif name in ("desk_changed", "desk_number") and said["number"] > self._desk_number:
            self._look(LISTS)


def _wait_s(refusal: Any) -> float:
    return float(refusal["error"]["details"].get("retry_after_s", AGAIN_S))
