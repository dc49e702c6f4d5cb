"""Who calls: session tokens to callers, remembered for a few seconds so that a hot path asks no database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from handlers.access import GUEST, Caller, caller_of
from handlers.context import Clock
from handlers.errors import SignInNeeded
from models import people
from models.away import what_is_away
from server.bus import Bus, Message, RolesChanged, SessionsEnded

REMEMBERED: Final = timedelta(seconds=5)  # the longest that another process may honour an ended session
MANY: Final = 50_000

log = structlog.get_logger()


class Sessions:
    """A session that ends is forgotten at once here, and through the bus everywhere."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock = clock
        self._callers: dict[str, tuple[Caller, datetime, datetime]] = {}  # true from, and until
        self._forgotten = 0  # how often something was
        bus.listen(self._hear)

    async def caller(self, token: str | None) -> Caller:
        """A guest without a token; raises `sign_in_needed` for a token that is not good any more."""
        if token is None:
            return GUEST
        now = self._clock.now()
        known = self._callers.get(token)
        # Not below zero: a clock that is set back makes nobody's session longer.
        if known and known[1] <= now < known[2]:
            return known[0]
        forgotten = self._forgotten
        session = await people.signed_in(token, now)
        if session is None:
            self._callers.pop(token, None)
            raise SignInNeeded()
        if now - session.last_used_at > people.SESSION_RENEWED_AFTER:
            await self._renew(session.session_id, now)
        caller = caller_of(session.reader_id, session.session_id, session.grants)
        if len(self._callers) >= MANY:
            self._callers.clear()
        if forgotten == self._forgotten:  # else it may have ended while the database was asked
            self._callers[token] = (caller, now, min(now + REMEMBERED, session.until or now + REMEMBERED))
        return caller

    async def _renew(self, session_id: int, now: datetime) -> None:
        try:
            await people.renew(session_id, now)
        except Exception as error:
            # Reading goes on; the next request tries again.
            if what_is_away(error) != "disk_full":
                raise
            log.exception("disk_full")

    def _hear(self, message: Message) -> None:
        if isinstance(message, SessionsEnded):
            self._forget(lambda caller: caller.session_id in message.session_ids)
        elif isinstance(message, RolesChanged):
            self._forget(lambda caller: caller.reader_id == message.reader_id)

    def _forget(self, which: Callable[[Caller], bool]) -> None:
        self._forgotten += 1
        self._callers = {token: known for token, known in self._callers.items() if not which(known[0])}
