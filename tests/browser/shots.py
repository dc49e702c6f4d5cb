"""`make shots`: every page in light, dark and the largest type, on one sheet per look, in var/shots/.

For people to look at after a change; nothing is compared.
"""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from server import seed_articles
from tests.support import departments, roster
from tests.support.chat import DOUBTFUL, RISKY, claim, claimed, on_duty, said
from tests.support.databases import databases
from tests.support.feedback import act, answer, librarian, told, visit
from tests.support.library import Library, Phone, at, fill, running_library
from tests.support.phones import COMPUTER, ROOT, Screen, launch, screen

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
        ("account-close", "pages/account/close"),
        ("card", "pages/card/card"),
        ("helpers", "pages/helpers/helpers"),
        ("update", "pages/update/update"),
        ("hours", "pages/hours/hours?branch=1"),
        ("search", "pages/search/search"),
        ("search-found", "pages/search/search?text=座位"),
        ("articles", "pages/articles/articles"),
        ("article", "pages/articles/article?id=1"),
        ("chat", "pages/chat/chat"),
        ("chat-thread", "pages/chat/thread?id=2"),
        ("chat-closed", "pages/chat/thread?id=1"),
        ("feedback-tell", "pages/feedback/tell?topic=space"),
        ("feedback-mine", "pages/feedback/mine"),
        ("feedback-one", "pages/feedback/one?id=2"),
        ("rating-visit", "pages/bookings/detail?id=5"),
    ),
    "he": (
        ("desk", "staff/desk/desk"),
        ("desk-waits", "staff/desk/thread?id=4"),
        ("desk-mine", "staff/desk/thread?id=3"),
        ("inbox", "staff/feedback/feedback"),
        ("inbox-one", "staff/feedback/one?id=3"),
        ("inbox-held", "staff/feedback/one?id=4"),
    ),
    "zhou": (
        ("bookings-empty", "pages/bookings/bookings"),
        ("messages-empty", "pages/messages/messages"),
        ("chat-empty", "pages/chat/chat"),
        ("chat-new", "pages/chat/thread"),
    ),
    "admin": (
        ("admin", "admin/index/index"),
        ("admin-announcement", "admin/announcement/announcement"),
        ("admin-rules", "admin/rules/rules"),
        ("admin-invite", "admin/invite/invite"),
        ("admin-term", "admin/staff/term?reader=1&role=librarian&scope=branch&scope_id=1&name=何馆员"),
        ("admin-codes", "admin/codes/codes"),
        ("admin-patrons", "admin/patrons/patrons"),
        ("admin-imports", "admin/imports/imports"),
        ("admin-groups", "admin/groups/groups"),
        ("admin-articles", "admin/articles/articles"),
        ("admin-article", "admin/articles/edit?id=1"),
        ("admin-search", "admin/search/search"),
        ("admin-staff", "admin/staff/staff"),
        ("admin-departments", "admin/departments/departments"),
        ("admin-department", "admin/departments/edit?id=1"),
        ("admin-roster", "admin/roster/roster"),
        ("admin-turn", "admin/roster/turn"),
        ("admin-health", "admin/health/health"),
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
WIDE = (("desk-wide", "staff/desk/desk", "在家里"), ("inbox-wide", "staff/feedback/feedback", "字可以再大"))
SIGNED_IN = "pages/bookings/bookings"  # the first page that asks who it is


async def _furnish(library: Library) -> None:
    """Something to see on every page: bookings in several states, a message, an administrator."""
    lin, zhou = await library.reader("lin"), await library.reader("chen")
    await library.reader("zhou")
    admin = await library.reader("admin", role="admin")
    await lin.accept("seat_reminder")
    await lin.booked("A-1", at(9, 30), at(11))
    await zhou.booked("A-3", at(13), at(16))
    await library.advance(minutes=50)  # 9:50: a message, and an hour that can be checked in to
    await _two_more(lin, zhou)
    await library.settled()
    await _told(library, lin)
    await _asked(library, zhou)
    await _planned(library, admin)


async def _told(library: Library, lin: Phone) -> None:
    """A visit that has ended, and feedback in several states."""
    he = await librarian(library, "he", "何馆员")
    for text, more in FEEDBACK:
        await told(library, lin, text, **more)
    await act(he, "1", "note")
    await answer(he, "2", "您说得对，今天已经换了新的灯管。有别的不方便，也请告诉我们。")
    await act(he, "3", "take")
    await visit(lin.reader_id)
    await _talked(library, lin, he)


async def _talked(library: Library, lin: Phone, he: Phone) -> None:
    """Two conversations: one that is over, and one with texts in every state."""
    await on_duty(he)
    over = await claimed(library, lin, he, "借书证丢了怎么补办？")
    await said(he, "带身份证到一楼总服务台，当场就能补。", conversation_id=over)
    await library.settled()
    await he.post(f"/api/desk/{over}/close", {"tag": "证件"})
    seat = await library.seat("A-3")
    about = {"kind": "seat", "id": str(seat.id), "starts_at": at(14), "ends_at": at(17)}
    now = (await said(lin, "这个座位旁边有插座吗？我要坐一下午。", about=about))["conversation_id"]
    await library.settled()
    await claim(he, now)
    await said(he, "有的，桌角下面就是。下午那一侧会晒，怕晒可以看看 A-5。", conversation_id=now)
    for text in ("谢谢，那我就约 A-5。", RISKY, DOUBTFUL):
        await library.settled()
        await said(lin, text, conversation_id=now)
    await library.settled()


async def _asked(library: Library, chen: Phone) -> None:
    """A queue at the desk, and one more conversation that a librarian has."""
    he = await library.sign_in("he")
    await chen.put("/api/me", {"nickname": "陈晨"})
    mine = await claimed(library, chen, he, "电子书怎么看")
    await said(he, "在馆内的网络上打开就可以。", conversation_id=mine)
    await library.settled()
    await said(chen, "好的，那在家里呢", conversation_id=mine)
    seat = await library.seat("A-3")
    about = {"kind": "seat", "id": str(seat.id), "starts_at": at(14), "ends_at": at(17)}
    await said(await library.reader("yu"), "三楼靠窗的座位有插座吗", about=about)
    await library.advance(minutes=3)
    await on_duty(he)
    await said(await library.reader("wu"), "闭馆时间改了吗")
    await library.settled()


async def _planned(library: Library, admin: Phone) -> None:
    """Departments, and who answers when."""
    he = await library.sign_in("he")
    research = await departments.made(admin, "参考咨询部", asks="查资料，找论文")
    await departments.made(admin, "技术部", asks="电脑和网络")
    await roster.put(admin, he, at(8), at(12))
    await roster.put(admin, he, at(14), at(17, 30), department_id=research["id"])


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


async def _take_wide(browser: Browser, library: Library, look: str) -> None:
    """The staff's pages on a computer, with something chosen from the list."""
    computer: dict[str, Any] = {"size": COMPUTER, "bare": 1, **LOOKS[look]}
    async with screen(browser, library, "he", page=SIGNED_IN, allowed=("",), **computer) as phone:
        await _at_rest(phone)
        for name, page, chosen in WIDE:
            await phone.page.evaluate("url => wx.reLaunch({ url })", f"/{page}")
            await _at_rest(phone)
            await phone.tap(chosen)
            await _at_rest(phone)
            path = SHOTS / f"{name}-{look}.png"
            await phone.page.screenshot(path=path)
            print(f"  {path.relative_to(ROOT)}", flush=True)


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
        await seed_articles.write(seed_articles.WRITTEN, library.clock.now())
        for look in LOOKS:
            print(look, flush=True)
            taken = await _take(browser, library, look)
            await _take_wide(browser, library, look)
            for first in range(0, len(taken), PER_SHEET):
                await _sheet(browser, look, first // PER_SHEET + 1, taken[first : first + PER_SHEET])
        await browser.close()
    print(f"Look at {SHOTS.relative_to(ROOT)}/sheet-*.png")


if __name__ == "__main__":
    with databases(fill) as made, made.new() as url:
        asyncio.run(_main(url))
