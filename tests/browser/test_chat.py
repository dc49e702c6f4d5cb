"""A reader's side of a conversation, in a real browser: nothing typed is lost, and a long one keeps its place."""

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, expect

from models.chat import ChatMessage, Conversation
from models.db import fetch
from tests.browser.test_story import AREA, open_list
from tests.support.chat import RISKY, claim, librarian, queue, said, texts
from tests.support.library import MONDAY_9, Library, Phone
from tests.support.phones import Screen, holds, screen

CHAT = "pages/chat/chat"
THREAD = "pages/chat/thread"
PAGE = "section:not([hidden])"
MANY = 5000


async def write(phone: Screen, text: str) -> None:
    await phone.page.locator(f"{PAGE} textarea").fill(text)


async def send(phone: Screen, text: str, *, consent: str = "") -> None:
    await write(phone, text)
    await phone.tap("发送", exact=True)
    if consent:
        await phone.tap(consent, exact=True)


async def stored() -> list[str]:
    return [row["text"] for row in await fetch("SELECT text FROM chat_message ORDER BY id")]


async def test_a_question_is_asked_answered_read_and_asked_again_after_its_end(
    library: Library, chromium: Browser
) -> None:
    he = await librarian(library)
    async with screen(chromium, library, "lin", page=CHAT) as lin:
        await lin.sees("馆员在")
        await lin.sees("用微信登录")  # a guest sees who is there, too
        await lin.tap("向馆员提问")
        await send(lin, "三楼还有带插座的空座吗？", consent="允许")
        await lin.sees("已发送")
        await lin.sees("很快就来接待您")
        await library.settled()

        [line] = await queue(he)
        assert line["first_text"] == "三楼还有带插座的空座吗？"
        assert (await claim(he, line["id"])).status == 200
        await lin.sees("何馆员正在接待您")
        await said(he, "有的，A-3 旁边就有插座。", conversation_id=line["id"])
        await library.settled()
        await lin.sees("A-3 旁边就有插座")
        await he.post(f"/api/chats/{line['id']}/marks", {"delivered": 1, "read": 1})
        await lin.sees("已读")

        async def read() -> bool:
            [now] = await queue(he)
            return bool(now["theirs"]["read"] > 0)

        await library.until(read, seconds=15)  # the answer was on the screen
        await lin.look("chat-answered")
        await he.post(f"/api/desk/{line['id']}/close", {"tag": "座位"})
        await lin.sees("这次咨询结束了。再写一句")
        await send(lin, "还想问一句。")
        await lin.sees("很快就来接待您")
        await library.settled()
        assert await texts(he, line["id"]) == await stored()


async def test_the_seat_that_one_looks_at_comes_along_with_the_question(
    library: Library, chromium: Browser
) -> None:
    he = await librarian(library)
    async with screen(chromium, library, "lin", page=AREA) as lin:
        await open_list(lin)
        await lin.tap("A-3", exact=True)
        await lin.tap("咨询馆员")
        await lin.sees("A-3，今天 10:00–12:00")
        await send(lin, "这个座位安静吗？", consent="取消")
        await lin.sees("座位 A-3（1层 A 区），11月23日 10:00–12:00")
        await library.settled()
        [line] = await queue(he)
        assert line["about"] == "座位 A-3（1层 A 区），11月23日 10:00–12:00"


async def test_without_a_librarian_the_page_says_so_before_anything_is_typed(
    library: Library, chromium: Browser
) -> None:
    await library.advance(hours=14)  # 23:00
    async with screen(chromium, library, "lin", page=CHAT) as lin:
        await lin.sees("馆员 明天 08:00 上班")
        await lin.tap("向馆员提问")
        await lin.sees("馆员 明天 08:00 上班")
        await lin.look("chat-nobody")


async def test_what_is_typed_without_network_is_kept_and_stored_once(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=THREAD, allowed=("WebSocket", "ERR_")) as lin:
        await lin.sees("发送")
        await lin.offline(True)
        await send(lin, "第一句", consent="")
        await send(lin, "第二句")
        await lin.sees("连上网就发")
        await lin.look("chat-offline")
        assert await stored() == []
        await lin.offline(False)
        await lin.sees("已发送")
        await lin.does_not_see("连上网就发")
        await lin.does_not_see("发送中")
        assert await stored() == ["第一句", "第二句"]


async def test_a_restart_keeps_the_draft_and_what_was_under_way(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=THREAD, allowed=("WebSocket", "ERR_")) as lin:
        await lin.sees("发送")
        await lin.offline(True)
        await send(lin, "重启之前写的")
        await write(lin, "还没写完")
        await lin.page.reload()  # with the network back, as the preview starts with it
        await lin.sees("重启之前写的")
        await lin.sees("已发送")
        await expect(lin.page.locator(f"{PAGE} textarea")).to_have_value("还没写完")
        assert await stored() == ["重启之前写的"]


async def test_what_is_sent_after_signing_out_elsewhere_stays_in_the_box_until_one_is_back(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=THREAD, allowed=("WebSocket", "ERR_")) as lin:
        await lin.sees("发送")
        await write(lin, "退出以后写的")
        await (await library.sign_in("lin")).post("/api/sign-out", {"everywhere": True})
        await holds(lin.page, "!wx.getStorageSync('token')")
        await lin.tap("发送", exact=True)
        await lin.tap("取消", exact=True)
        await expect(lin.page.locator(f"{PAGE} textarea")).to_have_value("退出以后写的")
        await holds(lin.page, "Boolean(wx.getStorageSync('token'))")
        await lin.tap("发送", exact=True)
        await lin.sees("已发送")
        assert await stored() == ["退出以后写的"]


async def test_a_text_that_is_not_shown_returns_into_its_box(library: Library, chromium: Browser) -> None:
    await librarian(library)
    async with screen(chromium, library, "lin", page=THREAD) as lin:
        await send(lin, RISKY, consent="取消")
        await library.settled()
        await lin.sees("没有发出")
        await expect(lin.page.locator(f"{PAGE} textarea")).to_have_value(RISKY)
        await lin.look("chat-returned")


async def is_free(found: Locator) -> bool:
    """Above the keyboard, and large enough for a finger."""
    edges = await found.bounding_box()
    assert edges
    return edges["y"] + edges["height"] <= 812 - 291 and edges["height"] >= 44


async def test_the_keyboard_never_covers_the_box(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=THREAD, font="26", keyboard="291") as lin:
        await lin.sees("发送")
        field = lin.page.locator(f"{PAGE} textarea")
        await field.click()
        await field.fill("一行\n" * 12)
        for found in (lin.page.locator(f"{PAGE} wx-textarea"), lin.text("发送", exact=True)):
            await library.until(lambda found=found: is_free(found), seconds=15)
        await lin.look("chat-keyboard")
        await lin.tap("发送", exact=True)
        await expect(field).to_have_value("")


# ---------------------------------------------------------------- five thousand messages


async def fill_with(reader: Phone, he: Phone, count: int) -> Conversation:
    """A long conversation, every third message by the librarian, all read."""
    conversation = await Conversation.create(
        reader_id=reader.reader_id,
        librarian_id=he.reader_id,
        state="claimed",
        opened_at=MONDAY_9,
        waiting_since=MONDAY_9,
        reader_seq=count,
        staff_seq=count,
        reader_delivered=count,
        reader_read=count,
    )
    await ChatMessage.bulk_create(
        ChatMessage(
            conversation_id=conversation.id,
            sender_id=he.reader_id if number % 3 == 0 else reader.reader_id,
            side="staff" if number % 3 == 0 else "reader",
            local_id=f"filled-{number:06}",
            text=f"第{number}条" + "，说得长一些" * (number % 5),
            state="sent",
            at=MONDAY_9,
            reader_seq=number,
            staff_seq=number,
        )
        for number in range(1, count + 1)
    )
    return conversation


# Scrolls up in steps and says by how much what one reads was moved by anything but the scrolling itself.
CLIMB = """async (step) => {
  const list = document.querySelector('section:not([hidden]) wx-scroll-view');
  const frames = async (n) => { for (let i = 0; i < n; i += 1) await new Promise(requestAnimationFrame); };
  const rows = () => [...list.querySelectorAll('[id*="-filled-"]')];
  const number = (row) => Number(row.id.slice(-6));
  const seen = { worst: 0, most: 0, skipped: 0, steps: 0 };
  while (number(rows()[0]) > 1 || list.scrollTop > 0) {
    if ((seen.steps += 1) > 2000) break;
    const top = list.getBoundingClientRect().top;
    const anchor = rows().find((row) => row.getBoundingClientRect().bottom > top);
    const [id, was] = [anchor.id, anchor.getBoundingClientRect().top];
    const by = Math.min(step, list.scrollTop);
    list.scrollTop -= by;
    // Near the upper edge the next part is drawn: the place is judged when it has been.
    const near = () => list.scrollTop < 900 && number(rows()[0]) > 1;
    for (let still = 0; still < 2; still = near() ? 0 : still + 1) await frames(1);
    const after = document.getElementById(id);
    if (after) seen.worst = Math.max(seen.worst, Math.abs(after.getBoundingClientRect().top - was - by));
    else seen.worst = Infinity;
    const numbers = rows().map(number);
    seen.most = Math.max(seen.most, numbers.length);
    seen.skipped += numbers.filter((n, i) => i > 0 && n !== numbers[i - 1] + 1).length;
  }
  return { ...seen, first: number(rows()[0]) };
}"""
TOP_ROW = """() => {
  const list = document.querySelector('section:not([hidden]) wx-scroll-view');
  const row = list.querySelector('[id*="-filled-"]');
  return [row.id, Math.round(row.getBoundingClientRect().top)];
}"""


@pytest.mark.timeout(180)  # every row of them is drawn, beside another browser on the same two cores
async def test_five_thousand_messages_are_read_without_losing_the_place(
    library: Library, chromium: Browser
) -> None:
    he, reader = await librarian(library), await library.reader("lin")
    conversation = await fill_with(reader, he, MANY)
    async with screen(chromium, library, "lin", page=f"{THREAD}?id={conversation.id}") as lin:
        await lin.sees(f"第{MANY}条")
        climbed: dict[str, Any] = await lin.page.evaluate(CLIMB, 1200)
        print(climbed)
        assert climbed["first"] == 1
        assert climbed["worst"] <= 1
        assert climbed["most"] <= 120
        assert climbed["skipped"] == 0

        before = await lin.page.evaluate(TOP_ROW)
        await said(he, "刚刚到的回答", conversation_id=str(conversation.id))
        await library.settled()
        await lin.sees("新消息")
        assert await lin.page.evaluate(TOP_ROW) == before
        await lin.look("chat-long")
        await lin.tap("新消息")
        await lin.sees("刚刚到的回答")
        await lin.does_not_see("新消息")
