"""A program of its own: a table that somebody sent comes in as CSV or XLSX, its rows go out, one JSON array a line.

As with pictures (`server/picture.py`), what reads hostile files may use so much time and memory, knows no secret, and
is gone afterwards. Of a worksheet only values are read: what a formula gave when it was saved, no formula, no link.
It imports nothing of ours, for it runs isolated (`python -I`).
"""

import csv
import io
import json
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from python_calamine import CalamineWorkbook

MOST_ROWS: Final = 100_000  # beside the one with the names of the columns
MOST_COLUMNS: Final = 60
MOST_ENTRIES: Final = 1000
UNPACKED_BYTES: Final = 256 * 1024 * 1024
TOLD_BYTES: Final = 128 * 1024 * 1024  # of all rows
CHUNK: Final = 256 * 1024
CPU_S: Final = 60
MEMORY_BYTES: Final = 2 << 30
TOO_MANY_ROWS: Final = 3  # exit codes
UNREADABLE: Final = 4
OLD_EXCEL: Final = 5
BOMB: Final = 6

ZIP: Final = b"PK\x03\x04"
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Excel before 2007, and worksheets with a password
DEFUSED: Final = ("'=", "'+", "'-", "'@")  # as server/table.py writes what looks like a formula
INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060"))
EXACT: Final = 10**15  # Excel keeps fifteen digits of a number


def rows_of(file: BinaryIO) -> Iterator[list[str]]:
    head = file.read(8)
    file.seek(0)
    if head == OLE:
        sys.exit(OLD_EXCEL)
    return _worksheet(file) if head.startswith(ZIP) else _text(file)


# ---------------------------------------------------------------- worksheets


def _worksheet(file: BinaryIO) -> Iterator[list[str]]:
    _unpack_for_trial(file)
    file.seek(0)
    sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    first = sheet.start[0] if sheet.start else 0
    yield from ([] for _ in range(min(first, MOST_ROWS + 2)))
    for row in sheet.to_python():
        yield [_cell(value) for value in row[:MOST_COLUMNS]]


def _unpack_for_trial(file: BinaryIO) -> None:
    """What an archive says of its sizes is one thing, what comes out of it another; both are bounded."""
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED_BYTES:
        sys.exit(BOMB)
    left = UNPACKED_BYTES
    for entry in entries:
        file.seek(entry.header_offset + 26)
        name, extra = struct.unpack("<HH", file.read(4))
        file.seek(name + extra, io.SEEK_CUR)
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            left -= _unpacked(file, left)
        elif entry.compress_type != zipfile.ZIP_STORED:
            sys.exit(UNREADABLE)


def _unpacked(file: BinaryIO, most: int) -> int:
    inflate, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    while not inflate.eof and (packed := inflate.unconsumed_tail or file.read(CHUNK)):
        size += len(inflate.decompress(packed, CHUNK))
        if size > most:
            sys.exit(BOMB)
    return size


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        # A long number was cut when it was typed: written so that the check of the rows sees it.
        return f"{value:.0f}" if value == int(value) and abs(value) < EXACT else f"{value:G}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


# ---------------------------------------------------------------- text


def _text(file: BinaryIO) -> Iterator[list[str]]:
    text = _decoded(file.read())
    if "\0" in text:
        sys.exit(UNREADABLE)
    first = text.split("\n", 1)[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:  # Excel's own word to itself
        delimiter, text = first[4], text.split("\n", 1)[1] if "\n" in text else ""
        yield []
    else:
        delimiter = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _decoded(sent: bytes) -> str:
    if sent.startswith((b"\xff\xfe", b"\xfe\xff")):
        return sent.decode("utf-16")
    try:
        return sent.decode("utf-8-sig")
    except UnicodeDecodeError:
        return sent.decode("gb18030")


# ---------------------------------------------------------------- rows


def _tidy(cells: Iterable[str], longest: int) -> list[str]:
    """Blanks folded in each line of a cell, without what cannot be seen, and without empty cells at the end."""
    tidied = []
    for cell in cells:
        lines = (" ".join(line.split()) for line in cell.translate(INVISIBLE).splitlines())
        seen = "\n".join(lines).strip()[:longest]
        tidied.append(seen[1:] if seen.startswith(DEFUSED) else seen)
    while tidied and not tidied[-1]:
        tidied.pop()
    return tidied[:MOST_COLUMNS]


def main() -> None:
    """`sheet.py LONGEST`: characters of a cell, what is longer is cut."""
    _limit()
    longest, written, size = int(sys.argv[1]), 0, 0
    try:
        for number, row in enumerate(rows_of(sys.stdin.buffer), 1):
            cells = _tidy(row, longest)
            if not cells:
                continue
            if written > MOST_ROWS:
                sys.exit(TOO_MANY_ROWS)
            line = json.dumps([number, cells], ensure_ascii=False).encode()
            written, size = written + 1, size + len(line)
            if size > TOLD_BYTES:  # one text that a thousand cells show
                sys.exit(BOMB)
            sys.stdout.buffer.write(line + b"\n")
    except BaseException as error:  # readers name no closed list of what they raise, and panic on some files
        if isinstance(error, SystemExit):
            raise
        sys.exit(UNREADABLE)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


if __name__ == "__main__":
    main()
