"""Carries messages to every process of the deployment, and counts the numbers of live streams.

One process needs only `LocalBus`. A bus between processes has the same five methods; after an outage
it tells its listeners with `Resync` that something may have been missed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Push:
    """Send an event to everybody in a room; `payload` is JSON, encoded once."""

    room: str
    event: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    session_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RolesChanged:
    reader_id: int


@dataclass(frozen=True, slots=True)
class JobsDue:
    pass


@dataclass(frozen=True, slots=True)
class ClockMoved:
    """Simulator mode only: everybody's clock is this many seconds ahead."""

    offset_s: float


@dataclass(frozen=True, slots=True)
class Resync:
    """Something may have been lost: sockets are told to fetch again."""


Message = Push | SessionsEnded | RolesChanged | JobsDue | ClockMoved | Resync
Listener = Callable[[Message], None]


class Bus(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def listen(self, listener: Listener) -> None:
        """Hear every message, also those of this process, in the order in which they were published."""

    def publish(self, message: Message) -> None:
        """Soon, to every process; never raises, never waits."""

    async def number(self, stream: str) -> int:
        """The last number that was given to a change of this stream."""

    async def next_number(self, stream: str) -> int:
        """Give the next one."""


class LocalBus:
    """The bus of a single process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._numbers: dict[str, int] = {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self._listeners.clear()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, message: Message) -> None:
        for listener in self._listeners:
            listener(message)

    async def number(self, stream: str) -> int:
        return self._numbers.get(stream, 0)

    async def next_number(self, stream: str) -> int:
        self._numbers[stream] = number = self._numbers.get(stream, 0) + 1
        return number
