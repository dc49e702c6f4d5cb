"""`make shots`: every page in light, dark and the largest type, on one sheet per look, in var/shots/.

For people to look at after a change; nothing is compared.
"""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.support.databases import databases
from tests.support.feedback import act, answer, librarian, told, visit
from tests.support.library import Library, Phone, at, fill, running_library
from tests.support.phones import ROOT, Screen, launch, screen

SHOTS = ROOT / "var" / "shots"
LOOKS: dict[str, dict[str, Any]] = {"light": {}, "dark": {"theme": "dark"}, "large": {"font": "26"}}
PER_SHEET = 6
PAGES = {
    "lin": (
        ("home", "pages/home/home"),
        ("booking", "pages/booking/booking"),
        ("area-map", "pages/area/area?id=1&date=2026-11-23&from=14:00&until=17:00"),
        ("bookings", "pages/bookings/bookings"),
        ("booking-detail", "pages/bookings/detail?id=4"),
        ("booking-lapsed", "pages/bookings/detail?id=1"),
        ("check-in-refused", "pages/check-in/check-in?scene=s%3Dnonsense"),
        ("messages", "pages/messages/messages"),
        ("me", "pages/me/me"),
        ("hours", "pages/hours/hours?branch=1"),
        ("feedback-tell", "pages/feedback/tell?topic=space"),
        ("feedback-mine", "pages/feedback/mine"),
        ("feedback-one", "pages/feedback/one?id=2"),
        ("rating-visit", "pages/bookings/detail?id=5"),
    ),
    "zhou": (
        ("bookings-empty", "pages/bookings/bookings"),
        ("messages-empty", "pages/messages/messages"),
    ),
    "admin": (
        ("admin", "admin/index/index"),
        ("admin-announcement", "admin/announcement/announcement"),
        ("admin-rules", "admin/rules/rules"),
        ("admin-invite", "admin/invite/invite"),
        ("admin-codes", "admin/codes/codes"),
    ),
}
FEEDBACK: tuple[tuple[str, dict[str, Any]], ...] = (
    ("谢谢周末也开门。", {"topic": "service", "may_answer": False}),
    ("三楼东边靠窗的灯有点暗，晚上看书眼睛累。", {"topic": "space"}),
    ("能不能多买几本《边城》，每次来都借完了。", {"topic": "collection"}),
    ("请转账给我", {"topic": "other"}),
    ("有人在三层赌博", {"topic": "other"}),
    ("小程序里的字可以再大一点吗", {"topic": "system"}),
)
SIGNED_IN = "pages/bookings/bookings"  # the first page that asks who it is


async def _furnish(library: Library) -> None:
    """Something to see on every page: bookings in several states, a message, an administrator."""
    lin, zhou = await library.reader("lin"), await library.reader("chen")
    await library.reader("zhou")
    await library.reader("admin", role="admin")
    await lin.accept("seat_reminder")
    await lin.booked("A-1", at(9, 30), at(11))
    await zhou.booked("A-3", at(13), at(16))
    await library.advance(minutes=50)  # 9:50: a message, and an hour that can be checked in to
    await _two_more(lin, zhou)
    await library.settled()
    await _told(library, lin)


async def _told(library: Library, lin: Phone) -> None:
    """A visit that has ended, and feedback in several states."""
    he = await librarian(library, "he", "何馆员")
    for text, more in FEEDBACK:
        await told(library, lin, text, **more)
    await act(he, "1", "note")
    await answer(he, "2", "您说得对，今天已经换了新的灯管。有别的不方便，也请告诉我们。")
    await act(he, "3", "take")
    await visit(lin.reader_id)


async def _two_more(lin: Phone, zhou: Phone) -> None:
    await zhou.booked("A-4", at(16), at(18))
    await lin.booked("A-2", at(14), at(17))


async def _take(browser: Browser, library: Library, look: str) -> list[Path]:
    taken = []
    for who, pages in PAGES.items():
        async with screen(browser, library, who, page=SIGNED_IN, allowed=("",), **LOOKS[look]) as phone:
            await _at_rest(phone)
            for name, page in pages:
                await phone.page.evaluate("url => wx.reLaunch({ url })", f"/{page}")
                await _at_rest(phone)
                path = SHOTS / f"{name}-{look}.png"
                await phone.page.screenshot(path=path)
                taken.append(path)
                print(f"  {path.relative_to(ROOT)}", flush=True)
    return taken


async def _at_rest(phone: Screen) -> None:
    await phone.page.wait_for_load_state("networkidle")
    await phone.page.wait_for_timeout(700)
    if await phone.text("看懂了").count():
        await phone.tap("看懂了")
        await phone.page.wait_for_timeout(300)


async def _sheet(browser: Browser, look: str, number: int, paths: list[Path]) -> None:
    """Pictures side by side, put together by the browser itself."""
    page = await browser.new_page(viewport={"width": 395 * len(paths) + 20, "height": 880})
    pictures = "".join(
        f"<figure><img src='{path.as_uri()}' width=375><figcaption>{path.stem}</figcaption></figure>"
        for path in paths
    )
    style = "body{display:flex;gap:20px;margin:20px;background:#888;font:13px sans-serif}figure{margin:0}"
    html = SHOTS / "sheet.html"
    html.write_text(f"<!DOCTYPE html><meta charset=utf-8><style>{style}</style>{pictures}", encoding="utf-8")
    await page.goto(html.as_uri())
    await page.screenshot(path=SHOTS / f"sheet-{look}-{number}.png")
    await page.close()


async def _main(url: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    async with running_library(url) as library, async_playwright() as playwright:
        browser = await launch(playwright)
        await _furnish(library)
        for look in LOOKS:
            print(look, flush=True)
            taken = await _take(browser, library, look)
            for first in range(0, len(taken), PER_SHEET):
                await _sheet(browser, look, first // PER_SHEET + 1, taken[first : first + PER_SHEET])
        await browser.close()
    print(f"Look at {SHOTS.relative_to(ROOT)}/sheet-*.png")


if __name__ == "__main__":
    with databases(fill) as made:
        asyncio.run(_main(made.new()))
