"""What a row of a table says of a card: which column is which, what its cells mean, and what is wrong with them."""

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from models import patron_cells
from models.import_columns import Column, Wrong, cell, folded, one_line
from models.patrons import PatronRow


class Field(StrEnum):
    CARD_NO = "card_no"
    NAME = "name"
    PHONE = "phone"
    GROUP = "group"
    VALID_FROM = "valid_from"
    VALID_UNTIL = "valid_until"
    STATE = "state"
    SECRET = "secret"


NEEDED: Final = (Field.CARD_NO, Field.NAME)

# What the column of each field is called in files of libraries and of ours; without blanks, in small letters.
NAMES: Final[Mapping[Field, tuple[str, ...]]] = {
    Field.CARD_NO: (
        "读者证号",
        "证号",
        "卡号",
        "借书证号",
        "学号",
        "工号",
        "学工号",
        "条码号",
        "cardno",
        "card",
        "cardnumber",
        "patronid",
        "studentid",
        "barcode",
    ),  # fmt: skip
    Field.NAME: ("姓名", "名字", "读者姓名", "学生姓名", "name", "fullname", "patronname"),
    Field.PHONE: (
        "手机号",
        "手机",
        "手机号码",
        "电话",
        "联系电话",
        "移动电话",
        "phone",
        "mobile",
        "tel",
        "telephone",
    ),  # fmt: skip
    Field.GROUP: ("读者类别", "读者类型", "类别", "类型", "身份", "group", "patrongroup", "category", "type"),
    Field.VALID_FROM: (
        "有效期从",
        "生效日期",
        "开始日期",
        "办证日期",
        "发证日期",
        "validfrom",
        "start",
        "startdate",
        "from",
    ),  # fmt: skip
    Field.VALID_UNTIL: (
        "有效期到",
        "有效期至",
        "有效期",
        "失效日期",
        "到期日期",
        "截止日期",
        "validuntil",
        "validto",
        "expires",
        "expirydate",
        "end",
        "enddate",
        "until",
    ),  # fmt: skip
    Field.STATE: ("状态", "证状态", "读者状态", "state", "status"),
    Field.SECRET: ("密码", "口令", "初始密码", "password", "secret", "pin"),
}


COLUMNS: Final = tuple(
    Column(field.value, names, needed=field in NEEDED, hidden=field is Field.SECRET)
    for field, names in NAMES.items()
)


# ---------------------------------------------------------------- rows


@dataclass(frozen=True, slots=True)
class Known:
    """What a row is compared with: groups by code and by name, and how long card numbers are."""

    groups: Mapping[str, str]
    zero_led: AbstractSet[int]
    ordinary: AbstractSet[int]


@dataclass(frozen=True, slots=True)
class Read:
    """A row as it was read: its card as far as the file tells it, and (field, code) of what is wrong.

    `row.secret_hash` is not set: hashing is slow. `told`: the fields that the file has a column for. `longer`: what its
    number may have been.
    """

    row: PatronRow
    secret: str | None
    told: frozenset[Field]
    wrong: tuple[tuple[Field, str], ...]
    longer: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.row.card_no


READERS: Final[Mapping[Field, Callable[[str], Any]]] = {
    Field.CARD_NO: patron_cells.number,
    Field.NAME: patron_cells.name,
    Field.PHONE: patron_cells.phone,
    Field.VALID_FROM: patron_cells.day,
    Field.VALID_UNTIL: patron_cells.day,
    Field.STATE: patron_cells.state,
    Field.SECRET: patron_cells.secret,
}


def read(cells: Sequence[str], mapping: Mapping[str, int], known: Known) -> Read:
    values: dict[Field, Any] = {}
    wrong: list[tuple[Field, str]] = []
    for field in Field:
        said = one_line(cell(cells, mapping, field))
        try:
            if said:
                values[field] = _group(said, known) if field is Field.GROUP else READERS[field](said)
            elif field in NEEDED:
                raise Wrong("empty")
        except Wrong as why:
            wrong.append((field, why.code))
    starts, ends = values.get(Field.VALID_FROM), values.get(Field.VALID_UNTIL)
    if starts and ends and ends < starts:
        wrong.append((Field.VALID_UNTIL, "before_start"))
    number = values.get(Field.CARD_NO, "")
    if _lost_zeros(number, known):
        wrong.append((Field.CARD_NO, "zeros_lost"))
    row = PatronRow(
        number,
        values.get(Field.NAME, ""),
        phone=values.get(Field.PHONE),
        group_code=values.get(Field.GROUP),
        valid_from=starts,
        valid_until=ends,
        state=values.get(Field.STATE),
    )
    told = frozenset(map(Field, mapping))
    return Read(row, values.get(Field.SECRET), told, tuple(wrong), tuple(_padded(number, known)))


def _group(said: str, known: Known) -> str:
    if (code := known.groups.get(folded(said).lower())) is None:
        raise Wrong("unknown_group")
    return code


def _lost_zeros(number: str, known: Known) -> bool:
    """Whether a worksheet seems to have taken the zeros off its beginning: shorter than those that have them, and of
    a length that numbers without do not have."""
    if not number.isdigit() or number.startswith("0") or len(number) in known.ordinary:
        return False
    return any(length > len(number) for length in known.zero_led)


def _padded(number: str, known: Known) -> list[str]:
    """What the number may have been before a worksheet took its zeros."""
    if not number.isdigit() or number.startswith("0"):
        return []
    return [number.zfill(length) for length in sorted(known.zero_led) if length > len(number)]


class Lengths:
    """How long the card numbers are, those of the library and those of a file: counted before rows are judged."""

    COMMON: Final = 5  # one in so many digit numbers of a file is no accident

    def __init__(self, zero_led: AbstractSet[int], ordinary: AbstractSet[int]) -> None:
        self._zero_led, self._ordinary = set(zero_led), set(ordinary)
        self._counts: dict[int, int] = {}

    def count(self, said: str) -> None:
        number = re.sub(r"\s", "", folded(said))
        if number.isdigit() and number.startswith("0"):
            self._zero_led.add(len(number))
        if number.isdigit():
            self._counts[len(number)] = self._counts.get(len(number), 0) + 1

    def known(self, groups: Mapping[str, str]) -> Known:
        every = sum(self._counts.values())
        common = {n for n, count in self._counts.items() if count * self.COMMON >= every}
        return Known(groups, self._zero_led, self._ordinary | common)


def over(read: Read, now: PatronRow | None) -> PatronRow:
    """The card as it is to be: what the file does not tell stays as it is."""
    row = read.row
    if now is None:
        return row
    untold = {
        name: getattr(now, name)
        for field, name in (
            (Field.PHONE, "phone"),
            (Field.GROUP, "group_code"),
            (Field.VALID_FROM, "valid_from"),
            (Field.VALID_UNTIL, "valid_until"),
        )
        if field not in read.told
    }
    return replace(row, **untold, state=row.state or now.state)


def dates_fit(row: PatronRow) -> bool:
    return not (row.valid_from and row.valid_until and row.valid_until < row.valid_from)
