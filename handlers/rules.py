"""The rules of booking, as administrators set them."""

from typing import Annotated, Final

from pydantic import Field

from handlers import access, audit
from handlers.access import Caller, Permission
from handlers.context import Context
from handlers.errors import Changed, Invalid
from handlers.home import HomeChanged
from handlers.shapes import Flag, GroupCode, Id, Input, Line, NoInput, Output, Whole
from handlers.spaces import time_text
from models import spaces
from models.bookings import Rules
from models.db import transaction
from models.spaces import SeatRules

GROUPS_AT_MOST: Final = 9  # of twenty letters each


class SeatRulesEdited(Output):
    """A set of rules as administrators see it; minutes, days and counts. `groups`: the codes of those whose cards
    are taken, when a card is needed; none: all."""

    id: Id
    name: str
    version: int
    advance_days: int
    release_time: str
    min_minutes: int
    max_minutes: int
    at_once: int
    per_day: int
    checkin_before_minutes: int
    checkin_after_minutes: int
    remind_before_minutes: int
    needs_card: bool
    groups: list[str]


class RuledArea(Output):
    """`name` is that of the branch and of the area; `rules_id` and `rules_name` the set that it goes by."""

    id: Id
    name: str
    rules_id: Id
    rules_name: str


class AllSeatRules(Output):
    """The sets of rules that the caller may edit, and every area in which they may: one that goes by none of these
    shares its set with areas elsewhere."""

    items: list[SeatRulesEdited]
    areas: list[RuledArea]


class EditSeatRules(Input):
    """`version` is the one that was read; another one saved meanwhile is `changed_meanwhile`. What says nothing of
    cards leaves that as it is."""

    rules_id: Id
    version: Whole
    name: Annotated[Line, Field(min_length=1, max_length=40)]
    advance_days: Annotated[Whole, Field(ge=0, le=60)]
    release_time: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    min_minutes: Annotated[Whole, Field(ge=15, le=1440, multiple_of=15)]
    max_minutes: Annotated[Whole, Field(ge=15, le=1440, multiple_of=15)]
    at_once: Annotated[Whole, Field(ge=1, le=20)]
    per_day: Annotated[Whole, Field(ge=1, le=20)]
    checkin_before_minutes: Annotated[Whole, Field(ge=0, le=120)]
    checkin_after_minutes: Annotated[Whole, Field(ge=5, le=120)]
    remind_before_minutes: Annotated[Whole, Field(ge=0, le=1440)]
    needs_card: Flag | None = None
    groups: Annotated[list[GroupCode], Field(max_length=GROUPS_AT_MOST)] | None = None


class ChooseSeatRules(Input):
    """`rules_id`: a set that the caller may edit; null: one of the area's own, which begins as a copy."""

    area_id: Id
    rules_id: Id | None


def _edited(rules: SeatRules) -> SeatRulesEdited:
    values = Rules.from_model(rules)
    return SeatRulesEdited(
        id=rules.id,
        name=rules.name,
        version=rules.version,
        release_time=time_text(rules.release_minute),
        groups=values.groups.split(),
        **{
            name: getattr(values, name)
            for name in Rules.__slots__
            if name not in ("release_minute", "groups")
        },
    )


async def see(_ctx: Context, caller: Caller, _wish: NoInput) -> AllSeatRules:
    """Every set of rules that the caller may edit, each with the version to edit it by, and what goes by which."""
    return AllSeatRules(
        items=[_edited(rules) for rules in await access.seat_rules(caller)],
        areas=[
            RuledArea(
                id=area.id,
                name=f"{area.branch.name} · {area.name}",
                rules_id=area.rules_id,
                rules_name=area.rules.name,
            )
            for area in await access.areas_of(caller, Permission.RULES_EDIT)
        ],
    )


async def edit(ctx: Context, caller: Caller, wish: EditSeatRules) -> SeatRulesEdited:
    """Change a set of rules, from the next booking on; one that holds outside of where the caller may edit does not
    exist (404). Raises `changed_meanwhile` when somebody saved first.
    """
    if wish.max_minutes < wish.min_minutes:
        raise Invalid(field="max_minutes", problem="less_than_min")
    now = ctx.clock.now()
    values = wish.model_dump(exclude={"rules_id", "version", "release_time", "groups"}, exclude_none=True)
    if wish.groups is not None:
        values["groups"] = " ".join(sorted(set(wish.groups)))
    hour, minute = wish.release_time.split(":")
    async with transaction() as tx:
        await tx.lock("seat_rules", wish.rules_id)
        rules = await access.seat_rules_of(caller, wish.rules_id)
        if rules.version != wish.version:
            raise Changed(version=rules.version)
        before = Rules.from_model(rules)
        rules.update_from_dict(
            {
                **values,
                "release_minute": int(hour) * 60 + int(minute),
                "version": rules.version + 1,
                "saved_at": now,
            }
        )
        await rules.save()
        after = Rules.from_model(rules)
        changed = {
            name: getattr(after, name)
            for name in Rules.__slots__
            if getattr(after, name) != getattr(before, name)
        }
        await audit.add(tx, caller, "rules.edit", f"seat_rules:{rules.id}", now, **changed)
        tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
    return _edited(rules)


async def choose(ctx: Context, caller: Caller, wish: ChooseSeatRules) -> AllSeatRules:
    """Say which rules an area goes by, from the next booking on, and answer as `see` does. A set that nothing goes by
    any more is gone. An area where the caller may not is `not_allowed`, a set that they may not edit 404.
    """
    now = ctx.clock.now()
    async with transaction() as tx:
        await tx.lock("area", wish.area_id)
        area = await access.area_of(caller, Permission.RULES_EDIT, wish.area_id)
        await tx.lock("seat_rules", area.rules_id, wish.rules_id or area.rules_id)
        if wish.rules_id is None:
            rules = area.rules.clone(pk=None).update_from_dict(
                {"name": area.name, "version": 1, "saved_at": now}
            )
            await rules.save()
        else:
            rules = await access.seat_rules_of(caller, wish.rules_id)
        if rules.id != area.rules_id:
            await spaces.go_by(tx, area, rules)
            await audit.add(tx, caller, "rules.choose", f"area:{area.id}", now, seat_rules=rules.id)
            tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
    return await see(ctx, caller, NoInput())
