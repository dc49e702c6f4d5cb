"""The staff's inbox of feedback in real browsers: what readers tell arrives, is taken, answered, looked at, counted."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from playwright.async_api import Browser, expect

from models.db import fetch
from tests.support.chat import DOUBTFUL
from tests.support.feedback import answer, librarian, shown, tell, told
from tests.support.library import Library, new_key
from tests.support.phones import COMPUTER, Screen, screen

INBOX = "staff/feedback/feedback"
FIELD = "textarea:visible"


def inbox(
    chromium: Browser, library: Library, handle: str, **more: Any
) -> AbstractAsyncContextManager[Screen]:
    return screen(chromium, library, handle, page=INBOX, **more)


async def test_what_a_reader_tells_arrives_is_taken_and_answered(library: Library, chromium: Browser) -> None:
    await librarian(library, "he", "何馆员")
    lin = await library.reader("lin")
    async with inbox(chromium, library, "he") as he:
        await he.sees("没有新的意见")
        number = await told(library, lin, "三楼的灯有点暗")
        await he.sees("三楼的灯有点暗")  # without touching anything
        await he.sees("新的 1")
        await he.look("inbox-new")

        await he.tap("三楼的灯有点暗")
        await he.tap("我来看", exact=True)
        await he.sees("交还给大家")
        assert (await shown(lin, number))["state"] == "taken"
        await he.page.locator(FIELD).fill("明天换亮一点的灯。")
        await he.look("inbox-answering")
        await he.tap("答复", exact=True)
        await he.sees("何馆员的答复")
        await library.settled()
        view = await shown(lin, number)
        assert (view["state"], view["answer"]["text"]) == ("answered", "明天换亮一点的灯。")
        await he.back()
        await he.sees("没有新的意见")
        await he.tap("已答复", exact=True)
        await he.sees("三楼的灯有点暗")


async def test_an_answer_that_comes_too_late_says_who_was_first_and_is_not_lost(
    library: Library, chromium: Browser
) -> None:
    await librarian(library, "he", "何馆员")
    wang = await librarian(library, "wang", "王馆员")
    number = await told(library, await library.reader("lin"), "三楼的灯有点暗")
    async with inbox(chromium, library, "he", deaf=True, allowed=("409", "WebSocket")) as he:
        await he.tap("三楼的灯有点暗")
        await he.page.locator(FIELD).fill("我写了很久的答复。")
        assert (await answer(wang, number, "已经换了。")).status == 200
        await he.tap("答复", exact=True)
        await he.sees("王馆员的答复")
        await he.sees("已经换了。")
        await he.sees("您写的还在这里")
        await he.sees("我写了很久的答复。")
        await expect(he.page.get_by_role("alert").filter(visible=True)).to_contain_text("王馆员")
        await he.look("inbox-too-late")


async def test_silence_is_answered_by_the_same_again_and_one_answer_is_stored(
    library: Library, chromium: Browser
) -> None:
    await librarian(library, "he", "何馆员")
    number = await told(library, await library.reader("lin"), "三楼的灯有点暗")
    async with inbox(chromium, library, "he", allowed=("ERR_", "fail")) as he:
        await he.tap("三楼的灯有点暗")
        await he.page.locator(FIELD).fill("明天换。")
        await he.offline(True)
        await he.tap("答复", exact=True)
        await he.sees("现在连不上网络")
        await expect(he.page.locator(FIELD)).to_have_value("明天换。")
        await he.offline(False)
        await he.tap("答复", exact=True)
        await he.sees("何馆员的答复")
        rows = await fetch("SELECT answer FROM feedback WHERE id = $1", int(number))
        assert [row["answer"] for row in rows] == ["明天换。"]


async def test_a_held_text_is_looked_at_before_it_is_answered(library: Library, chromium: Browser) -> None:
    await librarian(library, "he", "何馆员")
    lin, zhou = await library.reader("lin"), await library.reader("zhou")
    await tell(zhou, "楼下要转账给我")
    number = await told(library, lin, DOUBTFUL, may_answer=False)
    async with inbox(chromium, library, "he") as he:
        await he.sees("待看内容")
        await he.tap(DOUBTFUL, exact=True)
        await he.sees("放行")
        await expect(he.page.locator(FIELD)).to_have_count(0)
        await he.look("inbox-held")
        await he.tap("放行", exact=True)
        await he.tap("看过了，不用答复")
        await he.sees("何馆员看过了")
        assert (await shown(lin, number))["state"] == "noted"
        await he.back()
        await he.tap("楼下要转账给我")
        await he.tap("退回给写的人")
        await he.sees("没有新的意见")
        assert (await zhou.get("/api/feedback")).body["items"][0]["state"] == "returned"


async def test_ratings_move_while_one_looks_and_stand_beside_the_list_on_a_computer(
    library: Library, chromium: Browser
) -> None:
    he_too = await librarian(library, "he", "何馆员")
    await he_too.post("/api/presence", {"duty": True})
    for number, handle in enumerate(("lin", "zhou"), 1):
        await told(library, await library.reader(handle), f"第 {number} 条")
    async with inbox(chromium, library, "he", size=COMPUTER, bare=1) as he:
        await he.sees("还没有人打分")
        await he.tap("咨询之后")
        for handle, given in (("lin", 5), ("zhou", 2)):
            await rate_a_talk(library, handle, given)
        await he.sees("平均 3.5 星，共 2 次")
        for label in ("5 星，1 次，占 50%", "2 星，1 次，占 50%", "4 星，0 次，占 0%"):
            await expect(he.page.get_by_label(label)).to_be_visible()
        assert len(await fetch("SELECT 1 AS one FROM rating WHERE stars IS NOT NULL")) == 2

        for number in (1, 2):
            await he.sees(f"第 {number} 条")  # keys lead nowhere before
        await he.page.keyboard.press("j")
        await he.page.keyboard.press("j")
        await he.page.keyboard.press("Enter")
        pane = he.page.locator("wx-opinion")
        await expect(pane.get_by_text("第 1 条")).to_be_visible()
        await pane.locator("textarea").fill("写到一半")
        await he.tap("第 2 条")
        await expect(pane.locator("textarea")).to_have_value("")
        await he.tap("第 1 条")
        await expect(pane.locator("textarea")).to_have_value("写到一半")  # kept for each
        await he.look("inbox-wide")
        await he.page.keyboard.press("Escape")
        await he.sees("从左边选一条意见")


async def rate_a_talk(library: Library, handle: str, stars: int) -> None:
    """A question is asked, taken, closed, and rated."""
    phone, staff = await library.sign_in(handle), await library.sign_in("he")
    wish = {"local_id": new_key(), "text": "几点闭馆"}
    conversation = (await phone.post("/api/chat-messages", wish)).body["conversation_id"]
    await staff.post("/api/presence", {"duty": True})
    for step in ("claim", "close"):
        assert (await staff.post(f"/api/desk/{conversation}/{step}")).status == 200
    rating = {"local_id": new_key(), "kind": "chat", "id": conversation, "stars": stars}
    answered = await phone.post("/api/ratings", rating)
    assert answered.status == 200, answered.body
