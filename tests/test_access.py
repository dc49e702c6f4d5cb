"""Who may do what: every row of the HTTP and socket tables for every role."""

import re

import pytest

from handlers.access import ROLES, STAFF, Permission, Role
from server.imports import EXPORTS
from server.routes import EVENTS, HTTP
from server.rows import Route
from tests.support.library import Library, Phone

# Beyond what the role before it may do; a permission that moves must be moved here too, on purpose.
GUEST = {"articles.read", "home.read", "me.read", "sign_in", "spaces.read"}
REVIEWER = GUEST | {"bookings.own", "chat.own", "feedback.own", "inbox.own", "me.own"}
READER = REVIEWER | {"card.own", "helpers.own", "review.enter", "staff.join"}
COLLEAGUE = READER | {"staff.find"}
LIBRARIAN = COLLEAGUE | {"chat.answer", "feedback.answer", "patrons.read", "seats.codes"}
EXPECTED = {
    "guest": GUEST,
    "reviewer": REVIEWER,
    "reader": READER,
    "librarian": LIBRARIAN,
    "editor": COLLEAGUE | {"announcement.edit", "articles.edit", "imports.use"},
    "manager": LIBRARIAN
    | {
        "announcement.edit",
        "articles.edit",
        "imports.use",
        "patrons.edit",
        "patrons.import",
        "feedback.export",
        "roster.edit",
        "rules.edit",
    },
    "admin": LIBRARIAN
    | {
        "announcement.edit",
        "articles.edit",
        "imports.use",
        "patrons.edit",
        "patrons.import",
        "feedback.export",
        "roster.edit",
        "rules.edit",
        "departments.edit",
        "staff.invite",
        "health.read",
        "health.mend",
        "audit.read",
    },
}


async def somebody(library: Library, role: str) -> Phone:
    if role == Role.GUEST:
        return library.guest
    if role == Role.REVIEWER:
        return await library.reviewer("a-reviewer")
    return await library.reader(f"a-{role}", role=role if role in STAFF else None)


async def asked_nonsense(phone: Phone, route: Route) -> tuple[int, str]:
    """Call a row with a field that no input has, so that nothing is done whoever asks."""
    path = re.sub(r"{\w+}", "987654321", route.path)
    if route.method in ("GET", "DELETE"):
        answer = await phone.call(route.method, f"{path}?no_such_field=1")
    else:
        answer = await phone.call(route.method, path, {"no_such_field": 1})
    return answer.status, answer.code


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_a_role_reaches_exactly_the_rows_whose_permission_it_has(library: Library, role: str) -> None:
    phone = await somebody(library, role)
    for route in HTTP:
        answered = await asked_nonsense(phone, route)
        if route.needs.value in EXPECTED[role]:
            expected = (422, "invalid_input")
        else:
            expected = (401, "sign_in_needed") if role == Role.GUEST else (403, "not_allowed")
        assert answered == expected, f"{role}: {route.method} {route.path}"


@pytest.mark.parametrize("role", [role.value for role in Role])
async def test_a_role_reaches_exactly_the_socket_events_whose_permission_it_has(
    library: Library, role: str
) -> None:
    phone = await somebody(library, role)
    async with phone.socket() as socket:
        for event in EVENTS:
            code = (await socket.ask(event.name, {"no_such_field": 1}))["error"]["code"]
            if event.needs.value in EXPECTED[role]:
                assert code == "invalid_input", event.name
            else:
                assert code == ("sign_in_needed" if role == Role.GUEST else "not_allowed"), event.name


def test_the_roles_have_the_permissions_that_were_decided() -> None:
    assert {role.value: {p.value for p in held} for role, held in ROLES.items()} == EXPECTED


def test_every_permission_is_used_by_a_row() -> None:
    used = {row.needs for row in HTTP} | {event.needs for event in EVENTS} | {needs for *_, needs in EXPORTS}
    assert used == set(Permission)


async def test_me_tells_roles_and_permissions(library: Library, admin: Phone) -> None:
    guest = (await library.guest.get("/api/me")).body
    assert (guest["id"], guest["roles"], guest["unread"]) == (None, ["guest"], 0)
    assert set(guest["permissions"]) == EXPECTED["guest"]
    assert {reminder["balance"] for reminder in guest["reminders"]} == {0}
    me = (await admin.get("/api/me")).body
    assert (me["id"], me["roles"]) == (str(admin.reader_id), ["admin", "reader"])
    assert set(me["permissions"]) == EXPECTED["admin"]


async def test_nobody_is_forced_to_sign_in_to_look_around(library: Library) -> None:
    for path in ("/api/home", "/api/spaces", "/api/areas/1", "/api/areas/1/days/2026-11-23", "/api/me"):
        assert (await library.guest.get(path)).status == 200, path
