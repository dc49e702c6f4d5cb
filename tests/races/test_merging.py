"""Merging while either account books, writes and helps: nothing is lost, and nobody holds two seats at one time.

The first test shows that the race is real: the same merge over readers that are not locked goes wrong.
"""

import asyncio
from typing import Any

import pytest

from models import merging
from models.db import fetch, transaction
from tests.races.test_bookings import at_once, crowd
from tests.support.chat import said, say
from tests.support.library import MONDAY_9, Answer, Library, Phone, at
from tests.support.merging import later, left_of, path, wish

pytestmark = pytest.mark.race


async def held_by(reader: Phone) -> list[Any]:
    sql = "SELECT * FROM booking WHERE reader_id = $1 AND state = 'booked' ORDER BY id"
    return list(await fetch(sql, reader.reader_id))


async def test_without_the_lock_a_reader_holds_two_seats_at_one_time(library: Library) -> None:
    old, new = await crowd(library, 2)
    await old.booked("A-1", at(10), at(11))
    async with transaction() as tx:
        both = await merging.accounts(tx, new.reader_id or 0, old.reader_id or 0, MONDAY_9)
        assert both
        planned = await merging.plan(tx, *both, zone=library.services.context("test").zone, now=MONDAY_9)
    await new.booked("A-2", at(10), at(11))  # between the look and the deed
    async with transaction() as tx:
        await merging.move(tx, planned)
    assert len(await held_by(new)) == 2


async def merge_until_done(staff: Phone, stays: Phone, goes: Phone) -> list[Answer]:
    """Looked at and done, again while something happens in between; the last tap is a double one."""
    while True:
        asked = await wish(staff, stays, goes)
        answers = await asyncio.gather(*(staff.post(path(stays), asked) for _ in range(2)))
        if "merge_changed" not in {answer.code for answer in answers if answer.status != 200}:
            return answers


async def test_what_is_done_at_the_moment_of_a_merge_is_done_once_and_stays(library: Library) -> None:
    admin = await library.reader("admin", role="admin")
    for number in range(4):
        old, new = [await library.reader(f"{name}{number}") for name in ("old", "new")]
        before = await said(old)
        span = (at(10 + 2 * number), at(11 + 2 * number))
        merge = asyncio.create_task(merge_until_done(admin, new, old))
        answers = await asyncio.gather(
            *(old.book(f"A-{seat}", *span) for seat in (1, 2)),
            *(new.book(f"A-{seat}", *span) for seat in (3, 4)),
            *(say(phone, "在吗") for phone in (old, new)),
            *(say(old, "在吗", conversation_id=before["conversation_id"]) for _ in range(4)),
        )
        assert [answer.body for answer in await merge] == [{"reader_id": str(new.reader_id)}] * 2
        assert {answer.code for answer in answers if answer.status >= 300} <= {
            "overlaps_yours",
            "sign_in_needed",
            "not_found",  # their conversation is the other account's by now
        }
        await later(library)
        assert await left_of(old) == {}
        assert len(await held_by(new)) == 1
        stored = {int(before["message_id"])} | {
            int(answer.body["message_id"]) for answer in answers if "message_id" in answer.body
        }
        mine = "SELECT id FROM chat_message WHERE sender_id = $1"
        assert {row["id"] for row in await fetch(mine, new.reader_id)} == stored


async def test_of_merges_of_two_accounts_into_each_other_one_happens(library: Library) -> None:
    admin = await library.reader("admin", role="admin")
    for number in range(3):
        one, other = [await library.reader(f"{name}{number}") for name in ("one", "other")]
        asked = [await wish(admin, *pair) for pair in ((one, other), (other, one))]
        came = await at_once([admin.post(path(one), asked[0]), admin.post(path(other), asked[1])])
        assert came == {"ok": 1, "merge_closed": 1}
