"""Very many socket.io clients in one process: raw websockets that count what reaches them.

A client of the library would cost more than the server that it measures.
"""

import asyncio
import base64
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import orjson

CONNECTING_AT_ONCE: Final = 50
ARRIVES_WITHIN_S: Final = 30.0
HANDSHAKE: Final = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: {key}\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client asks for once it is connected."""

    event: str
    payload: object


class Client(asyncio.Protocol):
    """Connects with a token, asks at most one thing, then answers pings; `heard` gets every push as text.

    `ready` is the answer to what was asked, or to the connect; `gone` is set when the connection has ended.
    """

    def __init__(self, token: str | None, asked: Ask | None, heard: Callable[[bytes], None]) -> None:
        self.ready: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()
        self._token, self._asked, self._heard = token, asked, heard
        self._unread = b""
        self._upgraded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(HANDSHAKE.format(key=key).encode())

    def connection_lost(self, _reason: Exception | None) -> None:
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._unread += data
        if not self._upgraded:
            head, found, rest = self._unread.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(ConnectionError(head.decode()))
                return self.transport.close()
            self._upgraded, self._unread = True, rest
        while frame := _first_frame(self._unread):
            start, end = frame
            self._take(self._unread[start:end])
            self._unread = self._unread[end:]

    def _take(self, packet: bytes) -> None:
        if packet.startswith(b"42"):
            self._heard(packet)
        elif packet == b"2":
            self._send(b"3")
        elif packet.startswith(b"0"):
            self._send(b"40" + orjson.dumps({"token": self._token} if self._token else {}))
        elif packet.startswith(b"40") and self._asked:
            self._send(b"420" + orjson.dumps([self._asked.event, self._asked.payload]))
        elif self.ready.done():  # nobody waits for it any more
            return
        elif packet.startswith((b"40", b'430[{"data"')):
            self.ready.set_result(packet)
        else:
            self.ready.set_exception(ConnectionError(packet.decode()))

    def _send(self, packet: bytes) -> None:
        """Masked, as a client must, with the mask that changes nothing."""
        size = (
            struct.pack("!B", 0x80 | len(packet))
            if len(packet) < 126
            else struct.pack("!BH", 0xFE, len(packet))
        )
        self.transport.write(b"\x81" + size + bytes(4) + packet)


def _first_frame(data: bytes) -> tuple[int, int] | None:
    """Where the payload of the first frame begins and ends; None while it is not whole."""
    if len(data) < 2:
        return None
    start, size = 2, data[1]
    if size == 126 and len(data) >= 4:
        start, size = 4, int.from_bytes(data[2:4])
    elif size == 127 and len(data) >= 10:
        start, size = 10, int.from_bytes(data[2:10])
    elif size > 125:
        return None
    return (start, start + size) if len(data) >= start + size else None


class Crowd:
    """Clients of one server, and how many pushes of one name have reached them together."""

    def __init__(self, counted: str) -> None:
        self._counted = f'42["{counted}",'.encode()
        self._clients: list[Client] = []
        self._arrived = self._wanted = 0
        self._all = asyncio.Event()
        self.last = b""  # the payload of the last one that was counted

    async def come(
        self, port: int, tokens: Sequence[str | None], asked: Ask | None = None, *, within_s: float = 0.0
    ) -> None:
        """Everybody connects, evenly over that time, some at once; whoever is refused raises."""
        turn = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def one(number: int, token: str | None) -> None:
            await asyncio.sleep(within_s * number / len(tokens))
            async with turn:
                _, client = await asyncio.get_running_loop().create_connection(
                    lambda: Client(token, asked, self._heard), "127.0.0.1", port
                )
                self._clients.append(client)
                await asyncio.wait_for(client.ready, ARRIVES_WITHIN_S)

        await asyncio.gather(*(one(number, token) for number, token in enumerate(tokens)))

    def expect(self) -> None:
        """One push for each client, from now on."""
        self._all.clear()
        self._wanted = self._arrived + len(self._clients)

    async def all_heard(self) -> int:
        """Until everybody has what is expected: how many that are."""
        await asyncio.wait_for(self._all.wait(), ARRIVES_WITHIN_S)
        return len(self._clients)

    def leave(self) -> None:
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    def _heard(self, packet: bytes) -> None:
        if not packet.startswith(self._counted):
            return
        self._arrived += 1
        if self._arrived == self._wanted:
            self.last = packet[len(self._counted) : -1]
            self._all.set()
