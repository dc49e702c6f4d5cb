"""Imports of cards: staged, checked without a change, applied once, taken back."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from handlers import import_jobs
from handlers.access import PRODUCT
from handlers.import_jobs import ImportJob
from models.db import fetch, transaction
from models.jobs import LEASE
from models.patrons import save_group
from server.jobs import Worker
from tests.support.cards import bind
from tests.support.commands import command
from tests.support.library import Library, Phone, running_library
from tests.support.tables import (
    IMPORTS,
    applied,
    checked,
    csv_of,
    many,
    problems,
    send,
    state,
    xlsx_of,
)

CHILD = Path(__file__).parent / "support" / "dying_import.py"


@pytest.fixture
async def manager(library: Library) -> Phone:
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
    return await library.reader("manager", role="manager")


async def cards() -> list[Any]:
    return list(await fetch("SELECT card_no, name, phone, state, version FROM patron ORDER BY card_no"))


ROWS = (
    ("20230001", "林小满", "138 1234 1234", "学生", "2027-06-30"),
    ("20230002", "周一", "", "student", "2027/6/30"),
    ("20230003", "", "138", "校友", "明天"),
)


async def test_a_table_is_checked_then_applied(library: Library, manager: Phone) -> None:
    view = await checked(manager, csv_of(*ROWS))
    assert (view["rows"], view["problems"], view["created"]) == (3, 1, 2)
    assert await cards() == []
    assert await problems(manager, view) == {
        4: [
            ("姓名", "empty"),
            ("手机号", "not_a_phone"),
            ("读者类别", "unknown_group"),
            ("有效期到", "not_a_day"),
        ]
    }
    done = (await manager.post(f"{IMPORTS}/{view['id']}/apply", {"version": view["version"]})).body
    assert done["state"] == "applying"
    done = await state(manager, view["id"], "done")
    assert (done["created"], done["changed"], done["step"]) == (2, 0, 2)
    assert [(row["card_no"], row["phone"]) for row in await cards()] == [
        ("20230001", "13812341234"),
        ("20230002", None),
    ]
    again = await applied(manager, xlsx_of(*ROWS[:1], ("20230002", "周一一", "", "student", "2027/6/30")))
    assert (again["created"], again["changed"], again["same"]) == (0, 1, 1)
    await manager.post(f"{IMPORTS}/{again['id']}/undo")
    assert (await state(manager, again["id"], "undone"))["kept"] == 0
    assert [row["name"] for row in await cards()] == ["林小满", "周一"]


async def test_what_a_file_does_not_tell_stays_as_it_is(library: Library, manager: Phone) -> None:
    await applied(manager, csv_of(ROWS[0]))
    view = await applied(manager, csv_of(("20230001", "林大满"), head=("学号", "姓名")))
    assert view["changed"] == 1
    row = (await fetch("SELECT name, phone, valid_until FROM patron"))[0]
    assert (row["name"], row["phone"], str(row["valid_until"])) == ("林大满", "13812341234", "2027-06-30")


async def test_a_secret_is_imported_and_binds_the_card(library: Library, manager: Phone, lin: Phone) -> None:
    head = ("证号", "姓名", "密码")
    view = await applied(
        manager, csv_of(("20230001", "林小满", "246810"), ("20230002", "", "s3cret"), head=head)
    )
    assert view["created"] == 1
    assert (await bind(lin)).status == 200
    told = await manager.get(f"{IMPORTS}/{view['id']}/problems")
    assert "s3cret" not in str(told.body)
    kept = await fetch("SELECT * FROM import_row")
    assert len(kept) == 2
    assert not any(secret in str([tuple(row) for row in kept]) for secret in ("246810", "s3cret"))


async def test_columns_with_other_names_are_mapped_by_hand(library: Library, manager: Phone) -> None:
    answer = await send(manager, csv_of(("x", "20230001", "林小满"), head=("序", "编码", "称呼")))
    view = answer.body
    assert (view["state"], view["columns"]) == ("mapping", ["序", "编码", "称呼"])
    path = f"{IMPORTS}/{view['id']}"
    apply = await manager.post(f"{path}/apply", {"version": view["version"]})
    assert (apply.code, apply.details) == ("import_not_now", {"state": "mapping"})
    wish = {"version": view["version"], "mapping": [{"field": "card_no", "column": 1}]}
    lacking = await manager.put(f"{path}/mapping", wish)
    assert (lacking.code, lacking.details["lacking"]) == ("invalid_input", "name")
    wish["mapping"].append({"field": "name", "column": 7})
    assert (await manager.put(f"{path}/mapping", wish)).details["problem"] == "no_such_column"
    wish["mapping"][1]["column"] = 1
    assert (await manager.put(f"{path}/mapping", wish)).details["problem"] == "given_twice"
    wish["mapping"][1]["column"] = 2
    mapped = (await manager.put(f"{path}/mapping", wish)).body
    assert (mapped["state"], mapped["version"]) == ("checking", view["version"] + 1)
    assert (await manager.put(f"{path}/mapping", wish)).code == "changed_meanwhile"
    assert (await state(manager, view["id"], "checked"))["created"] == 1
    stale = await manager.post(f"{path}/apply", {"version": view["version"]})
    assert stale.code == "changed_meanwhile"


async def test_the_same_file_within_minutes_is_one_import_also_at_once(
    library: Library, manager: Phone
) -> None:
    sent = csv_of(*ROWS)
    answers = await asyncio.gather(*(send(manager, sent) for _ in range(3)))
    assert len({answer.body["id"] for answer in answers}) == 1
    await library.advance(minutes=11)
    assert (await send(manager, sent)).body["id"] != answers[0].body["id"]
    assert len((await manager.get(IMPORTS)).body["items"]) == 2


async def test_two_taps_on_apply_and_on_undo_are_one(library: Library, manager: Phone) -> None:
    view = await checked(manager, csv_of(*ROWS[:2]))
    path, wish = f"{IMPORTS}/{view['id']}", {"version": view["version"]}
    taps = await asyncio.gather(*(manager.post(f"{path}/apply", wish) for _ in range(4)))
    assert {tap.status for tap in taps} == {200}
    await state(manager, view["id"], "done")
    assert {row["version"] for row in await cards()} == {1}
    taps = await asyncio.gather(*(manager.post(f"{path}/undo") for _ in range(4)))
    assert {tap.status for tap in taps} == {200}
    await state(manager, view["id"], "undone")
    assert await cards() == []
    assert (await manager.post(f"{path}/apply", wish)).details == {"state": "undone"}
    entries = await fetch("SELECT action, details FROM audit_entry WHERE action LIKE 'import.%' ORDER BY id")
    assert [row["action"] for row in entries] == ["import.send", "import.apply", "import.undo"]
    assert "林" not in str([dict(row) for row in entries])


async def test_undo_leaves_what_was_changed_or_bound_since_and_says_how_many(
    library: Library, manager: Phone, lin: Phone
) -> None:
    await applied(manager, csv_of(("20230009", "老卡"), head=("证号", "姓名")))
    head = ("证号", "姓名", "密码")
    rows = (
        ("20230001", "林小满", "246810"),
        ("20230002", "周一", ""),
        ("20230009", "新名", ""),
        ("20230003", "去留", ""),
    )
    view = await applied(manager, csv_of(*rows, head=head))
    assert (await bind(lin)).status == 200
    patron_id = (await fetch("SELECT id FROM patron WHERE card_no = '20230002'"))[0]["id"]
    assert (await manager.post(f"/api/admin/patrons/{patron_id}/lost")).status == 200
    await manager.post(f"{IMPORTS}/{view['id']}/undo")
    assert (await state(manager, view["id"], "undone"))["kept"] == 2
    assert [(row["card_no"], row["name"]) for row in await cards()] == [
        ("20230001", "林小满"),
        ("20230002", "周一"),
        ("20230009", "老卡"),
    ]


async def test_a_group_that_is_gone_when_rows_are_applied_becomes_a_problem(
    library: Library, manager: Phone
) -> None:
    view = await checked(manager, csv_of(*ROWS[:2]))
    await fetch("DELETE FROM reader_group")
    await manager.post(f"{IMPORTS}/{view['id']}/apply", {"version": view["version"]})
    done = await state(manager, view["id"], "done")
    assert (done["created"], done["problems"]) == (0, 2)
    assert await cards() == []


async def test_rows_are_forgotten_after_seven_days_and_the_counts_stay(
    library: Library, manager: Phone
) -> None:
    view = await applied(manager, csv_of(*ROWS))
    await library.advance(days=7, hours=1)
    fresh = await library.sign_in("manager")

    async def forgotten() -> Any:
        told = (await fresh.get(f"{IMPORTS}/{view['id']}")).body
        return told if told["forgotten"] else None

    told = await library.until(forgotten)
    assert (told["created"], told["problems"], told["file_name"], told["columns"]) == (2, 1, "", [])
    assert await fetch("SELECT id FROM import_row") == []
    assert (await fresh.post(f"{IMPORTS}/{view['id']}/undo")).code == "import_not_now"


async def test_who_began_it_hears_how_far_it_has_come(library: Library, manager: Phone) -> None:
    async with manager.socket() as socket:
        view = await checked(manager, csv_of(*ROWS))
        assert (await socket.next("import_changed"))["id"] == view["id"]


# ---------------------------------------------------------------- who may not


async def test_only_who_may_import_sees_and_does_anything(
    library: Library, manager: Phone, lin: Phone
) -> None:
    view = await checked(manager, csv_of(*ROWS))
    librarian = await library.reader("he", role="librarian")
    for phone, code in ((library.guest, "sign_in_needed"), (lin, "not_allowed"), (librarian, "not_allowed")):
        assert (await send(phone, csv_of(*ROWS))).code == code
        for path in (
            IMPORTS,
            f"{IMPORTS}/{view['id']}",
            f"{IMPORTS}/{view['id']}/report",
            "/api/admin/exports/patrons",
        ):
            assert (await phone.get(path)).code == code
    for number in ("987654321", "0", "-1", "1%27--", "9" * 30):
        assert (await manager.get(f"{IMPORTS}/{number}/report")).status in (404, 422)
        assert (await manager.get(f"{IMPORTS}/{number}")).status in (404, 422)


# ---------------------------------------------------------------- the command line


@pytest.mark.timeout(180)  # five seconds alone, for it starts three processes
async def test_the_command_line_checks_maps_and_imports(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "cards.csv"
    rows = (("20230001", "林小满", "?"), ("20230002", "周一", ""))
    file.write_bytes(csv_of(*rows, head=("编码", "姓名", "手机")))
    code, said = await command("import-patrons", str(file), database=database_url)
    assert code == 2
    assert "no column for card_no; there are 编码, 姓名, 手机" in said
    mapped = ("import-patrons", str(file), "--map", "card_no=编码")
    code, said = await command(*mapped, database=database_url)
    assert code == 1
    assert "row 2  手机 '?': 不像手机号。" in said
    assert "would be new 1, would be changed 0, would be the same 0, with problems 1" in said
    code, said = await command(*mapped, "--apply", database=database_url)
    assert "new 1, changed 0, the same 0, with problems 1" in said


# ---------------------------------------------------------------- crashes


@pytest.mark.timeout(180)  # it writes two thousand cards
async def test_who_goes_on_after_a_dead_worker_does_no_row_twice(database_url: str) -> None:
    async with running_library(database_url, with_worker=False) as library:
        async with transaction() as tx:
            await save_group(tx, "student", "学生")
        manager = await library.reader("manager", role="manager")
        view = (await send(manager, many(2000))).body
        run_id, ctx = int(view["id"]), library.services.context("test")
        await import_jobs.check(ctx, PRODUCT, import_jobs.CheckImport(run_id=run_id, version=view["version"]))
        await manager.post(f"{IMPORTS}/{run_id}/apply", {"version": view["version"]})
        dying = asyncio.create_task(import_jobs.apply(ctx, PRODUCT, ImportJob(run_id=run_id)))

        async def begun() -> Any:
            return (await manager.get(f"{IMPORTS}/{run_id}")).body["step"]

        await library.until(begun)
        dying.cancel()
        await asyncio.gather(dying, return_exceptions=True)
        assert 0 < len(await cards()) < 2000
        both = (import_jobs.apply(ctx, PRODUCT, ImportJob(run_id=run_id)) for _ in range(2))
        await asyncio.gather(*both)  # and of two who think that it is theirs, none does one twice
        done = (await manager.get(f"{IMPORTS}/{run_id}")).body
        assert (done["state"], done["created"], done["step"]) == ("done", 2000, 2000)
        assert {(row["version"]) for row in await cards()} == {1}


@pytest.mark.timeout(180)  # five seconds alone
async def test_another_worker_goes_on_where_one_was_killed_and_writes_every_row_once(
    database_url: str,
) -> None:
    async with running_library(database_url, with_worker=False) as library:
        manager = await library.reader("manager", role="manager")
        rows = [
            (f"{20_230_000 + n}", f"读者{n}", "246810") for n in range(50)
        ]  # three transactions of 20 at most
        view = (await send(manager, csv_of(*rows, head=("证号", "姓名", "密码")))).body
        run_id, ctx = int(view["id"]), library.services.context("test")
        await import_jobs.check(ctx, PRODUCT, import_jobs.CheckImport(run_id=run_id, version=view["version"]))
        await manager.post(f"{IMPORTS}/{run_id}/apply", {"version": view["version"]})
        now = library.services.clock.now().isoformat()
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(CHILD), database_url, now, stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout
        assert await child.stdout.readline() == b"in the middle\n"
        child.kill()
        assert await child.wait() == -signal.SIGKILL
        assert len(await cards()) == 40
        worker = Worker(library.services)
        await worker.start()
        try:
            await library.advance(seconds=LEASE.total_seconds() + 1)
            done = await state(manager, view["id"], "done")
        finally:
            await worker.stop()
        assert (done["created"], done["changed"], done["problems"], done["step"]) == (50, 0, 0, 50)
        assert [row["version"] for row in await cards()] == [1] * 50
        applied_rows = await fetch("SELECT key FROM import_row WHERE state = 'applied' AND effect = 'new'")
        assert sorted(row["key"] for row in applied_rows) == [row[0] for row in rows]
