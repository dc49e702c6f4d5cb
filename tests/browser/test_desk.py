"""The librarians' desk in real browsers: who waits, who has whom, and what one librarian sees of another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, expect

import handlers.desk
from models.db import Tx, transaction
from tests.support.chat import CHECK, DOUBTFUL, claim, librarian, queue, said, say, texts
from tests.support.desk import DESK, desk, reader, staff
from tests.support.library import Library
from tests.support.phones import COMPUTER, Screen


async def lists(phone: Screen, *names: str) -> None:
    """The list names these readers, from above."""
    found = phone.page.locator("desk-line:visible .strong").filter(has_text="读者")
    await expect(found).to_have_text(list(names))


async def test_who_waits_is_seen_at_once_longest_first(library: Library, chromium: Browser) -> None:
    await staff(library, "he", "何馆员")
    anna, bo = await reader(library, "anna", "读者甲"), await reader(library, "bo", "读者乙")
    async with desk(chromium, library, "he") as he:
        await he.sees("没有读者在等")
        await he.sees("您没有在岗")
        seat = await library.seat("A-3")
        await said(anna, "这个座位有插座吗", about={"kind": "seat", "id": str(seat.id)})
        await he.sees("这个座位有插座吗")  # without touching anything
        await he.sees("座位 A-3")
        await library.advance(minutes=3)
        await said(bo, "几点闭馆")
        await he.sees("几点闭馆")
        await lists(he, "读者甲", "读者乙")
        await bo.post("/api/presence", {"duty": False})
        await he.sees("在线")

        # one that was handed back is served before all who waited meanwhile
        wang = await librarian(library, "wang", "王馆员")
        first, second = await queue(wang)
        assert (await wang.post(f"/api/desk/{second['id']}/claim")).status == 200
        await he.sees("王馆员在接待")
        await lists(he, "读者甲", "读者乙")
        assert (await wang.post(f"/api/desk/{second['id']}/hand-back")).status == 200
        await he.sees("优先")
        await lists(he, "读者乙", "读者甲")
        await he.look("desk-queue")


def at_once(monkeypatch: pytest.MonkeyPatch, claims: int) -> None:
    """None of so many claims begins before all have arrived: no phone hears of another's before its own."""
    arrived = asyncio.Barrier(claims)

    @asynccontextmanager
    async def together(**more: Any) -> AsyncIterator[Tx]:
        await arrived.wait()
        async with transaction(**more) as tx:
            yield tx

    monkeypatch.setattr(handlers.desk, "transaction", together)


async def test_of_two_who_claim_at_once_one_gets_it_and_the_other_is_told_who(
    library: Library, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staff(library, "he", "何馆员")
    await staff(library, "wang", "王馆员")
    lin = await reader(library, "lin", "读者甲")
    async with (
        desk(chromium, library, "he", allowed=("409",)) as he,
        desk(chromium, library, "wang", allowed=("409",)) as wang,
    ):
        for phone in (he, wang):
            await phone.tap("上岗", exact=True)
            await phone.sees("您在岗")
        await he.sees("一起在岗：王馆员")
        await said(lin, "几点闭馆")
        for phone in (he, wang):
            await phone.sees("几点闭馆")
        at_once(monkeypatch, 2)
        for phone in (he, wang):
            await phone.tap("接待", exact=True)
        line = await library.until(lambda: taken(library), seconds=15)
        winner, loser = (he, wang) if line["librarian"]["name"] == "何馆员" else (wang, he)
        await winner.sees("交回排队")
        await loser.sees(f"{line['librarian']['name']} 已经接待了这位读者。")
        await loser.sees("没有读者在等")
        assert await loser.route() == DESK
        await loser.look("desk-claimed-by-another")


async def taken(library: Library) -> Any:
    """The only line, when somebody has it."""
    [line] = await queue(await library.sign_in("he"))
    return line if line["librarian"] else None


async def test_a_librarian_looks_takes_answers_hands_back_and_closes(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    lin = await reader(library, "lin", "读者甲")
    conversation = str((await said(lin, "几点闭馆"))["conversation_id"])
    async with desk(chromium, library, "he") as he:
        await he.tap("几点闭馆")
        await he.sees("您还没有接待，读者看不到您在读")
        await expect(he.page.locator("textarea:visible")).to_have_count(0)
        await he.tap("接待", exact=True)
        await he.tap("上岗并接待", exact=True)  # who is not on duty is asked first
        await he.sees("何馆员开始接待")
        await he.page.locator("textarea:visible").fill("晚上十点。")
        await he.tap("发送", exact=True)
        await he.sees("已发送")
        await library.settled()
        assert await texts(lin, conversation) == ["几点闭馆", "晚上十点。"]
        await lin.post(f"/api/chats/{conversation}/marks", {"delivered": 9, "read": 9})
        await he.sees("已读")
        await he.look("desk-thread")

        await he.tap("交回排队")
        await he.sees("优先")  # the list again
        assert [line["state"] for line in await queue(await library.sign_in("he"))] == ["waiting"]
        await he.tap("接待", exact=True)
        await he.tap("结束", exact=True)
        await he.tap("开放时间", exact=True)
        await he.look("desk-closing")
        await he.tap("结束咨询", exact=True)
        await he.sees("没有读者在等")
        await he.tap("已结束", exact=True)
        await he.sees("读者甲")
        await he.sees("开放时间")
        await he.look("desk-closed")
        closed = (await (await library.sign_in("he")).get("/api/desk/closed")).body["items"]
        assert [line["tag"] for line in closed] == ["开放时间"]


async def test_when_a_librarians_network_dies_their_reader_is_first_in_the_queue(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    await staff(library, "wang", "王馆员")
    anna, bo = await reader(library, "anna", "读者甲"), await reader(library, "bo", "读者乙")
    await said(anna, "几点闭馆")
    async with desk(chromium, library, "wang", allowed=("ERR_", "fail")) as wang:
        await wang.tap("接待", exact=True)
        await wang.tap("上岗并接待", exact=True)
        await wang.sees("王馆员开始接待")
        await said(bo, "有插座吗")
        async with desk(chromium, library, "he") as he:
            await he.sees("王馆员在接待")
            await lists(he, "读者乙", "读者甲")
            await wang.offline(True)
            await library.advance(seconds=46)
            await library.settled()
            await he.sees("优先")
            await lists(he, "读者甲", "读者乙")
            await he.does_not_see("王馆员在接待")
            await wang.sees("没有网络")
            await wang.look("desk-offline")


async def test_when_a_colleague_goes_on_it_is_said_and_what_was_typed_is_kept(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    lin = await reader(library, "lin", "读者甲")
    conversation = (await said(lin, "几点闭馆"))["conversation_id"]
    async with desk(chromium, library, "he") as he:
        await he.tap("接待", exact=True)
        await he.tap("上岗并接待", exact=True)
        await he.sees("何馆员开始接待")
        await he.page.locator("textarea:visible").fill("写到一半的答复")
        await library.advance(seconds=46)
        await library.settled()
        await he.sees("您还没有接待")  # the lease ended meanwhile: it waits again
        await he.sees("写到一半的答复")
        wang = await librarian(library, "wang", "王馆员")
        assert (await claim(wang, conversation)).status == 200
        await he.sees("王馆员在接待")
        await he.sees("同事在接待，您可以看，不能写。")
        await he.sees("您写的还在这里，没有发出")
        await he.sees("写到一半的答复")
        await he.look("desk-colleague-goes-on")


async def test_on_a_computer_list_and_conversation_stand_side_by_side_and_keys_move_between(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    anna, bo = await reader(library, "anna", "读者甲"), await reader(library, "bo", "读者乙")
    await said(anna, "几点闭馆")
    await said(bo, "有插座吗")
    async with desk(chromium, library, "he", size=COMPUTER, bare=1) as he:
        await he.tap("上岗", exact=True)
        await he.sees("您在岗")
        await he.sees("有插座吗")  # the lines may come after the duty, and keys lead nowhere before
        press = he.page.keyboard.press
        await press("j")
        await press("ArrowDown")
        await press("k")
        await press("ArrowDown")
        await press("Enter")
        pane = he.page.locator("wx-talk")
        await expect(pane.get_by_text("有插座吗")).to_be_visible()
        await expect(he.page.locator("desk-line:visible").first).to_be_visible()
        left = await he.page.locator(".scroll").first.bounding_box()
        right = await pane.bounding_box()
        assert left
        assert right
        assert 320 <= left["width"] <= 360
        assert right["x"] >= left["width"]
        await press("Enter")  # takes it
        await expect(pane.get_by_text("交回排队")).to_be_visible()
        await expect(pane.locator("textarea")).to_be_focused()
        await he.page.keyboard.type("有的")
        await press("Shift+Enter")
        await he.page.keyboard.type("靠墙那排。")
        await press("Enter")
        await expect(pane.get_by_text("有的\n靠墙那排。").first).to_be_visible()
        await expect(pane.get_by_text("已发送")).to_be_visible()  # until then only the computer has it
        await library.settled()
        assert (await queue(await library.sign_in("he")))[-1]["last_text"] == "有的\n靠墙那排。"
        await expect(he.page.locator("desk-line:visible .asks")).to_have_count(0)  # what was read is read
        await he.look("desk-wide")

        await press("Escape")  # out of the box
        await press("Escape")
        await expect(pane).to_have_count(0)
        await he.sees("从左边选一位读者")
        assert await he.route() == DESK


async def test_a_held_text_is_looked_at_and_let_through(library: Library, chromium: Browser) -> None:
    await staff(library, "he", "何馆员")
    lin = await reader(library, "lin", "读者甲")
    await say(lin, DOUBTFUL)
    await library.settled()
    async with desk(chromium, library, "he") as he:
        await he.tap("待看内容 1")
        await he.sees(DOUBTFUL)
        await he.look("desk-held")
        await he.tap("放行", exact=True)
        await he.sees("没有要看的内容")
        await he.tap("现在")
        await he.sees(DOUBTFUL)
        [line] = await queue(await library.sign_in("he"))
        assert line["first_text"] == DOUBTFUL


async def test_a_text_that_wechat_has_not_judged_is_read_with_its_mark(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    await library.sim("faults", {"path": CHECK, "kind": "errcode", "errcode": -1})
    await said(await reader(library, "anna", "读者甲"), "微信没有看过这一句")
    async with desk(chromium, library, "he") as he:
        await he.tap("微信没有看过这一句")
        await he.sees("未经检查")
