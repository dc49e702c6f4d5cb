"""The audit: an entry beside every change and every look at what is somebody else's, and the page that shows them."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

import pytest

from handlers import audit
from handlers.access import ROLES, Role
from handlers.audit_words import ACTIONS, DETAILS, SUBJECTS, details_words
from models import seals
from models.bookings import Rules
from models.db import fetch
from server.config import ConfigError, load_secrets
from server.routes import HTTP
from server.rows import Route
from tests.support.chat import librarian, said
from tests.support.commands import command
from tests.support.feedback import told
from tests.support.library import DEFAULTS, Library, Phone, at

ENTRIES: Final = "/api/admin/audit/entries"

# Rows that change something and leave no entry, with the reason.
UNRECORDED: Final = {
    "POST /api/inbox/read": "a mark of the reader's own",
    "POST /api/feedback/{feedback_id}/read": "a mark of the reader's own",
    "POST /api/chats/{conversation_id}/marks": "a mark of one side of a conversation",
    "POST /api/chat-messages": "a text is itself a row with its author, its time and its number",
    "POST /api/uploads/known": "only says what the reader has sent before",
    "POST /api/presence/away": "changes nothing that a word from the phone does not change back",
}
# Rows of staff that read and leave no entry, with the reason; some by all that a permission leads to.
NOT_ABOUT_READERS: Final = {
    "announcement.edit": "what everybody sees",
    "articles.edit": "what everybody sees, or will",
    "health.read": "numbers, and what the product has to do",
    "rules.edit": "what everybody sees",
    "departments.edit": "what everybody sees",
    "roster.edit": "who works here, and when",
    "GET /api/duty": "who works here, and when",
    "GET /api/admin/audit": "numbers and words",
    "GET /api/admin/audit/check": "numbers",
    "GET /api/admin/imports": "which files were sent, not what is in them",
    "GET /api/admin/imports/{run_id}": "which columns a file has, not what is in them",
    "GET /api/admin/seat-codes/areas": "what everybody sees",
    "GET /api/admin/staff/{reader_id}/roles/{role}/taken": "numbers, of a colleague",
    "GET /api/admin/reader-groups": "which groups there are, not who is in them",
    "GET /api/admin/scopes": "what everybody sees",
    "GET /api/admin/staff": "who works here, and as what",
    "GET /api/staff/people": "who works here, and as what",
}


# ---------------------------------------------------------------- no row without an entry


def referred(function: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """The functions of handlers/ that a function names, through a module or directly."""
    names = inspect.getmodule(function).__dict__
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        found = None
        if isinstance(node, ast.Name):
            found = names.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = names.get(node.value.id)
            found = getattr(module, node.attr, None) if isinstance(module, ModuleType) else None
        if inspect.isfunction(found) and found.__module__.startswith("handlers."):
            yield found


def reaches(function: Callable[..., Any], wanted: set[Callable[..., Any]]) -> bool:
    """Whether a function, or one that it leads to, names one of those."""
    seen, waiting = {function}, [function]
    while waiting:
        for found in referred(waiting.pop()):
            if found in wanted:
                return True
            if found not in seen:
                seen.add(found)
                waiting.append(found)
    return False


def name(row: Route) -> str:
    return f"{row.method} {row.path}"


CHANGES: Final = [row for row in HTTP if row.method != "GET"]
STAFF_READS: Final = [row for row in HTTP if row.method == "GET" and row.needs not in ROLES[Role.READER]]


@pytest.mark.parametrize("row", CHANGES, ids=name)
def test_every_row_that_changes_something_leads_to_an_entry_or_says_why_not(row: Route) -> None:
    recorded = reaches(row.handler, {audit.add, audit.adding})
    assert recorded is not (name(row) in UNRECORDED), "record it, or give the reason in UNRECORDED"


@pytest.mark.parametrize("row", STAFF_READS, ids=name)
def test_every_row_that_only_staff_reads_leads_to_an_entry_or_says_why_not(row: Route) -> None:
    recorded = reaches(row.handler, {audit.read, audit.add, audit.adding})
    reason = NOT_ABOUT_READERS.get(name(row)) or NOT_ABOUT_READERS.get(row.needs)
    assert recorded is not bool(reason), "record it, or give the reason in NOT_ABOUT_READERS"


def test_no_reason_speaks_of_a_row_that_is_not_there() -> None:
    assert set(UNRECORDED) <= {name(row) for row in CHANGES}
    assert set(NOT_ABOUT_READERS) <= {name(row) for row in STAFF_READS} | {row.needs for row in STAFF_READS}


# ---------------------------------------------------------------- no entry without words


def calls() -> Iterator[ast.Call]:
    """Every call of handlers/ that records."""
    for path in Path(audit.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_call and ast.unparse(node.func) in ("audit.add", "audit.adding", "audit.read"):  # type: ignore[attr-defined]
                yield cast(ast.Call, node)


def written(node: ast.expr) -> str:
    """A string as far as it is written down: all of it, or what stands before the first value in it."""
    first = node.values[0] if isinstance(node, ast.JoinedStr) else node
    return str(first.value) if isinstance(first, ast.Constant) else ""


def test_every_action_subject_and_detail_that_is_recorded_has_words() -> None:
    found = list(calls())
    assert len(found) > 30
    for call in found:
        begins = [written(argument) for argument in call.args]
        for action in (text for text in begins if "." in text):
            assert any(known.startswith(action) for known in ACTIONS), action
        for subject in (text for text in begins if text.endswith(":")):
            assert subject[:-1] in SUBJECTS, subject
        for keyword in call.keywords:
            assert keyword.arg is None or keyword.arg in DETAILS, keyword.arg
    assert set(Rules.__slots__) <= set(DETAILS)


@pytest.mark.parametrize(
    ("stored", "said_as"),
    [
        ('{"spot":3}', "座位号：3"),
        ('{"role":"librarian","count":null}', "身份：馆员，几处：无"),
        ('{"unknown":true}', "unknown：是"),
        ("{}", ""),
        ("not json", "not json"),
        ("[1]", "[1]"),
    ],
)
def test_details_are_said_in_words_whatever_stands_there(stored: str, said_as: str) -> None:
    assert details_words(stored) == said_as


# ---------------------------------------------------------------- looks of staff


async def of(action: str) -> list[tuple[int, str]]:
    """Who did this to what, in order."""
    rows = await fetch("SELECT actor_id, subject FROM audit_entry WHERE action = $1 ORDER BY id", action)
    return [(row["actor_id"], row["subject"]) for row in rows]


async def test_a_librarian_who_reads_a_conversation_leaves_an_entry_once_an_hour(
    library: Library, lin: Phone
) -> None:
    he = await librarian(library)
    number = (await said(lin))["conversation_id"]
    await lin.get(f"/api/chats/{number}")
    assert await of("chat.read") == []  # it is the reader's own
    for path in ("", "/events?after=0", "", "?before=3"):
        assert (await he.get(f"/api/chats/{number}{path}")).status == 200
    look = (he.reader_id, f"conversation:{number}")
    assert await of("chat.read") == [look]
    await library.advance(minutes=61)
    await he.get(f"/api/chats/{number}/events?after=0")
    assert await of("chat.read") == [look, look]


async def test_a_look_that_was_refused_leaves_no_entry(library: Library, lin: Phone, zhou: Phone) -> None:
    number = (await said(lin))["conversation_id"]
    assert (await zhou.get(f"/api/chats/{number}")).code == "not_found"
    assert (await zhou.get("/api/desk")).code == "not_allowed"
    assert await fetch("SELECT 1 FROM audit_entry WHERE action LIKE 'chat.read%'") == []


async def test_every_list_of_staff_that_speaks_of_readers_is_recorded(library: Library, lin: Phone) -> None:
    he = await librarian(library)
    await told(library, lin)
    for path in (
        "/api/desk",
        "/api/desk/closed",
        "/api/desk/held",
        "/api/feedback-inbox",
        "/api/feedback-inbox/lines?box=new",
        "/api/admin/areas/1/seat-codes",
        "/api/admin/seats/1/code",
    ):
        assert (await he.get(path)).status == 200, path
    async with he.socket() as socket:
        assert "error" not in await socket.ask("desk_watch", {})
    rows = await fetch(
        "SELECT action, subject FROM audit_entry WHERE action LIKE $1 AND actor_id = $2 ORDER BY id",
        "%.read%",
        he.reader_id,
    )
    assert [(row["action"], row["subject"]) for row in rows] == [
        ("chat.read_desk", "desk"),
        ("chat.read_closed", "closed"),
        ("chat.read_held", "held"),
        ("feedback.read", "inbox"),
        ("seats.read_codes", "area:1"),
        ("seats.read_codes", "spot:1"),
    ]


async def test_who_comes_on_duty_and_goes_is_recorded(library: Library) -> None:
    he = await librarian(library)
    await he.post("/api/presence", {"duty": True})
    await he.post("/api/presence", {"duty": False})
    await he.post("/api/presence", {"duty": True})
    await library.advance(minutes=10)

    async def lapsed() -> list[tuple[int, str]]:
        return await of("duty.lapse")

    own = f"reader:{he.reader_id}"
    assert await library.until(lapsed) == [(None, own)]
    assert await of("duty.begin") == [(he.reader_id, own)] * 2
    assert await of("duty.end") == [(he.reader_id, own)]


# ---------------------------------------------------------------- the page


async def lines(admin: Phone, query: str = "") -> list[Any]:
    answer = await admin.get(f"{ENTRIES}?{query}")
    assert answer.status == 200, answer.body
    return list(answer.body["items"])


async def test_an_administrator_finds_entries_by_who_what_whom_and_when(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "林晓"})
    booking = await lin.booked("A-1", at(10), at(11))
    await library.advance(days=1)
    await lin.post(f"/api/bookings/{booking['id']}/cancel", {"idempotency_key": "key-of-this-one"})
    await zhou.put("/api/me", {"nickname": None})

    assert {line["who"]["id"] for line in await lines(admin, f"who={lin.reader_id}")} == {str(lin.reader_id)}
    (renamed,) = await lines(admin, f"what=reader.rename&who={lin.reader_id}")
    assert (renamed["words"], renamed["who"]["name"]) == ("改了称呼", "林晓")
    assert (renamed["whom_words"], renamed["whom_name"]) == (f"读者 {lin.reader_id}", "林晓")
    of_booking = await lines(admin, f"whom=booking:{booking['id']}")
    assert of_booking[-1]["what"] == "booking.make"
    assert of_booking[-1]["details"].startswith("座位号：")
    assert of_booking[-1]["at"] == at(9)
    assert not await lines(admin, "what=booking.make&since=2026-11-24")
    assert len(await lines(admin, "what=booking.make&until=2026-11-23&since=2026-11-23")) == 1
    (given,) = await lines(admin, "what=staff.grant")
    assert (given["who"], given["details"]) == (None, "身份：管理员")


async def test_entries_come_in_pages_without_a_gap_and_say_whether_they_are_sealed(
    library: Library, admin: Phone, lin: Phone
) -> None:
    for number in range(7):
        await lin.put("/api/me", {"nickname": f"林{number}"})
    seen: list[Any] = []
    query = "limit=3"
    while True:
        answer = (await admin.get(f"{ENTRIES}?{query}")).body
        seen += answer["items"]
        if answer["next"] is None:
            break
        query = f"limit=3&after={answer['next']}"
    ids = [int(line["id"]) for line in seen]
    assert ids == sorted(ids, reverse=True)
    rows = await fetch("SELECT id FROM audit_entry")
    assert set(ids) == {row["id"] for row in rows}
    await library.advance(minutes=1)

    async def all_sealed() -> bool:
        return all(line["sealed"] for line in await lines(admin))

    await library.until(all_sealed)


async def test_who_looks_through_the_audit_is_in_it(library: Library, admin: Phone) -> None:
    await lines(admin)
    (look,) = await lines(admin, "what=audit.read")
    assert (look["who"]["id"], look["whom_words"]) == (str(admin.reader_id), "操作记录")


@pytest.mark.parametrize("role", [None, "librarian", "editor", "manager"])
async def test_nobody_but_an_administrator_looks_through_the_audit(library: Library, role: str) -> None:
    phone = await library.reader("he", role=role)
    for path in ("", "/entries", "/check"):
        assert (await phone.get(f"/api/admin/audit{path}")).code == "not_allowed"
    assert await of("audit.read") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("whom='%20OR%201=1%20--", 200),
        ("what=%25", 200),
        ("whom=" + "%F0%9F%92%A9" * 40, 200),
        ("whom=" + "x" * 41, 422),
        ("who=0", 422),
        ("who=999999999999999999", 200),
        ("since=2026-02-30", 422),
        ("after=1'", 422),
        ("after=999999999999999999", 200),
        ("limit=101", 422),
        ("order=id", 422),
    ],
)
async def test_hostile_filters_find_nothing_or_are_refused(
    library: Library, admin: Phone, query: str, status: int
) -> None:
    answer = await admin.get(f"{ENTRIES}?{query}")
    assert answer.status == status, answer.body
    assert answer.body.get("items", []) == []


async def test_what_was_touched_in_the_database_is_found_by_the_page(
    library: Library, admin: Phone, lin: Phone
) -> None:
    await lin.booked("A-1", at(10), at(11))
    await library.advance(minutes=1)

    async def shown() -> Any:
        found = (await admin.get("/api/admin/audit")).body
        return found if not found["unsealed"] else None

    whole = await library.until(shown)
    assert whole["head"].startswith(f"{whole['sealed']}:")
    assert {"what": "booking.make", "words": "预约了座位"} in whole["actions"]
    checked = (await admin.get("/api/admin/audit/check")).body
    assert checked == {"to": whole["sealed"], "done": True, "broken": []}

    (made,) = await lines(admin, "what=booking.make")
    await fetch("UPDATE audit_entry SET actor_id = $1 WHERE id = $2", admin.reader_id, int(made["id"]))
    broken = {"kind": "changed", "no": made["sealed"], "entry_id": made["id"]}
    assert (await admin.get("/api/admin/audit/check")).body["broken"] == [broken]
    behind = (await admin.get(f"/api/admin/audit/check?after={made['sealed']}")).body
    assert behind["broken"] == []


# ---------------------------------------------------------------- what lasts


async def test_a_closed_account_leaves_its_entries_without_a_name(
    library: Library, admin: Phone, lin: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "林晓"})
    before = await lines(admin, f"who={lin.reader_id}")
    await lin.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=2)
    await library.settled()
    admin = await library.sign_in("admin")
    after = await lines(admin, f"who={lin.reader_id}")
    assert [line["id"] for line in after][-len(before) :] == [line["id"] for line in before]
    assert {line["who"]["name"] for line in after} == {None}
    stored = await fetch("SELECT action, subject, details FROM audit_entry")
    assert "林晓" not in str([dict(row) for row in stored])


async def sealed_library(library: Library, phone: Phone) -> str:
    """Somebody has booked, and all that was recorded is sealed: the end of the chain."""
    await phone.booked("A-1", at(10), at(11))
    await library.advance(minutes=1)

    async def end() -> str | None:
        extent = await seals.extent(library.clock.now())
        return None if extent.unsealed else str(extent.head)

    return str(await library.until(end))


@pytest.mark.timeout(180)  # each command is a process that starts
async def test_verify_log_says_whole_or_where_and_knows_what_the_log_has(
    library: Library, lin: Phone
) -> None:
    own = library.config.database.url
    head = await sealed_library(library, lin)
    log = f"2026 [info] audit_sealed head={head} number=3\n" + '{"head": "' + head + '"}\nnothing\n'
    code, heard = await command("verify-log", "--log", "-", database=own, told=log)
    assert (code, f"to {head}" in heard, "through 1 ends" in heard) == (0, True, True), heard
    await fetch("DELETE FROM audit_entry WHERE action = 'booking.make'")
    code, heard = await command("verify-log", database=own)
    assert (code, heard.count("deleted"), "whole" in heard) == (1, 1, False), heard
    number = int(head.partition(":")[0])
    await fetch("DELETE FROM audit_seal WHERE no = $1", number)
    code, heard = await command("verify-log", "--log", "-", database=own, told=log)
    assert (code, f"the log has {head}" in heard) == (1, True), heard


@pytest.mark.timeout(180)
async def test_verify_log_wants_the_key_that_sealed(library: Library, lin: Phone) -> None:
    await sealed_library(library, lin)
    own = library.config.database.url
    code, heard = await command("verify-log", database=own, WENJIN_AUDIT_KEY="k" * 32)
    assert (code, "changed" in heard) == (1, True), heard
    code, heard = await command("verify-log", database=own, WENJIN_AUDIT_KEY="k" * 32 + ",")
    assert code == 0, heard


def test_a_key_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ConfigError, match="WENJIN_AUDIT_KEY"):
        load_secrets(DEFAULTS, {"WENJIN_AUDIT_KEY": "too-short," + "k" * 32})


@pytest.mark.timeout(180)
async def test_a_backup_keeps_the_chain_whole(library: Library, lin: Phone, tmp_path: Path) -> None:
    head = await sealed_library(library, lin)
    file, other = str(tmp_path / "library.backup"), f"sqlite://{tmp_path}/other.sqlite3"
    for arguments, database in (
        (("backup", file), library.config.database.url),
        (("restore", file), other),
        (("verify-log",), other),
    ):
        code, heard = await command(*arguments, database=database)
        assert code == 0, heard
    assert f"to {head}" in heard
