"""Backup and restore, by the commands, of a library in use and into either kind of database."""

import asyncio
import stat
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from models import db, schema
from models.db import fetch
from tests.support.commands import command
from tests.support.databases import Databases, dialect
from tests.support.library import MONDAY_9, Library, Phone, at, new_key, running_library

pytestmark = pytest.mark.timeout(180)  # up to a dozen commands, of which each is a process that starts

OVERLAPS = (
    "SELECT 1 FROM booking a JOIN booking b ON a.spot_id = b.spot_id AND a.id < b.id "
    "AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at "
    "WHERE a.state IN ('booked', 'checked_in') AND b.state IN ('booked', 'checked_in')"
)
LOST = "SELECT 1 FROM booking WHERE state = 'booked' AND id NOT IN (SELECT booking_id FROM slot)"


def content(file: Path) -> bytes:
    return file.read_bytes()


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def mode(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[None]:
    """The database alone: whoever used another one in this process has stopped before."""
    await db.connect(url)
    try:
        yield
    finally:
        await db.disconnect()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "library.backup"


@pytest.fixture
def other_kind(tmp_path: Path) -> Iterator[str]:
    """An empty database of the dialect that this run does not use."""
    if dialect() == "postgres":
        yield f"sqlite://{tmp_path}/other.sqlite3"
        return
    from tests.support.databases import _Postgres

    with _Postgres(tmp_path) as server:
        yield server.empty()


async def people_book(lin: Phone, zhou: Phone, stop: asyncio.Event) -> int:
    """They book and cancel until told to stop: how often it went well."""
    went_well = 0
    while not stop.is_set():
        for phone, seat in ((lin, "A-1"), (zhou, "A-2"), (zhou, "A-1")):
            answer = await phone.book(seat, at(10), at(11))
            if answer.status == 201:
                went_well += 1
                key = {"idempotency_key": new_key()}
                cancelled = await phone.post(f"/api/bookings/{answer.body['id']}/cancel", key)
                assert cancelled.status == 200, cancelled.body
    return went_well


async def test_a_backup_while_people_book_is_of_one_moment_and_can_be_restored(
    database_url: str, file: Path, all_databases: Databases
) -> None:
    async with running_library(database_url) as library:
        lin, zhou = await library.reader("lin"), await library.reader("zhou")
        await lin.booked("A-3", at(10), at(11))
        stop = asyncio.Event()
        booking = asyncio.create_task(people_book(lin, zhou, stop))
        code, said = await command("backup", str(file), database=database_url)
        stop.set()
        assert code == 0, said
        assert await booking > 0
    assert mode(file) == 0o600
    code, said = await command("verify-backup", str(file), database=database_url)
    assert code == 0, said
    restored = await asyncio.to_thread(all_databases.empty)
    code, said = await command("restore", str(file), database=restored)
    assert code == 0, said
    async with opened(restored):
        assert await schema.pending() == 0
        assert not await fetch(OVERLAPS)
        assert not await fetch(LOST)
        assert [row["nickname"] for row in await fetch("SELECT nickname FROM reader")] == [None, None]


async def test_a_table_of_many_rows_comes_back_whole(library: Library, file: Path) -> None:
    await fetch(
        "INSERT INTO missed_search (words, times, last_at) "
        "SELECT 'w' || n, 1, (SELECT saved_at FROM announcement WHERE id = 1) FROM "
        "(WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 2500) SELECT n FROM t) numbers"
    )
    code, said = await command("backup", str(file), database=library.config.database.url)
    assert code == 0, said
    code, said = await command("verify-backup", str(file), database=library.config.database.url)
    assert code == 0, said


async def test_a_backup_moves_a_library_into_the_other_kind_of_database_and_back(
    database_url: str, file: Path, other_kind: str, all_databases: Databases
) -> None:
    async with running_library(database_url) as library:
        lin = await library.reader("lin")
        await lin.booked("A-3", at(10), at(11))
        await library.settled()
        await fetch("UPDATE reader SET nickname = $1", "林\\ \"'\n\u2028😀")
        await fetch("INSERT INTO wechat_event (key, at) VALUES ('gone', $1)", library.clock.now())
        await fetch("DELETE FROM wechat_event")
    back = file.with_suffix(".back")
    again = await asyncio.to_thread(all_databases.empty)
    for arguments, database in (
        (("backup", str(file)), database_url),
        (("restore", str(file), "--into", other_kind), database_url),
        (("backup", str(back)), other_kind),
        (("restore", str(back)), again),
    ):
        code, said = await command(*arguments, database=database)
        assert code == 0, said
    with zipfile.ZipFile(file) as first, zipfile.ZipFile(back) as second:
        tables = [name for name in first.namelist() if name != "manifest.json"]
        assert len(tables) > 20
        for name in tables:
            assert sorted(first.read(name).splitlines()) == sorted(second.read(name).splitlines())
    async with opened(again):
        made = await fetch("INSERT INTO wechat_event (key, at) VALUES ('new', $1) RETURNING id", MONDAY_9)
        assert made[0]["id"] > 1  # an id that somebody has seen is not given to another


async def test_a_damaged_backup_is_refused_and_leaves_the_database_empty(
    library: Library, lin: Phone, file: Path, all_databases: Databases
) -> None:
    await lin.booked("A-3", at(10), at(11))
    own = library.config.database.url
    await command("backup", str(file), database=own)
    whole = content(file)

    def changed(name: str, old: bytes, new: bytes) -> bytes:
        with zipfile.ZipFile(file) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        assert old in members[name]
        members[name] = members[name].replace(old, new)
        with zipfile.ZipFile(file.with_suffix(".tmp"), "w") as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return file.with_suffix(".tmp").read_bytes()

    middle = len(whole) // 3
    other_seat = changed("spot.jsonl", b"A-3", b"A-9")
    empty = await asyncio.to_thread(all_databases.empty)
    for damaged in (
        b"",
        b"nothing of ours",
        whole[: len(whole) // 2],
        whole[:middle] + bytes(byte ^ 0xFF for byte in whole[middle : middle + 40]) + whole[middle + 40 :],
        other_seat,
        changed("branch.jsonl", b"]", b"]\n[]"),
        changed("manifest.json", b'"format": 1', b'"format": 2'),
        changed("manifest.json", b"0001_initial", b"0999_of_tomorrow"),
        changed("manifest.json", b'"name": "spot"', b'"name": "spot; DROP TABLE spot"'),
    ):
        put(file, damaged)
        code, said = await command("restore", str(file), database=empty)
        assert (code, "Nothing was done" in said) == (1, True), said
    put(file, other_seat)  # verifying is restoring for trial
    code, said = await command("verify-backup", str(file), database=own)
    assert (code, "Nothing was done" in said) == (1, True), said
    put(file, whole)
    code, said = await command("restore", str(file), database=empty)
    assert code == 0, said


async def test_what_is_there_is_never_written_over(library: Library, lin: Phone, file: Path) -> None:
    own = library.config.database.url
    assert (await command("backup", str(file), database=own))[0] == 0
    before = content(file)
    code, said = await command("backup", str(file), database=own)
    assert (code, content(file)) == (1, before), said
    code, said = await command("restore", str(file), database=own)
    assert (code, "not empty" in said) == (1, True), said
    assert (await lin.get("/api/me")).status == 200
