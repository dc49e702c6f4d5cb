"""Tables as files: what was sent is read by a program apart, what is asked for is written as CSV or XLSX."""

import asyncio
import csv
import json
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

import structlog
import xlsxwriter

from handlers.exports import Table, TooManyForPdf
from handlers.imports import SheetRefused
from server import printing, sheet
from server.http import turn

READ_S: Final = 120.0
MOST_BYTES: Final = 6  # of a character as server/sheet.py writes it
REASONS: Final = {sheet.TOO_MANY_ROWS: "too_many_rows", sheet.OLD_EXCEL: "old_excel", sheet.BOMB: "bomb"}
MOST_LINES: Final = 1_048_576  # of a worksheet; what is more goes on the next
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

log = structlog.get_logger()


@asynccontextmanager
async def scratch() -> AsyncIterator[Path]:
    """A directory that is gone afterwards."""
    folder = await asyncio.to_thread(tempfile.mkdtemp)
    try:
        yield Path(folder)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)


class SheetFile:
    """`handlers.imports.Sheet`: a file on this machine."""

    def __init__(self, path: Path, name: str, sha256: str) -> None:
        self.name, self.sha256, self._path = name, sha256, path

    async def rows(self, longest: int) -> AsyncGenerator[tuple[int, list[str]], None]:
        """Read by a process of its own (`server/sheet.py`), which is ended when it takes too long."""
        async with _reading(self._path, longest) as (reading, lines):
            async for line in lines:
                number, cells = json.loads(line)
                yield number, cells
        if reading.returncode:
            log.info("sheet_unreadable", exit_code=reading.returncode)
            raise SheetRefused(REASONS.get(reading.returncode, "unreadable"))


@asynccontextmanager
async def _reading(
    path: Path, longest: int
) -> AsyncIterator[tuple[asyncio.subprocess.Process, AsyncIterator[bytes]]]:
    with await asyncio.to_thread(path.open, "rb") as file:
        reading = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            sheet.__file__,
            str(longest),
            stdin=file,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=sheet.MOST_COLUMNS * (MOST_BYTES * longest + MOST_BYTES),
            env={},
        )
    assert reading.stdout is not None
    try:
        async with asyncio.timeout(READ_S):
            yield reading, reading.stdout
            await reading.wait()
    except TimeoutError:
        raise SheetRefused("unreadable") from None
    finally:
        if reading.returncode is None:
            reading.kill()
            await reading.communicate()  # a pipe that nobody reads to its end is never closed


# ---------------------------------------------------------------- written


class Format(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"


CONTENT_TYPES: Final = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}


@asynccontextmanager
async def written(format: Format, table: Table, drawings: asyncio.Semaphore) -> AsyncIterator[Path]:
    """A file with these rows, gone afterwards, of which the table was told. It grows on the disk, not in memory. PDFs
    are drawn so many at once.

    Raises `no_pdf`, `too_many_for_pdf` or `try_later`.
    """
    if format is Format.PDF:
        printing.font()
    async with scratch() as folder:
        path, count = folder / "table", 0
        writer: _Writer = await asyncio.to_thread(WRITERS[format], path, table)
        try:
            async for rows in table.portions:
                count += len(rows)
                if format is Format.PDF and count > printing.MOST_ROWS:
                    raise TooManyForPdf(limit=printing.MOST_ROWS)
                await asyncio.to_thread(writer.add, rows)
        finally:
            await asyncio.to_thread(writer.close)
        if format is Format.PDF:
            async with turn(drawings):
                path = await printing.printed(path)
        if table.taken:
            await table.taken(count)
        yield path


class _Writer(Protocol):
    def add(self, rows: Sequence[Sequence[str]]) -> None: ...

    def close(self) -> None: ...


class _Csv(_Writer):
    """As Excel opens it rightly: a mark that it is UTF-8, lines that end as Windows ends them. What a worksheet would
    take for a formula gets an apostrophe, which `server/sheet.py` takes off again."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = open(path, "w", encoding="utf-8-sig", newline="")
        self._rows = csv.writer(self._file)
        self.add([table.head])

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        self._rows.writerows(
            [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows
        )

    def close(self) -> None:
        self._file.close()


class _Xlsx(_Writer):
    """Every cell is text, so a number keeps its zeros and a formula stays what was typed."""

    def __init__(self, path: Path, table: Table) -> None:
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._sheet = self._book.add_worksheet()
        self._next = 0
        self.add([table.head])

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            if self._next == MOST_LINES:
                self._sheet, self._next = self._book.add_worksheet(), 0
            for place, cell in enumerate(row):
                self._sheet.write_string(self._next, place, cell)
            self._next += 1

    def close(self) -> None:
        self._book.close()


class _Lines(_Writer):
    """As `server/pdf.py` reads it."""

    def __init__(self, path: Path, table: Table) -> None:
        self._file = open(path, "w", encoding="utf-8")
        print(printing.head_of(table), file=self._file)

    def add(self, rows: Sequence[Sequence[str]]) -> None:
        self._file.writelines(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)

    def close(self) -> None:
        self._file.close()


WRITERS: Final = {Format.CSV: _Csv, Format.XLSX: _Xlsx, Format.PDF: _Lines}
