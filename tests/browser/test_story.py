"""The mini-program as two readers and an administrator use it, in real browsers on a running product."""

from playwright.async_api import Browser

from models.db import fetch
from tests.support.library import Library, at
from tests.support.phones import Screen, consented, screen

AREA = "pages/area/area?id=1&date=2026-11-23&from=10:00&until=12:00"


async def open_list(phone: Screen) -> None:
    """The area's list of seats, with its row open."""
    await phone.tap("看懂了")  # the legend, which opens by itself the first time
    await phone.tap("列表", exact=True)
    await phone.sees("A-1 到 A-6")
    if not await phone.text("A-3").count():
        await phone.tap("A-1 到 A-6")
    await phone.sees("A-3")


async def book(phone: Screen, label: str, *, consent: str = "允许") -> None:
    await phone.tap(label, exact=True)
    await phone.tap(f"预约 {label}")
    await phone.tap(consent, exact=True)


async def test_a_reader_books_and_another_sees_it_and_the_reminder_arrives(
    library: Library, chromium: Browser
) -> None:
    async with (
        screen(chromium, library, "lin", page=AREA) as lin,
        screen(chromium, library, "zhou", page=AREA) as zhou,
    ):
        await open_list(lin)
        await open_list(zhou)
        await zhou.sees("空 5 席")

        await book(lin, "A-1")

        await lin.sees("约好了")
        await lin.look("story-booked")
        await zhou.sees("空 4 席")  # without touching anything
        await zhou.sees("有人约")

        await consented(library)
        await library.advance(minutes=41)
        await library.settled()
        [message] = (await library.sim("phone/lin"))["messages"]
        assert message["title"] == "预约签到提醒"
        assert {"label": "座位", "value": "A-1"} in message["lines"]
        await lin.tab("pages/messages/messages")
        await lin.sees("A-1 该签到了")
        await lin.look("story-message")


async def test_what_the_administrator_changes_is_seen_at_once(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    async with (
        screen(chromium, library, "lin") as lin,
        screen(chromium, library, "admin", page="admin/announcement/announcement") as admin,
    ):
        await lin.sees("欢迎来到图书馆。")
        await admin.page.locator("textarea").filter(visible=True).first.fill("今晚八点闭馆，请提前安排。")
        await admin.tap("保存")
        await lin.sees("今晚八点闭馆，请提前安排。")  # without touching anything
        await admin.look("story-announcement")

        await admin.go("/admin/rules/rules")
        await admin.page.get_by_label("最长").filter(visible=True).fill("60")
        await admin.tap("保存")
        await admin.sees("没有改动")
        await admin.look("story-rules")
        refused = await (await library.sign_in("lin")).book("A-1", at(10), at(12))
        assert (refused.code, refused.details) == ("too_long", {"minutes": 60})


async def test_refusing_reminders_books_all_the_same(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=AREA) as lin:
        await open_list(lin)
        await book(lin, "A-2", consent="取消")
        await lin.sees("约好了")
        await library.advance(minutes=41)
        await library.settled()
        assert (await library.sim("phone/lin"))["messages"] == []
        await lin.tab("pages/messages/messages")
        await lin.sees("A-2 该签到了")


async def test_a_seat_that_somebody_took_first_never_looks_like_a_success(
    library: Library, chromium: Browser
) -> None:
    zhou = await library.reader("zhou")
    async with screen(chromium, library, "lin", page=AREA, deaf=True, allowed=("409", "WebSocket")) as lin:
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await zhou.booked("A-1", at(10), at(12))
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("没有约上")
        await lin.never_sees("约好了")
        await lin.look("story-refused")


async def test_a_dead_network_says_so_and_nothing_is_booked_twice(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=AREA, allowed=("ERR_", "fail")) as lin:
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await lin.sees("预约 A-1")
        await lin.offline(True)
        await lin.tap("预约 A-1")
        await lin.never_sees("约好了")
        await lin.look("story-offline")
        await lin.offline(False)
        await lin.sees("约好了", seconds=30)
        assert len(await fetch("SELECT id FROM booking")) == 1


async def test_signing_out_leaves_a_guest_who_can_still_look_around(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page="pages/me/me", allowed=("401",)) as lin:
        await lin.tap("用微信登录")
        await lin.tap("在这台手机上退出")
        await lin.tap("退出", exact=True)
        await lin.sees("您还没有登录")
        await lin.look("story-signed-out")
        await lin.tab("pages/home/home")
        await lin.sees("欢迎来到图书馆。")
        assert await fetch("SELECT id FROM session") == []
