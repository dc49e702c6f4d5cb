"""The files of imports: what is read of them, what Excel does to them, and what is refused. And what is written."""

import csv
import io
import os
import struct
import zipfile
import zlib
from contextlib import aclosing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from models.db import fetch, transaction
from models.patrons import PatronRow, save_group, upsert_many
from server.table import SheetFile
from tests.support.library import Library, Phone
from tests.support.tables import IMPORTS, applied, checked, csv_of, fetched, problems, send, xlsx_of


@pytest.fixture
async def manager(library: Library) -> Phone:
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
    return await library.reader("manager", role="manager")


ROW = ("20230001", "林小满", "13812341234", "学生", "2027-06-30")


async def only() -> Any:
    rows = await fetch("SELECT card_no, name, phone, valid_until FROM patron")
    assert len(rows) == 1
    return tuple(str(value) for value in rows[0])


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
async def test_text_of_every_encoding_and_sign_is_read(
    library: Library, manager: Phone, encoding: str, sign: str
) -> None:
    await applied(manager, csv_of(ROW, encoding=encoding, sign=sign))
    assert await only() == ("20230001", "林小满", "13812341234", "2027-06-30")


async def test_what_excel_adds_to_a_text_is_passed_over(library: Library, manager: Phone) -> None:
    sent = 'sep=;\r\n"读者\r\n证号";姓名;手机号;;;\r\n;;;;;\r\n'
    sent += '20230001;"林\r\n小满";１３８　１２３４１２３４;;;\r\n;;;;;\r\n'
    view = await applied(manager, sent.encode("utf-8-sig"))
    assert (view["rows"], view["columns"]) == (1, ["读者 证号", "姓名", "手机号"])
    assert (await only())[:3] == ("20230001", "林 小满", "13812341234")


async def test_a_worksheet_is_read_as_values(library: Library, manager: Phone) -> None:
    await applied(manager, xlsx_of((20230001, "林小满", 13812341234, "学生", date(2027, 6, 30))))
    assert await only() == ("20230001", "林小满", "13812341234", "2027-06-30")


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


async def test_who_stops_reading_half_way_leaves_no_process(tmp_path: Path) -> None:
    (file := tmp_path / "cards.csv").write_bytes(csv_of(*[ROW] * 20_000))
    before = children()
    async with aclosing(SheetFile(file, file.name, "").rows(100)) as rows:
        await anext(rows)
        assert len(children() - before) == 1
    assert not children() - before  # one of before may have ended by itself


async def test_a_date_as_a_serial_is_a_date(library: Library, manager: Phone) -> None:
    await applied(manager, csv_of((*ROW[:4], "46568")))
    assert (await only())[3] == "2027-06-30"


async def test_numbers_that_excel_broke_are_problems_that_say_so(library: Library, manager: Phone) -> None:
    async with transaction() as tx:
        await upsert_many(tx, [PatronRow("0020230007", "旧卡")])
    rows = (
        ("1.23E+10", "甲", "1.38E+10"),
        ("20230007", "乙", ""),
        ("0020230008", "丙", ""),
        ("20230009", "丁", ""),
    )
    view = await checked(manager, csv_of(*rows, head=("卡号", "姓名", "手机")))
    assert await problems(manager, view) == {
        2: [("卡号", "exponent"), ("手机", "exponent")],
        3: [("卡号", "zeros_lost")],
    }
    view = await checked(manager, xlsx_of((123456789012345678, "甲"), head=("卡号", "姓名")))
    assert await problems(manager, view) == {2: [("卡号", "exponent")]}


async def test_every_problem_of_a_row_is_told_with_its_column(library: Library, manager: Phone) -> None:
    head = ("证号", "姓名", "手机", "类别", "有效期从", "有效期到", "状态")
    rows = (
        ("A1", "甲", "", "", "2027-01-02", "2027-01-01", ""),
        ("号", "乙" * 41, "12", "无", "2027-02-30", "9999-12-31", "？"),
        ("B1", "丙", "", "", "", "", "挂失"),
        ("B1", "丁", "", "", "", "", ""),
        ("B2", "\u202e戊\x07", "", "", "", "", ""),
    )
    view = await checked(manager, csv_of(*rows, head=head))
    assert await problems(manager, view) == {
        2: [("有效期到", "before_start")],
        3: [
            ("证号", "not_a_number"),
            ("姓名", "too_long"),
            ("手机", "not_a_phone"),
            ("类别", "unknown_group"),
            ("有效期从", "not_a_day"),
            ("有效期到", "far_day"),
            ("状态", "not_a_state"),
        ],
        5: [("证号", "twice")],
        6: [("姓名", "unprintable")],
    }
    first = (await manager.get(f"{IMPORTS}/{view['id']}/problems?limit=1")).body
    assert (first["next"], first["items"][0]["problems"][0]["words"]) == ("2", "结束日期早于开始日期。")


# ---------------------------------------------------------------- what is refused


def zipped(*entries: tuple[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries:
            archive.writestr(name, body)
    return written.getvalue()


def liar() -> bytes:
    """What comes out of an entry is 300 MB; what both of its heads say is one kilobyte."""
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -15)
    megabyte = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    packed = megabyte * 300 + squeeze.flush()
    name, crc = b"xl/worksheets/sheet1.xml", zlib.crc32(bytes(1024))
    sizes = struct.pack("<III", crc, len(packed), 1024)
    local = (
        b"PK\x03\x04"
        + struct.pack("<HHHHH", 20, 0, 8, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
    )
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local) + len(packed), 0)
    return local + packed + central + end


def declared_2_gb() -> bytes:
    """The directory at the end says that an entry is 2 GB large."""
    sent = bytearray(xlsx_of(ROW))
    place = sent.index(b"PK\x01\x02")
    sent[place + 24 : place + 28] = struct.pack("<I", 1 << 31)
    return bytes(sent)


HOSTILE = {
    "nothing": (b"", "empty"),
    "only a head": (csv_of(), "empty"),
    "zeros": (b"\0" * 1000, "unreadable"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "unreadable"),
    "an old worksheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old_excel"),
    "half a worksheet": (xlsx_of(ROW)[:900], "unreadable"),
    "another archive": (zipped(("a.txt", b"a")), "unreadable"),
    "a broken encoding": (b"\xff\xfe\x00\xd8" * 100, "unreadable"),
    "many entries": (zipped(*((f"{n}", b"") for n in range(1100))), "bomb"),
    "a bomb that says otherwise": (liar(), "bomb"),
    "2 GB": (declared_2_gb(), "bomb"),
    "a cell far away": (
        zipped(
            ("xl/workbook.xml", b"<workbook/>"),
            ("[Content_Types].xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"),
        ),
        "unreadable",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_is_refused_by_its_reason(library: Library, manager: Phone, name: str) -> None:
    sent, reason = HOSTILE[name]
    answer = await send(manager, sent)
    assert (answer.status, answer.code, answer.details) == (422, "import_unreadable", {"reason": reason})
    told = (await manager.get(IMPORTS)).body["items"]
    assert [(one["state"], one["failure"]) for one in told] == [("failed", reason)]
    assert await fetch("SELECT id FROM import_row") == []


async def test_too_many_rows_and_too_many_bytes_are_refused(library: Library, manager: Phone) -> None:
    answer = await send(manager, b"a,b\n" + b"1,2\n" * 100_001)
    assert answer.details == {"reason": "too_many_rows"}
    answer = await send(manager, b"a" * (20 * 1024 * 1024 + 1))
    assert (answer.status, answer.code) == (413, "too_large")


async def test_what_is_no_form_with_a_file_is_refused(library: Library, manager: Phone) -> None:
    assert (await send(manager, csv_of(ROW), field="other")).code == "invalid_input"
    assert (await manager.post(IMPORTS, {})).code == "invalid_input"


async def test_a_hostile_name_is_only_a_name(library: Library, manager: Phone) -> None:
    view = await checked(manager, csv_of(ROW), name="../../etc/<script>\r\n\0" + "名" * 300)
    assert view["file_name"].startswith("<script>")
    assert len(view["file_name"]) == 100


# ---------------------------------------------------------------- what is written

HOSTILE_NAMES = ("=1+1", "+A", "-A", "@SUM(A1)", "林 晓")


async def read_xlsx(body: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


async def exported(library: Library, phone: Phone, format: str) -> list[list[Any]]:
    answer = await fetched(library, phone, f"/api/admin/exports/patrons?format={format}&reason=upkeep")
    assert answer.status == 200, answer.body
    assert f'filename="patrons.{format}"' in answer.headers["Content-Disposition"]
    if format == "csv":
        assert answer.body.startswith(b"\xef\xbb\xbf")
        assert b"\r\n" in answer.body
        return list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
    return await read_xlsx(answer.body)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
async def test_cards_are_exported_without_formulas_and_can_be_imported_again(
    library: Library, manager: Phone, format: str
) -> None:
    async with transaction() as tx:
        await upsert_many(
            tx,
            [
                PatronRow(f"00{n}", name, "scrypt$00$00", "13812341234", "student", date(2027, 1, 1))
                for n, name in enumerate(HOSTILE_NAMES)
            ],
        )
    head, *rows = await exported(library, manager, format)
    assert head == ["读者证号", "姓名", "手机号", "读者类别", "有效期从", "有效期到", "状态"]
    if format == "csv":
        assert [row[1][0] for row in rows] == ["'", "'", "'", "'", "林"]
    assert rows[4] == ["004", "林 晓", "13812341234", "student", "2027-01-01", "", "有效"]
    assert "scrypt" not in str(rows)
    answer = await fetched(library, manager, f"/api/admin/exports/patrons?format={format}&reason=upkeep")
    view = await checked(manager, answer.body)
    assert (view["rows"], view["same"], view["problems"]) == (5, 5, 0)
    entry = (await fetch("SELECT details FROM audit_entry WHERE action = 'patrons.export'"))[0]
    assert "upkeep" in entry["details"]


async def test_an_export_needs_a_reason_and_a_format_that_there_is(library: Library, manager: Phone) -> None:
    for asked in ("?format=csv", "?reason=curiosity", "?reason=desk&format=doc"):
        answer = await manager.get(f"/api/admin/exports/patrons{asked}")
        assert (answer.status, answer.code) == (422, "invalid_input")


async def test_an_administrator_takes_the_audit_out_and_that_is_in_it(
    library: Library, manager: Phone, admin: Phone
) -> None:
    path = "/api/admin/exports/audit?format=xlsx&reason=case&since=2026-11-23"
    assert (await manager.get(path)).code == "not_allowed"
    await admin.put("/api/me", {"nickname": "=周主任"})
    await fetched(library, admin, path)
    answer = await fetched(library, admin, path)
    head, last, *_ = await read_xlsx(answer.body)
    assert head == ["编号", "时间", "谁", "做了什么", "对象", "细节", "封存号"]
    assert last[1:5] == [
        "2026-11-23 09:00:00+08:00",
        f"=周主任 {admin.reader_id}",
        "导出了操作记录",
        "操作记录",
    ]
    late = await fetched(library, admin, path.replace("11-23", "11-24"))
    assert await read_xlsx(late.body) == [head]
    assert (await admin.get("/api/admin/exports/audit?reason=case")).code == "invalid_input"


async def test_the_problems_of_an_import_are_a_table_too(library: Library, manager: Phone) -> None:
    view = await checked(manager, csv_of(ROW, ("20230002", "", "=cmd()", "学生", "")))
    answer = await fetched(library, manager, f"{IMPORTS}/{view['id']}/report?format=csv")
    lines = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
    assert lines == [
        ["行", "列", "内容", "问题"],
        ["3", "姓名", "", "没有填写。"],
        ["3", "手机号", "'=cmd()", "不像手机号。"],
    ]
