"""socket.io: sign-in on connect, the events of one socket in the order sent, pushes from the bus to rooms."""

import asyncio
import contextlib
import logging
import weakref
from functools import partial
from typing import Any, Final

import orjson
import socketio
import structlog
from aiohttp import WSCloseCode, web

from handlers.access import Caller
from handlers.errors import Invalid, Refused, TooMany, TryLater
from models import people
from models.away import what_is_away
from server import metrics, tracing
from server.adapter import ANSWERED_S, Bound, error_body, new_request_id, refusal_body
from server.bus import Message, Push, Resync, SessionsEnded
from server.fanout import Outbox, tell
from server.rooms import Rooms
from server.routes import EVENTS, STREAMS
from server.rows import Event
from server.services import Services
from server.versions import admit
from server.websocket import LARGEST_EVENT, LARGEST_MESSAGE, OPEN, PlainWebSocket, give_up_the_silent

EVERYBODY: Final = "everybody"  # but WeChat's reviewers, whom the library's news is not for
CONNECTED: Final = None  # python-socketio's own room of all
GOODBYE_S: Final = 1.0  # for what is queued to a client, and again for its answer to the close
NOT_JSON: Final = None  # the name of an event that could not be read
KINDS: Final = {stream.kind: stream for stream in STREAMS}
LOOK_EVERY_S: Final = 3.0  # for sessions that ended without a word from the bus
TOO_MANY_AT_MOST: Final = 300  # events of one socket above a limit: no phone does that, the connection ends
STREAMS_AT_ONCE: Final = 8  # that one socket watches; a phone shows one, each costs a message every heartbeat

log = structlog.get_logger()

# What they complain of is a client's nonsense, with a traceback each time; our own failures are logged here.
_quiet = logging.getLogger("server.sockets.nonsense")
_quiet.setLevel(logging.CRITICAL)


class _Json:
    """What python-socketio needs of a json module; orjson is worth a quarter of an event's time."""

    @staticmethod
    def dumps(value: Any, **_ignored: Any) -> str:
        return orjson.dumps(value, default=_encoded, option=orjson.OPT_PASSTHROUGH_SUBCLASS).decode()

    @staticmethod
    def loads(text: str) -> Any:
        """python-socketio would say nothing to what is no JSON, half a letter within it for example."""
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return [NOT_JSON]


def _encoded(value: Any) -> Any:
    if isinstance(value, Encoded):
        return orjson.Fragment(value.text)
    raise TypeError


class Encoded(dict[str, Any]):
    """JSON that is encoded already; a dict, so that python-socketio does not look for bytes in it."""

    def __init__(self, text: bytes) -> None:
        super().__init__()
        self.text = text


class Sockets:
    """The socket.io side of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._events = {event.name: (event, Bound.of(event.handler, event.needs)) for event in EVENTS}
        origins = services.config.server.allowed_origins
        self.sio = socketio.AsyncServer(
            client_manager=Rooms(),
            async_mode="aiohttp",
            transports=["websocket"],
            monitor_clients=False,  # give_up_the_silent does it
            async_handlers=False,  # else every event is a task of its own, and one client's run out of order
            cors_allowed_origins=origins or "*",
            max_http_buffer_size=LARGEST_MESSAGE,
            json=_Json,
            logger=_quiet,
            engineio_logger=_quiet,
        )
        self.sio.eio.create_queue = Outbox
        websocket = partial(PlainWebSocket, too_large=self._too_large)
        self.sio.eio._async = {**self.sio.eio._async, "websocket": websocket}
        self.sio.on("connect", self._connect)
        self.sio.on("*", self._event)
        self._outgoing: asyncio.Queue[Message] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._streams: set[str] = set()  # that somebody here has watched; some of them nobody does now
        services.bus.listen(self._hear)

    def attach(self, app: web.Application) -> None:
        self._open = app[OPEN] = weakref.WeakSet[web.WebSocketResponse]()
        # Not sio.attach: it would take POST as well, which brings packets past the websocket and its limits.
        app.router.add_get("/socket.io/", self._enter)

    def watched(self) -> list[str]:
        """The numbered streams that somebody here watches: those whose name begins with a kind of `STREAMS`."""
        rooms = self.sio.manager.rooms.get("/", {})
        self._streams &= rooms.keys()
        return list(self._streams)

    def measure(self) -> None:
        clients = self.sio.eio.sockets.values()
        metrics.sockets_open.set(len(clients))
        metrics.pushes_waiting.set(self._outgoing.qsize())
        metrics.packets_waiting.set(sum(client.queue.qsize() for client in clients))

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        works = (self._send(), give_up_the_silent(self.sio.eio), self._look_for_ended())
        self._tasks = [loop.create_task(work) for work in works]

    async def stop(self) -> None:
        """Tell everybody that the server goes, and close; they come back with jitter.

        python-socketio closes nothing by itself: each open websocket would be waited for as a request in flight.
        """
        for task in self._tasks:
            task.cancel()
        tell(self.sio, CONNECTED, event="server_stopping", payload=b"{}")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*(client.queue.join() for client in self.sio.eio.sockets.values()))
        closing = (socket.close(code=WSCloseCode.GOING_AWAY) for socket in list(self._open))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await asyncio.gather(*closing, return_exceptions=True)
        await self.sio.shutdown()

    # -- from clients

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        if not web.WebSocketResponse().can_prepare(request):
            raise web.HTTPBadRequest  # engine.io would keep a client that never becomes a websocket
        response: web.StreamResponse = await self.sio.handle_request(request)
        return response

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        token = auth.get("token") if isinstance(auth, dict) else None
        token = token if isinstance(token, str) and token else None
        request: web.Request = environ["aiohttp.request"]
        try:
            await self._services.limits.knock(request)
            said = auth.get("client_version") if isinstance(auth, dict) else None
            admit(said, self._services.config.client.oldest)
            await self._welcome(sid, token, request, await self._services.sessions.caller(token))
            # Asked once more: a session that ended meanwhile found no socket here to cut.
            await self._services.sessions.caller(token)
        except Refused as refused:
            raise self._turned_away(refused) from None
        except Exception as error:
            if not (away := what_is_away(error)):
                raise
            log.exception(away, socket_event="connect")
            raise self._turned_away(TryLater()) from None

    async def _welcome(self, sid: str, token: str | None, request: web.Request, caller: Caller) -> None:
        await self.sio.save_session(sid, {"token": token, "request": request, "streams": {}, "too_many": 0})
        if not caller.sample:
            await self.sio.enter_room(sid, EVERYBODY)
        if caller.reader_id is not None:
            await self.sio.enter_room(sid, f"reader:{caller.reader_id}")
            await self.sio.enter_room(sid, f"session:{caller.session_id}")

    def _too_large(self) -> dict[str, Any]:
        limit = {"limit": LARGEST_EVENT}
        return error_body("too_large", limit, new_request_id(), self._services.today())

    def _turned_away(self, refused: Refused) -> Exception:
        body = refusal_body(refused, "", self._services.today())["error"]
        refusal: Exception = socketio.exceptions.ConnectionRefusedError(body["message"], body)
        return refusal

    async def _event(self, name: Any, sid: str, *args: Any) -> dict[str, Any]:
        began = self._services.loop_time()
        known = name if isinstance(name, str) and name in self._events else "unknown"
        with tracing.span(known):
            answer = await self._acknowledged(name, sid, *args)
        code = answer["error"]["code"] if "error" in answer else ""
        metrics.socket_event(known, code, self._services.loop_time() - began)
        return answer

    async def _acknowledged(self, name: Any, sid: str, *args: Any) -> dict[str, Any]:
        made = new_request_id()
        structlog.contextvars.bind_contextvars(request_id=made)
        try:
            if name is NOT_JSON:
                raise Invalid(field="", problem="not_json")
            if not isinstance(name, str) or name not in self._events:
                return error_body("unknown_event", {"event": str(name)[:60]}, made, self._services.today())
            async with asyncio.timeout(ANSWERED_S):
                return await self._answer(*self._events[name], sid, made, args[0] if args else {})
        except Refused as refused:
            return refusal_body(refused, made, self._services.today())
        except Exception as error:
            away = what_is_away(error)
            log.exception(away or "event_failed", socket_event=name)
            if away:
                return refusal_body(TryLater(), made, self._services.today())
            return error_body("our_fault", {}, made, self._services.today())
        finally:
            structlog.contextvars.unbind_contextvars("request_id")

    async def _answer(self, event: Event, bound: Bound, sid: str, made: str, values: Any) -> dict[str, Any]:
        session = await self.sio.get_session(sid)
        caller = await self._services.sessions.caller(session["token"])
        try:
            await self._services.limits.take(event.limit, caller, session["request"])
        except TooMany:
            session["too_many"] += 1
            if session["too_many"] >= TOO_MANY_AT_MOST:
                await self.sio.disconnect(sid)
            raise
        wish = bound.admit(caller, values if isinstance(values, dict) else {"": values})
        if event.joins:
            # Before the snapshot is read, so that no change falls between the two.
            await self._join(sid, session["streams"], event.joins(caller, wish))
        if event.leaves:
            await self._leave(sid, session["streams"], event.leaves(caller, wish))
        try:
            output = await bound.handler(self._services.context(made), caller, wish)
        except Exception:
            if event.joins:
                await self._leave(sid, session["streams"], event.joins(caller, wish))
            raise
        return {"data": Encoded(output.__pydantic_serializer__.to_json(output))}

    async def _join(self, sid: str, streams: dict[str, None], stream: str) -> None:
        """Watch one more; of too many the first one is left, and what its watcher reached before."""
        kind = stream.split(":", 1)[0]
        if kind in KINDS and KINDS[kind].one:
            for other in [name for name in streams if name.startswith(f"{kind}:")]:
                await self._leave(sid, streams, other)
        streams.pop(stream, None)
        streams[stream] = None
        await self.sio.enter_room(sid, stream)
        if kind in KINDS:
            self._streams.add(stream)
        if len(streams) > STREAMS_AT_ONCE:
            await self._leave(sid, streams, next(iter(streams)))

    async def _leave(self, sid: str, streams: dict[str, None], stream: str) -> None:
        streams.pop(stream, None)
        await self.sio.leave_room(sid, stream)

    # -- from the bus

    def _hear(self, message: Message) -> None:
        if isinstance(message, Push):
            self.push(message)
        elif isinstance(message, SessionsEnded | Resync):
            self._outgoing.put_nowait(message)

    def push(self, message: Push) -> None:
        """To the sockets of this process, after all that came before; most news of other processes is for none here."""
        if message.room in self.sio.manager.rooms.get("/", ()):
            self._outgoing.put_nowait(message)

    async def _send(self) -> None:
        """One after the other, so that the numbers of a stream arrive in their order."""
        while True:
            message = await self._outgoing.get()
            try:
                if isinstance(message, Push):
                    tell(self.sio, message.room, event=message.event, payload=message.payload)
                elif isinstance(message, SessionsEnded):
                    await self._cut(message.session_ids)
                else:
                    tell(self.sio, CONNECTED, event="resync", payload=b"{}")
            except Exception:
                log.exception("push_failed")
            await asyncio.sleep(0)  # a room of thousands takes a while: nobody waits for more than one

    async def _cut(self, session_ids: tuple[int, ...]) -> None:
        for session_id in session_ids:
            room = f"session:{session_id}"
            sids = [sid for sid, _ in self.sio.manager.get_participants("/", room)]
            tell(self.sio, room, event="session_ended", payload=b"{}")
            for sid in sids:
                await self.sio.disconnect(sid)

    async def _look_for_ended(self) -> None:
        """Without end: cut the sockets whose session ended somewhere that the bus did not reach."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            rooms = self.sio.manager.rooms.get("/", {})
            open_ = {int(room[8:]) for room in list(rooms) if room and room.startswith("session:")}
            try:
                if ended := open_ - await people.still_signed_in(open_, self._services.clock.now()):
                    self._services.bus.publish(SessionsEnded(tuple(ended)))
            except Exception as error:
                # While the database is away nobody can be asked, and nothing answers an event either.
                if not what_is_away(error):
                    log.exception("look_for_ended_failed")
