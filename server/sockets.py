"""socket.io: sign-in on connect, the events of one socket in the order sent, pushes from the bus to rooms."""

import asyncio
import contextlib
import logging
import re
import secrets
import weakref
from typing import Any, Final

import orjson
import socketio
import structlog
from aiohttp import WSCloseCode, web
from engineio.async_drivers import aiohttp as driver

from handlers.access import Caller
from handlers.errors import Refused, TryLater
from models.db import AWAY
from server.adapter import Bound, error_body, refusal_body
from server.bus import Message, Push, Resync, SessionsEnded
from server.routes import EVENTS, Event
from server.services import Services

EVERYBODY: Final = "everybody"
GOODBYE_S: Final = 1.0  # for what is queued to a client, and again for its answer to the close
LARGEST_MESSAGE: Final = 65_536  # bytes; above it the connection closes with 1009
UNREAD_AT_MOST: Final = 1000  # messages that wait for one socket
STREAMS_AT_ONCE: Final = 8  # that one socket watches; a phone shows one, each costs a message every heartbeat

# engine.io's close and pong; socket.io's connect, disconnect, event and answer. No client of ours sends binary
# packets, whose parts python-socketio would gather without a limit.
FROM_CLIENTS: Final = re.compile(r"1|3|4[0-3]")

log = structlog.get_logger()

# What they complain of is a client's nonsense, with a traceback each time; our own failures are logged here.
_quiet = logging.getLogger("server.sockets.nonsense")
_quiet.setLevel(logging.CRITICAL)


class _Json:
    """What python-socketio needs of a json module; orjson is worth a quarter of an event's time."""

    @staticmethod
    def dumps(value: Any, **_ignored: Any) -> str:
        return orjson.dumps(value, default=_encoded, option=orjson.OPT_PASSTHROUGH_SUBCLASS).decode()

    loads = staticmethod(orjson.loads)


def _encoded(value: Any) -> Any:
    if isinstance(value, Encoded):
        return orjson.Fragment(value.text)
    raise TypeError


class Encoded(dict[str, Any]):
    """JSON that is encoded already; a dict, so that python-socketio does not look for bytes in it."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.text = text


OPEN = web.AppKey("open_websockets", weakref.WeakSet[web.WebSocketResponse])


class PlainWebSocket(driver.WebSocket):  # type: ignore[misc]
    """Without permessage-deflate, which would cost 100 kB of memory for each idle socket.

    It closes at the first packet that no client of ours sends, and when the client stays alive but reads nothing.
    """

    async def __call__(self, environ: dict[str, Any]) -> Any:
        request = environ["aiohttp.request"]
        self._sock = web.WebSocketResponse(compress=False, max_msg_size=LARGEST_MESSAGE)
        await self._sock.prepare(request)
        request.app[OPEN].add(self._sock)
        self.environ = environ
        await self.handler(self)
        return self._sock

    async def wait(self) -> str:
        packet = await super().wait()
        if not (isinstance(packet, str) and FROM_CLIENTS.match(packet)):
            raise OSError("not a packet that clients send")
        if self.handler.__self__.queue.qsize() > UNREAD_AT_MOST:
            raise OSError("does not read what it is told")
        return packet


class Sockets:
    """The socket.io side of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._events = {event.name: (event, Bound.of(event.handler, event.needs)) for event in EVENTS}
        origins = services.config.server.allowed_origins
        self.sio = socketio.AsyncServer(
            async_mode="aiohttp",
            transports=["websocket"],
            async_handlers=False,  # else every event is a task of its own, and one client's run out of order
            cors_allowed_origins=origins or "*",
            max_http_buffer_size=LARGEST_MESSAGE,
            json=_Json,
            logger=_quiet,
            engineio_logger=_quiet,
        )
        self.sio.eio._async = {**self.sio.eio._async, "websocket": PlainWebSocket}
        self.sio.on("connect", self._connect)
        self.sio.on("*", self._event)
        self._outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None
        services.bus.listen(self._hear)

    def attach(self, app: web.Application) -> None:
        self._open = app[OPEN] = weakref.WeakSet[web.WebSocketResponse]()
        self.sio.attach(app)

    def watched(self) -> list[str]:
        """The numbered streams that somebody here watches."""
        rooms = self.sio.manager.rooms.get("/", {})
        return [room for room in rooms if isinstance(room, str) and room.startswith("area:")]

    async def start(self) -> None:
        self._sender = asyncio.get_running_loop().create_task(self._send())

    async def stop(self) -> None:
        """Tell everybody that the server goes, and close; they come back with jitter.

        python-socketio closes nothing by itself: each open websocket would be waited for as a request in flight.
        """
        if self._sender:
            self._sender.cancel()
        await self.sio.emit("server_stopping", {})
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*(client.queue.join() for client in self.sio.eio.sockets.values()))
        closing = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._open))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*closing, return_exceptions=True)
        await self.sio.shutdown()

    # -- from clients

    async def _connect(self, sid: str, _environ: dict[str, Any], auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        token = token if isinstance(token, str) and token else None
        try:
            await self._welcome(sid, token, await self._services.sessions.caller(token))
            # Asked once more: a session that ended meanwhile found no socket here to cut.
            await self._services.sessions.caller(token)
        except Refused as refused:
            raise self._turned_away(refused) from None
        except AWAY:
            log.exception("database_away", socket_event="connect")
            raise self._turned_away(TryLater()) from None

    async def _welcome(self, sid: str, token: str | None, caller: Caller) -> None:
        await self.sio.save_session(sid, {"token": token, "streams": {}})
        await self.sio.enter_room(sid, EVERYBODY)
        if caller.reader_id is not None:
            await self.sio.enter_room(sid, f"reader:{caller.reader_id}")
            await self.sio.enter_room(sid, f"session:{caller.session_id}")

    def _turned_away(self, refused: Refused) -> Exception:
        body = refusal_body(refused, "", self._services.today())["error"]
        refusal: Exception = socketio.exceptions.ConnectionRefusedError(body["message"], body)
        return refusal

    async def _event(self, name: str, sid: str, *args: Any) -> dict[str, Any]:
        made = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(request_id=made)
        try:
            if not isinstance(name, str) or name not in self._events:
                return error_body("unknown_event", {"event": str(name)[:60]}, made, self._services.today())
            return await self._answer(*self._events[name], sid, made, args[0] if args else {})
        except Refused as refused:
            return refusal_body(refused, made, self._services.today())
        except AWAY:
            log.exception("database_away", socket_event=name)
            return refusal_body(TryLater(), made, self._services.today())
        except Exception:
            log.exception("event_failed", socket_event=name)
            return error_body("our_fault", {}, made, self._services.today())
        finally:
            structlog.contextvars.unbind_contextvars("request_id")

    async def _answer(self, event: Event, bound: Bound, sid: str, made: str, values: Any) -> dict[str, Any]:
        session = await self.sio.get_session(sid)
        caller = await self._services.sessions.caller(session["token"])
        wish = bound.admit(caller, values if isinstance(values, dict) else {"": values})
        if event.joins:
            # Before the snapshot is read, so that no change falls between the two.
            await self._join(sid, session["streams"], event.joins(wish))
        if event.leaves:
            await self._leave(sid, session["streams"], event.leaves(wish))
        try:
            output = await bound.handler(self._services.context(made), caller, wish)
        except Exception:
            if event.joins:
                await self._leave(sid, session["streams"], event.joins(wish))
            raise
        return {"data": Encoded(output.__pydantic_serializer__.to_json(output))}

    async def _join(self, sid: str, streams: dict[str, None], stream: str) -> None:
        """Watch one more; of too many the first one is left."""
        streams.pop(stream, None)
        streams[stream] = None
        await self.sio.enter_room(sid, stream)
        if len(streams) > STREAMS_AT_ONCE:
            await self._leave(sid, streams, next(iter(streams)))

    async def _leave(self, sid: str, streams: dict[str, None], stream: str) -> None:
        streams.pop(stream, None)
        await self.sio.leave_room(sid, stream)

    # -- from the bus

    def _hear(self, message: Message) -> None:
        if isinstance(message, Push | SessionsEnded | Resync):
            self._outgoing.put_nowait(message)

    async def _send(self) -> None:
        """One after the other, so that the numbers of a stream arrive in their order."""
        while True:
            message = await self._outgoing.get()
            try:
                if isinstance(message, Push):
                    await self.sio.emit(message.event, Encoded(message.payload), room=message.room)
                elif isinstance(message, SessionsEnded):
                    await self._cut(message.session_ids)
                else:
                    await self.sio.emit("resync", {}, room=EVERYBODY)
            except Exception:
                log.exception("push_failed")

    async def _cut(self, session_ids: tuple[int, ...]) -> None:
        for session_id in session_ids:
            room = f"session:{session_id}"
            sids = [sid for sid, _ in self.sio.manager.get_participants("/", room)]
            await self.sio.emit("session_ended", {}, room=room)
            for sid in sids:
                await self.sio.disconnect(sid)
