"""Every row of the surface under attack: another's things, an ended token, two taps and a replay, hostile text."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
import socketio

from handlers.access import ROLES, Role
from server.config import BucketSection, LimitsSection
from server.http import WITH_BODY
from server.routes import EVENTS, HTTP
from server.rows import Event, Route
from tests.support import feedback
from tests.support.attacks import OWNED, as_json, ask, is_stored, state, texts_of, twins, wish_for
from tests.support.chat import claim, librarian, on_duty, said
from tests.support.library import Library, Phone, at, running_library
from tests.support.raw import raw

PLENTY: Final = BucketSection(burst=100_000, per_minute=100_000)
READERS: Final = ROLES[Role.READER]
HOSTILE: Final = {
    "nul": "a\x00b",
    "half a pair": "a\ud800b",
    "other half": "\udc00",
    "turned around": "a\u202eb\u2066c",
    "ten thousand": "😀" * 10_000,
    "joined": "👨‍👩‍👧‍👦",
    "stacked": "e" + "\u0301" * 12,
    "separated": "a\u2028b",
    "no character": "a\uffff\U0010ffff",
    "statement": "'; DELETE FROM reader; --",
    "markup": "<b onclick=x>${7*7}%s{0}",
    "path": "../../../etc/passwd",
}


ONLY_ASKED: Final = {
    "/api/admin/patrons/find",
    "/api/search",
}  # what is asked is kept apart, in part or as a count


@pytest.fixture
async def patient(database_url: str) -> AsyncIterator[Library]:
    """A library that counts nobody's questions: an attack is to be answered by its row."""
    limits = LimitsSection(booking=PLENTY, text=PLENTY, ordinary=PLENTY)
    async with running_library(database_url, limits=limits) as running:
        yield running


async def things_of(phone: Phone, staff: Phone) -> dict[str, str]:
    """One of each that belongs to a reader; a librarian has their question and what they told."""
    booking = await phone.booked("A-1", at(12), at(13))
    talk = await said(phone)
    told = await feedback.told(phone.library, phone)
    assert (await claim(staff, talk["conversation_id"])).status == 200
    assert (await feedback.act(staff, told, "take")).status == 200
    assert phone.reader_id
    return {
        "booking_id": booking["id"],
        "conversation_id": talk["conversation_id"],
        "message_id": talk["message_id"],
        "feedback_id": told,
        "session_id": (await phone.get("/api/me/sessions")).body["items"][0]["id"],
        "id": await feedback.visit(phone.reader_id),
    }


# ---------------------------------------------------------------- another's


def owned(row: Route | Event) -> set[str]:
    return OWNED & wish_for(row, **dict.fromkeys(OWNED, "1")).keys()


def test_every_id_is_known_to_be_somebodys_or_everybodys() -> None:
    everybodys = {"area_id", "branch_id", "seat_id", "rules_id", "up_to_id", "local_id"}
    everybodys |= {
        "patron_id",
        "reader_id",
        "helper_id",
        "helped_id",
        "ban_id",
        "article_id",
        "synonyms_id",
        "missed_id",
        "run_id",
        "upload_id",
        "stays_id",
        "goes_id",
        "department_id",
        "person_id",
        "turn_id",
    }  # of staff, or looked up with one's own
    rows: tuple[Route | Event, ...] = (*HTTP, *EVENTS)
    ids = {name for row in rows for name in wish_for(row) if name.endswith("id")}
    assert ids <= OWNED | everybodys


async def test_what_is_anothers_does_not_exist_for_a_reader_and_stays_as_it_is(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    things = await things_of(lin, await librarian(library))
    await library.settled()
    before = await state()
    for route in filter(owned, HTTP):
        answer = await ask(zhou, route, wish_for(route, **things))
        expected = (404, "not_found") if route.needs in READERS else (403, "not_allowed")
        assert (answer.status, answer.code) == expected, route.path
    async with zhou.socket() as socket:
        for event in filter(owned, EVENTS):
            told = await socket.ask(event.name, wish_for(event, **things))
            code = "not_found" if event.needs in READERS else "not_allowed"
            assert told["error"]["code"] == code, event.name
    await library.settled()
    assert await state() == before


async def test_an_ended_token_opens_no_row_and_no_socket(library: Library, lin: Phone) -> None:
    things = await things_of(lin, await librarian(library))
    assert (await lin.post("/api/sign-out")).status == 200
    await library.settled()
    before = await state()
    for route in HTTP:  # not even those that a guest may ask: whoever was signed in is told so
        answer = await ask(lin, route, wish_for(route, **things))
        assert (answer.status, answer.code) == (401, "sign_in_needed"), route.path
    with pytest.raises(socketio.exceptions.ConnectionError):
        async with lin.socket():
            pass
    assert await state() == before


# ---------------------------------------------------------------- two taps, a replay

Try = tuple[Phone, dict[str, Any], dict[str, Any]]


async def what_to_repeat(library: Library, path: str) -> Try:
    """Who asks a row that can be repeated, what, and what makes another question of it."""
    lin = await library.reader("lin")
    if path == "/api/check-ins":
        await lin.booked("A-1", at(9), at(10))
        return lin, {"code": "codea1"}, {"code": "codea2"}
    if path.startswith("/api/bookings"):
        now, later = await lin.booked("A-1", at(9), at(10)), await lin.booked("A-2", at(12), at(13))
        if path.endswith("finish"):
            assert (await lin.check_in("codea1")).status == 200
        return lin, {"booking_id": now["id"]}, {"booking_id": later["id"]}
    if path.startswith("/api/seats"):
        seat = {"seat_id": str((await library.seat("A-3")).id), "starts_at": at(15), "ends_at": at(16)}
        return lin, seat, {"ends_at": at(17)}
    if path.startswith("/api/admin"):
        return await what_an_admin_repeats(library, path, lin)
    if path == "/api/ratings":
        return lin, {"id": await feedback.visit(lin.reader_id)}, {"stars": 1}
    if path.startswith("/api/feedback-inbox"):
        he = await librarian(library)
        told = await feedback.told(library, lin)
        assert (await feedback.act(he, told, "take")).status == 200
        return he, {"feedback_id": told}, {"text": "另一个回答"}
    return lin, {}, {"text": "另一句话"}


async def what_an_admin_repeats(library: Library, path: str, lin: Phone) -> Try:
    boss = await library.reader("boss", role="admin")
    if path == "/api/admin/roster/turns":
        he = await librarian(library)
        return boss, {"person_id": str(he.reader_id)}, {"first": {"starts_at": at(12), "ends_at": at(13)}}
    if path.endswith("/merging"):
        zhou = await library.reader("zhou")
        of = {"stays_id": str(lin.reader_id), "goes_id": str(zhou.reader_id)}
        shown = await boss.get(f"{path.format(**of)}?goes_id={of['goes_id']}&reason=desk")
        return boss, {**of, "fingerprint": shown.body["fingerprint"]}, {"fingerprint": "1" * 64}
    if path.startswith("/api/admin/readers"):
        return boss, {"reader_id": str(lin.reader_id)}, {"reason": "另一个原因"}
    of_path: dict[str, Try] = {
        "/api/admin/articles": (boss, {"kind": "article"}, {"title": "另一个标题"}),
        "/api/admin/synonyms": (boss, {}, {"words": ["另一个", "词"]}),
        "/api/admin/departments": (boss, {}, {"asks": "另一件事"}),
    }
    return of_path[path]


REPEATABLE: Final = [row for row in HTTP if {"idempotency_key", "local_id"} & wish_for(row).keys()]


@pytest.mark.parametrize("row", REPEATABLE, ids=lambda row: row.path)
async def test_two_taps_and_a_replay_are_one_and_another_question_with_its_key_is_refused(
    library: Library, row: Route
) -> None:
    phone, values, other = await what_to_repeat(library, row.path)
    wish = wish_for(row, **values)
    taps = await asyncio.gather(*(ask(phone, row, wish) for _ in range(2)))
    await library.settled()
    before = await state()
    replay = await ask(phone, row, wish)
    assert {answer.status for answer in (*taps, replay)} == {row.status}, replay.body
    assert same(taps[0].body) == same(taps[1].body) == same(replay.body)
    if name := twins().get(f"{row.method} {row.path}"):
        async with phone.socket() as socket:
            assert same((await socket.ask(name, wish))["data"]) == same(replay.body)
    refused = await ask(phone, row, {**wish, **other})
    assert (refused.status, refused.code) == (409, "idempotency_key_reused")
    await library.settled()
    assert await state() == before


def same(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what goes on by itself: a text on its way is shown meanwhile."""
    return {name: value for name, value in answer.items() if name != "state"}


# ---------------------------------------------------------------- too much, and hostile


async def test_a_body_above_the_limit_reaches_no_row(library: Library, admin: Phone) -> None:
    body = b'{"text":"' + b"x" * library.config.server.body_limit_bytes + b'"}'
    for row in HTTP:
        if row.method in WITH_BODY:
            answer = await admin.call(row.method, row.path.replace("{", "").replace("}", ""), raw=body)
            assert (answer.status, answer.code) == (413, "too_large"), row.path


async def who_may_all(library: Library) -> tuple[Phone, dict[str, str]]:
    """An administrator on duty who has a reader's question and what they told."""
    admin = await library.reader("admin", role="admin")
    assert (await on_duty(admin)).status == 200
    things = await things_of(await library.reader("lin"), admin)
    await library.settled()
    return admin, things


@pytest.mark.timeout(300)
async def test_hostile_text_in_any_field_is_refused_or_stored_whole(patient: Library) -> None:
    admin, things = await who_may_all(patient)
    accepted: set[str] = set()
    before = await state()
    for row in HTTP:
        for field in texts_of(row):
            taken = [text for text in HOSTILE.values() if await is_taken(admin, row, field, text, things)]
            if taken:
                accepted.add(f"{row.path} {field}")
                await patient.settled()
            after = await state()
            if not taken and row.path not in ONLY_ASKED:
                if row.method == "GET":  # that staff looked is recorded
                    before["audit_entry"] = after["audit_entry"]
                assert after == before, (row.path, field)
            before = after
    assert "/api/chat-messages text" in accepted
    assert "/api/me nickname" in accepted


async def is_taken(phone: Phone, row: Route, field: str, text: str, things: dict[str, str]) -> bool:
    wish = {**wish_for(row, **things), field: text}
    if "version" in wish:
        shown = (await phone.get("/api/admin/announcement")).body
        wish["version"] = shown["version"] if "title" in wish else await version_of_rules(phone)
    answer = await ask(phone, row, wish)
    assert answer.status < 500, (row.path, field, text)
    if answer.status >= 400 or row.method == "GET" or row.path in ONLY_ASKED:
        return False
    assert await is_stored(text), (row.path, field, text)
    return True


async def version_of_rules(phone: Phone) -> int:
    return int((await phone.get("/api/admin/seat-rules")).body["items"][0]["version"])


async def test_hostile_text_in_any_field_of_an_event_leaves_the_socket_as_it_is(patient: Library) -> None:
    admin, things = await who_may_all(patient)
    async with raw(patient, admin) as socket:
        for event in EVENTS:
            for field in texts_of(event):
                for number, text in enumerate(HOSTILE.values()):
                    question = [event.name, {**wish_for(event, **things), field: text}]
                    await socket.send(f"42{number}{as_json(question)}")
                    async with asyncio.timeout(15):
                        answered, answer = await socket.answer()
                    assert answered == number
                    assert answer.get("error", {}).get("code") != "our_fault", (event.name, field, text)
