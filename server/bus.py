"""Carries messages to every process of the deployment.

One process needs only `LocalBus`; several share `server.redis_bus.RedisBus`, which has the same four methods. After
an outage it tells its listeners with `Resync` that something may have been missed.
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
class Changed:
    """Some items of a numbered stream changed; each process reads their state for those who watch it there."""

    stream: str
    keys: tuple[str, ...]


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


Message = Push | Changed | SessionsEnded | RolesChanged | JobsDue | ClockMoved | Resync
Listener = Callable[[Message], None]


class Bus(Protocol):
    @property
    def away(self) -> bool:
        """Whether the other processes cannot be reached now."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    def listen(self, listener: Listener) -> None:
        """Hear every message, also those of this process, in the order in which they were published."""

    def publish(self, message: Message) -> None:
        """Soon, to every process; never raises, never waits."""


class LocalBus:
    """The bus of a single process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    @property
    def away(self) -> bool:
        return False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self._listeners.clear()

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, message: Message) -> None:
        for listener in self._listeners:
            listener(message)
