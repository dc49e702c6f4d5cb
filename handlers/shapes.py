"""The plain subset of pydantic that inputs and outputs are made of.

Ids are strings on the wire (JavaScript rounds large numbers), times carry an offset, unknown fields
are refused, and nothing is converted behind the caller's back: `"1"` is no number in a body.
"""

import unicodedata
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)

ID_PATTERN = r"^[1-9][0-9]{0,17}$"


def _id(value: Any) -> int:
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and 1 <= len(value) <= 18
        and value[0] != "0"
    ):
        return int(value)
    if type(value) is int:  # made by our own code, never by JSON
        return value
    raise ValueError("an id is a string of digits")


def _json_only_text(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a time is text")
    return value


def _in_our_time(value: datetime) -> datetime:
    if value.tzinfo is None or not 2000 <= value.year < 2100:
        raise ValueError("a time has an offset and lies in this century")
    if value.utcoffset() is not None and abs(value.utcoffset() or timedelta()) > timedelta(hours=14):
        raise ValueError("no place on earth has this offset")
    return value


def _day_in_our_time(value: date) -> date:
    if not 2000 <= value.year < 2100:
        raise ValueError("a date lies in this century")
    return value


def _printable(value: str) -> str:
    kinds = {unicodedata.category(letter) for letter in value if letter != "\n"}
    if kinds & {"Cc", "Cs"}:
        raise ValueError("control characters are not text")
    return value.strip() if kinds - {"Cf", "Zs", "Zl", "Zp"} else ""  # nothing that can be seen is no text


def _one_line(value: str) -> str:
    if "\n" in value.strip():
        raise ValueError("one line")
    return _printable(value)


Id = Annotated[
    int,
    BeforeValidator(_id),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": ID_PATTERN, "examples": ["42"]}),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_json_only_text),
    AfterValidator(_in_our_time),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
            r"(\.[0-9]{1,6})?([+-](0[0-9]|1[0-3]):(00|15|30|45)|Z)$",
            "examples": ["2026-11-22T14:00:00+08:00"],
        },
        mode="validation",
    ),
]
Day = Annotated[
    date,
    BeforeValidator(_json_only_text),
    AfterValidator(_day_in_our_time),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date",
            "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$",
            "examples": ["2026-11-22"],
        },
        mode="validation",
    ),
]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, AfterValidator(_printable)]
Line = Annotated[str, AfterValidator(_one_line)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Limit = Annotated[int, Field(ge=1, le=100)]
Cursor = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]


class Input(BaseModel):
    """What a caller asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeatable(Input):
    """What may be sent again when its answer was lost: the same key gives the same answer."""

    idempotency_key: Key


class Output(BaseModel):
    """What a use case answers."""

    model_config = ConfigDict(frozen=True)


class Nothing(Output):
    """Done; there is nothing to say."""


class NoInput(Input):
    """A request that needs no words."""


ItemT = TypeVar("ItemT", bound=Output)


class Page(Output, Generic[ItemT]):
    """Part of a list; `next` is the `after` of the following part."""

    items: list[ItemT]
    next: str | None
