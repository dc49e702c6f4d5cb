"""From when until when a role counts, who says so, and what goes back when one ends or is taken."""

from datetime import date, timedelta
from typing import Any

from models.audit import AuditEntry
from models.db import fetch
from tests.support.chat import claimed, on_duty, queue, said, say
from tests.support.departments import made
from tests.support.feedback import act, box, told
from tests.support.library import Answer, Library, Phone, at, running_library

FOR_GOOD = {"starts_at": None, "ends_at": None}


async def joined(admin: Phone, phone: Phone, role: str = "librarian", **wish: Any) -> Phone:
    """Somebody who has accepted an invitation."""
    code = (await admin.post("/api/admin/invitations", {"role": role, **wish})).body["code"]
    answer = await phone.post("/api/invitations/accept", {"code": code})
    assert answer.status == 200, answer.body
    return phone


async def set_term(admin: Phone, phone: Phone, role: str = "librarian", **wish: Any) -> Answer:
    path = f"/api/admin/staff/{phone.reader_id}/roles/{role}/term"
    return await admin.put(path, {**FOR_GOOD, **wish})


async def shown(admin: Phone, phone: Phone) -> list[Any]:
    found = (await admin.get("/api/admin/staff?limit=100")).body["items"]
    return next((one["roles"] for one in found if one["id"] == str(phone.reader_id)), [])


async def with_whom(conversation_id: str) -> int | None:
    [row] = await fetch("SELECT librarian_id FROM conversation WHERE id = $1", int(conversation_id))
    return None if row["librarian_id"] is None else int(row["librarian_id"])


# ---------------------------------------------------------------- dates


async def test_a_role_that_has_ended_counts_nowhere_whether_or_not_a_job_has_run(database_url: str) -> None:
    async with running_library(database_url, with_worker=False) as library:
        admin, lin, he = [await library.reader(name) for name in ("admin", "lin", "he")]
        await library.reader("admin", role="admin")
        await joined(admin, he, ends_at=at(9, 0, day=24))
        library.clock.move(timedelta(hours=23, minutes=59, seconds=58))
        await on_duty(he)
        await he.get("/api/me")  # remembered for seconds
        [row] = await fetch(
            "INSERT INTO conversation (reader_id, librarian_id, state, opened_at, waiting_since, first_place, "
            "reader_seq, staff_seq, reader_delivered, reader_read, staff_delivered, staff_read) "
            "VALUES ($1, $2, 'claimed', $3, $3, $4, 0, 0, 0, 0, 0, 0) RETURNING id",
            lin.reader_id,
            he.reader_id,
            library.clock.now(),
            False,
        )
        assert (await say(he, "您好", conversation_id=str(row["id"]))).status == 200
        async with he.socket() as socket:
            library.clock.move(timedelta(seconds=2))
            assert (await he.get("/api/desk")).status == 403
            assert (await say(he, "在吗", conversation_id=str(row["id"]))).status == 404
            assert (await socket.ask("desk_watch", {}))["error"]["code"] == "not_allowed"
        assert (await he.get("/api/me")).body["roles"] == ["reader"]
        assert await shown(admin, he) == []


async def test_when_a_role_ends_its_work_returns_and_its_phones_sign_in_anew(
    library: Library, admin: Phone, lin: Phone
) -> None:
    he = await library.reader("he")
    await joined(admin, he, ends_at=at(18))
    await on_duty(he)
    conversation = await claimed(library, lin, he, "在吗")
    await told(library, lin, "灯有点暗")
    [line] = await box(he)
    await act(he, line["id"], "take")
    assert [role["ends_at"] for role in await shown(admin, he)] == [at(18)]
    assert await with_whom(conversation) == he.reader_id
    async with he.socket() as socket:
        await library.advance(hours=9)
        await socket.next("session_ended")
    await library.settled()
    assert await with_whom(conversation) is None
    [row] = await fetch("SELECT state FROM feedback WHERE id = $1", int(line["id"]))
    assert row["state"] == "new"
    assert (await he.get("/api/me")).status == 401
    assert (await (await library.sign_in("he")).get("/api/desk")).status == 403
    [entry] = await AuditEntry.filter(action="staff.end")
    assert (entry.actor_id, entry.subject) == (None, f"reader:{he.reader_id}")


async def test_a_role_begins_by_itself_and_a_new_end_takes_the_place_of_the_old(
    library: Library, admin: Phone
) -> None:
    he = await joined(admin, await library.reader("he"), starts_at=at(12), ends_at=at(18))
    assert (await he.get("/api/desk")).status == 403
    assert [role["starts_at"] for role in await shown(admin, he)] == [at(12)]
    await library.advance(hours=3)
    assert (await he.get("/api/desk")).status == 200
    assert (await set_term(admin, he, ends_at=at(20))).status == 200
    await library.advance(hours=7)
    await library.settled()
    assert (await he.get("/api/desk")).status == 200
    assert (await set_term(admin, he)).status == 200
    await library.advance(hours=24)
    await library.settled()
    assert (await he.get("/api/desk")).status == 200
    # One that is to begin later counts no more now.
    assert (await set_term(admin, he, starts_at=at(9, day=30))).status == 200

    async def signed_out() -> bool:
        return (await he.get("/api/me")).status == 401

    await library.until(signed_out)
    assert (await (await library.sign_in("he")).get("/api/desk")).status == 403
    [*_, entry] = await AuditEntry.filter(action="staff.set_term").order_by("id")
    assert entry.details == '{"role":"librarian","starts_at":"2026-11-30T09:00+08:00"}'


async def test_nobody_says_how_long_they_hold_a_role_themselves(library: Library, admin: Phone) -> None:
    await library.reader("other", role="admin")
    own = await set_term(admin, admin, "admin", ends_at=at(9, day=30))
    assert (own.status, own.code) == (409, "own_role")
    he = await library.reader("he", role="librarian")
    assert (await set_term(he, he, ends_at=None)).status == 403
    assert (await set_term(admin, he, "editor")).code == "not_found"
    assert (await set_term(admin, he, scope="branch", scope_id="1")).code == "not_found"
    assert (await set_term(admin, he, ends_at=at(8))).code == "invalid_input"


async def test_an_administrator_whose_role_ends_by_date_is_not_the_one_who_stays(
    library: Library, admin: Phone
) -> None:
    other = await joined(admin, await library.reader("other"), "admin", ends_at=at(9, day=30))
    leaving = await admin.post("/api/me/closing", {})
    assert (leaving.status, leaving.code) == (409, "last_administrator")
    alone = await other.call("DELETE", f"/api/admin/staff/{admin.reader_id}/roles/admin")
    assert (alone.status, alone.code) == (409, "administrator_needed")
    dated = await set_term(other, admin, "admin", ends_at=at(9, day=29))
    assert (dated.status, dated.code) == (409, "administrator_needed")
    assert (await set_term(admin, other, "admin")).status == 200
    assert (await set_term(other, admin, "admin", ends_at=at(9, day=29))).status == 200
    assert (await other.post("/api/me/closing", {})).code == "last_administrator"


# ---------------------------------------------------------------- what goes with a role


async def preview(admin: Phone, phone: Phone, query: str = "") -> Answer:
    return await admin.get(f"/api/admin/staff/{phone.reader_id}/roles/librarian/taken{query}")


async def test_what_goes_is_told_before_and_only_what_is_not_reached_any_more(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    research, children = await made(admin, "参考咨询部"), await made(admin, "少儿部")
    he = await library.reader("he")
    for department in (research, children):
        await joined(admin, he, scope="department", scope_id=department["id"])
    await on_duty(he)
    asked = {}
    for phone, department in ((lin, research), (zhou, children)):
        asked[department["name"]] = (await said(phone, "在吗", department_id=department["id"]))[
            "conversation_id"
        ]
        await told(library, phone, "灯有点暗", department_id=department["id"])
    for line in await queue(he):
        assert (await he.post(f"/api/desk/{line['id']}/claim")).status == 200
    for line in await box(he):
        await act(he, line["id"], "take")

    await fetch(
        "INSERT INTO duty_turn (reader_id, first_day, from_minute, until_minute) VALUES ($1, $2, 540, 600)",
        he.reader_id,
        date(2026, 11, 24),
    )
    nothing = {"conversations": 0, "feedback": 0, "invitations": 0, "turns": 0}
    of_children = f"?scope=department&scope_id={children['id']}"
    assert (await preview(admin, he, of_children)).body == {**nothing, "conversations": 1, "feedback": 1}
    assert (await preview(admin, he)).body == {
        "conversations": 2,
        "feedback": 2,
        "invitations": 0,
        "turns": 1,
    }
    assert (await preview(admin, he, "?scope=branch&scope_id=1")).code == "not_found"
    assert (await preview(he, he)).status == 403
    assert await with_whom(asked["少儿部"]) == he.reader_id  # to look takes nothing

    path = f"/api/admin/staff/{he.reader_id}/roles/librarian"
    assert (await admin.call("DELETE", f"{path}{of_children}")).status == 200
    assert await with_whom(asked["少儿部"]) is None
    assert await with_whom(asked["参考咨询部"]) == he.reader_id
    again = await library.sign_in("he")
    assert [line["id"] for line in await queue(again)] == [asked["参考咨询部"]]
    assert len(await box(again, "mine")) == 1
    assert [role["place"] for role in await shown(admin, he)] == ["参考咨询部"]
    # Without a scope, a role is taken wherever it is held: as phones of before say it.
    await joined(admin, again, scope="area", scope_id="1")
    assert (await admin.call("DELETE", path)).status == 200
    assert await shown(admin, he) == []


async def test_an_administrators_invitations_are_counted(library: Library, admin: Phone) -> None:
    other = await library.reader("other", role="admin")
    for _ in range(2):
        await other.post("/api/admin/invitations", {"role": "editor"})
    path = f"/api/admin/staff/{other.reader_id}/roles/admin/taken"
    assert (await admin.get(path)).body == {"conversations": 0, "feedback": 0, "invitations": 2, "turns": 0}


async def test_what_is_no_scope_is_refused(admin: Phone) -> None:
    for query in ("scope=world", "scope=branch&scope_id=x", "scope_id=0"):
        assert (await preview(admin, admin, f"?{query}")).code == "invalid_input", query


async def test_a_closed_account_keeps_no_role_anywhere(library: Library, admin: Phone) -> None:
    he = await joined(admin, await library.reader("he"), scope="branch", scope_id="1")
    await he.post("/api/me/closing", {})
    await library.advance(days=7, minutes=1)
    await library.settled()
    await library.advance(minutes=2)
    await library.settled()
    assert await fetch("SELECT 1 FROM staff_grant") == []
