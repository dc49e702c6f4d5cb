"""Pictures that the library itself shows: of an article, and of the notice on the home page."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from models import uploads
from models.db import fetch, transaction
from tests.support.articles import save, write
from tests.support.library import Library, Phone
from tests.support.pictures import BLUE, RED, YELLOW, files, picture, seen, sent, state
from tests.test_pictures import EVENT, asked_again, calls, fault

NOTICE = "/api/admin/announcement"


@pytest.fixture
async def editor(library: Library) -> Phone:
    return await library.reader("lin", role="editor")


async def cover(editor: Phone, body: bytes | None = None, *, judged: str = "shown") -> Any:
    found = (await sent(editor, body))["id"]
    await state(editor.library, found, judged)
    return found


async def notice(editor: Phone, **changes: Any) -> Any:
    kept = (await editor.get(NOTICE)).body
    return await editor.put(NOTICE, {"title": "通知", "text": "正文", "version": kept["version"], **changes})


async def read(phone: Phone, article: Any) -> Any:
    """(cover of the list, cover of the page, picture of the notice) as a reader has them."""
    [line] = (await phone.get("/api/articles?kind=faq")).body["items"]
    page = (await phone.get(f"/api/articles/{article['id']}")).body
    return line["cover"], page["cover"], (await phone.get("/api/home")).body["announcement"]["picture"]


@pytest.mark.parametrize(
    ("colour", "judged"),
    [(BLUE, "shown"), (YELLOW, "held"), (RED, "removed")],
    ids=("clean", "doubtful", "risky"),
)
async def test_readers_see_a_picture_when_wechat_has_let_it_pass_and_the_staff_at_once(
    library: Library, editor: Phone, zhou: Phone, colour: tuple[int, int, int], judged: str
) -> None:
    await fault(library, EVENT, "drop")
    found = (await sent(editor, picture(colour)))["id"]
    article = await write(editor, "借书证怎么补办", cover_id=found)
    assert (await notice(editor, picture_id=found)).body["picture"]["state"] == "checking"
    assert (await read(zhou, article), bool(article["cover"]["url"])) == ((None, None, None), True)
    await library.until(lambda: calls(library))
    await library.settled()
    await asked_again(library, minutes=31)
    await state(library, found, judged)
    pictures = await read(zhou, article)
    assert [bool(one) for one in pictures] == [judged == "shown"] * 3
    for one in filter(None, pictures):
        assert (one["width"], one["height"]) == (64, 48)
        assert (await seen(library, one["url"])).status == 200
    kept = (await editor.get(f"/api/admin/articles/{article['id']}")).body["cover"]
    assert (kept["state"], bool(kept["url"])) == (judged, judged != "removed")
    if judged == "removed":
        await library.settled()
        [told] = (await editor.get("/api/inbox")).body["items"]
        assert told["page"] == "/admin/announcement/announcement"


async def test_only_an_own_picture_is_shown_or_one_that_is_shown_there_already(
    library: Library, editor: Phone, zhou: Phone
) -> None:
    own = await cover(editor)
    article = await write(editor, "怎么续借", cover_id=own)
    other = await library.reader("other", role="editor")
    readers = (await sent(zhou))["id"]
    removed = await cover(other, picture(RED), judged="removed")
    for upload_id in (readers, removed, "987654"):
        assert (await save(other, article, cover_id=upload_id)).code == "picture_gone"
        assert (await notice(other, picture_id=upload_id)).code == "picture_gone"
    assert (await notice(other, picture_id=own)).code == "picture_gone"  # it is shown elsewhere
    kept = await save(other, article, cover_id=own, text="改过的。")
    assert (kept.body["cover"]["id"], kept.body["version"]) == (own, 2)
    wrong: tuple[Any, ...] = ("0", "x", 7, ["1"], {})
    for nonsense in wrong:
        assert (await save(other, kept.body, cover_id=nonsense)).code == "invalid_input"


async def test_an_older_client_leaves_the_picture_and_null_takes_it_off(editor: Phone) -> None:
    own = await cover(editor)
    article = await write(editor, "怎么续借", cover_id=own)
    article = (await save(editor, article)).body
    assert article["cover"]["id"] == own
    assert (await notice(editor, picture_id=own)).body["picture"]["id"] == own
    assert (await notice(editor)).body["picture"]["id"] == own
    assert (await save(editor, article, cover_id=None)).body["cover"] is None
    assert (await notice(editor, picture_id=None)).body["picture"] is None


async def test_what_the_library_shows_stays_and_leaves_when_it_is_shown_no_more(
    library: Library, editor: Phone
) -> None:
    first, second, third = [await cover(editor, picture(size=(9, side))) for side in (9, 10, 11)]
    article = await write(editor, "怎么续借", cover_id=first)
    deleted = await write(editor, "几点开门", cover_id=second)
    await notice(editor, picture_id=third)
    await tidied(library)
    assert len(files(library)) == 3
    await save(editor, article, cover_id=None)
    await editor.call("DELETE", f"/api/admin/articles/{deleted['id']}")
    await tidied(library)
    for gone in (first, second):
        await state(library, gone, "gone")
    assert [row["id"] for row in await fetch("SELECT id FROM upload")] == [int(third)]
    assert len(files(library)) == 1


async def tidied(library: Library) -> None:
    """Two days later, when the job of that day has done its work."""
    await library.advance(days=2)
    key = f"tidy_uploads:{library.services.today()}"
    await library.until(lambda: fetch("SELECT 1 FROM job WHERE key = $1 AND state = 'done'", key))
    await library.settled()


async def test_what_an_editor_gave_to_the_library_outlives_their_account(
    library: Library, editor: Phone, zhou: Phone
) -> None:
    own = await cover(editor)
    article = await write(editor, "怎么续借", cover_id=own)
    await notice(editor, picture_id=own)
    await sent(editor, picture(size=(9, 9)))
    await editor.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    assert len(files(library)) == 1
    assert all(await read(zhou, article))


async def test_a_picture_that_is_shown_at_the_moment_it_would_leave_is_shown_or_refused(
    library: Library, editor: Phone
) -> None:
    before = library.clock.now() + timedelta(days=3)

    assert editor.reader_id is not None
    locked = ("reader", editor.reader_id)

    async def leave(upload_id: str) -> bool:
        async with transaction(lock=locked) as tx:
            return await uploads.leave_unused(tx, int(upload_id), before)

    async def show(upload_id: str, version: int) -> bool:
        answer = await editor.put(
            NOTICE, {"title": "", "text": "x", "version": version, "picture_id": upload_id}
        )
        return answer.status == 200 or answer.code != "picture_gone"

    for round_ in range(6):
        found = (await sent(editor, picture(size=(9, 20 + round_))))["id"]
        version = (await editor.get(NOTICE)).body["version"]
        if round_ % 2:
            gone, shown = await asyncio.gather(leave(found), show(found, version))
        else:
            shown, gone = await asyncio.gather(show(found, version), leave(found))
        assert gone is not shown
