"""How often somebody may ask: buckets of readers and, for those who are not signed in, of addresses.

A bucket is one number, the time at which it will be full again. What one process can judge alone stays there;
what is scarce is counted in Redis, for all processes together. While Redis is away, everybody may.
"""

import asyncio
import math
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import structlog
from aiohttp import web

from handlers.access import Caller
from handlers.errors import TooMany
from server.config import BucketSection, LimitsSection
from server.redis import AWAY, Redis
from server.rows import Limit

# Of the others each process judges for itself: reading is not worth a journey to Redis.
SHARED: Final = frozenset({Limit.BOOKING, Limit.TEXT, Limit.UPLOAD, Limit.SIGN_IN})
MANY: Final = 100_000  # buckets in memory; then the full ones are forgotten
ANSWERS_S: Final = 0.5  # a limit is not worth waiting for
AGAIN_S: Final = 5.0  # how long a Redis that did not answer is not asked
WRONG_COSTS: Final = 20  # a code or token that nobody has, in questions

# KEYS: the bucket; ARGV: seconds that it takes to regain what is asked, seconds that it holds.
# Answers how long to wait, "0" when it is taken.
TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + ARGV[1]
local wait = full_at - ARGV[2] - now
if wait > 0 then return string.format('%.3f', wait) end
redis.call('SET', KEYS[1], string.format('%.6f', full_at), 'EX', math.ceil(full_at - now))
return '0'
"""

log = structlog.get_logger()


class Limits:
    def __init__(
        self, settings: LimitsSection, *, trusted: Sequence[str], redis: Redis | None, prefix: str
    ) -> None:
        self._settings = settings
        self._trusted = [ip_network(text) for text in trusted]
        self._take = redis.register_script(TAKE) if redis else None
        self._prefix = f"{prefix}:limit"
        self._full_at: dict[str, float] = {}
        self._ask_redis_at = 0.0
        self._away = False

    async def take(self, limit: Limit, caller: Caller, request: web.Request) -> None:
        """One question of a row; raises `too_many`. A guest's, and every sign-in, counts for the address."""
        if limit is Limit.SIGN_IN or caller.reader_id is None:
            limit = Limit.SIGN_IN if limit is Limit.SIGN_IN else Limit.GUEST
            await self._count(limit, self.address(request))
        else:
            await self._count(limit, str(caller.reader_id))

    async def knock(self, request: web.Request) -> None:
        """A socket that opens; raises `too_many`."""
        await self._count(Limit.GUEST, self.address(request))

    async def wrong(self, limit: Limit, request: web.Request) -> None:
        """A code or token that nobody has; raises `too_many`."""
        await self._count(limit, self.address(request), cost=WRONG_COSTS)

    def address(self, request: web.Request) -> str:
        """Who calls: the peer, or what trusted proxies say; of IPv6 the network that one household has."""
        said = [
            hop.strip() for line in request.headers.getall("X-Forwarded-For", ()) for hop in line.split(",")
        ]
        address = request.remote or ""
        while said and self._trusts(address):
            address = said.pop()
        return _household(address)

    def _trusts(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._trusted)

    async def _count(self, limit: Limit, who: str, *, cost: int = 1) -> None:
        bucket: BucketSection = getattr(self._settings, limit)
        regain_s = cost * 60 / bucket.per_minute
        holds_s = max(regain_s, bucket.burst * 60 / bucket.per_minute)
        key = f"{limit}:{who}"
        shared = self._take is not None and limit in SHARED
        wait_s = (
            await self._in_redis(key, regain_s, holds_s) if shared else self._here(key, regain_s, holds_s)
        )
        if wait_s > 0:
            raise TooMany(retry_after_s=math.ceil(wait_s))

    def _here(self, key: str, regain_s: float, holds_s: float) -> float:
        """How long to wait; 0 when it is taken."""
        now = asyncio.get_running_loop().time()
        full_at = max(self._full_at.get(key, 0.0), now) + regain_s
        if (wait_s := full_at - holds_s - now) > 0:
            return wait_s
        if len(self._full_at) >= MANY:
            self._full_at = {one: at for one, at in self._full_at.items() if at > now}
        self._full_at[key] = full_at
        return 0

    async def _in_redis(self, key: str, regain_s: float, holds_s: float) -> float:
        assert self._take
        time = asyncio.get_running_loop().time
        if time() < self._ask_redis_at:
            return 0
        try:
            async with asyncio.timeout(ANSWERS_S):
                answer = await self._take(keys=[f"{self._prefix}:{key}"], args=[regain_s, holds_s])
        except AWAY as error:
            self._ask_redis_at = time() + AGAIN_S
            if not self._away:
                log.warning(
                    "limits_away", error=type(error).__name__, meaning="everybody may, until Redis is back"
                )
            self._away = True
            return 0
        if self._away:
            log.info("limits_back")
        self._away = False
        return float(answer)


def _household(address: str) -> str:
    """Whoever has one IPv6 address has 2⁶⁴ of them."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else address
