"""Which column of a table holds what: told by its name in the first row, or by somebody."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Wrong(Exception):
    """A cell cannot be taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Column:
    """What a column may hold. `names`: what it is called in files, without blanks, in small letters. What is `hidden`
    is shown nowhere."""

    field: str
    names: tuple[str, ...]
    needed: bool = False
    hidden: bool = False


def propose(columns: Sequence[Column], named: Sequence[str]) -> dict[str, int]:
    """Field → place of the column whose name says so; each column at most once."""
    called = [_called(name) for name in named]
    found: dict[str, int] = {}
    for column in columns:
        for name in column.names:
            place = next((at for at, words in enumerate(called) if name in words), None)
            if place is not None and place not in found.values():
                found[column.field] = place
                break
    return found


def _called(name: str) -> set[str]:
    """Letters and digits only, also without what stands in brackets behind."""
    text = folded(name).lower()
    return {re.sub(r"[\W_]", "", part) for part in (text, text.split("(")[0])}


def lacking(columns: Sequence[Column], mapping: Mapping[str, int]) -> list[str]:
    return [column.field for column in columns if column.needed and column.field not in mapping]


def cell(cells: Sequence[str], mapping: Mapping[str, int], field: str) -> str:
    """Empty where the file has none."""
    place = mapping.get(field)
    return cells[place] if place is not None and place < len(cells) else ""


def folded(text: str) -> str:
    """Digits, letters and blanks of full width as those of half."""
    return unicodedata.normalize("NFKC", text).strip()


def one_line(text: str) -> str:
    return " ".join(text.split())
