"""Faults to switch on: what WeChat and the way to it do on a bad day."""

from dataclasses import dataclass
from itertools import count
from typing import Literal

Kind = Literal["errcode", "latency", "drop", "truncate", "text_plain", "http_502"]


@dataclass(slots=True)
class Fault:
    """`times` counts down with each call that it strikes; None strikes until it is removed.

    `errcode` and `http_502` come before the call takes effect; `drop` and `truncate` after it: the worst
    case for a caller is that the thing was done and nobody said so.
    """

    id: int
    path: str
    kind: Kind
    errcode: int = -1
    seconds: float = 3.0
    times: int | None = None


class Faults:
    """Kept in memory: a restart is a good day."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._ids = count(1)

    def add(self, path: str, kind: Kind, *, errcode: int, seconds: float, times: int | None) -> Fault:
        fault = Fault(next(self._ids), path, kind, errcode, seconds, times)
        self._faults.append(fault)
        return fault

    def all(self) -> list[Fault]:
        return list(self._faults)

    def clear(self, path: str | None = None) -> None:
        self._faults = [fault for fault in self._faults if path is not None and fault.path != path]

    def striking(self, path: str) -> dict[Kind, Fault]:
        """The faults of a call that begins now, the oldest of each kind; each is used up once more."""
        struck: dict[Kind, Fault] = {}
        for fault in self._faults:
            if fault.path == path:
                struck.setdefault(fault.kind, fault)
        for fault in struck.values():
            if fault.times is not None:
                fault.times -= 1
        self._faults = [fault for fault in self._faults if fault.times != 0]
        return struck
