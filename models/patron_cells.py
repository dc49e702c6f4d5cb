"""What a cell of a table means, with what worksheets do to numbers and days."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from models.import_columns import Wrong, folded
from models.patrons import CARD_LENGTH, NAME_LENGTH, CardState, phone_digits
from models.people import PHONE_LENGTH

LONGEST_SECRET: Final = 64
EXCEL_DAY_0: Final = date(1899, 12, 30)
SERIALS: Final = range(36526, 73051)  # 2000 to 2099, as Excel counts days
STATES: Final[Mapping[str, CardState]] = {
    **dict.fromkeys(("有效", "正常", "在用", "active", "valid"), CardState.ACTIVE),
    **dict.fromkeys(("挂失", "丢失", "lost"), CardState.LOST),
    **dict.fromkeys(("停用", "注销", "退证", "无效", "closed", "inactive"), CardState.CLOSED),
}


def _exact(text: str) -> str:
    """Raises `exponent` for what a worksheet has made of a long number: its last digits are gone."""
    if re.fullmatch(r"\d(\.\d+)?[eE]\+?\d{1,3}", text):
        raise Wrong("exponent")
    return text


def number(cell: str) -> str:
    text = re.sub(r"\s", "", _exact(folded(cell)))
    if len(text) > CARD_LENGTH:
        raise Wrong("too_long")
    if not (text.isascii() and text.isprintable()):
        raise Wrong("not_a_number")
    return text


def name(cell: str) -> str:
    if len(cell) > NAME_LENGTH:
        raise Wrong("too_long")
    if not cell.isprintable():
        raise Wrong("unprintable")
    return cell


def phone(cell: str) -> str:
    text = _exact(folded(cell))
    digits = phone_digits(text)
    if not re.fullmatch(r"\+?[0-9\s()-]+", text) or not 5 <= len(digits) <= PHONE_LENGTH:
        raise Wrong("not_a_phone")
    return digits


def day(cell: str) -> date:
    text = folded(cell)
    if text.isdigit() and int(text) in SERIALS and len(text) == 5:
        return EXCEL_DAY_0 + timedelta(days=int(text))
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))(?:[ T][\d:.]+)?", text)
    if not found:
        raise Wrong("not_a_day")
    year, *rest = (int(part) for part in found.groups() if part)
    try:
        told = date(year, rest[0], rest[1])
    except ValueError:
        raise Wrong("not_a_day") from None
    if not 2000 <= told.year <= 2099:
        raise Wrong("far_day")
    return told


def state(cell: str) -> CardState:
    if (known := STATES.get(folded(cell).lower())) is None:
        raise Wrong("not_a_state")
    return known


def secret(cell: str) -> str:
    text = _exact(cell)
    if len(text) > LONGEST_SECRET or not text.isprintable():
        raise Wrong("too_long" if text.isprintable() else "unprintable")
    return text
