"""What a row of each table in routes.py says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from handlers.access import Caller
from handlers.access import Permission as May
from handlers.errors import Refused

Handler = Callable[..., Awaitable[Any]]
Errors = tuple[type[Refused], ...]


class Limit(StrEnum):
    """How often a row may be asked; the numbers are in config.toml under the same name."""

    ORDINARY = "ordinary"
    BOOKING = "booking"
    TEXT = "text"
    UPLOAD = "upload"
    SIGN_IN = "sign_in"  # by address
    GUEST = "guest"  # any row that is asked without signing in, by address


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP row. Path, query and body together make the handler's input.

    `outside`: it waits for somebody else's server, and holds no turn at the database meanwhile.
    """

    method: str
    path: str
    needs: May
    handler: Handler
    status: int = 200
    errors: Errors = ()
    limit: Limit = Limit.ORDINARY
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """A socket row. `joins` and `leaves` name the room that its caller and input speak of.

    `http`, as "METHOD path", is its twin for a phone whose websocket does not open: the same handler, asked over HTTP.
    """

    name: str
    needs: May
    handler: Handler
    joins: Callable[[Caller, Any], str] | None = None
    leaves: Callable[[Caller, Any], str] | None = None
    errors: Errors = ()
    http: str | None = None
    limit: Limit = Limit.ORDINARY


@dataclass(frozen=True, slots=True)
class Push:
    """An event that the server sends; `payload` is documented, nothing else."""

    name: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of numbered live stream: its name begins with `kind:`. `one`: a socket watches one of the kind at most."""

    kind: str
    changes: Handler
    beat: Callable[[str], tuple[str, dict[str, Any]]]
    one: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Work for the job table; `daily` ones, and those with a time after which they come `again`, are added by
    themselves. `outside`: it waits for somebody else's server, and must not keep the others waiting meanwhile."""

    kind: str
    handler: Handler
    daily: bool = field(default=False)
    again: timedelta | None = None
    outside: bool = field(default=False)
