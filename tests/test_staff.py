"""Who works here, and how a role is taken away."""

import pytest

from models.audit import AuditEntry
from models.db import fetch
from models.reach import Grant
from models.staff import WhyNot, why_not_take
from tests.support.chat import claimed
from tests.support.chat import librarian as on_duty
from tests.support.feedback import act, box, librarian, told
from tests.support.library import Answer, Library, Phone


async def named(library: Library, handle: str, role: str, name: str) -> Phone:
    phone = await library.reader(handle, role=role)
    await phone.put("/api/me", {"nickname": name})
    return phone


async def take(admin: Phone, phone: Phone, role: str) -> Answer:
    return await admin.call("DELETE", f"/api/admin/staff/{phone.reader_id}/roles/{role}")


async def listed(admin: Phone, query: str = "") -> list[str | None]:
    return [member["name"] for member in (await admin.get(f"/api/admin/staff{query}")).body["items"]]


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("role", "held", "own", "others", "why"),
    [
        ("editor", ["editor"], False, False, None),
        ("editor", ["editor"], True, True, WhyNot.OWN_LAST_ROLE),
        ("editor", ["admin", "editor"], True, False, None),
        ("admin", ["admin"], False, True, None),
        ("admin", ["admin"], False, False, WhyNot.ADMINISTRATOR_NEEDED),
        ("admin", ["admin"], True, False, WhyNot.ADMINISTRATOR_NEEDED),
        ("admin", ["admin"], True, True, WhyNot.OWN_LAST_ROLE),
        ("admin", ["admin", "editor"], True, True, None),
    ],
)
def test_a_role_is_taken_unless_an_administrator_is_needed_or_it_is_ones_own_last(
    role: str, held: list[str], own: bool, others: bool, why: WhyNot | None
) -> None:
    taken, everything = {Grant(role)}, {Grant(one) for one in held}
    assert why_not_take(taken, held=everything, own=own, others_administer=others) is why


# ---------------------------------------------------------------- looking


async def test_staff_are_listed_with_their_roles_filtered_and_sorted(library: Library, admin: Phone) -> None:
    await admin.put("/api/me", {"nickname": "Zoe"})
    await library.advance(hours=1)
    he = await named(library, "he", "librarian", "何馆员")
    await library.advance(hours=1)
    await named(library, "bai", "editor", "Bai")
    await library.reader("lin")

    assert await listed(admin) == ["Bai", "Zoe", "何馆员"]
    assert await listed(admin, "?sort=since") == ["Bai", "何馆员", "Zoe"]
    assert await listed(admin, "?role=librarian") == ["何馆员"]
    assert await listed(admin, "?text=zO") == ["Zoe"]
    assert await listed(admin, "?text=%25") == []
    first = (await admin.get("/api/admin/staff?limit=2")).body
    assert [member["name"] for member in first["items"]] == ["Bai", "Zoe"]
    assert await listed(admin, f"?limit=2&after={first['next']}") == ["何馆员"]
    [member] = (await admin.get("/api/admin/staff?role=librarian")).body["items"]
    assert (member["id"], member["mine"]) == (str(he.reader_id), False)
    everywhere_for_good = {
        "scope": "library",
        "scope_id": None,
        "place": None,
        "starts_at": None,
        "ends_at": None,
    }
    given = {"granted_at": "2026-11-23T10:00:00+08:00", "granted_by": None}
    assert member["roles"] == [{"role": "librarian", **everywhere_for_good, **given}]


async def test_a_colleague_finds_staff_by_name_and_sees_nothing_but_their_roles(
    library: Library, admin: Phone, lin: Phone
) -> None:
    he = await named(library, "he", "librarian", "何馆员")
    await lin.put("/api/me", {"nickname": "何读者"})
    found = (await he.get("/api/staff/people?text=%E4%BD%95")).body
    assert found == {
        "items": [{"id": str(he.reader_id), "name": "何馆员", "roles": ["librarian"]}],
        "next": None,
    }
    assert len((await he.get("/api/staff/people")).body["items"]) == 2
    assert (await lin.get("/api/staff/people")).status == 403
    assert (await he.get("/api/admin/staff")).status == 403


@pytest.mark.parametrize("query", ["text=" + "a" * 41, "sort=x", "role=reader", "limit=0", "after=-1"])
async def test_what_cannot_be_asked_is_refused(admin: Phone, query: str) -> None:
    assert (await admin.get(f"/api/admin/staff?{query}")).code == "invalid_input"


# ---------------------------------------------------------------- taking a role


async def test_a_role_that_is_taken_opens_nothing_any_more_on_any_phone(
    library: Library, admin: Phone
) -> None:
    he = await named(library, "he", "librarian", "何馆员")
    async with he.socket() as socket:
        await socket.ask("desk_watch", {})
        assert (await take(admin, he, "librarian")).status == 200
        await socket.next("session_ended")
    assert (await he.get("/api/desk")).status == 401
    again = await library.sign_in("he")
    assert (await again.get("/api/desk")).status == 403
    assert (await again.get("/api/me")).body["roles"] == ["reader"]
    [entry] = await AuditEntry.filter(action="staff.take")
    assert (entry.actor_id, entry.subject) == (admin.reader_id, f"reader:{he.reader_id}")
    assert entry.details == '{"role":"librarian"}'
    twice = await take(admin, he, "librarian")
    assert (twice.status, twice.code) == (404, "not_found")


async def test_what_they_had_on_hand_goes_back_to_their_colleagues(
    library: Library, admin: Phone, lin: Phone
) -> None:
    he = await on_duty(library, "he", "何馆员")
    conversation = await claimed(library, lin, he, "在吗")
    li = await librarian(library, "li", "李馆员")
    await told(library, lin, "灯有点暗")
    [line] = await box(he)
    await act(he, line["id"], "take")

    await take(admin, he, "librarian")
    [row] = await fetch("SELECT state, librarian_id FROM conversation WHERE id = $1", int(conversation))
    assert (row["state"], row["librarian_id"]) == ("waiting", None)
    assert not (await lin.get("/api/chat-state")).body["staffed"]
    assert [one["id"] for one in await box(li)] == [line["id"]]


async def test_one_role_of_two_leaves_what_the_other_allows(library: Library, admin: Phone) -> None:
    he = await on_duty(library, "he", "何馆员")
    lin = await library.reader("lin")
    code = (await admin.post("/api/admin/invitations", {"role": "manager"})).body["code"]
    await he.post("/api/invitations/accept", {"code": code})
    conversation = await claimed(library, lin, he, "在吗")
    assert (await take(admin, he, "librarian")).status == 200
    again = await library.sign_in("he")
    assert (await again.get("/api/me")).body["roles"] == ["manager", "reader"]
    [row] = await fetch("SELECT librarian_id FROM conversation WHERE id = $1", int(conversation))
    assert row["librarian_id"] == he.reader_id


async def test_the_last_administrator_stays_and_nobody_takes_their_own_last_role(
    library: Library, admin: Phone
) -> None:
    alone = await take(admin, admin, "admin")
    assert (alone.status, alone.code) == (409, "administrator_needed")
    other = await library.reader("other", role="admin")
    own = await take(admin, admin, "admin")
    assert (own.status, own.code) == (409, "own_last_role")
    assert (await take(other, admin, "admin")).status == 200
    assert (await take(other, other, "admin")).code == "administrator_needed"


async def test_invitations_of_an_administrator_end_with_their_role(
    library: Library, admin: Phone, lin: Phone
) -> None:
    other = await library.reader("other", role="admin")
    code = (await other.post("/api/admin/invitations", {"role": "admin"})).body["code"]
    await take(admin, other, "admin")
    answer = await lin.post("/api/invitations/accept", {"code": code})
    assert (answer.status, answer.code) == (409, "invitation_over")


async def test_nobody_gives_themselves_a_role(admin: Phone, lin: Phone) -> None:
    code = (await admin.post("/api/admin/invitations", {"role": "editor"})).body["code"]
    own = await admin.post("/api/invitations/accept", {"code": code})
    assert (own.status, own.code) == (409, "own_invitation")
    assert (await admin.get("/api/me")).body["roles"] == ["admin", "reader"]
    assert (await lin.post("/api/invitations/accept", {"code": code})).status == 200  # it was not used up


@pytest.mark.parametrize("path", ["0/roles/admin", "1/roles/reader", "1/roles/emperor", "x/roles/admin"])
async def test_what_names_no_role_of_anybody_is_refused(admin: Phone, path: str) -> None:
    answer = await admin.call("DELETE", f"/api/admin/staff/{path}")
    assert (answer.status, answer.code) == (422, "invalid_input")


async def test_a_reader_without_roles_is_not_told_from_nobody(
    library: Library, admin: Phone, lin: Phone
) -> None:
    unknown = await admin.call("DELETE", "/api/admin/staff/987654/roles/editor")
    reader = await take(admin, lin, "editor")
    assert (unknown.status, reader.status) == (404, 404)
    assert (await lin.get("/api/me")).status == 200
