"""Where things are: branch → area → spot; when a branch is open; and the rules of an area's seats."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

SEAT_SLOT_MINUTES: Final = 15
CODE_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/i/l: it is also typed by hand
CODE_LENGTH: Final = 10
LONGEST_CODE: Final = 16  # that a seat may have


class Branch(Model):
    """`sample`: it and all that belongs to it is shown to reviewers, and to nobody else."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(40)
    address = fields.CharField(120)
    place = fields.IntField()  # order in lists
    sample = fields.BooleanField(default=False, db_default=False)

    class Meta:
        table = "branch"


class WeeklyHours(Model):
    """One opening span of a weekday (0 = Monday), in minutes from midnight of the library's zone."""

    id = fields.BigIntField(primary_key=True)
    branch: Any = belongs_to("Branch")
    branch_id: int
    weekday = fields.IntField()
    opens_minute = fields.IntField()
    closes_minute = fields.IntField()

    class Meta:
        table = "weekly_hours"


class HoursException(Model):
    """A date that differs from the week: one row per span, or one row without minutes = closed."""

    id = fields.BigIntField(primary_key=True)
    branch: Any = belongs_to("Branch")
    branch_id: int
    day = fields.DateField()
    opens_minute = fields.IntField(null=True)
    closes_minute = fields.IntField(null=True)
    note = fields.CharField(40, null=True)

    class Meta:
        table = "hours_exception"
        indexes = (("branch_id", "day"),)


class SeatRules(Model):
    """What administrators set for the seats of the areas that name it. All spans are in minutes."""

    id = fields.BigIntField(primary_key=True)
    name = fields.CharField(40)
    advance_days = fields.IntField()  # 0: today only
    release_minute = fields.IntField()  # of the day, from which the last of those days can be booked
    min_minutes = fields.IntField()
    max_minutes = fields.IntField()
    at_once = fields.IntField()  # bookings that have not ended, per reader
    per_day = fields.IntField()  # bookings that begin on one day, per reader
    checkin_before_minutes = fields.IntField()
    checkin_after_minutes = fields.IntField()
    remind_before_minutes = fields.IntField()
    needs_card = fields.BooleanField(default=False, db_default=False)
    groups = fields.CharField(200, default="", db_default="")  # codes of who may, between blanks; none: all
    version = fields.IntField(default=1)
    saved_at = UtcDatetimeField()
    sample = fields.BooleanField(default=False, db_default=False)  # of sample areas only

    class Meta:
        table = "seat_rules"


class Area(Model):
    """A room or floor with a plan. `width` and `height` are in decimetres, `shapes` what is drawn."""

    id = fields.BigIntField(primary_key=True)
    branch: Any = belongs_to("Branch")
    branch_id: int
    rules: Any = belongs_to("SeatRules")
    rules_id: int
    name = fields.CharField(40)
    floor = fields.CharField(10)
    quiet = fields.BooleanField(default=False)
    width = fields.IntField()
    height = fields.IntField()
    shapes = fields.TextField()  # JSON, as `AreaPlan.shapes` has it
    place = fields.IntField()

    class Meta:
        table = "area"


class Spot(Model):
    """One thing that one booking can hold at a time. The slot length is fixed when it is born."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(12)  # seat
    area: Any = belongs_to("Area")
    area_id: int
    label = fields.CharField(20)
    x = fields.IntField()
    y = fields.IntField()
    features = fields.CharField(80, default="")  # words, separated by blanks
    slot_minutes = fields.IntField()
    code = fields.CharField(LONGEST_CODE, unique=True)  # what its printed QR says
    closed = fields.BooleanField(default=False)

    class Meta:
        table = "spot"
        unique_together = (("area_id", "label"),)


async def go_by(tx: Tx, area: Area, rules: SeatRules) -> None:
    """The area goes by these rules; those that it leaves are gone when nothing else goes by them. The rows of all
    three are locked."""
    await tx.fetch("UPDATE area SET rules_id = $2 WHERE id = $1", area.id, rules.id)
    unused = "NOT EXISTS (SELECT 1 FROM area a WHERE a.rules_id = $1)"
    await tx.fetch(f"DELETE FROM seat_rules WHERE id = $1 AND {unused}", area.rules_id)


def new_code() -> str:
    """A seat's code: 49 random bits, so that nobody checks in by guessing."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))


def code_in(text: str) -> str:
    """The seat code in what a phone scanned: the bare code, `s=<code>`, or a page with that scene; "" of none."""
    tail = text.strip().rsplit("s%3D", 1)[-1].rsplit("s=", 1)[-1]
    code = tail.split("&", 1)[0].lower()
    return code if len(code) <= LONGEST_CODE else ""


def hours_between(first: str, last: str) -> str:
    """SQL for the rows that `calendar.Hours` is made from: the week, and the exceptions of these days."""
    return f"""
SELECT branch_id, 0 AS special, weekday AS at, NULL AS day, opens_minute, closes_minute, NULL AS note
FROM weekly_hours
UNION ALL
SELECT branch_id, 1 AS special, 0 AS at, day, opens_minute, closes_minute, note
FROM hours_exception WHERE day BETWEEN {first} AND {last}
"""


ALL_HOURS = hours_between("$1", "$2")
HOURS = f"SELECT * FROM ({ALL_HOURS}) h WHERE branch_id = $3"


async def hours_rows(branch_id: int, first: date, last: date) -> list[Row]:
    """The rows that `calendar.Hours` is made from: the week, and the exceptions of these days."""
    return list(await fetch(HOURS, first, last, branch_id))


async def hours_rows_of_all(first: date, last: date) -> dict[int, list[Row]]:
    """The same for each branch, by its id."""
    return _by_branch(await fetch(ALL_HOURS, first, last))


OF_LIBRARY = f"SELECT * FROM ({ALL_HOURS}) h WHERE branch_id IN (SELECT id FROM branch WHERE NOT sample)"


async def hours_rows_of_library(first: date, last: date) -> dict[int, list[Row]]:
    """The same without the sample, which never closes."""
    return _by_branch(await fetch(OF_LIBRARY, first, last))


def _by_branch(found: Iterable[Row]) -> dict[int, list[Row]]:
    rows: dict[int, list[Row]] = {}
    for row in found:
        rows.setdefault(row["branch_id"], []).append(row)
    return rows


# One probe of the key for each seat: a range of slots alone is no prefix of any index.
FREE_COUNTS = """
SELECT s.area_id, count(*) AS seats, sum(CASE WHEN EXISTS (
    SELECT 1 FROM slot t WHERE t.spot_id = s.id AND t.slot_no >= $1 AND t.slot_no < $2
        AND (t.lapses_at IS NULL OR t.lapses_at > $3)
) THEN 0 ELSE 1 END) AS free_seats
FROM spot s WHERE s.kind = 'seat' AND NOT s.closed GROUP BY s.area_id
"""


async def free_counts(first: int, until: int, now: datetime) -> dict[int, tuple[int, int]]:
    """Area id → (seats, seats free in every slot from `first` up to `until`)."""
    rows = await fetch(FREE_COUNTS, first, until, now)
    return {row["area_id"]: (row["seats"], row["free_seats"]) for row in rows}
