"""Time as the database has it: instants in UTC, whichever the dialect."""

from datetime import UTC, datetime
from typing import Any, cast

from tortoise import fields


def utc_text(value: datetime) -> str:
    """An instant as SQLite stores it: UTC, fixed width, so that text order is time order."""
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone says nothing; give it one")
    return value.astimezone(UTC).isoformat(sep=" ", timespec="microseconds")


def instant(value: Any) -> datetime:
    """A time column of a raw row, from either dialect, as an aware datetime in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else cast(datetime, value)


def instant_or_none(value: Any) -> datetime | None:
    return None if value is None else instant(value)


class UtcDatetimeField(fields.DatetimeField[datetime]):
    """An instant: aware when it is given, UTC when it is stored and when it is read."""

    def to_db_value(self, value: Any, instance: Any) -> datetime | None:  # type: ignore[override]
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"{self.model_field_name} needs a datetime with a time zone")
        return value.astimezone(UTC)

    def to_python_value(self, value: Any) -> datetime | None:
        if value is None:
            return None
        read = instant(value)
        if read.tzinfo is None:
            raise ValueError(f"{self.model_field_name} needs a datetime with a time zone")
        return read.astimezone(UTC)
