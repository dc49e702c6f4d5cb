"""Tables in, tables out: the endpoints of imports and exports whose bodies are files."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from handlers import exports, imports
from handlers.access import IMPORTED_WITH
from handlers.access import Permission as May
from handlers.errors import Invalid, TooLarge, TryLater
from handlers.exports import Table
from models.imports import Target
from server.adapter import Bound
from server.http import admitted, context, turn
from server.rows import Handler, Limit
from server.table import CONTENT_TYPES, Format, SheetFile, scratch, written

Word = TypeVar("Word", bound=StrEnum)

FIELD: Final = "file"
LARGEST: Final = 20 * 1024 * 1024
CHUNK: Final = 256 * 1024
AROUND_IT: Final = 64 * 1024  # bytes that a form needs beside its file
RECEIVED_S: Final = 60.0  # WeChat gives an upload up after this by itself
AT_ONCE: Final = 2  # files that a process receives and reads side by side
DRAWN_AT_ONCE: Final = 1  # PDFs; each takes a processor for a second
DRAWINGS: Final = web.AppKey("pdf_turns", asyncio.Semaphore)
TURNS: Final = web.AppKey("import_turns", asyncio.Semaphore)
REPORTED: Final = Bound.of(imports.report, May.IMPORTS_USE)
EXPORTS: Final = (
    ("patrons", exports.patrons, May.PATRONS_IMPORT),
    ("audit", exports.audit, May.AUDIT_READ),
    ("feedback", exports.feedback, May.FEEDBACK_EXPORT),
)


# ---------------------------------------------------------------- in


async def receive(request: web.Request) -> web.Response:
    """A form with one table in the field `file`, and before it, if any, its `name`; `target` in the query says what
    its rows become, cards when nothing does. The answer is an ImportView."""
    target = _one_of(Target, request, "target", Target.CARDS)
    caller = await admitted(request, IMPORTED_WITH[target], Limit.UPLOAD)
    if (request.content_length or 0) > LARGEST + AROUND_IT:
        raise TooLarge(limit=LARGEST)
    async with turn(request.app[TURNS]), scratch() as folder:
        path = folder / "sent"
        try:
            async with asyncio.timeout(RECEIVED_S):
                name, sha256 = await _file(request, path)
            view = await imports.receive(
                context(request), caller, SheetFile(path, name, sha256), target=target
            )
        except TimeoutError:
            raise TryLater() from None
    return web.Response(text=view.model_dump_json(), content_type="application/json")


async def _file(request: web.Request, path: Path) -> tuple[str, str]:
    """(name, SHA-256) of the file, written to a path; raises `invalid_input`, or `too_large` as soon as it is."""
    name = ""
    try:
        form = await request.multipart()
        while part := await form.next():
            if isinstance(part, BodyPartReader) and part.name == "name":
                name = (await part.read_chunk(1024)).decode(errors="replace")
            elif isinstance(part, BodyPartReader) and part.name == FIELD:
                return _shown(name or part.filename or FIELD), await _kept(part, path)
    except (ValueError, AssertionError, ConnectionError, web.RequestPayloadError):
        pass  # no form, a form that is broken, or a phone that went away
    raise Invalid(field=FIELD, problem="not_a_form_with_a_file")


def _shown(name: str) -> str:
    return (
        "".join(letter for letter in name.replace("\\", "/").rsplit("/", 1)[-1] if letter.isprintable())
        or FIELD
    )


async def _kept(part: BodyPartReader, path: Path) -> str:
    digest, size = hashlib.sha256(), 0
    with await asyncio.to_thread(path.open, "wb", 0) as file:
        while chunk := await part.read_chunk(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise TooLarge(limit=LARGEST)
            digest.update(chunk)
            await asyncio.to_thread(file.write, chunk)
    return digest.hexdigest()


# ---------------------------------------------------------------- out


async def report(request: web.Request) -> web.StreamResponse:
    """What is wrong with the rows of an import, as a table."""
    caller = await admitted(request, May.IMPORTS_USE, Limit.ORDINARY)
    format = _one_of(Format, request, "format", Format.XLSX)
    table = await REPORTED(context(request), caller, request.match_info)
    return await _sent(request, format, table, f"problems-{request.match_info['run_id']}")


def exported(
    name: str, handler: Handler, needs: May
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A table that leaves the library; `reason` says why."""
    bound = Bound.of(handler, needs)

    async def answer(request: web.Request) -> web.StreamResponse:
        caller = await admitted(request, needs, Limit.UPLOAD)
        format = _one_of(Format, request, "format", Format.XLSX)
        asked = {key: value for key, value in request.query.items() if key != "format"}
        table = await bound(context(request), caller, asked)
        return await _sent(request, format, table, name)

    return answer


def _one_of(known: type[Word], request: web.Request, name: str, without: Word) -> Word:
    """A word of the query; raises `invalid_input`."""
    try:
        return known(request.query.get(name, without))
    except ValueError:
        raise Invalid(field=name, problem="unknown") from None


async def _sent(request: web.Request, format: Format, table: Table, name: str) -> web.StreamResponse:
    file_name = quote(f"{name}.{format.value}")
    headers = {
        "Content-Type": CONTENT_TYPES[format],
        "Content-Disposition": f'attachment; filename="{file_name}"',
        "Cache-Control": "no-store",
    }
    async with written(format, table, request.app[DRAWINGS]) as path:
        response = web.StreamResponse(headers=headers)
        response.content_length = (await asyncio.to_thread(path.stat)).st_size
        await response.prepare(request)
        with await asyncio.to_thread(path.open, "rb", 0) as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                await response.write(chunk)
        return response


def add(app: web.Application) -> None:
    app[TURNS] = asyncio.Semaphore(AT_ONCE)
    app[DRAWINGS] = asyncio.Semaphore(DRAWN_AT_ONCE)
    app.router.add_post("/api/admin/imports", receive)
    app.router.add_get("/api/admin/imports/{run_id}/report", report)
    for name, handler, needs in EXPORTS:
        app.router.add_get(f"/api/admin/exports/{name}", exported(name, handler, needs))
