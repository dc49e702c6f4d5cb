"""What one process is made of, chosen in app.py, and the `Context` that use cases get of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from handlers.context import Clock, Context, Library, Media, PatronSource, WeChat
from models.calendar import local_day
from server.bus import Bus
from server.config import Config, Secrets
from server.limits import Limits
from server.live import Live
from server.redis import Redis
from server.sessions import Sessions

# Requests of a process at once: who comes later waits before the database, not in its queue, so that the
# connections beyond these are there at once for what everybody watches, for sockets and for jobs.
REQUESTS_AT_ONCE: Final = 16


@dataclass(slots=True)
class Services:
    config: Config
    secrets: Secrets
    clock: Clock
    redis: Redis | None
    bus: Bus
    live: Live
    sessions: Sessions
    limits: Limits
    wechat: WeChat
    zone: ZoneInfo
    patrons: PatronSource
    media: Media
    log_requests: bool
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(REQUESTS_AT_ONCE))
    stopping: bool = False  # told by /readyz, so that a proxy sends nobody more; no new jobs are begun

    def context(self, request_id: str) -> Context:
        return Context(
            request_id,
            self.clock,
            self.live,
            self.wechat,
            self.zone,
            Library(self.config.library.name, self.secrets.review_code, self.secrets.seal_keys),
            self.patrons,
            self.media,
        )

    def today(self) -> date:
        return local_day(self.clock.now(), self.zone)

    def time_text(self) -> str:
        """The `Server-Time` header: what the client takes as the present."""
        return self.clock.now().astimezone(self.zone).isoformat(timespec="milliseconds")

    def loop_time(self) -> float:
        return asyncio.get_running_loop().time()


SERVICES = web.AppKey("services", Services)
