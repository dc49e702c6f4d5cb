"""Feedback as a table that leaves the library, and tables as PDFs with Chinese words."""

import csv
import io
import json
import sys
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from python_calamine import CalamineWorkbook

from models.db import fetch
from server.printing import MOST_ROWS
from tests.support.branches import manager_of
from tests.support.feedback import act, answer, librarian, told
from tests.support.library import Library, Phone
from tests.support.tables import fetched

EXPORT = "/api/admin/exports/feedback"
ALL = f"{EXPORT}?reason=upkeep&since=2026-11-01"
HEAD = ["编号", "时间", "说的是", "内容", "状态", "谁处理", "答复", "处理时间"]
LONG = "二楼东边的空调太冷了，希望可以调高一点。" * 45
HOSTILE = "=HYPERLINK(1)\n第二行 😀👩‍👩‍👧 𠀀 العربية \u202e"


@pytest.fixture
async def manager(library: Library) -> Phone:
    phone = await library.reader("manager", role="manager")
    await phone.put("/api/me", {"nickname": "何主管"})
    return phone


async def rows_of(library: Library, phone: Phone, path: str) -> list[list[Any]]:
    answered = await fetched(library, phone, path)
    assert answered.status == 200, answered.body
    if "format=csv" in path:
        return list(csv.reader(io.StringIO(answered.body.decode("utf-8-sig"), newline="")))
    return CalamineWorkbook.from_filelike(io.BytesIO(answered.body)).get_sheet_by_index(0).to_python()


async def pages_of(library: Library, phone: Phone, path: str) -> list[str]:
    """What stands on each page, without blanks."""
    answered = await fetched(library, phone, path)
    assert (answered.status, answered.headers["Content-Type"]) == (200, "application/pdf"), answered.body
    with PdfDocument(answered.body) as paper:
        return ["".join(page.get_textpage().get_text_range().split()) for page in paper]


async def trail(action: str) -> list[int]:
    """How many rows left each time."""
    sql = "SELECT details FROM audit_entry WHERE action = $1 ORDER BY id"
    return [json.loads(row["details"])["rows"] for row in await fetch(sql, action)]


async def test_feedback_leaves_by_state_and_date_without_formulas_and_names_of_readers(
    library: Library, lin: Phone, manager: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "林小满"})
    first = await told(library, lin, HOSTILE)
    second = await told(library, lin, "想借的书总是没有")
    await answer(manager, second, "-已经下单了")
    plain = await rows_of(library, manager, f"{ALL}&format=csv")
    assert plain[0] == HEAD
    assert [(row[0], row[4], row[5], row[6]) for row in plain[1:]] == [
        (second, "已答复", "何主管", "'-已经下单了"),
        (first, "新的", "", ""),
    ]
    assert plain[2][3].startswith("'=HYPERLINK(1)\n第二行")
    sheet = await rows_of(library, manager, f"{ALL}&state=answered&until=2026-11-23")
    assert [(row[0], row[1], row[3]) for row in sheet[1:]] == [
        (second, "2026-11-23 09:00", "想借的书总是没有")
    ]
    assert await rows_of(library, manager, f"{ALL}&until=2026-11-22") == [HEAD]
    assert "林" not in str(plain + sheet)
    assert await trail("feedback.export") == [2, 1, 0]


async def test_only_managers_of_the_whole_library_take_feedback_out(
    library: Library, lin: Phone, manager: Phone
) -> None:
    he = await librarian(library, "he", "何馆员")
    editor = await library.reader("editor", role="editor")
    for phone, code in ((library.guest, "sign_in_needed"), (lin, "not_allowed"), (he, "not_allowed")):
        assert (await phone.get(ALL)).code == code
    assert (await editor.get(ALL)).code == "not_allowed"
    for wrong in ("&state=gone", "&until=2026-13-01", "&until=x", "&format=doc", "&reason=fun", "&sample=1"):
        assert (await manager.get(f"{ALL}{wrong}")).code == "invalid_input"
    of_branch = await manager_of(library, 1)
    assert (await of_branch.get(ALL)).code == "not_allowed"


async def test_a_pdf_holds_the_words_in_chinese_with_the_head_on_every_page(
    library: Library, lin: Phone, manager: Phone
) -> None:
    number = await told(library, lin, HOSTILE)
    for _ in range(3):
        await told(library, lin, LONG)
    await told(library, lin, "\n".join("很多行" for _ in range(240)))
    await act(manager, number, "take")
    pages = await pages_of(library, manager, f"{ALL}&format=pdf")
    assert len(pages) >= 5
    assert pages[0].startswith("读者的意见2026-11-01起导出于2026-11-2309:00，原因：整理资料")
    for place, page in enumerate(pages, 1):
        assert "".join(HEAD) in page
        assert page.endswith(f"第{place}页，共{len(pages)}页")
    whole = "".join(pages)
    assert whole.count("很多行") == 240
    assert "=HYPERLINK(1)" in whole
    assert "第二行□□□□□□□□" in whole
    assert sum(page.count("空调") for page in pages) == 3 * 45
    assert await trail("feedback.export") == [5]


async def test_the_audit_is_a_pdf_too_and_what_is_too_long_is_refused_and_not_recorded(
    library: Library, manager: Phone, admin: Phone
) -> None:
    path = "/api/admin/exports/audit?reason=case&since=2026-11-23&format=pdf"
    pages = await pages_of(library, admin, path)
    assert pages[0].startswith("操作记录2026-11-23起")
    assert "改了称呼" in pages[0]
    await fetch(
        "INSERT INTO audit_entry (action, subject, details, at) "
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MOST_ROWS + 1}) "
        "SELECT 'reader.rename', 'reader:1', '{}', at FROM n, (SELECT max(at) AS at FROM audit_entry) last"
    )
    refused = await admin.get(path)
    assert (refused.status, refused.code, refused.details) == (422, "too_many_for_pdf", {"limit": MOST_ROWS})
    assert len(await trail("audit.export")) == 1


async def test_a_server_without_the_font_says_what_to_install(
    library: Library, manager: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)  # as if it were not installed
    refused = await manager.get(f"{ALL}&format=pdf")
    assert (refused.status, refused.code) == (501, "no_pdf")
    assert refused.details == {"missing": "requirements-pdf.txt"}
    assert await trail("feedback.export") == []
