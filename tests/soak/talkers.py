"""Readers and librarians with two phones each, whose lines break, and who repeat what got no answer."""

import asyncio
import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from models.chat import Side
from tests.soak.devices import Device

HERE_EVERY_S: Final = 10.0
CHECKED_TEXTS: Final = (
    "转账",
    "赌博",
)  # of the simulated WeChat's words: for a person to look at; never shown


@dataclass(frozen=True)
class Said:
    """What a phone was told of a message: where it stands in the stream of its author's side."""

    conversation_id: str
    message_id: str
    seq: int
    text: str


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
