"""What every request has in common: its id, the shape of errors, what is refused before any handler."""

import asyncio
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from models import db
from server.services import REQUESTS_AT_ONCE
from tests.support.library import Library, Phone, at, new_key, running_library

MIGRATIONS = len(list(Path("migrations").glob("0*.py")))
WISH = '"starts_at": "2026-11-23T10:00:00+08:00", "ends_at": "2026-11-23T11:00:00+08:00"'


async def test_an_unknown_address_is_an_error_of_the_one_shape(library: Library) -> None:
    answer = await library.guest.get("/api/no/such/thing")
    assert (answer.status, answer.code) == (404, "not_found")
    assert answer.body["error"]["message"]
    assert answer.body["error"]["request_id"] == answer.headers["X-Request-Id"]


async def test_another_method_is_refused_with_the_methods_that_are_right(lin: Phone) -> None:
    answer = await lin.call("DELETE", "/api/home")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET"
    assert set((await lin.call("PATCH", "/api/me", {})).headers["Allow"].split(",")) == {"GET", "PUT"}


async def test_a_request_keeps_the_id_that_it_came_with(library: Library) -> None:
    given = await library.guest.call("GET", "/api/home", headers={"X-Request-Id": "from-the-phone-1"})
    assert given.headers["X-Request-Id"] == "from-the-phone-1"
    for hostile in ("short", "x" * 65, 'quote"quote"', "a b c d e f"):
        made = await library.guest.call("GET", "/api/home", headers={"X-Request-Id": hostile})
        assert made.headers["X-Request-Id"] != hostile
        assert len(made.headers["X-Request-Id"]) == 16


async def test_every_answer_tells_the_servers_time_with_the_librarys_offset(library: Library) -> None:
    for path in ("/api/home", "/api/nothing", "/livez"):
        told = (await library.guest.get(path)).headers["Server-Time"]
        assert datetime.fromisoformat(told) == library.clock.now()
        assert told == "2026-11-23T09:00:00.000+08:00"


@pytest.mark.parametrize("kind", ["Basic bGluOmxpbg==", "Bearer", "Bearer ", "Bearer nobody", "token", "天"])
async def test_an_authorization_that_is_none_is_refused_rather_than_taken_for_a_guest(
    library: Library, kind: str
) -> None:
    answer = await library.guest.call("GET", "/api/home", headers={"Authorization": kind})
    assert (answer.status, answer.code) == (401, "sign_in_needed")


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_ten_megabytes_is_refused_with_the_limit(lin: Phone, chunked: bool) -> None:
    async def pieces() -> Any:
        for _ in range(160):
            yield b" " * 65_536

    async with lin.library.http.put(
        f"{lin.library.url}/api/me",
        data=pieces() if chunked else io.BytesIO(b" " * 10_485_760),
        headers={"Authorization": f"Bearer {lin.token}", "Content-Type": "application/json"},
    ) as answer:
        error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["details"]) == (413, "too_large", {"limit": 65_536})


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_a_body_that_is_not_declared_as_json_is_refused(lin: Phone, kind: str) -> None:
    answer = await lin.call("PUT", "/api/me", raw=b"{}", headers={"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "field", "problem"),
    [
        (b"", "", "not_json"),
        (b"{", "", "not_json"),
        (b'{"nickname": NaN}', "", "not_json"),
        (b'{"nickname": "\xff"}', "", "not_json"),
        (rb'{"nickname": "\ud800"}', "", "not_json"),
        (b"\xef\xbb\xbf{}", "", "not_json"),
        (b"[" * 30_000, "", "not_json"),
        (b"[" * 900 + b"]" * 900, "", "not_an_object"),
        (b"[]", "", "not_an_object"),
        (b'"text"', "", "not_an_object"),
        (b"null", "", "not_an_object"),
        (b'{"nickname": "a", "nickname": "b"}', "nickname", "given_twice"),
        (b'{"nickname": 1, "nickname": 2}', "nickname", "given_twice"),
        (rb'{"nickname": "a\"", "nick\u006eame": null}', "nickname", "given_twice"),
        (b'{"nickname": null, "x": {"y": 1, "y": 1}}', "y", "given_twice"),
        (b'{"nickname": "a", "age": 5}', "age", "extra_forbidden"),
        (b"{}", "nickname", "missing"),
        (b'{"nickname": 5}', "nickname", "string_type"),
        (rb'{"nickname": "a\u0000"}', "nickname", "value_error"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_by_field_and_problem(
    lin: Phone, body: bytes, field: str, problem: str
) -> None:
    answer = await lin.call("PUT", "/api/me", raw=body)
    assert (answer.status, answer.code) == (422, "invalid_input")
    assert (answer.details["field"], answer.details["problem"]) == (field, problem)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/admin/announcement", {"title": "a", "text": "b", "version": "1"}),
        ("PUT", "/api/admin/announcement", {"title": "a", "text": "b", "version": 1.0}),
        ("PUT", "/api/admin/announcement", {"title": "a", "text": "b", "version": True}),
        ("POST", "/api/sign-out", {"everywhere": "yes"}),
        ("POST", "/api/sign-out", {"everywhere": 1}),
        ("POST", "/api/inbox/read", {"up_to_id": 5}),
        ("POST", "/api/inbox/read", {"up_to_id": 18446744073709551615}),
        ("POST", "/api/inbox/read", {"up_to_id": "9" * 19}),
        ("POST", "/api/inbox/read", {"up_to_id": "٣"}),
        ("POST", "/api/inbox/read", {"up_to_id": "01"}),
        ("POST", "/api/check-ins", {"code": "a\x00b", "idempotency_key": "12345678"}),
        ("POST", "/api/check-ins", {"code": "codea1", "idempotency_key": "1234567"}),
        ("POST", "/api/check-ins", {"code": "codea1", "idempotency_key": "12345678\n"}),
        ("POST", "/api/sign-in", {"code": "\x00"}),
        ("POST", "/api/invitations/accept", {"code": "\x00"}),
    ],
)
async def test_nothing_is_converted_behind_the_callers_back(
    admin: Phone, method: str, path: str, body: Any
) -> None:
    answer = await admin.call(method, path, body)
    assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize(
    "path",
    [
        "/api/areas/0",
        "/api/areas/1.0",
        "/api/areas/-1",
        "/api/areas/9999999999999999999",
        "/api/areas/%00",
        "/api/areas/%ED%A0%80",
        "/api/areas/1/days/2026-11-31",
        "/api/areas/1/days/2026-1-1",
        "/api/areas/1/days/1795000000",
        "/api/areas/1/days/2100-01-01",
        "/api/areas/1/days/2026-11-23T00:00:00",
        "/api/areas/1?verbose=1",
        "/api/areas/1?area_id=1",
        "/api/bookings?limit=0",
        "/api/bookings?limit=101",
        "/api/bookings?limit=%2B5",
        "/api/bookings?limit=1_0",
        "/api/bookings?limit=5&limit=6",
        "/api/bookings?when=never",
        "/api/bookings?after=x",
        "/api/inbox?after=-1",
        "/api/spaces?starts_at=2026-11-23T10:00:00%2B08:00",
        "/api/spaces?starts_at=2026-11-23T10:00:00&ends_at=2026-11-23T11:00:00",
        "/api/spaces?starts_at=1795000000&ends_at=1795003600",
        "/api/spaces?starts_at=2026-11-23T11:00:00Z&ends_at=2026-11-23T10:00:00Z",
        "/api/spaces?starts_at=2026-11-23T11:00:00Z&ends_at=2026-11-25T10:00:00Z",
    ],
)
async def test_an_address_that_does_not_fit_is_refused(lin: Phone, path: str) -> None:
    answer = await lin.get(path)
    assert (answer.status, answer.code) == (422, "invalid_input"), answer.body


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-11-23T10:00:00", "2026-11-23T11:00:00"),
        ("2026-11-23 10:00:00+08:00", "2026-11-23 11:00:00+08:00"),
        (1795000000, 1795003600),
        ("1795000000", "1795003600"),
        ("1026-11-23T10:00:00+08:00", "1026-11-23T11:00:00+08:00"),
        (at(11), at(10)),
        (at(11), at(11)),
        (at(10), at(11, day=24)),
    ],
)
async def test_a_stretch_of_time_that_is_none_is_refused(lin: Phone, starts: Any, ends: Any) -> None:
    wish = {"starts_at": starts, "ends_at": ends, "idempotency_key": new_key()}
    answer = await lin.post("/api/seats/1/bookings", wish)
    assert (answer.status, answer.code) == (422, "invalid_input")


async def test_an_id_far_away_is_merely_not_found(lin: Phone) -> None:
    for path in ("/api/areas/999999999999999999", "/api/bookings/999999999999999999"):
        assert (await lin.get(path)).code == "not_found"
    assert (await lin.call("DELETE", "/api/me/sessions/33626890099")).code == "not_found"
    body = f'{{{WISH}, "idempotency_key": "12345678"}}'.encode()
    answer = await lin.call("POST", "/api/seats/999999999999999999/bookings", raw=body)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize("name", ["🪑" * 20, "é", "ﷺ", "‮abc", "林\u200d溪"])
async def test_unusual_text_comes_back_as_it_was_sent(lin: Phone, name: str) -> None:
    assert (await lin.put("/api/me", {"nickname": name})).status == 200
    assert (await lin.get("/api/me")).body["nickname"] == name


@pytest.mark.parametrize(
    "line",
    [b"GET /api/home?\xff=1", b"GET /api/areas/\xff", b"GET /api/home?%ED%A0%80=1", b"GET /%FF%FE"],
)
async def test_an_address_of_broken_text_is_the_callers_fault(library: Library, line: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(library.url.rpartition(":")[2]))
    writer.write(line + b" HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
    status = (await reader.readline()).split()[1]
    writer.close()
    await writer.wait_closed()
    assert status in (b"400", b"404", b"422")


# ---------------------------------------------------------------- health


async def test_a_process_that_runs_is_alive_and_ready(library: Library) -> None:
    assert (await library.guest.get("/livez")).body == {"status": "alive"}
    ready = await library.guest.get("/readyz")
    assert (ready.status, ready.body) == (200, {"status": "ready"})


async def test_without_its_migrations_a_process_is_alive_but_not_ready(empty_database_url: str) -> None:
    async with running_library(empty_database_url, with_worker=False) as library:
        assert (await library.guest.get("/livez")).status == 200
        answer = await library.guest.get("/readyz")
        assert answer.status == 503
        assert answer.body == {"status": "migrations_missing", "missing": MIGRATIONS}


async def test_a_defect_of_ours_is_told_with_its_request_id_and_nothing_else(
    empty_database_url: str,
) -> None:
    async with running_library(empty_database_url, with_worker=False) as library:
        answer = await library.guest.get("/api/home")
        assert (answer.status, answer.code, answer.details) == (500, "our_fault", {})
        assert answer.body["error"]["request_id"] == answer.headers["X-Request-Id"]
        assert "no such table" not in str(answer.body)
        assert await db.fetch("SELECT 1")


async def test_while_all_turns_are_taken_a_request_waits_and_what_waits_for_wechat_does_not(
    database_url: str,
) -> None:
    async with running_library(database_url, redis_url="") as library:
        lin = await library.reader("lin")
        for _ in range(REQUESTS_AT_ONCE - 1):
            await library.services.turns.acquire()
        async with library.services.turns:
            waits = asyncio.ensure_future(lin.get("/api/me"))
            await asyncio.sleep(0.2)
            assert not waits.done()
        assert (await waits).status == 200
        assert (await lin.get("/api/me")).status == 200  # one turn is enough, as its holder gives it back
