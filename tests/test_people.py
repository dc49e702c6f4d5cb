"""Signing in and out, sessions, invitations, names."""

import asyncio
import hashlib

import pytest

from handlers import invitations
from models.audit import AuditEntry
from models.db import fetch
from models.people import Reader, Session
from tests.support.library import Library, Phone


async def code_for(library: Library, handle: str = "lin") -> str:
    await library.sim("persons", {"handle": handle, "name": handle})
    return str((await library.sim("login", {"person": handle}))["code"])


async def invited(admin: Phone, role: str = "editor") -> str:
    answer = await admin.post("/api/admin/invitations", {"role": role})
    assert answer.status == 201, answer.body
    return str(answer.body["code"])


# ---------------------------------------------------------------- signing in


async def test_the_first_sign_in_makes_a_reader_and_the_next_finds_them_again(library: Library) -> None:
    first = await library.reader("lin")
    again = await library.sign_in("lin")
    other = await library.reader("zhou")

    assert first.reader_id == again.reader_id != other.reader_id
    assert first.token != again.token
    assert await Reader.all().count() == 2
    assert (await first.get("/api/me")).body["nickname"] is None


async def test_a_code_signs_in_once(library: Library) -> None:
    code = await code_for(library)
    assert (await library.guest.post("/api/sign-in", {"code": code})).status == 200
    again = await library.guest.post("/api/sign-in", {"code": code})
    assert (again.status, again.code) == (422, "code_refused")
    assert await Session.all().count() == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "errcode", "errcode": -1},
        {"kind": "errcode", "errcode": 45011},
        {"kind": "http_502"},
        {"kind": "truncate"},
    ],
)
async def test_while_wechat_is_down_nothing_is_stored_and_trying_again_is_right(
    library: Library, fault: dict[str, object]
) -> None:
    code = await code_for(library)
    await library.sim("faults", {"path": "/sns/jscode2session", "times": 3, **fault})
    answer = await library.guest.post("/api/sign-in", {"code": code})
    assert (answer.status, answer.code) == (503, "try_later")
    assert answer.headers["Retry-After"]
    assert await Reader.all().count() == await Session.all().count() == await AuditEntry.all().count() == 0


async def test_two_first_sign_ins_at_once_make_one_reader(library: Library) -> None:
    codes = [await code_for(library) for _ in range(5)]
    answers = await asyncio.gather(*(library.guest.post("/api/sign-in", {"code": code}) for code in codes))
    assert [answer.status for answer in answers] == [200] * 5
    assert len({answer.body["me"]["id"] for answer in answers}) == 1


# ---------------------------------------------------------------- sessions


async def test_only_the_hash_of_a_token_is_stored(lin: Phone) -> None:
    assert lin.token is not None
    stored = await fetch("SELECT * FROM session")
    assert len(lin.token) == 43  # 32 random bytes
    assert stored[0]["token_hash"] == hashlib.sha256(lin.token.encode()).hexdigest()
    assert lin.token not in repr([dict(row) for row in stored])


async def test_a_session_slides_while_it_is_used_and_ends_after_thirty_days_without_use(
    library: Library, lin: Phone
) -> None:
    await library.advance(days=29)
    assert (await lin.get("/api/bookings")).status == 200
    await library.advance(days=29)
    assert (await lin.get("/api/bookings")).status == 200
    await library.advance(days=30, seconds=1)
    ended = await lin.get("/api/bookings")
    assert (ended.status, ended.code) == (401, "sign_in_needed")
    assert (await lin.get("/api/home")).status == 401  # a token that is no good is not a guest's


async def test_signing_out_here_leaves_the_other_phone_signed_in(library: Library, lin: Phone) -> None:
    tablet = await library.sign_in("lin")
    assert (await lin.post("/api/sign-out", {"everywhere": False})).body == {}
    assert (await lin.get("/api/bookings")).status == 401
    assert (await tablet.get("/api/bookings")).status == 200


async def test_signing_out_everywhere_ends_every_session_of_this_reader_only(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    tablet = await library.sign_in("lin")
    async with tablet.socket() as socket:
        await lin.post("/api/sign-out", {"everywhere": True})
        await socket.next("session_ended")
        await library.until(lambda: _gone(socket.sio))
    assert [(await phone.get("/api/bookings")).status for phone in (lin, tablet, zhou)] == [401, 401, 200]


async def _gone(sio: object) -> bool:
    return not getattr(sio, "connected", True)


async def test_cutting_one_phone_off_reaches_its_socket_and_no_other(library: Library, lin: Phone) -> None:
    tablet = await library.sign_in("lin")
    phones = (await lin.get("/api/me/sessions")).body["items"]
    assert sorted(phone["current"] for phone in phones) == [False, True]
    other = next(phone["id"] for phone in phones if not phone["current"])
    async with tablet.socket() as cut, lin.socket() as kept:
        assert (await lin.call("DELETE", f"/api/me/sessions/{other}")).status == 200
        assert await cut.next("session_ended") == {}
        await library.until(lambda: _gone(cut.sio))
        assert kept.sio.connected
        assert kept.heard == []
    assert (await tablet.get("/api/me")).status == 401
    assert (await lin.call("DELETE", f"/api/me/sessions/{other}")).code == "not_found"


async def test_another_readers_session_does_not_exist(lin: Phone, zhou: Phone) -> None:
    theirs = (await zhou.get("/api/me/sessions")).body["items"][0]["id"]
    answer = await lin.call("DELETE", f"/api/me/sessions/{theirs}")
    assert (answer.status, answer.code) == (404, "not_found")
    assert (await zhou.get("/api/me")).status == 200


# ---------------------------------------------------------------- names


async def test_a_nickname_is_optional_trimmed_and_can_be_taken_back(lin: Phone) -> None:
    assert (await lin.put("/api/me", {"nickname": "  小林 "})).body["nickname"] == "小林"
    assert (await lin.get("/api/me")).body["nickname"] == "小林"
    assert (await lin.put("/api/me", {"nickname": None})).body["nickname"] is None


@pytest.mark.parametrize("name", ["", "   ", "林" * 21, "a\x00b", "a\x07b", "\u200f", "小\n林", 7, ["林"]])
async def test_what_is_no_name_is_refused_and_changes_nothing(lin: Phone, name: object) -> None:
    await lin.put("/api/me", {"nickname": "小林"})
    refused = await lin.put("/api/me", {"nickname": name})
    assert (refused.status, refused.code) == (422, "invalid_input")
    assert refused.details["field"] == "nickname"
    assert (await lin.get("/api/me")).body["nickname"] == "小林"


# ---------------------------------------------------------------- invitations


async def test_an_invitation_gives_its_role_at_once(admin: Phone, lin: Phone) -> None:
    code = await invited(admin, "manager")
    me = (await lin.post("/api/invitations/accept", {"code": code})).body
    assert me["roles"] == ["manager", "reader"]
    assert (await lin.get("/api/admin/seat-rules")).status == 200
    rows = [dict(row) for row in await fetch("SELECT * FROM invitation")]
    assert code not in repr(rows)


async def test_an_invitation_counts_once_and_the_one_who_took_it_may_ask_again(
    admin: Phone, lin: Phone, zhou: Phone
) -> None:
    code = await invited(admin)
    await lin.post("/api/invitations/accept", {"code": code})
    again = await lin.post("/api/invitations/accept", {"code": code})
    assert (again.status, again.body["roles"]) == (200, ["editor", "reader"])
    late = await zhou.post("/api/invitations/accept", {"code": code})
    assert (late.status, late.code) == (409, "invitation_used")
    assert (await zhou.get("/api/me")).body["roles"] == ["reader"]


async def test_of_two_who_accept_at_once_one_gets_the_role(admin: Phone, lin: Phone, zhou: Phone) -> None:
    code = await invited(admin)
    answers = await asyncio.gather(
        *(phone.post("/api/invitations/accept", {"code": code}) for phone in (lin, zhou))
    )
    assert sorted(answer.status for answer in answers) == [200, 409]


async def test_an_invitation_is_over_after_a_day(library: Library, admin: Phone, lin: Phone) -> None:
    code = await invited(admin)
    await library.advance(hours=24, seconds=-1)
    soon_over = await invited(admin, "librarian")
    await library.advance(seconds=1)
    late = await lin.post("/api/invitations/accept", {"code": code})
    assert (late.status, late.code) == (409, "invitation_over")
    assert (await lin.post("/api/invitations/accept", {"code": soon_over})).status == 200
    unknown = await lin.post("/api/invitations/accept", {"code": "nobody made this"})
    assert (unknown.status, unknown.code) == (404, "invitation_unknown")


async def test_a_role_can_be_granted_to_whoever_has_signed_in(library: Library, lin: Phone) -> None:
    ctx = library.services.context("test")
    openid = (await Reader.get(id=lin.reader_id)).openid
    assert (await lin.get("/api/admin/announcement")).status == 403
    assert await invitations.grant(ctx, openid, "editor")
    assert await invitations.grant(ctx, openid, "editor")  # twice is once

    async def may() -> bool:
        return (await lin.get("/api/admin/announcement")).status == 200

    await library.until(may)  # at another server in a moment
    assert not await invitations.grant(ctx, "nobody", "editor")
    with pytest.raises(ValueError, match="no such role"):
        await invitations.grant(ctx, openid, "emperor")
