"""Who answers when: weekly turns of duty, and the days on which somebody else stands there, or nobody."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tortoise import fields
from tortoise.models import Model

from models.calendar import Hours, Span, day_of, local_day, moment_of
from models.db import Row, Tx, belongs_to, fetch

AHEAD: Final = timedelta(days=14)
REMINDED_BEFORE: Final = timedelta(minutes=15)


class DutyTurn(Model):
    """At these minutes of the day (of the library's zone), on `first_day` and each week after it until `last_day`.

    Without a last day it goes on; without a department it is for whatever is asked.
    """

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    department: Any = belongs_to("Department", null=True, indexed=False)
    department_id: int | None
    first_day = fields.DateField()
    last_day = fields.DateField(null=True)
    from_minute = fields.IntField()
    until_minute = fields.IntField()
    version = fields.IntField(default=1, db_default=1)

    class Meta:
        table = "duty_turn"


class DutyException(Model):
    """One day of a turn, on which this person stands there instead; without one, nobody."""

    id = fields.BigIntField(primary_key=True)
    turn: Any = belongs_to("DutyTurn", indexed=False)
    turn_id: int
    day = fields.DateField()
    reader: Any = belongs_to("Reader", null=True)
    reader_id: int | None

    class Meta:
        table = "duty_exception"
        unique_together = (("turn_id", "day"),)


# ---------------------------------------------------------------- the rule


@dataclass(frozen=True, slots=True)
class Named:
    """A person or a department, by its number and how it is called."""

    id: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """`instead` says of single days who stands there."""

    id: int
    person: Named
    department: Named | None
    first_day: date
    last_day: date | None
    from_minute: int
    until_minute: int
    version: int
    instead: Mapping[date, Named | None]

    def falls_on(self, day: date) -> bool:
        return (
            self.first_day.weekday() == day.weekday()
            and self.first_day <= day
            and (self.last_day is None or day <= self.last_day)
        )

    def who(self, day: date) -> Named | None:
        return self.instead.get(day, self.person)

    def clash(self, other: "Turn") -> Named | None:
        """Who would stand in both at once, on any day; None: nobody."""
        last_days = [turn.last_day for turn in (self, other) if turn.last_day]
        if (
            self.first_day.weekday() != other.first_day.weekday()
            or max(self.from_minute, other.from_minute) >= min(self.until_minute, other.until_minute)
            or max(self.first_day, other.first_day) > min(last_days, default=date.max)
        ):
            return None
        if self.person.id == other.person.id:
            return self.person
        days = [day for day in {*self.instead, *other.instead} if self.falls_on(day) and other.falls_on(day)]
        pairs = ((self.who(day), other.who(day)) for day in days)
        return next((one for one, another in pairs if one and another and one.id == another.id), None)


@dataclass(frozen=True, slots=True)
class Shift:
    """A turn on one of its days; `person` is None when nobody stands there."""

    turn: Turn
    day: date
    span: Span
    person: Named | None


@dataclass(frozen=True, slots=True)
class Roster:
    """All turns, and the hours of each branch: on a day on which none opens nobody is on duty."""

    turns: Sequence[Turn]
    hours: Collection[Hours]
    zone: ZoneInfo

    def is_open(self, day: date) -> bool:
        return any(hours.on(day) for hours in self.hours)

    def shift(self, turn: Turn, day: date) -> Shift:
        starts, ends = (moment_of(day, at, self.zone) for at in (turn.from_minute, turn.until_minute))
        return Shift(turn, day, Span(starts, ends), turn.who(day))

    def on(self, day: date) -> list[Shift]:
        """The turns of a date, earliest first; also those for which nobody stands there."""
        if not self.is_open(day):
            return []
        shifts = [self.shift(turn, day) for turn in self.turns if turn.falls_on(day)]
        return sorted(shifts, key=lambda shift: (shift.span.starts, shift.span.ends, shift.turn.id))

    def on_duty(self, now: datetime) -> list[Shift]:
        """Who answers at this instant."""
        return [
            shift
            for shift in self.on(local_day(now, self.zone))
            if shift.person and shift.span.starts <= now < shift.span.ends
        ]

    def coming(self, now: datetime, *, within: timedelta = AHEAD) -> list[Shift]:
        """Whose turns begin after this instant, soonest first."""
        today = local_day(now, self.zone)
        days = (today + timedelta(days=ahead) for ahead in range(within.days + 1))
        return [shift for day in days for shift in self.on(day) if shift.person and shift.span.starts > now]

    def next_turn(self, now: datetime) -> Shift | None:
        """Who answers next, after now; None when nobody does within two weeks."""
        return next(iter(self.coming(now)), None)


# ---------------------------------------------------------------- rows

TURNS: Final = """
SELECT t.*, r.nickname AS name, d.name AS department_name,
    e.day AS other_day, e.reader_id AS other_id, o.nickname AS other_name
FROM duty_turn t JOIN reader r ON r.id = t.reader_id LEFT JOIN department d ON d.id = t.department_id
LEFT JOIN duty_exception e ON e.turn_id = t.id AND e.day >= $1 LEFT JOIN reader o ON o.id = e.reader_id
WHERE t.last_day IS NULL OR t.last_day >= $1 ORDER BY t.id
"""


async def turns(since: date) -> list[Turn]:
    """Those that have a day on or after this one, each with its exceptions since then."""
    found: dict[int, list[Row]] = {}
    for row in await fetch(TURNS, since):
        found.setdefault(row["id"], []).append(row)
    return [_turn(rows) for rows in found.values()]


def _turn(rows: Iterable[Row]) -> Turn:
    row, *_ = rows = list(rows)
    department, last = row["department_id"], row["last_day"]
    return Turn(
        id=row["id"],
        person=Named(row["reader_id"], row["name"]),
        department=Named(department, row["department_name"]) if department else None,
        first_day=day_of(row["first_day"]),
        last_day=day_of(last) if last else None,
        from_minute=row["from_minute"],
        until_minute=row["until_minute"],
        version=row["version"],
        instead={
            day_of(one["other_day"]): Named(one["other_id"], one["other_name"]) if one["other_id"] else None
            for one in rows
            if one["other_day"]
        },
    )


MAKE: Final = """
INSERT INTO duty_turn (reader_id, department_id, first_day, last_day, from_minute, until_minute, version)
VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id
"""
SAVE: Final = """
UPDATE duty_turn SET reader_id = $2, department_id = $3, first_day = $4, last_day = $5, from_minute = $6,
    until_minute = $7, version = version + 1 WHERE id = $1
"""


def _values(turn: Turn) -> tuple[Any, ...]:
    department = turn.department.id if turn.department else None
    return (turn.person.id, department, turn.first_day, turn.last_day, turn.from_minute, turn.until_minute)


async def make(tx: Tx, turn: Turn) -> int:
    """Its id; what `turn` says of that is not looked at."""
    turn_id: int = (await tx.fetch(MAKE, *_values(turn)))[0]["id"]
    return turn_id


async def save(tx: Tx, turn: Turn) -> None:
    """Change a turn, and keep of its exceptions those of days that are still its own. The row must be locked."""
    await tx.fetch(SAVE, turn.id, *_values(turn))
    for row in await tx.fetch("SELECT id, day FROM duty_exception WHERE turn_id = $1", turn.id):
        if not turn.falls_on(day_of(row["day"])):
            await tx.fetch("DELETE FROM duty_exception WHERE id = $1", row["id"])


INSTEAD: Final = """
INSERT INTO duty_exception (turn_id, day, reader_id) VALUES ($1, $2, $3)
ON CONFLICT (turn_id, day) DO UPDATE SET reader_id = $3
"""


async def put_instead(tx: Tx, turn_id: int, day: date, reader_id: int | None) -> None:
    """On that day this person, or nobody. The turn must be locked."""
    await tx.fetch(INSTEAD, turn_id, day, reader_id)
    await _counted(tx, turn_id)


async def as_planned(tx: Tx, turn_id: int, day: date) -> None:
    """On that day as on the others. The turn must be locked."""
    await tx.fetch("DELETE FROM duty_exception WHERE turn_id = $1 AND day = $2", turn_id, day)
    await _counted(tx, turn_id)


async def _counted(tx: Tx, turn_id: int) -> None:
    await tx.fetch("UPDATE duty_turn SET version = version + 1 WHERE id = $1", turn_id)


async def end(tx: Tx, turn_id: int) -> None:
    await tx.fetch("DELETE FROM duty_exception WHERE turn_id = $1", turn_id)
    await tx.fetch("DELETE FROM duty_turn WHERE id = $1", turn_id)


async def count_of(tx: Tx, reader_id: int) -> int:
    """How many turns somebody has."""
    rows = await tx.fetch("SELECT count(*) AS n FROM duty_turn WHERE reader_id = $1", reader_id)
    return int(rows[0]["n"])


OF_SOMEBODY: Final = (
    "DELETE FROM duty_exception WHERE turn_id IN (SELECT id FROM duty_turn WHERE reader_id = $1)",
    "DELETE FROM duty_turn WHERE reader_id = $1",
    "UPDATE duty_exception SET reader_id = NULL WHERE reader_id = $1",
)


async def end_all(tx: Tx, reader_id: int) -> None:
    """Somebody answers no more: their turns end, and where they stood in for a colleague nobody does."""
    for sql in OF_SOMEBODY:
        await tx.fetch(sql, reader_id)
