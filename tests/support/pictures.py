"""Pictures as phones send them, harmless and hostile, and how they are sent."""

import hashlib
import io
import struct
import zlib
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image

from models.db import fetch
from tests.support.library import Answer, Library, Phone

RED, YELLOW, BLUE = (230, 20, 20), (240, 230, 20), (30, 90, 200)  # risky, for a person to look at, clean


def picture(
    colour: tuple[int, int, int] = BLUE, *, size: tuple[int, int] = (64, 48), **options: Any
) -> bytes:
    written = io.BytesIO()
    options.setdefault("format", "JPEG")
    Image.new("RGB", size, colour).save(written, **options)
    return written.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes whose head promises that many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def send(phone: Phone, sent: bytes, *, field: str = "file", name: str = "tmp_1.jpg") -> Answer:
    """As `wx.uploadFile` does."""
    form = aiohttp.FormData()
    form.add_field(field, sent, filename=name, content_type="application/octet-stream")
    headers = {"Authorization": f"Bearer {phone.token}"} if phone.token else {}
    async with phone.library.http.post(f"{phone.url}/api/uploads", data=form, headers=headers) as answer:
        return Answer(answer.status, await answer.json(), answer.headers)


async def sent(phone: Phone, body: bytes | None = None) -> Any:
    """Send, which must succeed: the picture."""
    answer = await send(phone, body or picture())
    assert answer.status == 200, answer.body
    return answer.body


async def ask(phone: Phone, body: bytes, *, size: int | None = None) -> Any:
    """The picture that need not be sent again, or None."""
    sha256 = hashlib.sha256(body).hexdigest()
    answer = await phone.post("/api/uploads/known", {"sha256": sha256, "bytes": size or len(body)})
    assert answer.status == 200, answer.body
    return answer.body["picture"]


async def seen(library: Library, url: str, **headers: str) -> Answer:
    """What anybody gets who has a link."""
    async with library.http.get(library.next_url() + url, headers=headers) as answer:
        body = await answer.json() if answer.content_type == "application/json" else await answer.read()
        return Answer(answer.status, body, answer.headers)


def files(library: Library) -> list[str]:
    """What lies in the store."""
    folder = Path(library.config.media.directory)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def state(library: Library, upload_id: str, wanted: str) -> None:
    """Until WeChat's judgement has come and was acted upon."""

    async def there() -> bool:
        # What came before the answer that names its picture was stored is looked at again two seconds later,
        # by a clock that stands still.
        await fetch(
            "UPDATE job SET due_at = $1 WHERE kind = 'judge_picture' AND state = 'new' AND due_at > $1",
            library.clock.now(),
        )
        rows = await fetch("SELECT state FROM upload WHERE id = $1", int(upload_id))
        return (rows[0]["state"] if rows else "gone") == wanted

    await library.until(there)
