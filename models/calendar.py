"""Days and opening hours in the library's zone. "Today" is never computed anywhere else.

A day here runs from midnight to midnight of the library's wall clock; minutes of the day count on
that clock, so that 08:00 stays 08:00 on a day on which the clock is set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.db import Row

MINUTES_OF_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time, `starts` included, `ends` not; both aware."""

    starts: datetime
    ends: datetime

    def holds(self, other: "Span") -> bool:
        return self.starts <= other.starts and other.ends <= self.ends

    @classmethod
    def minute(cls, now: datetime) -> "Span":
        """The present, as far as slots are asked for."""
        return cls(now, now + timedelta(minutes=1))

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts) / timedelta(minutes=1))


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def day_of(value: date | str) -> date:
    """A date of a row; SQLite keeps it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def moment_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant of a minute of the day; 1440 is the next midnight."""
    on, minute = (day + timedelta(days=1), 0) if minute == MINUTES_OF_DAY else (day, minute)
    return datetime.combine(on, time(minute // 60, minute % 60), zone).astimezone(UTC)


def day_span(day: date, zone: ZoneInfo) -> Span:
    return Span(moment_of(day, 0, zone), moment_of(day, MINUTES_OF_DAY, zone))


@dataclass(frozen=True, slots=True)
class Hours:
    """When a branch is open: its week, and the dates that differ."""

    week: dict[int, list[tuple[int, int]]]
    special: dict[date, list[tuple[int, int]]]
    notes: dict[date, str]
    zone: ZoneInfo

    @classmethod
    def of(cls, rows: Iterable[Row], zone: ZoneInfo) -> "Hours":
        hours = cls({}, {}, {}, zone)
        for row in rows:
            if row["special"]:
                day = day_of(row["day"])
                spans = hours.special.setdefault(day, [])
                if row["note"]:
                    hours.notes[day] = row["note"]
            else:
                spans = hours.week.setdefault(row["at"], [])
            if row["opens_minute"] is not None:
                spans.append((row["opens_minute"], row["closes_minute"]))
        return hours

    def on(self, day: date) -> list[Span]:
        """The opening spans of a date, earliest first; none when closed."""
        minutes = self.special[day] if day in self.special else self.week.get(day.weekday(), [])
        return [
            Span(moment_of(day, opens, self.zone), moment_of(day, closes, self.zone))
            for opens, closes in sorted(minutes)
        ]

    def span_now(self, now: datetime) -> Span | None:
        """The opening span that holds this instant."""
        spans = self.on(local_day(now, self.zone))
        return next((span for span in spans if span.starts <= now < span.ends), None)

    def next_opening(self, now: datetime, *, within_days: int = 14) -> datetime | None:
        """When it opens next, after now."""
        today = local_day(now, self.zone)
        for ahead in range(within_days + 1):
            for span in self.on(today + timedelta(days=ahead)):
                if span.starts > now:
                    return span.starts
        return None
