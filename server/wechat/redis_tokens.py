"""The access token of a deployment that runs as several processes, kept in Redis."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final

import orjson
import structlog

from server.redis import AWAY, Redis
from server.wechat.tokens import MemoryTokens, Token

KEPT: Final = timedelta(hours=2)  # as long as WeChat lets a token live
LOCK_S: Final = 10.0  # of somebody who died while renewing; whoever waited so long renews, too
ASK_AGAIN_S: Final = 0.005

log = structlog.get_logger()


class RedisTokens:
    """One token for all processes; while Redis is away, each keeps its own.

    That does no harm: until it is forced, WeChat answers the same stable token to everybody who asks.
    """

    def __init__(self, redis: Redis, prefix: str, appid: str) -> None:
        self._redis = redis
        self._key = f"{prefix}:wechat-token:{appid}"
        self._own = MemoryTokens()

    async def read(self) -> Token | None:
        try:
            kept = await self._redis.get(self._key)
        except AWAY as error:
            log.warning("wechat_token_unshared", reason=type(error).__name__)
            return await self._own.read()
        return _decoded(kept) if kept else None

    async def write(self, token: Token) -> None:
        await self._own.write(token)
        with contextlib.suppress(*AWAY):
            await self._redis.set(self._key, orjson.dumps(token), ex=KEPT)

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Held by one task of this process, and by one process of all that reach Redis."""
        async with self._own.lock():
            shared = self._redis.lock(
                f"{self._key}:lock", timeout=LOCK_S, sleep=ASK_AGAIN_S, blocking_timeout=LOCK_S
            )
            held = False
            with contextlib.suppress(*AWAY):
                held = await shared.acquire()
            try:
                yield
            finally:
                if held:
                    with contextlib.suppress(*AWAY):  # also when it took longer than the lock lasts
                        await shared.release()


def _decoded(kept: bytes | str) -> Token:
    said = orjson.loads(kept)
    forced_at = said["forced_at"]
    return Token(
        said["value"],
        datetime.fromisoformat(said["renew_at"]),
        datetime.fromisoformat(forced_at) if forced_at else None,
    )
