"""A websocket that speaks socket.io by hand: it reads when the test says so, and sends what no client would."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import aiohttp
import orjson

from handlers.bookings import stream_of
from server.bus import Push
from server.sockets import EVERYBODY
from tests.support.library import Library, Phone

DAYS = [{"area_id": "1", "date": f"2026-11-{day}"} for day in (23, 24)]
ROOMS = [stream_of(1, date(2026, 11, day)) for day in (23, 24)]
UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


class Raw:
    """Until `next` is called nothing is read; past some 100 kB the connection itself stands still."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse) -> None:
        self.websocket = websocket

    async def send(self, packet: str) -> None:
        await self.websocket.send_str(packet)

    async def ask(self, number: int, event: str, payload: Any) -> None:
        """Send an event that wants an answer, without waiting for it."""
        await self.send(f"42{number}{orjson.dumps([event, payload]).decode()}")

    async def packet(self) -> str | None:
        """The next packet that is no ping; None once the connection has ended."""
        while (message := await self.websocket.receive()).type is aiohttp.WSMsgType.TEXT:
            if message.data != "2":
                return str(message.data)
            await self.send("3")
        return None

    async def pushed(self, event: str) -> Any:
        """The payload of the next push of that name; other packets are passed over."""
        while (packet := await self.packet()) is not None:
            if packet.startswith(f'42["{event}",'):
                return orjson.loads(packet[2:])[1]
        raise EOFError(event)

    async def answer(self) -> tuple[int, Any]:
        """The number and the body of the next answer; pushes are passed over."""
        while (packet := await self.packet()) is not None:
            if packet.startswith("43"):
                number, body = packet[2:].split("[", 1)
                return int(number), orjson.loads(f"[{body}")[0]
        raise EOFError("answer")

    async def ended(self) -> int | None:
        """The code with which the server closes, when everything before it has been read."""
        while await self.packet() is not None:
            pass
        return self.websocket.close_code


@asynccontextmanager
async def raw(library: Library, phone: Phone | None = None) -> AsyncIterator[Raw]:
    """Connected, as a guest without a phone."""
    url = library.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with library.http.ws_connect(url) as websocket:
        socket = Raw(websocket)
        token = orjson.dumps({"token": phone.token if phone else None}).decode()
        await socket.send(f"40{token}")
        assert (await socket.packet() or "").startswith("0")
        assert (await socket.packet() or "").startswith("40")
        yield socket


def numbered(number: int, *, size: int = 0) -> bytes:
    return orjson.dumps({"number": number, "text": "座" * (size // 3)})


def publish(library: Library, number: int, *, size: int = 0, room: str = EVERYBODY) -> None:
    library.services.bus.publish(Push(room, "home_changed", numbered(number, size=size)))


async def numbers(socket: Raw, count: int) -> list[int]:
    return [(await socket.pushed("home_changed"))["number"] for _ in range(count)]


async def only(library: Library, count: int) -> bool:
    sockets = library.sockets.sio
    return len(sockets.eio.sockets) == count == len(sockets.manager.rooms["/"][EVERYBODY])


async def nobody(library: Library) -> bool:
    return not library.sockets.sio.eio.sockets
