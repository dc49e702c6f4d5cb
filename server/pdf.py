"""A program of its own: a table comes in, one JSON value a line, the same table goes out as a PDF.

`pdf.py FONT`; the first line is an object with `title`, `about` (lines beneath it), `head` and `foot` (with {page} and
{pages}), each other one a row of texts. A long table takes a processor for seconds and all of its rows in memory,
which is why it has a process that may use so much of both. It imports nothing of ours, for it runs isolated
(`python -I`).
"""

import json
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fpdf import FPDF

CPU_S: Final = 60
MEMORY_BYTES: Final = 1 << 30
WRITTEN_BYTES: Final = 64 << 20

MARGIN: Final = 12.0  # all in millimetres
LINE: Final = 4.6
PAD: Final = 1.2
TEXT: Final = 8.5  # points
TITLE: Final = 15.0
NARROWEST: Final = 3  # characters of a column
UNKNOWN: Final = "□"  # for what the font does not have
UNSEEN: Final = ("Cc", "Cf", "Mn", "Me")


class Paper(FPDF):
    """A4 across; the head of the table stands on every page, a row that is higher than the rest of one goes on."""

    def __init__(self, font: Path, told: dict[str, Any], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=False)
        self.add_font("text", fname=font)
        self.set_font("text", size=TEXT)
        self._known: Any = self.fonts["text"].cmap  # type: ignore[union-attr]
        self._letters: dict[str, float] = {}
        self._foot: str = told["foot"]
        self.set_title(told["title"])
        self.set_lang("zh-CN")
        head = [self._shown(name) for name in told["head"]]
        table = [[self._shown(cell) for cell in row] for row in rows]
        self._widths = self._fitted([head, *table])
        self._head = self._wrapped(head)
        self.add_page()
        self._begin(told["title"], told["about"])
        self._draw(self._head, fill=True)
        for row in table:
            self._row(self._wrapped(row))

    def footer(self) -> None:
        self.set_xy(MARGIN, self.h - MARGIN)
        self.cell(text=self._foot.format(page=self.page_no(), pages=self.str_alias_nb_pages))

    def _begin(self, title: str, about: Sequence[str]) -> None:
        self.set_font_size(TITLE)
        self.text(MARGIN, MARGIN + LINE, self._shown(title))
        self.set_font_size(TEXT)
        for place, line in enumerate(about, 2):
            self.text(MARGIN, MARGIN + place * LINE + PAD, self._shown(line))
        self.set_y(MARGIN + (len(about) + 2) * LINE)

    # ------------------------------------------------------------ texts

    def _shown(self, text: str) -> str:
        seen = unicodedata.normalize("NFC", text)
        return "".join(
            letter if letter == "\n" or ord(letter) in self._known else UNKNOWN
            for letter in seen
            if letter == "\n" or unicodedata.category(letter) not in UNSEEN
        )

    def _width(self, letter: str) -> float:
        if letter not in self._letters:
            self._letters[letter] = self.get_string_width(letter)
        return self._letters[letter]

    def _fitted(self, table: Sequence[Sequence[str]]) -> list[float]:
        """The width of each column: its longest line, but wide ones share what the others leave."""
        letter = self._width("字")
        asked = []
        for cells in zip(*table, strict=True):
            longest = max(sum(map(self._width, line)) for cell in cells for line in cell.split("\n"))
            asked.append(max(longest, NARROWEST * letter) + 2 * PAD)
        left, most = self.epw, self.epw
        for taken, width in enumerate(sorted(asked)):
            most = left / (len(asked) - taken)
            if width > most:
                break
            left -= width
        fitted = [min(width, most) for width in asked]
        return [width * self.epw / sum(fitted) for width in fitted]

    def _wrapped(self, row: Sequence[str]) -> list[list[str]]:
        return [
            [part for line in cell.split("\n") for part in self._broken(line, width - 2 * PAD)]
            for cell, width in zip(row, self._widths, strict=True)
        ]

    def _broken(self, line: str, width: float) -> list[str]:
        parts, used = [""], 0.0
        for letter in line:
            needed = self._width(letter)
            if used + needed > width and parts[-1]:
                parts.append("")
                used = 0.0
            parts[-1] += letter
            used += needed
        return parts

    # ------------------------------------------------------------ the table

    @property
    def _room(self) -> int:
        """How many lines of a row still fit on the page."""
        return int((self.h - MARGIN - 2 * PAD - self.get_y()) / LINE)

    def _row(self, cells: list[list[str]]) -> None:
        left = max(map(len, cells))
        whole = int((self.h - 2 * MARGIN - 4 * PAD) / LINE) - max(map(len, self._head))
        while left > 0:
            if self._room < min(left, whole):
                self.add_page()
                self.set_y(MARGIN)
                self._draw(self._head, fill=True)
            taken = min(left, self._room)
            self._draw([lines[:taken] for lines in cells], fill=False)
            cells = [lines[taken:] for lines in cells]
            left -= taken

    def _draw(self, cells: Sequence[Sequence[str]], *, fill: bool) -> None:
        top, height = self.get_y(), max(map(len, cells)) * LINE + 2 * PAD
        if fill:
            self.set_fill_color(230)
            self.rect(MARGIN, top, self.epw, height, style="F")
        x = MARGIN
        for lines, width in zip(cells, self._widths, strict=True):
            for place, line in enumerate(lines, 1):
                if line:
                    self.text(x + PAD, top + place * LINE, line)
            x += width
        self.set_y(top + height)
        self.set_draw_color(200)
        self.line(MARGIN, top + height, MARGIN + self.epw, top + height)


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))


def main() -> None:
    _limit()
    told, *rows = [json.loads(line) for line in sys.stdin.buffer]
    sys.stdout.buffer.write(Paper(Path(sys.argv[1]), told, rows).output())


if __name__ == "__main__":
    main()
