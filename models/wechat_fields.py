"""WeChat's rules for the fields of a subscription message: values are fitted before they are sent.

A key of a template is a kind and a number (`thing1`, `time3`); every function here takes either the key or
the kind. Texts are shaped until they fit. Facts (times, dates, numbers, amounts, telephone numbers) are only
spelt as WeChat wants them: one that cannot be is a mistake of ours, never something to be made up.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Literal

Unfit = Literal["empty", "control_character", "form"]

_TIME = r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?"
_DATE = (
    r"(?:\d{4}年\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月|\d{1,2}月\d{1,2}日"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2})"
)
_HAN = "\u4e00-\u9fff"


def _points(point: str) -> str:
    return f"{point}(?:~{point})?"


_FACTS = {
    "time": _points(rf"(?:{_DATE} ?)?{_TIME}"),
    "date": _points(rf"{_DATE}(?: ?{_TIME})?"),
    "number": r"(?=.{1,32}$)\d+(?:\.\d+)?",
    "amount": r"[^\w\s]?\d{1,10}(?:\.\d+)?元?",
    "phone_number": r"[\d+\-() ]{1,17}",
    "car_number": rf"[{_HAN}A-Z][A-Z0-9]{{1,6}}[{_HAN}A-Z0-9]",
}
_TEXTS = {
    "thing": r".{1,20}",
    "character_string": r"[\x20-\x7e]{1,32}",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "name": rf"(?=.*[{_HAN}])\D{{1,10}}|[^\d{_HAN}]{{1,20}}",
    "phrase": rf"[{_HAN}]{{1,5}}",
}
_FORMS = {
    kind: re.compile(form, re.ASCII if kind in _FACTS and kind != "amount" else 0)
    for kind, form in (_FACTS | _TEXTS).items()
}
_WHEN_NOTHING_IS_LEFT = {
    "thing": "无",
    "character_string": "-",
    "letter": "A",
    "symbol": "-",
    "name": "读者",
    "phrase": "无",
}


def kind_of(key: str) -> str:
    """`thing1` → `thing`. Raises `ValueError` for a kind that has no rule here (`enum`, `const`)."""
    kind = key.rstrip("0123456789")
    if kind not in _FORMS:
        raise ValueError(f"no rule for the field {key!r}")
    return kind


def why_unfit(key: str, value: str) -> Unfit | None:
    """What WeChat would refuse a value for, or None. Lengths are counted in code points."""
    if not value.strip():
        return "empty"
    if any(_is_control(character) for character in value):
        return "control_character"
    return None if _FORMS[kind_of(key)].fullmatch(value) else "form"


def fit(key: str, value: str) -> str:
    """The value as WeChat takes it; never empty.

    Raises `ValueError` when a fact is not of its form: that is to be mended where the value is made.
    """
    kind = kind_of(key)
    clean = " ".join("".join(" " if _is_control(c) else c for c in value).split())
    fitted = _spelt(clean) if kind in _FACTS else _SHAPES[kind](clean).strip()
    fitted = fitted or _WHEN_NOTHING_IS_LEFT.get(kind, "")
    if why_unfit(kind, fitted):
        raise ValueError(f"{value!r} is no {kind}")
    return fitted


def moment(at: datetime) -> str:
    """`2019年10月1日 15:01`, for `time` and `date` fields; `at` is already in the library's zone."""
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def span(starts: datetime, ends: datetime) -> str:
    """`2019年10月1日 15:01~17:00`, for `time` fields; the second date only when it is another."""
    return f"{moment(starts)}~" + (f"{ends:%H:%M}" if starts.date() == ends.date() else moment(ends))


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def _spelt(value: str) -> str:
    halfwidth = unicodedata.normalize("NFKC", value)
    return re.sub(r" *[~\u301c\u223c\u2013\u2014至] *", "~", halfwidth)


def _shortened(value: str, *, most: int) -> str:
    return value if len(value) <= most else value[: most - 1].rstrip() + "…"


def _kept(pattern: str, value: str, *, most: int) -> str:
    return "".join(re.findall(pattern, value))[:most]


def _name(value: str) -> str:
    letters = re.sub(r"\d", "", value).strip()
    return letters[:10] if re.search(f"[{_HAN}]", letters) else letters[:20]


_SHAPES: dict[str, Callable[[str], str]] = {
    "thing": lambda value: _shortened(value, most=20),
    "character_string": lambda value: _kept(
        r"[\x20-\x7e]", unicodedata.normalize("NFKC", value).strip(), most=32
    ),
    "letter": lambda value: _kept(r"[A-Za-z]", unicodedata.normalize("NFKC", value), most=32),
    "symbol": lambda value: _kept(r"[^\w\s]", value, most=5),
    "name": _name,
    "phrase": lambda value: _kept(f"[{_HAN}]", value, most=5),
}
