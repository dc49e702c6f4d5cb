"""Tables as libraries send them, sent as `wx.uploadFile` does, and what becomes of them."""

import io
from collections.abc import Sequence
from typing import Any

import aiohttp
import xlsxwriter

from tests.support.library import Answer, Library, Phone

IMPORTS = "/api/admin/imports"
HEAD = ("读者证号", "姓名", "手机号", "读者类别", "有效期到")


def csv_of(
    *rows: Sequence[str], head: Sequence[str] = HEAD, encoding: str = "utf-8", sign: str = ","
) -> bytes:
    return "\r\n".join(sign.join(row) for row in (head, *rows)).encode(encoding)


def xlsx_of(*rows: Sequence[Any], head: Sequence[str] = HEAD) -> bytes:
    """Numbers as numbers; a text that begins with = is a formula."""
    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet()
        for place, row in enumerate((head, *rows)):
            page.write_row(place, 0, row)
    return written.getvalue()


def many(number: int) -> bytes:
    """So many cards without a problem, of the group of students."""
    rows = ((f"{10_000_000 + n}", f"读者{n}", f"138{n:08}", "student", "2027-06-30") for n in range(number))
    return csv_of(*rows)


async def send(
    phone: Phone, sent: bytes, *, name: str = "cards.csv", field: str = "file", target: str = ""
) -> Answer:
    form = aiohttp.FormData()
    form.add_field("name", name)
    form.add_field(field, io.BytesIO(sent), filename="tmp_1", content_type="application/octet-stream")
    headers = {"Authorization": f"Bearer {phone.token}"} if phone.token else {}
    asked = f"?target={target}" if target else ""
    async with phone.library.http.post(f"{phone.url}{IMPORTS}{asked}", data=form, headers=headers) as answer:
        return Answer(answer.status, await answer.json(), answer.headers)


async def state(phone: Phone, run_id: str, *wanted: str, seconds: float = 20) -> Any:
    """The import when it has come to one of these states."""

    async def come() -> Any:
        view = (await phone.get(f"{IMPORTS}/{run_id}")).body
        return view if view["state"] in wanted else None

    return await phone.library.until(come, seconds=seconds)


async def checked(phone: Phone, sent: bytes, **more: Any) -> Any:
    """Send a table, which must be taken: the import when all its rows were judged."""
    answer = await send(phone, sent, **more)
    assert answer.status == 200, answer.body
    return await state(phone, answer.body["id"], "checked")


async def applied(phone: Phone, sent: bytes, **more: Any) -> Any:
    """The same, applied: the import when all its cards are made."""
    view = await checked(phone, sent, **more)
    answer = await phone.post(f"{IMPORTS}/{view['id']}/apply", {"version": view["version"]})
    assert answer.status == 200, answer.body
    return await state(phone, view["id"], "done")


async def problems(phone: Phone, view: Any) -> dict[int, list[tuple[str, str]]]:
    """(column, code) of what is wrong, by row."""
    page = (await phone.get(f"{IMPORTS}/{view['id']}/problems?limit=100")).body
    return {row["row"]: [(one["column"], one["code"]) for one in row["problems"]] for row in page["items"]}


async def fetched(library: Library, phone: Phone, path: str) -> Answer:
    """A file that is downloaded."""
    headers = {"Authorization": f"Bearer {phone.token}"}
    async with library.http.get(phone.url + path, headers=headers) as answer:
        body = await answer.json() if answer.content_type == "application/json" else await answer.read()
        return Answer(answer.status, body, answer.headers)
