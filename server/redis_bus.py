"""The bus between processes, over Redis' publish and subscribe.

Redis promises no delivery, and none is needed: what must reach somebody is a row, a message only says "look". A
process hears its own messages at once, so that it goes on by itself while Redis is away. What the others miss
meanwhile is not kept: afterwards everybody hears `Resync`.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import fields
from struct import Struct
from typing import Any, Final, get_args

import orjson
import structlog

from server.bus import Listener, Message, Push, Resync
from server.redis import AWAY, Redis

BEAT_S: Final = 3.0  # every process hears itself through Redis this often
SILENT_S: Final = 10.0  # without a beat: the connection is dead, though nobody said so
AGAIN_S: Final = 0.5
FIRST_WAIT_S: Final = 3.0  # for Redis, when the process starts; it starts without it, too
WAITING_AT_MOST: Final = 20_000  # messages; a Redis that is so slow is as good as away
GATHER_S: Final = 0.02  # after a journey, until the next one: what is said meanwhile goes together
STOPS_WITHIN_S: Final = 2.0
RESYNC_EVERY_S: Final = 3.0  # at most: one outage ends for every process, and each of them says so

SENDER: Final = 6  # bytes that say whose it is; one's own need not be read
LENGTH: Final = Struct("!I")
KINDS: Final = {kind.__name__: kind for kind in get_args(Message)}

log = structlog.get_logger()


def encode(message: Message) -> bytes:
    """A line of JSON that says what it is, and after it a push's payload as it is."""
    said = {field.name: getattr(message, field.name) for field in fields(message) if field.name != "payload"}
    head = orjson.dumps([type(message).__name__, said])
    return head + b"\n" + (message.payload if isinstance(message, Push) else b"")


def decode(data: bytes) -> Message | None:
    """None for a kind that a newer version sends."""
    head, _, payload = data.partition(b"\n")
    name, said = orjson.loads(head)
    if (kind := KINDS.get(name)) is None:
        return None
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in said.items()
    }
    return kind(**values, payload=payload) if kind is Push else kind(**values)


def join(parts: list[bytes]) -> bytes:
    """Several messages for one journey, each after its length."""
    return b"".join(LENGTH.pack(len(part)) + part for part in parts)


def split(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        (length,) = LENGTH.unpack_from(data, at)
        at += LENGTH.size + length
        yield data[at - length : at]


class RedisBus:
    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._channel = f"{prefix}:bus"
        self._me = secrets.token_bytes(SENDER)
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._outgoing: list[bytes] = []
        self._more = asyncio.Event()
        self._lost = False  # something that the others should have heard
        self._hears = asyncio.Event()
        self._started = False
        self._stopping = False
        self._missed = asyncio.Event()  # something that the others have said

    @property
    def away(self) -> bool:
        return not self._hears.is_set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        works = (self._send, self._beat, self._subscribe, self._resync)
        self._tasks = [loop.create_task(work()) for work in works]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WAIT_S):
                await self._hears.wait()
        self._started = True
        if self.away:
            log.warning("bus_away", meaning="started alone: the other processes hear nothing of this one")

    async def stop(self) -> None:
        self._stopping = True  # a cancellation can be lost in the midst of a read
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks, timeout=STOPS_WITHIN_S)
        if self._lost:
            self._outgoing.append(encode(Resync()))
        if self._outgoing and not self.away:
            with contextlib.suppress(*AWAY):
                await self._publish(self._outgoing)
        self._listeners.clear()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, message: Message) -> None:
        self._tell(message)
        # While Redis is away nothing is kept for the others: afterwards they are told to look for themselves.
        if self.away or len(self._outgoing) >= WAITING_AT_MOST:
            self._lost = True
        else:
            self._say(encode(message))

    def _tell(self, message: Message) -> None:
        for listener in self._listeners:
            try:
                listener(message)
            except Exception:
                log.exception("bus_listener_failed", kind=type(message).__name__)

    # -- to the others

    def _say(self, data: bytes) -> None:
        self._outgoing.append(data)
        self._more.set()

    async def _send(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            batch, self._outgoing = self._outgoing, []
            lost, self._lost = self._lost, False  # before it is said: meanwhile more may be lost
            if lost:
                batch.append(encode(Resync()))
            try:
                await self._publish(batch)
            except asyncio.CancelledError:
                self._lost = True  # perhaps; `stop` says so
                raise
            except AWAY as error:
                if not lost:
                    log.warning("bus_cannot_send", error=type(error).__name__)
                self._lost = True
                await asyncio.sleep(AGAIN_S)
            await asyncio.sleep(GATHER_S)

    async def _publish(self, batch: list[bytes]) -> None:
        await self._redis.publish(self._channel, self._me + join(batch))

    async def _beat(self) -> None:
        """Proves that what goes out comes back, and carries a `Resync` that is still to be said."""
        beat = orjson.dumps(["", {}])
        while True:
            await asyncio.sleep(BEAT_S)
            self._say(beat)

    # -- from the others

    async def _subscribe(self) -> None:
        while not self._stopping:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(self._channel)
                    await self._hear(channel)
            except AWAY as error:
                if not self.away:
                    log.warning("bus_away", error=type(error).__name__)
            except Exception:
                log.exception("bus_failed")
            self._hears.clear()
            await asyncio.sleep(AGAIN_S)

    async def _hear(self, channel: Any) -> None:
        """Until the connection breaks, or is silent for too long; raises one of `AWAY`."""
        time = asyncio.get_running_loop().time
        heard_at = time()
        while time() - heard_at < SILENT_S and not self._stopping:
            said = await channel.get_message(timeout=1.0)
            if said is None:
                continue
            if said["type"] == "subscribe":
                await self._welcome()
            elif said["type"] == "message":
                if said["data"].startswith(self._me):
                    heard_at = time()
                else:
                    self._hear_others(said["data"][SENDER:])
        raise TimeoutError

    def _hear_others(self, data: bytes) -> None:
        for part in split(data):
            message = decode(part)
            if isinstance(message, Resync):
                self._missed.set()
            elif message:
                self._tell(message)

    async def _welcome(self) -> None:
        """The subscription stands, perhaps again: redis-py itself renews one that broke."""
        if self._started:
            # Those of before the outage are dead, and each would lose what it is given first.
            await self._redis.connection_pool.disconnect(inuse_connections=False)
            log.info("bus_back")
            self._missed.set()
        self._hears.set()

    async def _resync(self) -> None:
        while True:
            await self._missed.wait()
            self._missed.clear()
            self._tell(Resync())
            await asyncio.sleep(RESYNC_EVERY_S)
