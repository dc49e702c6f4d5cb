"""Pictures in a bucket of an S3-compatible store, for several machines without a disk in common."""

import asyncio
import io
from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

import structlog
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, S3Error, ServerError

from handlers.errors import TryLater

CONNECTED_S: Final = 3.0
ANSWERS_S: Final = 10.0
AT_ONCE: Final = 16  # connections that are kept
PASSING: Final = frozenset(
    {"InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown"}
)
AWAY: Final = (urllib3.exceptions.HTTPError, InvalidResponseError, ServerError)

Answer = TypeVar("Answer")
log = structlog.get_logger()


class Bucket:
    """`server.media.Store`. Its client waits, so each call has a thread; `try_later` while the store is away."""

    def __init__(self, url: str, bucket: str, *, region: str, key: str, secret: str) -> None:
        parts = urlsplit(url)
        self._bucket = bucket
        self._client = Minio(
            parts.netloc,
            access_key=key,
            secret_key=secret,
            secure=parts.scheme == "https",
            region=region,
            http_client=urllib3.PoolManager(
                maxsize=AT_ONCE,
                timeout=urllib3.Timeout(connect=CONNECTED_S, read=ANSWERS_S),
                retries=urllib3.Retry(total=1, backoff_factor=0.2),
            ),
        )

    async def keep(self, name: str, body: bytes) -> None:
        await self._asked(lambda: self._keep(name, body))

    async def read(self, name: str) -> bytes | None:
        return await self._asked(lambda: self._read(name))

    async def remove(self, name: str) -> None:
        await self._asked(lambda: self._client.remove_object(self._bucket, name))

    async def _asked(self, call: Callable[[], Answer]) -> Answer:
        try:
            return await asyncio.to_thread(call)
        except AWAY as error:
            away: Exception = error
        except S3Error as error:
            if error.code not in PASSING:
                raise
            away = error
        log.warning("bucket_away", error=type(away).__name__)
        raise TryLater() from away

    def _keep(self, name: str, body: bytes) -> None:
        self._client.put_object(self._bucket, name, io.BytesIO(body), len(body), content_type="image/jpeg")

    def _read(self, name: str) -> bytes | None:
        try:
            answer = self._client.get_object(self._bucket, name)
        except S3Error as error:
            if error.code == "NoSuchKey":
                return None
            raise
        try:
            return bytes(answer.read())
        finally:
            answer.close()
            answer.release_conn()
