"""Many pictures at once for the last of the day, the same one twice, and one that is sent while it is swept away."""

import asyncio

import pytest

from handlers import upload_checks
from models import uploads
from models.db import fetch, transaction
from server.config import MediaSection
from tests.support.feedback import tell
from tests.support.library import Library, Phone, running_library
from tests.support.pictures import files, picture, send, sent

AT_ONCE, LEFT = 8, 2


async def guessed(reader_id: int, number: int, limit: int) -> bool:
    """Counts without the reader's lock, as nobody should."""
    async with transaction() as tx:
        rows = await tx.fetch("SELECT count(*) AS n FROM upload WHERE reader_id = $1", reader_id)
    await asyncio.sleep(0)
    if rows[0]["n"] >= limit:
        return False
    sql = (
        "INSERT INTO upload (reader_id, sha256, bytes, width, height, at, state) "
        "SELECT $1, $2, 1, 1, 1, made_at, 'storing' FROM reader WHERE id = $1 RETURNING id"
    )
    return bool(await fetch(sql, reader_id, f"{number:064}"))


@pytest.mark.race
async def test_of_many_at_once_the_day_takes_as_many_as_it_has(database_url: str) -> None:
    media = MediaSection(pictures_per_day=LEFT)
    async with running_library(database_url, media=media) as library:
        lin, zhou = await library.reader("lin"), await library.reader("zhou")
        assert zhou.reader_id
        without = await asyncio.gather(*(guessed(zhou.reader_id, n, LEFT) for n in range(AT_ONCE)))
        assert sum(without) > LEFT, "the race does not happen, so the guard was not needed"
        bodies = [picture(size=(20 + n, 20)) for n in range(AT_ONCE)]
        answers = await asyncio.gather(*(send(lin, body) for body in bodies))
        assert sorted(answer.status for answer in answers) == [200] * LEFT + [409] * (AT_ONCE - LEFT)
        assert {answer.code for answer in answers if answer.status == 409} == {"pictures_used_up"}


@pytest.mark.race
async def test_the_same_picture_many_times_at_once_is_one(library: Library, lin: Phone) -> None:
    answers = await asyncio.gather(*(send(lin, picture()) for _ in range(AT_ONCE)))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert len(await fetch("SELECT id FROM job WHERE kind = 'check_picture'")) == 1
    assert len(files(library)) == 1


@pytest.mark.race
async def test_what_is_told_while_it_is_swept_away_is_either_shown_or_refused(
    library: Library, lin: Phone
) -> None:
    ids = [(await sent(lin, picture(size=(20 + n, 20))))["id"] for n in range(AT_ONCE)]
    await library.settled()
    library.clock.move(uploads.UNUSED_KEPT * 1.01)
    context = library.services.context("race")
    told, _ = await asyncio.gather(
        asyncio.gather(*(tell(lin, picture_ids=[one]) for one in ids)),
        upload_checks.tidy(context, None, None),  # type: ignore[arg-type]
    )
    await library.settled()
    left = {str(row["id"]) for row in await fetch("SELECT id FROM upload WHERE state <> 'leaving'")}
    shown = {one for one, answer in zip(ids, told, strict=True) if answer.status == 200}
    assert left == shown
    assert {answer.code for answer in told if answer.status != 200} <= {"picture_gone"}
