"""Pictures that readers send: drawn anew, each once, and only for whoever has a link."""

import asyncio
import io
import struct
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from models.db import fetch
from server.config import MediaSection
from server.picture import EDGE
from tests.support.feedback import tell
from tests.support.library import Library, Phone, running_library
from tests.support.pictures import BLUE, ask, files, picture, png_that_says, seen, send, sent

GIF_WITH_SCRIPT = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(document.cookie)//"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(body: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(body))
    assert opened.format == "JPEG"
    return opened


async def rows() -> list[Any]:
    return list(await fetch("SELECT * FROM upload ORDER BY id"))


# ---------------------------------------------------------------- what is taken


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
async def test_a_picture_of_each_kind_becomes_a_jpeg(library: Library, lin: Phone, form: str) -> None:
    answer = await sent(lin, picture(size=(40, 30), format=form))
    assert (answer["state"], answer["width"], answer["height"]) == ("checking", 40, 30)
    came = await seen(library, answer["url"])
    assert (came.status, came.headers["Content-Type"]) == (200, "image/jpeg")
    near = drawn(came.body).getpixel((20, 15))
    assert isinstance(near, tuple)
    assert all(abs(got - wanted) < 12 for got, wanted in zip(near, BLUE, strict=True))


async def test_a_large_one_is_made_smaller_turned_upright_and_loses_what_is_written_in_it(
    library: Library, lin: Phone
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET lin lives here"
    body = picture(size=(3000, 1500), exif=exif, comment=b"SECRET", icc_profile=b"SECRET" * 9)
    answer = await sent(lin, body)
    assert (answer["width"], answer["height"]) == (EDGE // 2, EDGE)
    came = (await seen(library, answer["url"])).body
    assert drawn(came).size == (EDGE // 2, EDGE)
    assert not drawn(came).getexif()
    assert b"SECRET" in body
    assert b"SECRET" not in came


async def test_only_the_first_frame_stays_and_what_was_transparent_is_white(
    library: Library, lin: Phone
) -> None:
    first, second = Image.new("RGB", (16, 16), "blue"), Image.new("RGB", (16, 16), "red")
    film = io.BytesIO()
    first.save(film, "GIF", save_all=True, append_images=[second])
    shown = drawn((await seen(library, (await sent(lin, film.getvalue()))["url"])).body)
    assert shown.getpixel((8, 8))[2] > 200  # type: ignore[index]
    glass = io.BytesIO()
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(glass, "PNG")
    clear = drawn((await seen(library, (await sent(lin, glass.getvalue()))["url"])).body)
    assert clear.getpixel((8, 8)) == (255, 255, 255)


def hostile() -> Iterator[tuple[str, bytes, str]]:
    """(what it is, its bytes, the code)."""
    whole = picture(size=(400, 300))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(1_000_000))
    bad_exif = b"\xff\xe1" + struct.pack(">H", 0xFFF0) + b"Exif\0\0MM\0*" + b"\xff" * 0xFFE4
    yield "nothing", b"", "picture_unreadable"
    yield "text", b"hello" * 100, "picture_unreadable"
    yield "a drawing with a script", SVG, "picture_unreadable"
    yield "a script that begins as a GIF", GIF_WITH_SCRIPT, "picture_unreadable"
    yield "an archive", packed.getvalue(), "picture_unreadable"
    yield "a cut JPEG", whole[: len(whole) // 2], "picture_unreadable"
    yield "a cut PNG", picture(format="PNG")[:60], "picture_unreadable"
    yield "a bare head", b"\xff\xd8\xff\xe0", "picture_unreadable"
    yield "a RIFF that is no WebP", b"RIFF\xff\xff\xff\x7fWEBPVP8 " + b"\xff" * 64, "picture_unreadable"
    yield "900 million pixels in 400 bytes", png_that_says(30_000, 30_000), "picture_too_large"
    yield "pixels beyond numbers", png_that_says(2**31 - 1, 2**31 - 1), "picture_too_large"
    yield "broken EXIF", b"\xff\xd8" + bad_exif + whole[2:], ""
    yield "a JPEG with an archive behind it", whole + packed.getvalue(), ""
    yield "a JPEG with a page behind it", whole + b"<html><script>alert(1)</script>", ""


async def test_hostile_files_are_refused_or_nothing_of_them_is_left(library: Library, lin: Phone) -> None:
    for name, body, code in hostile():
        answer = await send(lin, body)
        if code:
            assert (answer.status, answer.code) == (422, code), name
            continue
        assert answer.status == 200, (name, answer.body)
        kept = (await seen(library, answer.body["url"])).body
        assert drawn(kept).size == (400, 300), name
        assert not any(part in kept for part in (b"<script", b"PK\x03\x04", b"Exif")), name
        assert not zipfile.is_zipfile(io.BytesIO(kept)), name
    assert len(files(library)) == len(await rows()) == 3


async def test_two_gigabytes_are_refused_unread_and_eleven_megabytes_as_soon_as_they_are_too_many(
    library: Library, lin: Phone
) -> None:
    head = (
        "POST /api/uploads HTTP/1.1\r\nHost: library\r\nConnection: close\r\n"
        f"Authorization: Bearer {lin.token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {2**31}\r\n\r\n--x\r\n"
    )
    address = lin.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(address[0], int(address[1]))
    writer.write(head.encode())
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 20)
    writer.close()

    async def chunks() -> Any:  # without saying how long it is
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff'
        for _ in range(11):
            yield bytes(1024 * 1024)

    headers = {"Authorization": f"Bearer {lin.token}", "Content-Type": "multipart/form-data; boundary=x"}
    async with library.http.post(f"{lin.url}/api/uploads", data=chunks(), headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")
    assert await rows() == []


async def test_what_is_no_form_with_a_file_is_refused(library: Library, lin: Phone) -> None:
    assert (await lin.post("/api/uploads", {"file": "x"})).code == "invalid_input"
    assert (await send(lin, picture(), field="picture")).code == "invalid_input"
    for broken in (b"", b"--x", b"--x\r\n\r\n\r\n", b"--y\r\n\r\nabc\r\n--y--", b"\xff" * 100):
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = await lin.call("POST", "/api/uploads", raw=broken, headers=form)
        assert (answer.status, answer.code) == (422, "invalid_input"), broken
    for kind in ("multipart/form-data", "multipart/form-data; boundary=" + "x" * 400, "multipart/mixed"):
        answer = await lin.call("POST", "/api/uploads", raw=b"--x", headers={"Content-Type": kind})
        assert (answer.status, answer.code) == (422, "invalid_input"), kind
    assert (await send(library.guest, picture())).code == "sign_in_needed"
    assert await rows() == []


async def test_the_name_that_a_phone_gives_leads_nowhere(library: Library, lin: Phone) -> None:
    for name in ("../../../etc/passwd", "C:\\x.jpg", "a" * 3000, "\u202egpj.exe", "x.svg"):
        assert (await send(lin, picture(), name=name)).status == 200, name[:20]
    [only] = files(library)
    assert only == f"{lin.reader_id}/{(await rows())[0]['sha256']}.jpg"


# ---------------------------------------------------------------- once


async def test_what_was_sent_need_not_be_sent_again_and_others_learn_nothing_of_it(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    body = picture()
    assert await ask(lin, body) is None
    first = await sent(lin, body)
    assert (await ask(lin, body))["id"] == first["id"]
    assert (await sent(lin, body))["id"] == first["id"]
    assert await ask(lin, body, size=len(body) + 1) is None
    assert await ask(zhou, body) is None
    assert (await sent(zhou, body))["id"] != first["id"]
    assert len(files(library)) == len(await rows()) == 2
    for wrong in (
        {"sha256": "A" * 64, "bytes": 5},
        {"sha256": "0" * 64, "bytes": 0},
        {"sha256": 5, "bytes": 5},
    ):
        assert (await lin.post("/api/uploads/known", wrong)).code == "invalid_input"


async def test_another_readers_picture_does_not_exist(library: Library, lin: Phone, zhou: Phone) -> None:
    own = (await sent(lin))["id"]
    assert (await lin.get(f"/api/uploads/{own}")).body["url"]
    assert (await zhou.get(f"/api/uploads/{own}")).code == "not_found"
    assert (await library.guest.get(f"/api/uploads/{own}")).code == "sign_in_needed"
    for ids in ([own], ["987654321"], [own, own]):
        assert (await tell(zhou, picture_ids=ids)).code == "picture_gone"
    assert (await tell(lin, picture_ids=[own, own])).code == "picture_gone"
    assert (await tell(lin, picture_ids=[own] * 4)).code == "invalid_input"
    assert await fetch("SELECT id FROM feedback") == []


async def test_the_day_has_so_many_pictures_and_those_sent_before_do_not_count_twice(
    database_url: str,
) -> None:
    media = MediaSection(pictures_per_day=2)
    async with running_library(database_url, media=media) as library:
        lin = await library.reader("lin")
        bodies = [picture(size=(20 + n, 20)) for n in range(3)]
        for body in (*bodies[:2], bodies[0]):
            await sent(lin, body)
        refused = await send(lin, bodies[2])
        assert (refused.status, refused.code, refused.details) == (409, "pictures_used_up", {"limit": 2})
        await library.advance(hours=15)
        await sent(lin, bodies[2])


# ---------------------------------------------------------------- links


async def test_a_link_is_for_one_picture_and_one_to_two_hours(library: Library, lin: Phone) -> None:
    one, other = await sent(lin), await sent(lin, picture(size=(10, 10)))
    url = one["url"]
    assert (await seen(library, url)).status == 200
    for wrong in (
        url.replace(f"/{one['id']}/", f"/{other['id']}/"),
        url.replace("until=1", "until=2"),
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        url.split("&")[0],
        url.split("?")[0],
        url.replace(f"/{one['id']}/", "/١/"),
        url.replace(f"/{one['id']}/", f"/{'9' * 30}/"),
    ):
        assert (await seen(library, wrong)).code == "not_found", wrong
    await library.advance(minutes=59)
    assert (await seen(library, url)).status == 200
    await library.advance(minutes=62)
    assert (await seen(library, url)).code == "not_found"
    fresh = (await lin.get(f"/api/uploads/{one['id']}")).body["url"]
    assert (await seen(library, fresh)).status == 200


async def test_a_part_can_be_fetched_and_a_phone_may_keep_the_whole(library: Library, lin: Phone) -> None:
    url = (await sent(lin, picture(size=(300, 300))))["url"]
    whole = await seen(library, url)
    size = len(whole.body)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert whole.headers["Content-Disposition"].startswith("inline")
    assert whole.headers["Cache-Control"].startswith("private, max-age=")
    for asked, start, stop in (
        ("bytes=0-9", 0, 10),
        ("bytes=5-", 5, size),
        ("bytes=-7", size - 7, size),
        (f"bytes=10-{size * 9}", 10, size),
    ):
        part = await seen(library, url, Range=asked)
        assert (part.status, part.body) == (206, whole.body[start:stop]), asked
        assert part.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
    none = await seen(library, url, Range=f"bytes={size}-")
    assert (none.status, none.headers["Content-Range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=9-2", "bytes=x-y", "lines=1-2", "bytes=0-1,5-6", ""):
        assert (await seen(library, url, Range=asked)).body == whole.body, asked
    tag = whole.headers["ETag"]
    assert (await seen(library, url, Range="bytes=0-9", **{"If-Range": '"other"'})).status == 200
    assert (await seen(library, url, Range="bytes=0-9", **{"If-Range": tag})).status == 206
    assert (await seen(library, url, **{"If-None-Match": tag})).status == 304


async def test_the_database_keeps_no_picture_of_unknown_state_or_size(lin: Phone) -> None:
    own = int((await sent(lin))["id"])
    for change in ("state = 'lost'", "bytes = 0", "width = -1", "sha256 = 'x'", "asked_at = at"):
        with pytest.raises(Exception, match="(?i)constraint"):
            await fetch(f"UPDATE upload SET trace_id = NULL, {change} WHERE id = $1", own)


async def test_a_phone_that_goes_away_in_the_middle_leaves_nothing(library: Library, lin: Phone) -> None:
    address = lin.url.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(address[0], int(address[1]))
    head = (
        f"POST /api/uploads HTTP/1.1\r\nHost: library\r\nAuthorization: Bearer {lin.token}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 90000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    )
    writer.write(head.encode() + picture()[:200])
    await writer.drain()
    writer.transport.abort()
    body = picture()
    assert await ask(lin, body) is None
    await sent(lin, body)
    assert len(files(library)) == 1
