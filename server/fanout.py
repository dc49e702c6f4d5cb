"""What goes out to clients: a push is encoded once for its whole room, and whoever does not read is cut off.

python-socketio starts a task for every recipient, which wakes that client's writer task, which has a frame
built. A server's frames are not masked, so one frame serves the room, and it goes straight to every transport
that has nothing else before it. This leans on engine.io's inside (`AsyncSocket.queue` and `closing`, the
writer's way of asking its queue), which is why its version is pinned and tests watch the order.
"""

import asyncio
import sys
from struct import pack
from typing import Any, Final

import orjson
import structlog
from aiohttp import web
from engineio.packet import MESSAGE, Packet

UNREAD_AT_MOST: Final = 1_000_000  # bytes of this process's memory that wait for one client
STRAIGHT_BELOW: Final = 65_536  # bytes in a transport; from there on, packets wait in the queue
LEAVES_WITHIN_S: Final = 2.0  # once it is over; a polite end would wait for whoever reads nothing
PACKET_BYTES: Final = 256  # what a waiting packet takes beside its text

log = structlog.get_logger()


class Outbox(asyncio.Queue[Any]):
    """All that one client is sent: engine.io's queue of packets (None ends it), and the way past it.

    Acknowledgements, pings and pushes reach the client in the order in which they came here. This is the only
    place that writes frames of data.
    """

    def __init__(self) -> None:
        super().__init__()
        self._websocket: web.WebSocketResponse | None = None
        self._transport: asyncio.Transport | None = None
        self._held = 0  # bytes of the packets that wait, or that the writer has in hand
        self._in_hand = 0
        self._writer_idle = False

    def open(self, websocket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        """From now on there is a connection, and engine.io starts its writer task."""
        self._websocket, self._transport = websocket, transport

    @property
    def unread(self) -> int:
        """Bytes that wait here and in the transport; what the writer is handing over counts for both."""
        return self._held + (self._transport.get_write_buffer_size() if self._transport else 0)

    def send(self, packet: Packet, frame: bytes) -> None:
        """The packet, as the frame that it makes: at once when nothing is before it, else in its turn."""
        if transport := self._clear():
            transport.write(frame)
        else:
            self._wait(packet)

    def _clear(self) -> asyncio.Transport | None:
        """The transport, when a frame may go straight to it.

        An empty queue is not enough: the writer may have packets in hand and wait for a full transport.
        """
        transport = self._transport
        if (
            self._writer_idle
            and transport
            and not transport.is_closing()
            and transport.get_write_buffer_size() < STRAIGHT_BELOW
            and self._websocket
            and not self._websocket.closed
        ):
            return transport
        return None

    def _wait(self, packet: Packet) -> None:
        if self._transport and self._transport.is_closing():
            return
        if (unread := self.unread) and unread + _memory(packet) > UNREAD_AT_MOST:
            return self._cut(unread)
        self._held += _memory(packet)
        self._writer_idle = False
        super().put_nowait(packet)

    # -- what engine.io calls

    def put_nowait(self, packet: Packet | None) -> None:
        if packet is None:
            self._leave()
            self._writer_idle = False
            super().put_nowait(None)
        # Pings go by the queue always: the writer gives a client up when it has had nothing to write for long.
        elif packet.packet_type == MESSAGE and not packet.binary and (transport := self._clear()):
            transport.write(text_frame(packet.encode().encode()))
        else:
            self._wait(packet)

    async def get(self) -> Packet | None:
        # Only the writer waits here, and it comes back when all that it had is in the transport.
        self._held -= self._in_hand
        self._in_hand = 0
        self._writer_idle = self.empty()
        try:
            packet: Packet | None = await super().get()
        finally:
            self._writer_idle = False
        return packet

    def get_nowait(self) -> Packet | None:
        packet: Packet | None = super().get_nowait()
        if packet is not None:
            self._in_hand += _memory(packet)
        return packet

    # -- endings

    def _cut(self, unread: int) -> None:
        """At once and with all that waits, for it would wait as long as the client does."""
        log.warning("slow_client_cut", unread_bytes=unread)
        while not self.empty():
            self.get_nowait()
            self.task_done()
        if self._transport:
            self._transport.abort()

    def _leave(self) -> None:
        if self._transport:
            asyncio.get_running_loop().call_later(LEAVES_WITHIN_S, self._transport.abort)


def tell(sio: Any, room: str | None, *, event: str, payload: bytes) -> None:
    """Push an event to everybody in a room, None for all, without waiting for anybody; `payload` is JSON."""
    text = orjson.dumps([event, orjson.Fragment(payload)])
    packet, frame = Packet(MESSAGE, f"2{text.decode()}"), text_frame(b"42" + text)
    clients = sio.eio.sockets
    for _, client_id in sio.manager.get_participants("/", room):
        client = clients.get(client_id)
        if client and not client.closing:
            client.queue.send(packet, frame)


def text_frame(text: bytes) -> bytes:
    """One unmasked websocket frame (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return pack("!BB", 0x81, size) + text
    if size < 65_536:
        return pack("!BBH", 0x81, 126, size) + text
    return pack("!BBQ", 0x81, 127, size) + text


def _memory(packet: Packet) -> int:
    """Twice its text: engine.io keeps it once more as it is encoded."""
    return PACKET_BYTES + 2 * sys.getsizeof(packet.data)
