"""Merging two accounts of one person, as rules: who is not merged, and what may not stay beside what."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.calendar import Span
from models.db import Row


class WhyNot(StrEnum):
    SAME = "merge_same"
    OWN = "merge_own"
    CLOSED = "merge_closed"
    SAMPLE = "merge_sample"
    STAFF = "merge_staff"
    CLOSING = "merge_closing"
    ANSWERED = "merge_answered"
    TWO_CARDS = "merge_two_cards"


def why_not_merge(stays: Row, goes: Row, *, by: int) -> WhyNot | None:
    """What stands against it, of two rows of `ACCOUNTS`, when `by` asks: nobody merges themselves into what they had
    not, and roles are given by who may invite."""
    both = (stays, goes)
    if stays["id"] == goes["id"]:
        return WhyNot.SAME
    if any(account["closed_at"] for account in both):
        return WhyNot.CLOSED
    if any(account["sample"] for account in both):
        return WhyNot.SAMPLE
    if by in (stays["id"], goes["id"]):
        return WhyNot.OWN
    if goes["staff"]:
        return WhyNot.STAFF
    if any(account["closes_at"] for account in both):
        return WhyNot.CLOSING
    if any(account["answered"] for account in both):
        return WhyNot.ANSWERED
    return WhyNot.TWO_CARDS if stays["patron_id"] and goes["patron_id"] else None


class Clash(StrEnum):
    """Why a booking cannot stay beside the others of its reader."""

    OVERLAPS = "overlaps"
    AT_ONCE = "at_once"
    PER_DAY = "per_day"


@dataclass(frozen=True, slots=True)
class Held:
    """A booking that waits or is checked in, with the limits of its area; `own`: of the account that stays."""

    id: int
    own: bool
    checked_in: bool
    span: Span
    day: date
    at_once: int
    per_day: int


def clashes(held: Iterable[Held], over: Mapping[date, int]) -> dict[int, Clash]:
    """Which bookings end, and why. `over` counts those of a day that are over and count.

    Where two overlap, who sits on one keeps it, else the account that stays. No other of its own ends, and no seat
    that somebody sits on, for a limit.
    """
    kept: list[Held] = []
    ended: dict[int, Clash] = {}
    days = Counter(over)
    for one in sorted(held, key=lambda one: (not one.checked_in, not one.own, one.span.starts, one.id)):
        if any(_meet(one.span, other.span) for other in kept):
            ended[one.id] = Clash.OVERLAPS
        elif not one.own and not one.checked_in and len(kept) >= one.at_once:
            ended[one.id] = Clash.AT_ONCE
        elif not one.own and not one.checked_in and days[one.day] >= one.per_day:
            ended[one.id] = Clash.PER_DAY
        else:
            kept.append(one)
            days[one.day] += 1
    return ended


def _meet(one: Span, other: Span) -> bool:
    return one.starts < other.ends and other.starts < one.ends


def talk_that_ends(stays: Row, goes: Row) -> int | None:
    """Of two conversations that are open: the one that nobody has, else that of the account that goes."""
    if not (stays["talk_id"] and goes["talk_id"]):
        return None
    theirs_goes_on = goes["librarian_id"] and not stays["librarian_id"]
    ends: int = stays["talk_id"] if theirs_goes_on else goes["talk_id"]
    return ends


def joined(pairs: Iterable[tuple[int, int]], stays_id: int, goes_id: int) -> set[tuple[int, int]]:
    """Who is helped by whom afterwards: nobody twice, and nobody by themselves."""
    swapped = {tuple(stays_id if one == goes_id else one for one in pair) for pair in pairs}
    return {(helped, helper) for helped, helper in swapped if helped != helper}
