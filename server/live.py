"""What handlers use to tell those who watch: pushes to rooms, and numbered, coalesced streams.

A stream is named `kind:…`. Handlers only say which item changed, in one stream, or by the kind in all that are of it.
The bus carries that to every process; one where somebody watches reads the present state a moment later, once for all
of them, gives it the stream's next number and sends it to its own sockets. Because one task per stream does reading
and numbering in turn, a later number never carries an earlier state. The numbers are therefore each process's own: a
client lives on one socket, and fetches the whole anew over the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import structlog
from pydantic import BaseModel

from server.bus import Bus, Changed, JobsDue, Message, Push, RolesChanged, SessionsEnded

# (stream, keys) → (event, payload without its number)
ReadChanges = Callable[[str, list[str]], Awaitable[tuple[str, dict[str, Any]]]]
# stream → (event, payload without its number)
Beat = Callable[[str], tuple[str, dict[str, Any]]]

# Sends a push to the sockets of this process.
Tell = Callable[[Push], None]

log = structlog.get_logger()


class Live:
    """`handlers.context.Live` over a bus."""

    def __init__(self, bus: Bus, *, coalesce_s: float, heartbeat_s: float) -> None:
        self._bus = bus
        self._coalesce_s = coalesce_s
        self._heartbeat_s = heartbeat_s
        self._kinds: Mapping[str, tuple[ReadChanges, Beat]] = {}
        self._watched: Callable[[], list[str]] = list
        self._tell: Tell = _nobody
        self._numbers: dict[str, int] = {}
        self._changed: dict[str, dict[str, None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._flushing: set[str] = set()
        bus.listen(self._hear)

    def serve(
        self, kinds: Mapping[str, tuple[ReadChanges, Beat]], watched: Callable[[], list[str]], tell: Tell
    ) -> None:
        """How to read each kind of stream, which streams somebody watches here, and how they are told."""
        self._kinds, self._watched, self._tell = kinds, watched, tell

    async def start(self) -> None:
        self._keep(self._beat())

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what handlers call

    def push(self, room: str, event: str, payload: BaseModel) -> None:
        self._bus.publish(Push(room, event, payload.__pydantic_serializer__.to_json(payload)))

    def changed(self, stream: str, key: str) -> None:
        self._bus.publish(Changed(stream, (key,)))

    def wake_workers(self) -> None:
        self._bus.publish(JobsDue())

    def sessions_ended(self, session_ids: list[int]) -> None:
        self._bus.publish(SessionsEnded(tuple(session_ids)))

    def roles_changed(self, reader_id: int) -> None:
        self._bus.publish(RolesChanged(reader_id))

    async def number(self, stream: str) -> int:
        return self._numbers.get(stream, 0)

    # -- streams

    def _hear(self, message: Message) -> None:
        # Whoever comes to watch from now on reads a state that holds the change.
        if not isinstance(message, Changed):
            return
        of_kind = f"{message.stream}:"
        for stream in self._watched():
            if stream == message.stream or stream.startswith(of_kind):
                self._note(stream, message.keys)

    def _note(self, stream: str, keys: tuple[str, ...]) -> None:
        self._changed.setdefault(stream, {}).update(dict.fromkeys(keys))
        if stream not in self._flushing:
            self._flushing.add(stream)
            self._keep(self._flush(stream))

    async def _flush(self, stream: str) -> None:
        try:
            while stream in self._changed:
                await asyncio.sleep(self._coalesce_s)
                keys = list(self._changed.pop(stream))
                if stream in self._watched():
                    await self._publish(stream, keys)
        finally:
            self._flushing.discard(stream)

    async def _publish(self, stream: str, keys: list[str]) -> None:
        read, _ = self._kinds[stream.split(":", 1)[0]]
        try:
            event, payload = await read(stream, keys)
            self._send(stream, event, payload, self._next(stream))
        except Exception:
            # A number without its change is a gap, and a gap makes every watcher fetch again.
            log.exception("live_stream", stream=stream)
            self._next(stream)

    def _next(self, stream: str) -> int:
        self._numbers[stream] = number = self._numbers.get(stream, 0) + 1
        return number

    def _send(self, stream: str, event: str, payload: dict[str, Any], number: int) -> None:
        self._tell(Push(stream, event, orjson.dumps({**payload, "number": number})))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            for stream in self._watched():
                _, beat = self._kinds[stream.split(":", 1)[0]]
                event, payload = beat(stream)
                self._send(stream, event, payload, self._numbers.get(stream, 0))

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nobody(_push: Push) -> None:
    pass
