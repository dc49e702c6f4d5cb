"""People who talk, each in a browser of their own: a whole conversation, a phone asleep, a server that is killed."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import Browser, Locator, expect

from models.db import fetch
from models.spaces import WeeklyHours
from tests.soak.opening import Server, open_database
from tests.soak.talking import sign_in_all, simulated_wechat
from tests.support.library import PUSH_TOKEN, SECRET, Library
from tests.support.phones import COMPUTER, ROOT, Screen, consented, screen

CHAT = "pages/chat/chat"
THREAD = "pages/chat/thread"
DESK = "staff/desk/desk"
SETTINGS = """
[server]
client_dir = "{client}"
[wechat]
base_url = "{wechat}"
[live]
heartbeat_s = 1.0
"""


async def send(phone: Screen, text: str, *, consent: str = "") -> None:
    await phone.page.locator("textarea:visible").fill(text)
    await phone.tap("发送", exact=True)
    if consent:
        await phone.tap(consent, exact=True)


def bubbles(phone: Screen) -> Locator:
    return phone.page.locator(".bubble:visible")


async def reads(phone: Screen, *said: str) -> None:
    """The bubbles that one sees are these, in this order, and no other."""
    await expect(bubbles(phone)).to_have_text(list(said), timeout=30_000)


async def named(library: Library, handle: str, name: str, role: str | None = None) -> None:
    phone = await library.reader(handle, role=role)
    await phone.put("/api/me", {"nickname": name})


async def test_two_readers_and_a_librarian_from_the_question_to_the_rating(
    library: Library, chromium: Browser
) -> None:
    for handle, name, role in (
        ("lin", "林小满", None),
        ("zhou", "周知远", None),
        ("he", "何馆员", "librarian"),
    ):
        await named(library, handle, name, role)
    async with (
        screen(chromium, library, "lin", page=CHAT) as lin,
        screen(chromium, library, "zhou", page=THREAD) as zhou,
        screen(chromium, library, "he", page=DESK, size=COMPUTER, bare=1) as he,
    ):
        await lin.sees("馆员不在")
        await he.tap("上岗", exact=True)
        await lin.sees("馆员在")  # without touching anything
        await lin.tap("向馆员提问")
        await send(lin, "三楼有带插座的空座吗？", consent="允许")
        await he.sees("三楼有带插座的空座吗？")
        await send(zhou, "校友证能借书吗？", consent="取消")
        await he.sees("等候 2")

        await he.tap("林小满")
        await he.tap("接待", exact=True)
        await lin.sees("何馆员正在接待您")
        await lin.sees("已读")
        await lin.page.locator("textarea:visible").press_sequentially("我在", delay=50)
        await he.sees("正在输入")
        await lin.page.locator("textarea:visible").fill("")
        await send(he, "有，靠窗一排都有。")
        await lin.sees("靠窗一排都有")
        await lin.does_not_see("正在输入")  # it was said
        await he.sees("已读")
        await he.look("talk-desk")
        await lin.look("talk-reader")
        await zhou.never_sees("靠窗一排都有")

        await he.tap("结束", exact=True)
        await he.tap("座位", exact=True)
        await he.tap("结束咨询", exact=True)
        await lin.sees("何馆员解决了您的问题吗")
        await lin.look("talk-rating")
        await lin.page.get_by_label("5 星").filter(visible=True).first.click()
        await lin.sees("谢谢")
        [rating] = await library.until(lambda: fetch("SELECT kind, stars FROM rating"), seconds=15)
        assert (rating["kind"], rating["stars"]) == ("chat", 5)


async def stored(texts: list[str]) -> bool:
    """The server has these after what was said before them."""
    rows = await fetch("SELECT text FROM chat_message ORDER BY id")
    return [row["text"] for row in rows][-len(texts) :] == texts


async def test_a_reader_asleep_for_ten_minutes_has_every_answer_once_and_in_order(
    library: Library, chromium: Browser
) -> None:
    await named(library, "he", "何馆员", "librarian")
    async with (
        screen(chromium, library, "lin", page=THREAD, allowed=("WebSocket", "ERR_")) as lin,
        screen(chromium, library, "he", page=DESK, size=COMPUTER, bare=1) as he,
    ):
        await he.tap("上岗", exact=True)
        await send(lin, "有没有关于水利史的书？", consent="允许")
        await he.tap("有没有关于水利史的书？")
        await he.tap("接待", exact=True)
        await lin.sees("何馆员正在接待您")
        await consented(library)
        await lin.offline(True)
        answers = [f"第 {number} 本：水利史稿（{number}）" for number in range(1, 6)]
        for text in answers:
            await send(he, text)
            await expect(bubbles(he).last).to_have_text(text)
        await library.until(lambda: stored(answers), seconds=15)
        await library.advance(minutes=10)
        await library.settled()
        [message] = (await library.sim("phone/lin"))["messages"]  # told in WeChat, once
        assert message["title"] == "咨询回复通知"
        await lin.offline(False)
        await reads(lin, "有没有关于水利史的书？", *answers)


# ---------------------------------------------------------------- a server that is killed


class Place:
    """A real server process with a simulated WeChat beside it, as far as a `screen` needs a library."""

    def __init__(self, server: Server, http: aiohttp.ClientSession) -> None:
        self.url, self._http = server.url, http

    async def sim(self, path: str, body: Any) -> Any:
        async with self._http.post(f"sim/api/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@asynccontextmanager
async def place(database_url: str, folder: Path) -> AsyncIterator[tuple[Server, Any]]:
    """With a reader `lin` and a librarian `he`, open around the clock."""
    async with simulated_wechat() as wechat, aiohttp.ClientSession(wechat.make_url("/")) as http:
        settings = SETTINGS.format(wechat=wechat.make_url("/"), client=ROOT / "var" / "preview")
        (folder / "config.toml").write_text(settings, encoding="utf-8")
        server = Server(
            database_url, folder=folder, WENJIN_WECHAT_SECRET=SECRET, WENJIN_PUSH_TOKEN=PUSH_TOKEN
        )
        await sign_in_all(database_url, wechat, (["lin"], ["he"]))
        async with open_database(database_url):
            await WeeklyHours.all().update(opens_minute=0, closes_minute=1440)
        await server.start()
        try:
            yield server, Place(server, http)
        finally:
            await server.end(signal.SIGTERM)


async def test_a_server_that_is_killed_in_the_middle_loses_and_doubles_nothing(
    database_url: str, chromium: Browser, tmp_path: Path
) -> None:
    allowed = ("WebSocket", "ERR_", "Failed to load", "500", "503")
    async with (
        place(database_url, tmp_path) as (server, library),
        screen(chromium, library, "lin", page=THREAD, allowed=allowed) as lin,
        screen(chromium, library, "he", page=DESK, size=COMPUTER, bare=1, allowed=allowed) as he,
    ):
        await he.tap("上岗", exact=True)
        await he.sees("您在岗")
        await send(lin, "第一个问题")
        await he.tap("第一个问题")
        await he.tap("接待", exact=True)
        await he.sees("交回排队")
        await send(he, "第一个回答")
        await reads(lin, "第一个问题", "第一个回答")

        await server.end(signal.SIGKILL)
        await send(lin, "服务器不在时写的")
        await lin.sees("服务器不在时写的")
        await server.start()
        await reads(lin, "第一个问题", "第一个回答", "服务器不在时写的")
        await reads(he, "第一个问题", "第一个回答", "服务器不在时写的")
        await send(he, "收到了")
        await reads(lin, "第一个问题", "第一个回答", "服务器不在时写的", "收到了")
        async with open_database(database_url):
            stored = [row["text"] for row in await fetch("SELECT text FROM chat_message ORDER BY id")]
        assert stored == ["第一个问题", "第一个回答", "服务器不在时写的", "收到了"]
