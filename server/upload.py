"""Files in, pictures out: the endpoints that are neither JSON in nor for the signed-in alone."""

import asyncio
from typing import Final

import structlog
from aiohttp import BodyPartReader, web

from handlers import uploads
from handlers.access import GUEST
from handlers.access import Permission as May
from handlers.errors import Invalid, NotFound, TooLarge, TryLater
from models.uploads import LARGEST
from server.http import admitted, context, turn
from server.rows import Limit
from server.services import SERVICES

FIELD: Final = "file"
AROUND_IT: Final = 64 * 1024  # bytes that a form needs beside its file
RECEIVED_S: Final = 60.0  # WeChat gives an upload up after this by itself
AT_ONCE: Final = 32  # uploads of a process side by side: each may hold a whole file
PICTURE_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
TURNS: Final = web.AppKey("upload_turns", asyncio.Semaphore)

log = structlog.get_logger()


async def receive(request: web.Request) -> web.Response:
    """A form with one picture in the field `file`; the answer is a Picture. What is too large is not read."""
    caller = await admitted(request, May.ME_OWN, Limit.UPLOAD)
    if (request.content_length or 0) > LARGEST + AROUND_IT:
        raise TooLarge(limit=LARGEST)
    async with turn(request.app[TURNS]):
        try:
            async with asyncio.timeout(RECEIVED_S):
                sent = await _file(request)
            picture = await uploads.receive(context(request), caller, sent)
        except TimeoutError:
            raise TryLater() from None
    return web.Response(text=picture.model_dump_json(), content_type="application/json")


async def _file(request: web.Request) -> bytes:
    """The bytes of the field; raises `invalid_input`, and `too_large` as soon as they prove to be more."""
    try:
        form = await request.multipart()
        while part := await form.next():
            if isinstance(part, BodyPartReader) and part.name == FIELD:
                return await _bytes(part)
    except (ValueError, AssertionError, ConnectionError, web.RequestPayloadError):
        pass  # no form, a form that is broken, or a phone that went away
    raise Invalid(field=FIELD, problem="not_a_form_with_a_file")


async def _bytes(part: BodyPartReader) -> bytes:
    sent = bytearray()
    while chunk := await part.read_chunk():
        sent += chunk
        if len(sent) > LARGEST:
            raise TooLarge(limit=LARGEST)
    return bytes(sent)


async def show(request: web.Request) -> web.Response:
    """A picture for whoever has its link, whole or in part. It never changes, so a phone may keep it."""
    services = request.app[SERVICES]
    await services.limits.take(Limit.ORDINARY, GUEST, request)
    link = _link(request)
    try:
        async with services.turns:
            sha256, body = await uploads.fetch(context(request), link)
    except NotFound:
        await services.limits.wrong(Limit.GUEST, request)
        raise
    etag = f'"{sha256[:32]}"'
    left_s = link.until_s - int(services.clock.now().timestamp())
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Cache-Control": f"private, max-age={left_s}",
        "Content-Security-Policy": PICTURE_POLICY,
        "Content-Disposition": 'inline; filename="picture.jpg"',
    }
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers=headers)
    return _part(request, body, headers)


def _link(request: web.Request) -> uploads.Link:
    number, until = request.match_info["upload_id"], request.query.get("until", "")
    if not (number.isascii() and until.isascii() and number.isdecimal() and until.isdecimal()):
        raise NotFound()
    if len(number) > 18 or len(until) > 12:
        raise NotFound()
    return uploads.Link(int(number), int(until), request.query.get("seal", "")[:64])


def _part(request: web.Request, body: bytes, headers: dict[str, str]) -> web.Response:
    """Of several parts at once, of another version, and where the question makes no sense, the whole is given."""
    try:
        start, stop, _ = request.http_range.indices(len(body))
        asked = (
            "Range" in request.headers and request.headers.get("If-Range", headers["ETag"]) == headers["ETag"]
        )
    except ValueError:
        asked = False
    if not asked:
        return web.Response(body=body, content_type="image/jpeg", headers=headers)
    if start >= stop:
        return web.Response(status=416, headers={**headers, "Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return web.Response(status=206, body=body[start:stop], content_type="image/jpeg", headers=headers)


def add(app: web.Application) -> None:
    app[TURNS] = asyncio.Semaphore(AT_ONCE)
    app.router.add_post("/api/uploads", receive)
    app.router.add_get("/api/uploads/{upload_id}/picture", show)
