"""What is said of the duty roster on the wire, to those who keep it."""

from handlers.chat_shapes import DepartmentShown, Librarian
from handlers.duty import ShiftShown
from handlers.shapes import Day, Flag, Id, Input, Moment, Output, Repeatable, Whole


class SeeRoster(Input):
    """A week from this day on; without one, from today."""

    day: Day | None = None


class FirstTime(Input):
    """The first of the days of a turn, from when until when, in whole minutes and before midnight."""

    starts_at: Moment
    ends_at: Moment


class TurnWish(Input):
    """Each week from the first time until `last_day`; without one, on and on."""

    person_id: Id
    department_id: Id | None = None
    first: FirstTime
    last_day: Day | None = None


class MakeTurn(TurnWish, Repeatable):
    pass


class OfTurn(Input):
    turn_id: Id


class EditTurn(TurnWish):
    """`version` is the one that was read; another one saved meanwhile is `changed_meanwhile`."""

    turn_id: Id
    version: Whole


class ChangeDay(Input):
    """On this day of a turn somebody else, or nobody. `version` as above."""

    turn_id: Id
    day: Day
    person_id: Id | None
    version: Whole


class KeepDay(Input):
    turn_id: Id
    day: Day


class RosterDay(Output):
    """`open`: whether the library opens; else nobody is on duty."""

    day: Day
    open: Flag
    turns: list[ShiftShown]


class RosterWeek(Output):
    """Seven days, and the turns that begin after them."""

    days: list[RosterDay]
    later: list[ShiftShown]


class TurnEdited(Output):
    """`starts_at` and `ends_at` are of its first time; `days` are the next ones on which it falls."""

    id: Id
    person: Librarian
    department: DepartmentShown | None
    starts_at: Moment
    ends_at: Moment
    last_day: Day | None
    version: int
    days: list[ShiftShown]
