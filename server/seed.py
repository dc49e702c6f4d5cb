"""A demo library: two branches, six areas, 1,200 seats, hours, a notice, and people to switch between; and the sample
that WeChat's reviewers see, a small room that never closes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any, Final

from handlers.context import Context
from models.announcements import Announcement
from models.db import transaction
from models.departments import Department
from models.spaces import (
    SEAT_SLOT_MINUTES,
    Area,
    Branch,
    HoursException,
    SeatRules,
    Spot,
    WeeklyHours,
    new_code,
)
from server import seed_articles, seed_patrons

PEOPLE: Final = (  # handle in the simulator, name, role
    ("lin", "林小满", None),
    ("zhou", "周知远", None),
    ("chen", "陈奶奶", None),
    ("librarian", "何馆员", "librarian"),
    ("admin", "苏主任", "admin"),
)

DEPARTMENTS: Final = (  # and what readers may ask them
    ("流通服务部", "借还、预约、读者证、存包"),
    ("参考咨询部", "查资料、找论文、用数据库"),
    ("少儿服务部", "给孩子选书、亲子活动"),
)

Progress = Callable[[str], None]
Shape = dict[str, int | str]

SEAT: Final = 12  # decimetres from seat to seat
AISLE: Final = 20
MARGIN: Final = 40
WALL: Final = 3


@dataclass(frozen=True, slots=True)
class Room:
    """Tables in a grid: `columns` × `rows` tables of `across` × 2 seats, in decimetres. `groups`: only with a card, of
    one of these groups of readers."""

    branch: int
    name: str
    floor: str
    prefix: str
    columns: int
    rows: int
    across: int
    quiet: bool = False
    strict: bool = False
    groups: str = ""

    @property
    def seats(self) -> int:
        return self.columns * self.rows * self.across * 2

    @property
    def width(self) -> int:
        return self.left(self.columns) - AISLE + MARGIN

    @property
    def height(self) -> int:
        return self.top(self.rows) - AISLE + MARGIN

    def left(self, column: int) -> int:
        """Where a table begins."""
        return MARGIN + column * (self.across * SEAT + AISLE)

    def top(self, row: int) -> int:
        """Where a row of seats, its table and the row of seats behind it begin."""
        return MARGIN + row * (3 * SEAT + AISLE)


ROOMS: Final = (
    Room(0, "自习大厅", "1层", "A", columns=6, rows=10, across=5),  # 600
    Room(0, "人文阅览区", "2层", "B", columns=5, rows=5, across=4),  # 200
    Room(0, "静音自习室", "3层", "C", columns=4, rows=5, across=3, quiet=True, strict=True),  # 120
    Room(0, "科技阅览区", "3层", "D", columns=5, rows=4, across=3, groups="staff student"),  # 120
    Room(1, "综合阅览室", "1层", "E", columns=4, rows=5, across=2),  # 80
    Room(1, "少儿阅览室", "2层", "F", columns=4, rows=5, across=2, groups="child"),  # 80
)


SAMPLE: Final = Room(0, "示例阅览室", "1层", "S", columns=2, rows=1, across=3)  # 12


async def seed_sample(ctx: Context) -> list[Spot]:
    """Put the sample beside what is there, once: its seats that can be booked."""
    if not await Branch.exists(sample=True):
        async with transaction():
            await _sample(ctx)
        await seed_articles.write(seed_articles.SAMPLE, ctx.clock.now(), sample=True)
    return await Spot.filter(area__branch__sample=True, closed=False).order_by("id")


async def _sample(ctx: Context) -> None:
    now = ctx.clock.now()
    branch = await Branch.create(name="示例馆", address="只有审核人员看得到", place=0, sample=True)
    for weekday in range(7):  # at all hours: nobody knows when a reviewer comes
        await WeeklyHours.create(branch=branch, weekday=weekday, opens_minute=0, closes_minute=24 * 60)
    limits = _rules("示例座位", per_day=20, at_once=20, max_minutes=240)
    rules = await SeatRules.create(**limits, saved_at=now, sample=True)
    await Announcement.create(
        id=2,
        title="这里是示例",
        text="座位、预约和这条公告都是示例数据，可以随意试用。",
        saved_at=now,
        sample=True,
    )
    await _area(SAMPLE, branch, rules, 0)


async def seed(ctx: Context, progress: Progress) -> None:
    """Fill an empty database; does nothing when there is a branch already, other than the sample's."""
    if await Branch.exists(sample=False):
        return
    now = ctx.clock.now()
    progress("branches and hours")
    main = await Branch.create(name="总馆", address="书院路 1 号", place=0)
    south = await Branch.create(name="南湖分馆", address="南湖大道 88 号", place=1)
    for weekday in range(7):
        await WeeklyHours.create(
            branch=main, weekday=weekday, opens_minute=7 * 60, closes_minute=22 * 60 + 30
        )
        if weekday != 0:
            await WeeklyHours.create(
                branch=south, weekday=weekday, opens_minute=9 * 60, closes_minute=21 * 60
            )
    await HoursException.create(branch=south, day=ctx.today() + timedelta(days=9), note="馆舍检修，闭馆一天")
    common = await SeatRules.create(**_rules("普通座位", per_day=3, at_once=2, max_minutes=360), saved_at=now)
    strict = await SeatRules.create(**_rules("静音座位", per_day=2, at_once=1, max_minutes=240), saved_at=now)
    await Announcement.create(
        id=1,
        title="期末复习周，总馆延长到 22:30",
        text="即日起总馆每天 7:00–22:30 开放。离开超过 15 分钟请先签退，把座位让给需要的人。",
        saved_at=now,
    )
    for place, (name, asks) in enumerate(DEPARTMENTS):
        await Department.create(name=name, asks=asks, place=place)
    for place, room in enumerate(ROOMS):
        progress(f"{room.name}: {room.seats} seats")
        branch, rules = (main, south)[room.branch], strict if room.strict else common
        if room.groups:
            limits = _rules(room.name, per_day=3, at_once=2, max_minutes=360)
            rules = await SeatRules.create(**limits, saved_at=now, needs_card=True, groups=room.groups)
        await _area(room, branch, rules, place)
    await seed_patrons.write(progress)
    progress("articles and answers")
    await seed_articles.write(seed_articles.WRITTEN, now)
    await seed_articles.teach(now)


def _rules(name: str, *, per_day: int, at_once: int, max_minutes: int) -> dict[str, Any]:
    return {
        "name": name,
        "advance_days": 2,
        "release_minute": 7 * 60,
        "min_minutes": 30,
        "max_minutes": max_minutes,
        "at_once": at_once,
        "per_day": per_day,
        "checkin_before_minutes": 30,
        "checkin_after_minutes": 15,
        "remind_before_minutes": 20,
    }


async def _area(room: Room, branch: Branch, rules: SeatRules, place: int) -> None:
    area = await Area.create(
        branch=branch,
        rules=rules,
        name=room.name,
        floor=room.floor,
        quiet=room.quiet,
        width=room.width,
        height=room.height,
        shapes=json.dumps(_shapes(room), separators=(",", ":")),
        place=place,
    )
    await Spot.bulk_create(_seats(room, area), batch_size=100)


def _shapes(room: Room) -> list[Shape]:
    width, height = room.width, room.height
    table = room.across * SEAT
    return [
        _shape("wall", 0, 0, width, WALL),
        _shape("wall", 0, height - WALL, width, WALL),
        _shape("wall", 0, 0, WALL, height),
        _shape("wall", width - WALL, 0, WALL, height),
        _shape("door", width // 2 - 10, height - WALL, 20, WALL),
        _shape("shelf", MARGIN, 8, width - 2 * MARGIN, 12),
        _shape("lift", width - 26, height - 26, 20, 20),
        *(_shape("window", 0, y, WALL, 40) for y in range(40, height - 60, 80)),
        *(
            _shape("desk", room.left(column), room.top(row) + SEAT, table, SEAT)
            for row, column in product(range(room.rows), range(room.columns))
        ),
    ]


def _shape(kind: str, x: int, y: int, width: int, height: int) -> Shape:
    return {"kind": kind, "x": x, "y": y, "width": width, "height": height}


def _seats(room: Room, area: Area) -> list[Spot]:
    """Numbered as one walks along a row, first before its tables, then behind them."""
    places = product(range(room.rows), (0, 2), range(room.columns), range(room.across))
    return [
        Spot(
            kind="seat",
            area=area,
            label=f"{room.prefix}-{number}",
            x=room.left(column) + seat * SEAT + SEAT // 2,
            y=room.top(row) + side * SEAT + SEAT // 2,
            features=_features(room, row, column, seat, side),
            slot_minutes=SEAT_SLOT_MINUTES,
            code=new_code(),
            closed=number == 13,
        )
        for number, (row, side, column, seat) in enumerate(places, 1)
    ]


def _features(room: Room, row: int, column: int, seat: int, side: int) -> str:
    words = []
    if side == 0:
        words.append("socket")
    if column == 0 and seat == 0:
        words.append("window")
    if room.quiet:
        words.append("quiet")
    if row == room.rows - 1 and column == room.columns - 1:
        words.append("lift")
        if seat == room.across - 1:
            words.append("accessible")
    return " ".join(words)
