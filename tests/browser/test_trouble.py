"""What a reader sees when WeChat is away or slow, when an area is full, and on sitting down."""

import asyncio
from typing import Any

from playwright.async_api import Browser

from models.db import fetch
from models.people import Reader
from server.bus import Resync
from tests.browser.test_story import AREA, open_list
from tests.support.chat import said
from tests.support.desk import desk, reader, staff
from tests.support.library import Library, at
from tests.support.phones import consented, hold_back, screen

LOGIN = "/sns/jscode2session"


async def fault(library: Library, kind: str, **more: Any) -> None:
    await library.sim("faults", {"path": LOGIN, "kind": kind, **more})


async def test_who_signs_in_before_the_server_lets_the_connection_in_hears_the_news(
    library: Library, chromium: Browser
) -> None:
    let_in = asyncio.Event()
    await staff(library, "he", "何馆员")
    anna = await reader(library, "anna", "读者甲")
    async with desk(chromium, library, "he") as he:
        await he.sees("没有读者在等")
        await he.page.evaluate("localStorage.clear()")
        await hold_back(he.page, lambda said: said.startswith("40"), let_in)
        await he.sees("没有读者在等")  # signed in, and asked without a connection
        let_in.set()
        await said(anna, "几点闭馆")
        await he.sees("几点闭馆", seconds=10)  # before it is asked again


async def test_while_wechat_is_away_booking_says_so_and_works_afterwards(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=AREA, allowed=("503",)) as lin:
        await fault(library, "errcode", errcode=-1, times=1000)
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("现在连不上")
        await lin.never_sees("约好了")
        assert await fetch("SELECT id FROM booking") == []
        await lin.look("trouble-wechat-away")

        async with library.http.delete(f"{library.sim_url}/sim/api/faults") as answer:
            assert answer.status == 200
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("约好了")


async def test_while_wechat_is_slow_the_page_says_that_it_is_booking(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=AREA) as lin:
        await fault(library, "latency", seconds=4, times=1)
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("正在预约")
        await lin.sees("约好了", seconds=15)
        assert len(await fetch("SELECT id FROM booking")) == 1


async def test_a_full_area_says_so_and_its_seats_cannot_be_booked(
    library: Library, chromium: Browser
) -> None:
    for number in range(1, 6):
        reader = await library.reader(f"reader{number}")
        await reader.booked(f"A-{number}", at(10), at(12))
    async with screen(chromium, library, "lin", page=AREA) as lin:
        await open_list(lin)
        await lin.sees("满了")
        await lin.tap("A-1", exact=True)
        await lin.sees("咨询馆员")  # what one can do with this seat stands there
        await lin.does_not_see("预约 A-1，10:00–12:00")
        await lin.look("trouble-full")


async def test_a_scanned_seat_code_checks_in(library: Library, chromium: Browser) -> None:
    lin = await library.reader("lin")
    await lin.booked("A-1", at(9, 30), at(11))
    await library.advance(minutes=20)
    async with screen(chromium, library, "lin", page="pages/check-in/check-in?scene=s%3Dcodea1") as phone:
        await phone.sees("签到好了")
        await phone.look("trouble-checked-in")
    assert (await lin.get("/api/bookings")).body["items"][0]["state"] == "checked_in"


async def test_a_message_of_wechat_opens_its_booking(library: Library, chromium: Browser) -> None:
    lin = await library.reader("lin")
    await lin.accept("seat_reminder")
    await consented(library)
    booking = await lin.booked("A-1", at(9, 30), at(11))
    await library.advance(minutes=15)
    await library.settled()
    [message] = await lin.messages()
    assert message["page"] == f"pages/bookings/detail?id={booking['id']}"
    async with screen(chromium, library, "lin", page=message["page"]) as phone:
        await phone.sees("A-1")
        await phone.sees("09:45")


async def test_what_the_bus_lost_is_fetched_when_the_server_says_so(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page="pages/me/me") as lin:
        await lin.tap("用微信登录")
        await lin.sees("给自己起个称呼")
        reader = await Reader.get()

        async def here() -> bool:
            return any(library.sockets.sio.manager.get_participants("/", f"reader:{reader.id}"))

        await library.until(here, seconds=15)
        await asyncio.sleep(1)  # whoever has just come fetches by themselves
        await Reader.all().update(nickname="小林")  # and nobody was told
        await lin.does_not_see("小林")
        library.services.bus.publish(Resync())
        await lin.sees("小林", seconds=10)
