"""The duty roster: the rule without a database, then who keeps it and how."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from models.audit import AuditEntry
from models.calendar import Hours
from models.roster import DutyException, DutyTurn, Named, Roster, Turn
from tests.support.departments import close, made
from tests.support.feedback import librarian
from tests.support.library import Library, Phone, at, new_key
from tests.support.roster import PATH, make, put, wished

ZONE = ZoneInfo("Asia/Shanghai")
HE, LI, BAI = Named(1, "何馆员"), Named(2, "李馆员"), Named(3, None)
MONDAY, TUESDAY, NEXT_MONDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 30)
MORNING = Turn(1, HE, None, MONDAY, None, 9 * 60, 12 * 60, 1, {})
NOON = replace(MORNING, id=2, person=LI, from_minute=12 * 60, until_minute=14 * 60)


def roster(*turns: Turn, closed: tuple[date, ...] = ()) -> Roster:
    """In a library that opens 8–22 every day but these."""
    week = {weekday: [(8 * 60, 22 * 60)] for weekday in range(7)}
    return Roster(turns, [Hours(week, {day: [] for day in closed}, {}, ZONE)], ZONE)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("now", "turns", "names"),
    [
        ("2026-11-23 09:00", [MORNING, NOON], ["何馆员"]),
        ("2026-11-23 11:59", [MORNING, NOON], ["何馆员"]),
        ("2026-11-23 12:00", [MORNING, NOON], ["李馆员"]),
        ("2026-11-23 14:00", [MORNING, NOON], []),
        ("2026-11-23 08:59", [MORNING], []),
        ("2026-11-24 10:00", [MORNING], []),  # a Tuesday
        ("2026-11-16 10:00", [MORNING], []),  # before its first day
        ("2026-11-30 10:00", [MORNING], ["何馆员"]),
        ("2026-11-30 10:00", [replace(MORNING, last_day=date(2026, 11, 29))], []),
        ("2026-11-30 10:00", [replace(MORNING, last_day=NEXT_MONDAY)], ["何馆员"]),
        ("2026-11-23 10:00", [MORNING, replace(MORNING, id=3, person=LI)], ["何馆员", "李馆员"]),
        ("2026-11-23 10:00", [replace(MORNING, instead={MONDAY: LI})], ["李馆员"]),
        ("2026-11-23 10:00", [replace(MORNING, instead={MONDAY: None})], []),
        ("2026-11-30 10:00", [replace(MORNING, instead={MONDAY: None})], ["何馆员"]),
        ("2026-11-23 23:59", [replace(MORNING, until_minute=1440)], ["何馆员"]),
    ],
)
def test_who_is_on_duty_follows_from_weekday_dates_minutes_and_exceptions(
    now: str, turns: list[Turn], names: list[str]
) -> None:
    assert [shift.person.name for shift in roster(*turns).on_duty(moment(now)) if shift.person] == names


@pytest.mark.parametrize(
    ("now", "turns", "closed", "next_"),
    [
        ("2026-11-23 08:00", [NOON, MORNING], (), ("2026-11-23 09:00", "何馆员")),
        ("2026-11-23 09:00", [NOON, MORNING], (), ("2026-11-23 12:00", "李馆员")),
        ("2026-11-23 12:00", [NOON, MORNING], (), ("2026-11-30 09:00", "何馆员")),
        ("2026-11-23 08:00", [MORNING], (MONDAY,), ("2026-11-30 09:00", "何馆员")),
        ("2026-11-23 08:00", [MORNING], (MONDAY, NEXT_MONDAY), ("2026-12-07 09:00", "何馆员")),
        ("2026-11-23 09:00", [MORNING], (NEXT_MONDAY, date(2026, 12, 7)), None),  # not within two weeks
        (
            "2026-11-23 08:00",
            [replace(MORNING, instead={MONDAY: None}), NOON],
            (),
            ("2026-11-23 12:00", "李馆员"),
        ),
        ("2026-11-23 08:00", [replace(MORNING, last_day=MONDAY, instead={MONDAY: None})], (), None),
        ("2026-11-23 08:00", [], (), None),
    ],
)
def test_the_next_turn_is_the_first_with_somebody_on_a_day_on_which_the_library_opens(
    now: str, turns: list[Turn], closed: tuple[date, ...], next_: tuple[str, str] | None
) -> None:
    found = roster(*turns, closed=closed).next_turn(moment(now))
    said = (found.span.starts, found.person.name) if found and found.person else None
    assert said == (next_ and (moment(next_[0]), next_[1]))


def test_a_closed_day_has_no_turns_and_one_open_branch_is_enough() -> None:
    shut = Hours({}, {}, {}, ZONE)
    assert Roster([MORNING], [shut], ZONE).on(MONDAY) == []
    assert Roster([MORNING], [], ZONE).on(MONDAY) == []
    open_one = Hours({0: [(480, 600)]}, {}, {}, ZONE)
    assert [shift.turn for shift in Roster([MORNING], [shut, open_one], ZONE).on(MONDAY)] == [MORNING]


@pytest.mark.parametrize(
    ("one", "other", "who"),
    [
        ({}, {"person": LI}, None),
        ({}, {}, HE),
        ({}, {"from_minute": 720, "until_minute": 800}, None),  # one ends where the other begins
        ({}, {"from_minute": 719, "until_minute": 800}, HE),
        ({}, {"first_day": TUESDAY}, None),
        ({"last_day": MONDAY}, {"first_day": NEXT_MONDAY}, None),
        ({"last_day": NEXT_MONDAY}, {"first_day": NEXT_MONDAY}, HE),
        ({}, {"person": LI, "instead": {NEXT_MONDAY: HE}}, HE),
        ({"instead": {NEXT_MONDAY: LI}}, {"person": LI}, LI),
        ({"instead": {NEXT_MONDAY: None}}, {"person": LI, "instead": {NEXT_MONDAY: HE}}, None),
        (
            {"instead": {NEXT_MONDAY: LI}},
            {"person": LI, "instead": {NEXT_MONDAY: HE}},
            None,
        ),  # they change places
        ({"instead": {NEXT_MONDAY: BAI}}, {"person": LI, "instead": {NEXT_MONDAY: BAI}}, BAI),
        ({"instead": {TUESDAY: BAI}}, {"person": LI, "instead": {TUESDAY: BAI}}, None),  # no day of theirs
    ],
)
def test_nobody_stands_in_two_turns_at_once_but_two_people_may(
    one: dict[str, Any], other: dict[str, Any], who: Named | None
) -> None:
    first, second = replace(MORNING, **one), replace(MORNING, id=2, **other)
    assert first.clash(second) == second.clash(first) == who


# ---------------------------------------------------------------- keeping it


def person(phone: Phone, name: str) -> dict[str, str]:
    return {"id": str(phone.reader_id), "name": name}


async def test_a_turn_is_made_changed_and_seen_in_its_week(library: Library, admin: Phone) -> None:
    he, department = await librarian(library, "he", "何馆员"), await made(admin)
    assert {(day["open"], len(day["turns"])) for day in (await admin.get(PATH)).body["days"]} == {(True, 0)}
    turn = await put(admin, he, department_id=department["id"])
    assert (turn["person"], turn["version"]) == (person(he, "何馆员"), 1)
    assert (turn["starts_at"], turn["ends_at"], turn["last_day"]) == (at(10), at(12), None)
    assert [shown["day"] for shown in turn["days"]][:2] == ["2026-11-23", "2026-11-30"]
    later = await put(admin, he, at(9, day=8), "2026-11-09T00:00:00+08:00", last_day="2026-11-29")  # a Sunday

    week = (await admin.get(PATH)).body
    assert [(day["day"][-2:], day["open"], len(day["turns"])) for day in week["days"]] == [
        (str(day), True, int(day in (23, 29))) for day in range(23, 30)
    ]
    assert week["days"][0]["turns"][0]["department"] == {"id": department["id"], "name": "参考咨询部"}
    assert week["days"][6]["turns"][0]["ends_at"] == "2026-11-30T00:00:00+08:00"

    path = f"{PATH}/turns/{later['id']}"
    wish = wished(he, at(14, day=30), at(15, day=30), last_day="2026-11-30", version=1)
    assert (await admin.put(path, wish)).body["version"] == 2
    late = await admin.put(path, wish)
    assert (late.status, late.code) == (409, "changed_meanwhile")
    week = (await admin.get(PATH)).body
    assert [shift["turn_id"] for shift in week["later"]] == [later["id"]]
    following = (await admin.get(f"{PATH}?day=2026-11-30")).body
    assert [len(day["turns"]) for day in following["days"]] == [2, 0, 0, 0, 0, 0, 0]

    assert (await admin.call("DELETE", path)).body["later"] == []
    assert (await admin.call("DELETE", path)).code == "not_found"
    entries = await AuditEntry.filter(subject=f"duty_turn:{later['id']}").order_by("id")
    assert [entry.action for entry in entries] == ["duty_turn.make", "duty_turn.edit", "duty_turn.end"]


async def test_only_somebody_who_answers_can_be_on_duty_and_only_in_a_department_that_is_open(
    library: Library, admin: Phone, lin: Phone
) -> None:
    editor = await library.reader("editor", role="editor")
    for nobody in (lin, editor):
        refused = await make(admin, nobody)
        assert (refused.status, refused.code) == (409, "not_answering")
    unknown = {"idempotency_key": new_key(), **wished(lin), "person_id": "987654"}
    assert (await admin.post(f"{PATH}/turns", unknown)).code == "not_answering"
    he, department = await librarian(library, "he", "何馆员"), await made(admin)
    turn = await put(admin, he, department_id=department["id"])
    await close(admin, department)
    assert (await make(admin, he, at(20), at(21), department_id=department["id"])).code == "department_closed"
    kept = wished(he, at(10), at(13), department_id=department["id"], version=1)
    assert (await admin.put(f"{PATH}/turns/{turn['id']}", kept)).status == 200
    for phone in (he, lin, editor):
        assert (await make(phone, he)).code == "not_allowed"
        assert (await phone.get(f"{PATH}/turns/{turn['id']}")).code == "not_allowed"
    manager = await library.reader("manager", role="manager")
    assert (await make(manager, he, at(20), at(21))).status == 201


async def test_whoever_answers_one_department_is_on_duty_there_and_in_no_other(
    library: Library, admin: Phone, lin: Phone
) -> None:
    theirs, other = await made(admin), await made(admin, "技术部")
    wish = {"role": "librarian", "scope": "department", "scope_id": theirs["id"]}
    code = (await admin.post("/api/admin/invitations", wish)).body["code"]
    assert (await lin.post("/api/invitations/accept", {"code": code})).status == 200
    assert (await make(admin, lin, department_id=other["id"])).code == "not_answering"
    turn = await put(admin, lin, department_id=theirs["id"])
    elsewhere = await put(admin, await librarian(library, "he", "何馆员"), department_id=other["id"])
    day = f"{PATH}/turns/{elsewhere['id']}/days/2026-11-30"
    refused = await admin.put(day, {"person_id": str(lin.reader_id), "version": 1})
    assert refused.code == "not_answering"
    assert (await admin.get(f"{PATH}/turns/{turn['id']}")).body["version"] == 1


@pytest.mark.parametrize(
    ("starts", "ends", "more", "field"),
    [
        (at(12), at(12), {}, "first.ends_at"),
        (at(12), at(10), {}, "first.ends_at"),
        (at(12), at(13, day=24), {}, "first.ends_at"),
        ("2026-11-23T10:00:30+08:00", at(12), {}, "first.starts_at"),
        (at(10), at(12), {"last_day": "2026-11-22"}, "last_day"),
        (at(10), at(12), {"last_day": "2026-02-30"}, "last_day"),
        (at(10), "12:00", {}, "first.ends_at"),
    ],
)
async def test_what_is_no_turn_is_refused_with_its_field(
    admin: Phone, starts: str, ends: str, more: dict[str, Any], field: str
) -> None:
    refused = await make(admin, admin, starts, ends, **more)
    assert (refused.code, refused.body["error"]["details"]["field"]) == ("invalid_input", field)


async def test_nobody_is_put_into_two_turns_at_once_by_whatever_way(library: Library, admin: Phone) -> None:
    he, li = await librarian(library, "he", "何馆员"), await librarian(library, "li", "李馆员")
    turn = await put(admin, he)
    refused = await make(admin, he, at(11, day=30), at(13, day=30))
    assert (refused.status, refused.code) == (409, "turn_clashes")
    assert refused.body["error"]["details"] == {"name": "何馆员", "starts_at": at(10)}
    assert "11月" not in refused.body["error"]["message"]
    assert "何馆员" in refused.body["error"]["message"]
    other = await put(admin, li)  # two people at once

    day = f"{PATH}/turns/{turn['id']}/days/2026-11-30"
    swap = {"person_id": str(li.reader_id), "version": 1}
    assert (await admin.put(day, swap)).code == "turn_clashes"
    nobody = await admin.put(f"{PATH}/turns/{other['id']}/days/2026-11-30", {"person_id": None, "version": 1})
    assert (nobody.status, nobody.body["days"][1]["person"], nobody.body["days"][1]["changed"]) == (
        200,
        None,
        True,
    )
    assert (await admin.put(day, swap)).body["days"][1]["person"] == person(li, "李馆员")
    back = await admin.call("DELETE", f"{PATH}/turns/{other['id']}/days/2026-11-30")
    assert back.code == "turn_clashes"
    assert (
        await admin.put(f"{PATH}/turns/{turn['id']}/days/2026-11-24", {**swap, "version": 2})
    ).code == "not_found"
    planned = await admin.call("DELETE", day)
    assert (planned.body["days"][1]["person"], planned.body["version"]) == (person(he, "何馆员"), 3)
    assert (await admin.call("DELETE", day)).body["version"] == 3

    # Of the days that differ those stay that are still its own.
    await admin.put(day, {"person_id": None, "version": 3})
    moved = await admin.put(f"{PATH}/turns/{turn['id']}", wished(he, at(15), at(16), version=4))
    assert moved.body["days"][1]["person"] is None
    moved = await admin.put(
        f"{PATH}/turns/{turn['id']}", wished(he, at(15, day=24), at(16, day=24), version=5)
    )
    assert await DutyException.filter(turn_id=turn["id"]).count() == 0


async def test_of_two_taps_that_put_somebody_into_two_turns_one_is_in_time(
    library: Library, admin: Phone
) -> None:
    he, manager = await librarian(library, "he", "何馆员"), await library.reader("manager", role="manager")
    # The race is there: each looks before the other has written.
    assert await DutyTurn.filter(reader_id=he.reader_id).count() == 0
    for hour in (10, 11):
        await DutyTurn.create(
            reader_id=he.reader_id, first_day=MONDAY, from_minute=hour * 60, until_minute=780
        )
    assert await DutyTurn.filter(reader_id=he.reader_id).count() == 2
    await DutyTurn.all().delete()

    for _ in range(4):
        answers = await asyncio.gather(
            make(admin, he), make(manager, he, at(11), at(13)), make(admin, he, at(9), at(11))
        )
        statuses = sorted(answer.status for answer in answers)
        assert statuses[0] == 201
        assert await DutyTurn.filter(reader_id=he.reader_id).count() == statuses.count(201)
        assert statuses.count(201) <= 2  # 9–11 and 11–13 go together
        await DutyTurn.all().delete()
    wish = {"idempotency_key": new_key(), **wished(he)}
    one, again = await asyncio.gather(*(admin.post(f"{PATH}/turns", wish) for _ in range(2)))
    assert (one.status, one.body) == (201, again.body)
