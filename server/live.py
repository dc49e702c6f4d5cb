"""What handlers use to tell those who watch: pushes to rooms, and numbered, coalesced streams.

A stream is named `kind:…`. Handlers only say which item changed; a moment later its present state is
read once for everybody, gets the stream's next number, and is pushed. Because one task per stream does
reading and numbering in turn, a later number never carries an earlier state.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import structlog
from pydantic import BaseModel

from server.bus import Bus, JobsDue, Push, RolesChanged, SessionsEnded

# (stream, keys) → (event, payload without its number)
ReadChanges = Callable[[str, list[str]], Awaitable[tuple[str, dict[str, Any]]]]
# stream → (event, payload without its number)
Beat = Callable[[str], tuple[str, dict[str, Any]]]

log = structlog.get_logger()


class Live:
    """`handlers.context.Live` over a bus."""

    def __init__(self, bus: Bus, *, coalesce_s: float, heartbeat_s: float) -> None:
        self._bus = bus
        self._coalesce_s = coalesce_s
        self._heartbeat_s = heartbeat_s
        self._kinds: Mapping[str, tuple[ReadChanges, Beat]] = {}
        self._watched: Callable[[], list[str]] = list
        self._changed: dict[str, dict[str, None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._flushing: set[str] = set()

    def serve(self, kinds: Mapping[str, tuple[ReadChanges, Beat]], watched: Callable[[], list[str]]) -> None:
        """How to read each kind of stream, and which streams somebody watches here."""
        self._kinds, self._watched = kinds, watched

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
        self._changed.setdefault(stream, {})[key] = None
        if stream not in self._flushing:
            self._flushing.add(stream)
            self._keep(self._flush(stream))

    def wake_workers(self) -> None:
        self._bus.publish(JobsDue())

    def sessions_ended(self, session_ids: list[int]) -> None:
        self._bus.publish(SessionsEnded(tuple(session_ids)))

    def roles_changed(self, reader_id: int) -> None:
        self._bus.publish(RolesChanged(reader_id))

    async def number(self, stream: str) -> int:
        return await self._bus.number(stream)

    # -- streams

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
            number = await self._bus.next_number(stream)
            self._bus.publish(Push(stream, event, orjson.dumps({**payload, "number": number})))
        except Exception:
            # A number without its change is a gap, and a gap makes every watcher fetch again.
            log.exception("live_stream", stream=stream)
            await self._bus.next_number(stream)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            for stream in self._watched():
                _, beat = self._kinds[stream.split(":", 1)[0]]
                event, payload = beat(stream)
                number = await self._bus.number(stream)
                self._bus.publish(Push(stream, event, orjson.dumps({**payload, "number": number})))

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
