"""The one file that connects to Redis. What is kept there may be lost: the truth is in the database."""

from typing import Final

from redis import asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

Redis = aioredis.Redis

# What a call raises when Redis is away, or too slow to be waited for. ConnectionError and OSError also come
# straight from the socket.
AWAY: Final = (RedisError, OSError, TimeoutError)
ANSWERS_S: Final = 2.0
CONNECTIONS: Final = 20  # of one process; who needs one more waits for it


def connect(url: str) -> Redis:
    """A client that connects when it is first used, and again by itself after an outage."""
    pool = aioredis.BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=ANSWERS_S,
        socket_connect_timeout=ANSWERS_S,
        socket_timeout=ANSWERS_S,
        # Whoever asks knows better whether to ask again; a quiet second try would also hide lost messages.
        retry=Retry(NoBackoff(), 0),
        driver_info=None,  # else every new connection reads the package's version from the disk
    )
    return Redis.from_pool(pool)  # which closes it, too
