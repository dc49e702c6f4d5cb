"""Where and when a role holds: what it reaches, by rule and through every door; dates, and what goes with a role."""

import asyncio
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from handlers.access import ROLES, SCOPES, WITHIN, Permission, Role, caller_of
from models import people
from models.audit import AuditEntry
from models.db import fetch
from models.grants import Term
from models.reach import Grant, Reach, Scope
from models.spaces import Area, Spot
from server.routes import HTTP
from tests.support.branches import second_branch
from tests.support.chat import claim, on_duty, queue, said, say
from tests.support.databases import Databases, dialect
from tests.support.departments import made
from tests.support.feedback import act, box, told
from tests.support.library import MONDAY_9, Answer, Library, Phone, at, running_library
from tests.test_access import READER, asked_nonsense

NUMBERS = (1, 2, 3)
scoped = some.builds(
    Grant,
    some.sampled_from(["librarian", "manager"]),
    some.sampled_from([Scope.BRANCH, Scope.AREA, Scope.DEPARTMENT]),
    some.sampled_from(NUMBERS),
)
granted = some.one_of(scoped, some.builds(Grant, some.sampled_from(["librarian", "editor", "manager"])))
STAFF_LISTS = (
    "/api/desk",
    "/api/feedback-inbox/lines",
    "/api/admin/seat-rules",
    "/api/admin/seat-codes/areas",
)
OF_LONG_AGO = {
    "version": 99,
    "name": "普通座位",
    "release_time": "07:00",
    "advance_days": 1,
    "min_minutes": 30,
    "max_minutes": 240,
    "at_once": 2,
    "per_day": 3,
    "checkin_before_minutes": 30,
    "checkin_after_minutes": 15,
    "remind_before_minutes": 20,
}
# (department, branch, area) of what lies in the inbox; areas 1 and 2 lie in branch 1, area 3 in branch 2
PLACES = ((None, None), (1, None), (1, 1), (1, 2), (2, None), (2, 3))
THINGS = [(department, *place) for department in (None, 1, 2) for place in PLACES]


def is_theirs(grants: Iterable[Grant], thing: tuple[int | None, ...]) -> bool:
    """The rule, said once more in other words."""
    department, branch, area = thing
    for grant in grants:
        match grant.scope:
            case Scope.LIBRARY:
                return True
            case Scope.DEPARTMENT if department in (None, grant.scope_id):
                return True
            case Scope.BRANCH | Scope.AREA if (branch, department) == (None, None):
                return True
            case Scope.BRANCH if branch == grant.scope_id:
                return True
            case Scope.AREA if area == grant.scope_id:
                return True
    return False


def is_inside(grants: Iterable[Grant], branch: int, area: int) -> bool:
    inside = {(Scope.LIBRARY, None), (Scope.BRANCH, branch), (Scope.AREA, area)}
    return any((grant.scope, grant.scope_id) in inside for grant in grants)


# ---------------------------------------------------------------- the rule


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(grants=some.lists(granted, max_size=4))
def test_the_rule_and_its_sql_let_in_the_same_and_nothing_else(grants: list[Grant]) -> None:
    reach = Reach.of(grants)
    assert Reach.parse(str(reach)) == reach
    condition = reach.inbox_sql(department="d", branch="b", area="a")
    alone = reach.inbox_sql(department="d")
    with sqlite3.connect(":memory:") as database:
        for thing in THINGS:
            expected = is_theirs(grants, thing)
            assert reach.has_inbox(*thing) == expected, thing
            sql = f"SELECT ({condition}) IS TRUE, ({alone}) IS TRUE FROM (SELECT ? AS d, ? AS b, ? AS a)"
            found, without_place = database.execute(sql, thing).fetchone()
            assert bool(found) == expected, thing
            assert bool(without_place) == is_theirs(grants, (thing[0], None, None)), thing
    for branch, area in ((1, 1), (1, 2), (2, 3)):
        assert reach.has_area(branch, area) == is_inside(grants, branch, area)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(grants=some.lists(scoped, max_size=3))
def test_a_scope_gives_what_is_named_for_it_and_a_readers_own(grants: list[Grant]) -> None:
    caller = caller_of(7, 7, grants)
    for permission in Permission:
        named = any(
            permission in ROLES[Role(one.role)] and one.scope in WITHIN.get(permission, ()) for one in grants
        )
        assert caller.may(permission) == (named or permission in ROLES[Role.READER]), permission
    assert set(caller.permissions) == {one.value for one in Permission if caller.may(one)}


def test_what_holds_in_a_scope_was_decided() -> None:
    places, anywhere = {Scope.BRANCH, Scope.AREA}, set(Scope)
    assert {permission.value: set(scopes) for permission, scopes in WITHIN.items()} == {
        "rules.edit": places,
        "seats.codes": places,
        "chat.answer": anywhere,
        "feedback.answer": anywhere,
        "staff.find": anywhere,
        "patrons.read": anywhere,
    }
    assert {role.value for role, scopes in SCOPES.items() if scopes == {Scope.LIBRARY}} == {"admin", "editor"}


@pytest.mark.parametrize(
    ("starts", "ends", "counts", "changes"),
    [
        (None, None, True, None),
        (0, None, True, None),
        (1, None, False, 1),
        (None, 1, True, 1),
        (None, 0, False, None),
        (1, 2, False, 1),
        (-2, -1, False, None),
    ],
)
def test_a_term_counts_from_its_start_until_before_its_end(
    starts: int | None, ends: int | None, counts: bool, changes: int | None
) -> None:
    start, end, change = (
        None if hours is None else MONDAY_9 + timedelta(hours=hours) for hours in (starts, ends, changes)
    )
    assert Term(start, end).counts(MONDAY_9) is counts
    assert Term(start, end).next_change(MONDAY_9) == change


# ---------------------------------------------------------------- the walk


async def everything(library: Library) -> None:
    """A question for each department and place, one text of each under review, and feedback for each department."""
    now = library.clock.now()
    for number, (department, branch, area) in enumerate(THINGS, start=1):
        [reader] = await fetch(
            "INSERT INTO reader (openid, made_at) VALUES ($1, $2) RETURNING id", f"asks-{number}", now
        )
        [row] = await fetch(
            "INSERT INTO conversation (reader_id, state, opened_at, waiting_since, first_place, reader_seq, staff_seq, "
            "reader_delivered, reader_read, staff_delivered, staff_read, department_id, branch_id, area_id) "
            "VALUES ($1, 'waiting', $2, $2, $3, 2, 1, 0, 0, 0, 0, $4, $5, $6) RETURNING id",
            reader["id"],
            now,
            False,
            department,
            branch,
            area,
        )
        for seq, state, shown in ((1, "sent", 1), (2, "held", None)):
            await fetch(
                "INSERT INTO chat_message (conversation_id, sender_id, side, local_id, text, state, unchecked, at, "
                "reader_seq, staff_seq) VALUES ($1, $2, 'reader', $3, 'x', $4, $5, $6, $7, $8)",
                row["id"],
                reader["id"],
                f"question-{seq}",
                state,
                False,
                now,
                seq,
                shown,
            )
        await fetch(
            "INSERT INTO feedback (reader_id, local_id, topic, text, may_answer, at, passage, unchecked, state, "
            "department_id) VALUES ($1, 'feedback', 'space', 'x', $2, $3, 'sent', $4, 'new', $5)",
            reader["id"],
            True,
            now,
            False,
            department,
        )


async def walk(colleague: Phone, grants: list[Grant]) -> None:
    """Every list and every id: what is theirs is there, and nothing else."""
    rows = await fetch("SELECT id, department_id, branch_id, area_id FROM conversation ORDER BY id")
    held = {
        row["conversation_id"]: row["id"]
        for row in await fetch("SELECT * FROM chat_message WHERE state = 'held'")
    }
    told_ = await fetch("SELECT id, department_id FROM feedback ORDER BY id")
    answering = [grant for grant in grants if grant.role != "editor"]
    chats = {
        row["id"]: is_theirs(answering, (row["department_id"], row["branch_id"], row["area_id"]))
        for row in rows
    }
    opinions = {row["id"]: is_theirs(answering, (row["department_id"], None, None)) for row in told_}
    if answering:
        desk = (await colleague.get("/api/desk")).body
        assert {int(line["id"]) for line in desk["items"]} == {one for one, own in chats.items() if own}
        assert desk["held"] == sum(chats.values())
        texts = (await colleague.get("/api/desk/held")).body["items"]
        assert {int(text["conversation_id"]) for text in texts} == {one for one, own in chats.items() if own}
        assert {int(line["id"]) for line in await box(colleague)} == {
            one for one, own in opinions.items() if own
        }
        assert (await colleague.get("/api/feedback-inbox")).body["waiting"] == sum(opinions.values())
    for number, own in chats.items():
        doors = [
            await colleague.get(f"/api/chats/{number}"),
            await colleague.get(f"/api/chats/{number}/events?after=0"),
            await colleague.post(f"/api/chats/{number}/marks", {"delivered": 1, "read": 0}),
            await say(colleague, "您好", conversation_id=str(number)),
        ]
        if answering:
            doors += [
                await claim(colleague, str(number)),
                await colleague.post(f"/api/desk/{number}/close", {}),
            ]
        assert {door.status == 404 for door in doors} == {not own}, (number, [door.body for door in doors])
        if answering and not own:
            for verb in ("show", "return"):
                assert (await colleague.post(f"/api/desk/held/{held[number]}/{verb}")).status == 404
    for number, own in opinions.items():
        if answering and not own:
            for verb in ("take", "note", "show", "return", "give-back"):
                assert (await act(colleague, str(number), verb)).status == 404, (number, verb)
    await walk_places(colleague, grants)


async def walk_places(colleague: Phone, grants: list[Grant]) -> None:
    coding = [grant for grant in grants if grant.role != "editor"]
    managing = [grant for grant in grants if grant.role == "manager"]
    areas = await Area.all()
    inside = {area.id: is_inside(coding, area.branch_id, area.id) for area in areas}
    for area in areas:
        seat = await Spot.get(area_id=area.id, label__endswith="-1")
        paths = (f"/api/admin/areas/{area.id}/seat-codes", f"/api/admin/seats/{seat.id}/code")
        assert {(await colleague.get(path)).status for path in paths} == {200 if inside[area.id] else 403}
    if any(grant.scope is not Scope.DEPARTMENT for grant in coding):
        shown = (await colleague.get("/api/admin/seat-codes/areas")).body["items"]
        assert {int(area["id"]) for area in shown} == {one for one, own in inside.items() if own}
    edits = {area.id: is_inside(managing, area.branch_id, area.id) for area in areas}
    for number, own in edits.items():
        chosen = await colleague.put(f"/api/admin/areas/{number}/seat-rules", {"rules_id": "987"})
        assert chosen.status == (404 if own else 403), chosen.body  # theirs, but there are no such rules
    editable = {1: edits[1] and edits[2], 2: edits[3]}
    if any(grant.scope is not Scope.DEPARTMENT for grant in managing):
        shown = (await colleague.get("/api/admin/seat-rules")).body["items"]
        assert {int(one["id"]) for one in shown} == {one for one, own in editable.items() if own}
        for number, own in editable.items():
            edited = await colleague.put(f"/api/admin/seat-rules/{number}", OF_LONG_AGO)
            assert edited.status == (409 if own else 404), edited.body
    else:
        assert (await colleague.get("/api/admin/seat-rules")).status == 403


async def story(url: str, staff: list[list[tuple[Grant, int, int]]]) -> None:
    async with running_library(url) as library:
        await second_branch()
        admin = await library.reader("admin", role="admin")
        for name in ("参考咨询部", "少儿部"):
            await made(admin, name)
        await everything(library)
        for number, wishes in enumerate(staff):
            colleague = await library.reader(f"colleague-{number}")
            for grant, starts, ends in wishes:
                await give(library, colleague, grant, starts, ends)
            counts = [grant for grant, starts, ends in wishes if starts <= 0 < ends]
            if counts:
                await walk(colleague, counts)
            else:
                assert (await colleague.get("/api/me")).body["roles"] == ["reader"]
                assert {(await colleague.get(path)).status for path in STAFF_LISTS} == {403}


async def give(library: Library, phone: Phone, grant: Grant, starts: int, ends: int) -> None:
    """As an invitation gives it, with dates in hours from now."""
    now = library.clock.now()
    await fetch(
        "INSERT INTO staff_grant (reader_id, role, scope, scope_id, starts_at, ends_at, granted_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        phone.reader_id,
        grant.role,
        grant.scope.value,
        grant.scope_id,
        now + timedelta(hours=starts),
        now + timedelta(hours=ends),
        now,
    )
    library.services.live.roles_changed(phone.reader_id or 0)


there = some.builds(
    Grant, some.sampled_from(["librarian", "manager"]), some.just(Scope.BRANCH), some.integers(1, 2)
)
term = some.sampled_from([(-1, 9), (-1, 9), (-1, 9), (-9, -1), (1, 9)])
wish: Any = some.builds(lambda grant, dates: (grant, *dates), some.one_of(granted, there), term)


@settings(
    max_examples=6 if dialect() == "sqlite" else 2,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    staff=some.lists(
        some.lists(wish, min_size=1, max_size=3, unique_by=lambda one: one[0]), min_size=4, max_size=4
    )
)
def test_whoever_has_whatever_roles_finds_what_is_theirs_by_every_door_and_nothing_else(
    all_databases: Databases, staff: list[list[tuple[Grant, int, int]]]
) -> None:
    with all_databases.new() as url:
        asyncio.run(story(url, staff))


@pytest.mark.parametrize(
    ("scope", "opens"),
    [
        (
            Scope.BRANCH,
            {"rules.edit", "seats.codes", "chat.answer", "feedback.answer", "patrons.read", "staff.find"},
        ),
        (Scope.DEPARTMENT, {"chat.answer", "feedback.answer", "patrons.read", "staff.find"}),
    ],
)
async def test_a_managers_scope_opens_these_rows_and_a_readers_own(
    library: Library, scope: Scope, opens: set[str]
) -> None:
    manager = await library.reader("manager")
    await give(library, manager, Grant("manager", scope, 1), -1, 9)
    for route in HTTP:
        expected = 422 if route.needs.value in READER | opens else 403
        assert (await asked_nonsense(manager, route))[0] == expected, f"{route.method} {route.path}"


# ---------------------------------------------------------------- what is pushed


async def test_a_desk_hears_of_what_is_theirs_and_of_what_was_handed_on(library: Library, lin: Phone) -> None:
    admin = await library.reader("admin", role="admin")
    research, children = await made(admin, "参考咨询部"), await made(admin, "少儿部")
    he, li = await library.reader("he"), await library.reader("li")
    for phone, department in ((he, research), (li, children)):
        await give(library, phone, Grant("librarian", Scope.DEPARTMENT, int(department["id"])), -1, 9)
    async with he.socket() as hers, li.socket() as his:
        for socket in (hers, his):
            assert (await socket.ask("desk_watch", {}))["data"]["items"] == []
            await socket.ask("feedback_watch", {})
        question = await said(lin, "这本书在哪里", department_id=research["id"])
        await told(library, lin, "书架太高", department_id=research["id"])
        await heard(hers, "desk_changed", items=[question["conversation_id"]])
        await heard(hers, "feedback_news", count=1)
        assert not any(data["items"] for name, data in his.heard if name in ("desk_changed", "feedback_news"))
        assert {data["waiting"] for name, data in his.heard if name == "feedback_news"} <= {0}

        path = f"/api/desk/{question['conversation_id']}"
        assert (await li.post(f"{path}/hand-on", {"department_id": children["id"]})).status == 404
        assert (await he.post(f"{path}/hand-on", {"department_id": children["id"]})).status == 200
        await heard(his, "desk_changed", items=[question["conversation_id"]])
        await heard(hers, "desk_changed", gone=[question["conversation_id"]])
    assert await queue(he) == []


async def heard(
    socket: Any, event: str, *, items: list[str] | None = None, gone: list[str] | None = None, count: int = 1
) -> None:
    """Wait for the push that says so."""
    while True:
        news = await socket.next(event)
        if gone is not None and news["gone"] == gone:
            return
        if items is not None and [line["id"] for line in news["items"]] == items:
            return
        if items is gone is None and len(news["items"]) == count:
            return


async def test_whoever_reaches_more_meanwhile_hears_each_change_once(library: Library, lin: Phone) -> None:
    admin = await library.reader("admin", role="admin")
    research = await made(admin, "参考咨询部")
    he = await library.reader("he")
    await joined(admin, he, scope="department", scope_id=research["id"])
    async with he.socket() as socket:
        before = (await socket.ask("desk_watch", {}))["data"]["number"]
        await joined(admin, he, scope="branch", scope_id="1")
        assert (await socket.ask("desk_watch", {}))["data"]["number"] == before
        asked = await said(lin, "在吗", about={"kind": "area", "id": "1"})
        await heard(socket, "desk_changed", items=[asked["conversation_id"]])
        await library.settled()
        await said(lin, "还在吗", conversation_id=asked["conversation_id"])
        await heard(socket, "desk_changed", items=[asked["conversation_id"]])
        numbers = [data["number"] for name, data in socket.heard if name == "desk_changed"]
        assert len(numbers) == len(set(numbers))


async def test_a_question_about_a_place_goes_to_those_who_have_the_place(
    library: Library, lin: Phone
) -> None:
    await second_branch()
    he, li = await library.reader("he"), await library.reader("li")
    for phone, branch in ((he, 1), (li, 2)):
        await give(library, phone, Grant("librarian", Scope.BRANCH, branch), -1, 9)
        await on_duty(phone)
    asked = (await said(lin, "请问有空座吗"))["conversation_id"]
    await library.settled()
    assert [len(await queue(phone)) for phone in (he, li)] == [1, 1]  # about no place
    await said(lin, "这里呢", conversation_id=asked, about={"kind": "area", "id": "3"})
    assert [len(await queue(phone)) for phone in (he, li)] == [0, 1]
    assert (await claim(he, asked)).status == 404
    await said(lin, "还是那里", conversation_id=asked, about={"kind": "seat", "id": "1"})
    assert [len(await queue(phone)) for phone in (he, li)] == [1, 0]
    assert (await claim(he, asked)).status == 200
    await said(lin, "又是这里", conversation_id=asked, about={"kind": "branch", "id": "2"})
    assert [len(await queue(phone)) for phone in (he, li)] == [1, 0]  # whoever has it keeps it
    assert (await say(he, "您好", conversation_id=asked)).status == 200


# ---------------------------------------------------------------- invitations


async def invited(admin: Phone, **wish: Any) -> Answer:
    return await admin.post("/api/admin/invitations", {"role": "librarian", **wish})


async def joined(admin: Phone, phone: Phone, **wish: Any) -> Answer:
    code = (await invited(admin, **wish)).body["code"]
    return await phone.post("/api/invitations/accept", {"code": code})


async def roles_shown(admin: Phone, phone: Phone) -> list[Any]:
    found = (await admin.get("/api/admin/staff?limit=100")).body["items"]
    return next((list(one["roles"]) for one in found if one["id"] == str(phone.reader_id)), [])


async def test_an_invitation_carries_where_and_when_and_the_staff_page_says_so(
    library: Library, admin: Phone, lin: Phone
) -> None:
    await second_branch()
    term = {"starts_at": at(9), "ends_at": at(18)}
    branch = await joined(admin, lin, scope="branch", scope_id="2", **term)
    assert set(branch.body["permissions"]) >= {"chat.answer", "seats.codes", "patrons.read"}
    assert (await joined(admin, lin, scope="area", scope_id="1")).status == 200
    first, second = await roles_shown(admin, lin)
    assert (first["scope"], first["scope_id"], first["place"]) == ("branch", "2", "东馆")
    assert (first["starts_at"], first["ends_at"]) == (at(9), at(18))
    assert (second["scope"], second["place"], second["ends_at"]) == ("area", "总馆 · A 区", None)
    assert branch.body["roles"] == ["librarian", "reader"]
    assert branch.body["held"] == [{"role": "librarian", "place": "东馆", **term}]
    entries = await AuditEntry.filter(action="staff.join").order_by("id")
    assert [entry.details for entry in entries] == [
        '{"role":"librarian","scope":"branch","scope_id":2,"starts_at":"2026-11-23T09:00+08:00",'
        '"ends_at":"2026-11-23T18:00+08:00"}',
        '{"role":"librarian","scope":"area","scope_id":1}',
    ]
    # The release before would give the whole role: it must not find the code.
    code = (await invited(admin, scope="branch", scope_id="2")).body["code"]
    assert not await fetch("SELECT 1 FROM invitation WHERE code_hash = $1", people.secret_hash(code))

    again = await joined(admin, lin, scope="branch", scope_id="2", ends_at=at(20))
    assert (again.status, again.code) == (409, "role_held_already")
    assert (await roles_shown(admin, lin))[0]["ends_at"] == at(18)


NOWHERE_OR_NEVER: list[tuple[dict[str, str], str, str | None]] = [
    ({"scope": "branch"}, "invalid_input", "scope_id"),
    ({"scope_id": "1"}, "invalid_input", "scope_id"),
    ({"scope": "world", "scope_id": "1"}, "invalid_input", "scope"),
    ({"role": "admin", "scope": "branch", "scope_id": "1"}, "invalid_input", "scope"),
    ({"role": "editor", "scope": "area", "scope_id": "1"}, "invalid_input", "scope"),
    ({"ends_at": at(8)}, "invalid_input", "ends_at"),
    ({"starts_at": at(12), "ends_at": at(12)}, "invalid_input", "ends_at"),
    ({"scope": "branch", "scope_id": "99"}, "not_found", None),
    ({"scope": "area", "scope_id": "99"}, "not_found", None),
    ({"scope": "department", "scope_id": "99"}, "not_found", None),
]


async def test_a_role_nowhere_or_never_is_refused(admin: Phone) -> None:
    for wish, code, field in NOWHERE_OR_NEVER:
        answer = await invited(admin, **wish)
        assert (answer.code, answer.details.get("field")) == (code, field), wish
