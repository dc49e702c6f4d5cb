"""Which rooms a socket is in, so that whoever leaves costs the same, however many stay.

python-socketio looks for them through all the rooms of a process: of 10,000 phones that went at once, each would
cost milliseconds, and a process that stops would be busy for longer than anybody waits for it. This leans on the
manager's `basic_` methods, which is why its version is pinned.
"""

from collections import defaultdict
from typing import Any

import socketio


class Rooms(socketio.AsyncManager):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__()
        self._of: defaultdict[str, set[str | None]] = defaultdict(set)

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._of[sid].add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        super().basic_leave_room(sid, namespace, room)
        self._of[sid].discard(room)

    def basic_disconnect(self, sid: str, namespace: str, **_ignored: Any) -> None:
        for room in tuple(self._of[sid]):
            self.basic_leave_room(sid, namespace, room)
        del self._of[sid]
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
