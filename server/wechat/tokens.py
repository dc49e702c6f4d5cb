"""The access token: fetched once however many need it, renewed before it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, TypeGuard

from handlers.context import Clock, Verdict, WeChatRefused

RENEW_AHEAD = timedelta(seconds=300)  # WeChat itself changes a stable token five minutes before its end
SHORTEST_USE = timedelta(seconds=60)  # a token that comes with less than that left is still used this long
FORCE_EVERY = timedelta(seconds=30)  # WeChat refuses a forced renewal sooner, and allows 20 in a day


@dataclass(frozen=True, slots=True)
class Token:
    value: str
    renew_at: datetime
    forced_at: datetime | None = None  # the last forced renewal, kept over later normal ones


class TokenStore(Protocol):
    """Where the one token of an appid is kept; shared by all processes that use the appid."""

    async def read(self) -> Token | None:
        """The last token written, also when it is due for renewal."""

    async def write(self, token: Token) -> None:
        """Replace the token."""

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Held by the one who renews."""


class MemoryTokens:
    """The token of a deployment that runs as one process."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = asyncio.Lock()

    async def read(self) -> Token | None:
        return self._token

    async def write(self, token: Token) -> None:
        self._token = token

    def lock(self) -> AbstractAsyncContextManager[object]:
        return self._lock


Fetch = Callable[[bool], Awaitable[tuple[str, timedelta]]]


class AccessToken:
    """Answers the token to use now.

    `fetch(force)` asks WeChat and answers the value with its remaining lifetime.
    """

    def __init__(self, store: TokenStore, clock: Clock, fetch: Fetch) -> None:
        self._store = store
        self._clock = clock
        self._fetch = fetch

    async def current(self, *, refused: str | None = None) -> str:
        """The token to call with; `refused` is the value that WeChat just turned down.

        Only that very value is replaced: a caller whose refusal comes late gets the token that another
        caller fetched meanwhile. Raises `WeChatRefused` when WeChat gives no token.
        """
        token = await self._store.read()
        if self._usable(token, refused):
            return token.value
        async with self._store.lock():
            token = await self._store.read()
            if self._usable(token, refused):
                return token.value
            fresh = await self._renewed(token, refused)
            await self._store.write(fresh)
            return fresh.value

    def _usable(self, token: Token | None, refused: str | None) -> TypeGuard[Token]:
        return token is not None and token.value != refused and self._clock.now() < token.renew_at

    async def _renewed(self, old: Token | None, refused: str | None) -> Token:
        forced_at = old.forced_at if old else None
        may_force = forced_at is None or self._clock.now() - forced_at >= FORCE_EVERY
        if old and old.value == refused and not may_force:
            raise WeChatRefused(None, Verdict.RETRY_LATER, message="a token forced moments ago is refused")
        fresh = await self._asked(force=False)
        if fresh.value == refused and may_force:
            fresh, forced_at = await self._asked(force=True), self._clock.now()
        return replace(fresh, forced_at=forced_at)

    async def _asked(self, *, force: bool) -> Token:
        value, lifetime = await self._fetch(force)
        return Token(value, self._clock.now() + max(lifetime - RENEW_AHEAD, SHORTEST_USE))
