"""The plain subset of pydantic that inputs and outputs are made of.

Ids are strings on the wire (JavaScript rounds large numbers), times carry an offset, unknown fields
are refused, and nothing is converted behind the caller's back: `"1"` is no number in a body.
"""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)

ON_THE_WIRE: Final = {"on_the_wire": True}  # validation context of what a caller sent

ID_PATTERN: Final = r"^[1-9][0-9]{0,17}$"
_DAY: Final = (  # of this century, without a 31st of November
    r"(20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|20([02468][048]|[13579][26])-02-29)"
)
DAY_PATTERN: Final = f"^{_DAY}$"
_TIME: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?([+-](0[0-9]|1[0-3]):(00|15|30|45)|Z)"
MOMENT_PATTERN: Final = f"^{_DAY}T{_TIME}$"


def _id(value: Any, info: ValidationInfo) -> int:
    if isinstance(value, str) and re.fullmatch(ID_PATTERN, value):
        return int(value)
    if type(value) is int and not info.context:  # made by our own code
        return value
    raise ValueError("an id is a string of digits")


def _count(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"[1-9][0-9]{0,3}", value):
        raise ValueError("a count is written in digits")
    return value


def _of_pattern(pattern: str) -> BeforeValidator:
    """Text of this form; pydantic alone would also take a number of seconds, or a blank for the T."""

    def check(value: Any) -> Any:
        if isinstance(value, int | float) or (isinstance(value, str) and not re.fullmatch(pattern, value)):
            raise ValueError("not of the form that the contract states")
        return value

    return BeforeValidator(check)


def _in_our_time(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time has an offset")
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
    _of_pattern(MOMENT_PATTERN),
    AfterValidator(_in_our_time),
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "pattern": MOMENT_PATTERN,
            "examples": ["2026-11-22T14:00:00+08:00"],
        },
        mode="validation",
    ),
]
Day = Annotated[
    date,
    _of_pattern(DAY_PATTERN),
    WithJsonSchema(
        {"type": "string", "format": "date", "pattern": DAY_PATTERN, "examples": ["2026-11-22"]},
        mode="validation",
    ),
]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Text = Annotated[str, AfterValidator(_printable)]
Line = Annotated[str, AfterValidator(_one_line)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
GroupCode = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,20}$")]
Limit = Annotated[int, BeforeValidator(_count), Field(ge=1, le=100)]
Cursor = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,17}$")]


class Input(BaseModel):
    """What a caller asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Repeatable(Input):
    """What may be sent again when its answer was lost: the same key gives the same answer."""

    idempotency_key: Key


class Typed(Input):
    """What somebody typed. `local_id` is made by their phone: the same one again is the same text, stored once."""

    local_id: Key


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
