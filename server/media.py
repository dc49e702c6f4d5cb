"""Pictures outside the database: drawn anew by a process apart, kept in a directory, shown by signed links."""

import asyncio
import base64
import hmac
import os
import secrets
import struct
import sys
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import structlog

from handlers.context import Drawn, TooManyPixels, Unreadable
from handlers.errors import TryLater
from server import picture
from server.config import Config, MediaSection, Secrets

AT_ONCE: Final = 2  # pictures that a process has drawn side by side; each may take a processor
DRAWN_S: Final = 20.0
HOUR_S: Final = 3600

log = structlog.get_logger()


class Store(Protocol):
    """Files by name: those of `handlers.context.Media`."""

    async def keep(self, name: str, body: bytes) -> None: ...

    async def read(self, name: str) -> bytes | None: ...

    async def remove(self, name: str) -> None: ...


class Directory:
    """Files of this machine; several machines need a disk that they share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, name: str, body: bytes) -> None:
        """Raises `try_later` when it cannot, for a full disk as well."""
        try:
            await asyncio.to_thread(self._keep, self._folder / name, body)
        except OSError as error:
            log.exception("picture_not_kept", directory=str(self._folder))
            raise TryLater() from error

    async def read(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, self._folder / name)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    @staticmethod
    def _keep(path: Path, body: bytes) -> None:
        """It gets its name when it is whole and on the disk."""
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


class StoredMedia:
    """`handlers.context.Media`. Links are sealed with a key made of the AppSecret, the same in every process."""

    def __init__(self, store: Store, *, secret: str, base_url: str, per_day: int) -> None:
        self.keep, self.read, self.remove = store.keep, store.read, store.remove
        self.per_day = per_day
        self._key = hmac.digest(secret.encode(), b"links to pictures", "sha256")
        self._base_url = base_url
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def draw(self, sent: bytes) -> Drawn:
        """In a process of its own (`server/picture.py`), which is ended when it takes too long."""
        async with self._turns:
            drawing = await asyncio.create_subprocess_exec(
                sys.executable,
                "-I",
                picture.__file__,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={},
            )
            try:
                async with asyncio.timeout(DRAWN_S):
                    drawn, _ = await drawing.communicate(sent)
            except TimeoutError:
                drawn = b""
            finally:
                if drawing.returncode is None:
                    drawing.kill()
                    await drawing.wait()
        if drawing.returncode == picture.TOO_MANY_PIXELS:
            raise TooManyPixels(picture.MOST_PIXELS)
        if drawing.returncode != 0:
            log.info("picture_unreadable", exit_code=drawing.returncode, size=len(sent))
            raise Unreadable()
        width, height = struct.unpack_from(">II", drawn)
        return Drawn(width, height, drawn[8:])

    def link(self, upload_id: int, now: datetime) -> str:
        until_s = (int(now.timestamp()) // HOUR_S + 2) * HOUR_S
        seal = self._seal(upload_id, until_s)
        return f"/api/uploads/{upload_id}/picture?until={until_s}&seal={seal}"

    def address(self, upload_id: int, now: datetime) -> str:
        return self._base_url + self.link(upload_id, now)

    def opens(self, upload_id: int, until_s: int, seal: str, now: datetime) -> bool:
        good = hmac.compare_digest(self._seal(upload_id, until_s).encode(), seal.encode())
        return good and now.timestamp() < until_s

    def _seal(self, upload_id: int, until_s: int) -> str:
        sealed = hmac.digest(self._key, f"{upload_id}:{until_s}".encode(), "sha256")
        return base64.urlsafe_b64encode(sealed).decode()[:22]


def media_of(config: Config, secrets: Secrets) -> StoredMedia:
    return StoredMedia(
        _store(config.media, secrets),
        secret=secrets.wechat_secret.get_secret_value(),
        base_url=config.server.public_url or f"http://127.0.0.1:{config.server.port}",
        per_day=config.media.pictures_per_day,
    )


def _store(section: MediaSection, secrets: Secrets) -> Store:
    if section.store == "directory":
        return Directory(Path(section.directory))
    from server.bucket import Bucket  # whose library is an extra

    assert secrets.s3_key
    assert secrets.s3_secret
    return Bucket(
        section.s3_url,
        section.s3_bucket,
        region=section.s3_region,
        key=secrets.s3_key.get_secret_value(),
        secret=secrets.s3_secret.get_secret_value(),
    )
