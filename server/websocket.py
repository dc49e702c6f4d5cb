"""A client's connection: how large its packets may be, which ones it may send at all, and when it is given up."""

import asyncio
import re
import weakref
from collections.abc import Callable
from typing import Any, Final

import orjson
import structlog
from aiohttp import web
from engineio.async_drivers import aiohttp as driver
from engineio.packet import MESSAGE, Packet

from server.fanout import Outbox

LARGEST_MESSAGE: Final = 1_048_576  # bytes; above it the connection closes with 1009
LARGEST_EVENT: Final = 65_536  # bytes; above it an event is answered with `too_large`
LOOK_EVERY_S: Final = 2.0  # for clients that answer no ping

# engine.io's close and pong; socket.io's connect, disconnect, event and answer. No client of ours sends binary
# packets, whose parts python-socketio would gather without a limit.
FROM_CLIENTS: Final = re.compile(r"1|3|4[0-3]")
EVENT: Final = "42"
# An event that wants an answer, and the number that the answer bears. It is not worth parsing for more.
QUESTION: Final = re.compile(r"42([0-9]{1,100})\[")

log = structlog.get_logger()

OPEN = web.AppKey("open_websockets", weakref.WeakSet[web.WebSocketResponse])


class PlainWebSocket(driver.WebSocket):  # type: ignore[misc]
    """Without permessage-deflate: it would cost 100 kB of memory for each idle socket, and frames of its own.

    It closes at the first packet that no client of ours sends.
    """

    def __init__(self, handler: Any, server: Any, *, too_large: Callable[[], dict[str, Any]]) -> None:
        super().__init__(handler, server)
        self._outbox: Outbox = handler.__self__.queue
        self._too_large = too_large

    async def __call__(self, environ: dict[str, Any]) -> Any:
        request: web.Request = environ["aiohttp.request"]
        # aiohttp refuses what reaches the limit, not only what is above it.
        self._sock = web.WebSocketResponse(compress=False, max_msg_size=LARGEST_MESSAGE + 1)
        await self._sock.prepare(request)
        if request.transport:  # it may be gone by now; the handler finds that out
            self._outbox.open(self._sock, request.transport)
        request.app[OPEN].add(self._sock)
        self.environ = environ
        try:
            await self.handler(self)
        finally:
            # When the connection breaks while engine.io's writer says goodbye, engine.io goes without this.
            client = self.handler.__self__
            await client.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)
        return self._sock

    async def wait(self) -> str:
        """The next packet. Every event before it has been answered, so that refusals keep the order."""
        while True:
            packet = await super().wait()
            if not (isinstance(packet, str) and FROM_CLIENTS.match(packet)):
                raise OSError("not a packet that clients send")
            if _bytes(packet) <= LARGEST_EVENT:
                return packet
            if not packet.startswith(EVENT):
                raise OSError("larger than clients send")
            if asked := QUESTION.match(packet):
                answer = orjson.dumps([self._too_large()]).decode()
                self._outbox.put_nowait(Packet(MESSAGE, f"3{asked[1]}{answer}"))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


async def give_up_the_silent(engine: Any) -> None:
    """Without end: close the connections whose client answered no ping in time, and forget what is closed.

    engine.io's own watch takes a hundred small steps a second at 2,000 sockets, as much as all their pings.
    """
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for sid, client in list(engine.sockets.items()):
            try:
                if client.closed:
                    engine.sockets.pop(sid, None)
                elif not client.closing:
                    await client.check_ping_timeout()
            except Exception:
                log.exception("give_up_failed")
