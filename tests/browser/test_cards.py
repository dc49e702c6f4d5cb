"""A card is bound, opens what needs one, and is moved; a helper acts for an elder and is stopped."""

from typing import Any

from playwright.async_api import Browser

from models.db import fetch
from tests.browser.test_story import AREA, open_list
from tests.support.cards import CARD, SECRET, bind, card, needed, on
from tests.support.library import Library, at
from tests.support.phones import Screen, screen

CARD_PAGE = "pages/card/card"
HELPERS = "pages/helpers/helpers"


async def type_card(phone: Screen, secret: str = SECRET) -> None:
    await phone.page.get_by_label("证号").filter(visible=True).fill(CARD)
    await phone.page.get_by_label("密码").filter(visible=True).fill(secret)
    await phone.tap("绑定", exact=True)


async def agree(phone: Screen, word: str) -> None:
    """The button of WeChat's dialogue, which lies over the one that asked."""
    dialogue = phone.page.get_by_role("dialog").last  # the one before may still be leaving
    await dialogue.get_by_role("button", name=word, exact=True).click()


async def test_a_seat_that_needs_a_card_leads_to_binding_one_and_is_booked(
    library: Library, chromium: Browser
) -> None:
    await card()
    await needed("student")
    async with screen(chromium, library, "lin", page=AREA, allowed=("409", "422")) as lin:
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("要有读者证才能预约")
        await lin.look("card-needed")
        await lin.tap("去看我的读者证")
        await lin.sees("绑定读者证")
        await type_card(lin, secret="000000")
        await lin.sees("对不上")
        await lin.look("card-refused")
        await type_card(lin)
        await lin.sees("学生")
        await lin.look("card-bound")
        await lin.back()
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("约好了")


async def test_a_card_is_moved_from_another_phone_whose_page_says_so(
    library: Library, chromium: Browser
) -> None:
    await card()
    async with (
        screen(chromium, library, "lin", page=CARD_PAGE, allowed=("409",)) as lin,
        screen(chromium, library, "zhou", page=CARD_PAGE) as zhou,
    ):
        await type_card(zhou)
        await zhou.sees(CARD)
        await type_card(lin)
        await lin.sees("绑在另一个微信上")
        await lin.look("card-elsewhere")
        await lin.tap("移到这个微信")
        await lin.sees(CARD)
        await zhou.sees("绑定读者证")  # without touching anything
        await lin.tap("挂失")
        await agree(lin, "挂失")
        await lin.sees("已挂失")
        await lin.look("card-lost")


async def test_a_helper_books_for_an_elder_and_is_stopped_on_the_open_page(
    library: Library, chromium: Browser
) -> None:
    await named(library, "chen", "陈奶奶")
    await named(library, "lin", "小林")
    async with (
        screen(chromium, library, "chen", page=HELPERS) as chen,
        screen(chromium, library, "lin", page=HELPERS, allowed=("403",)) as lin,
    ):
        await chen.tap("请人代办")
        await chen.sees("代办码")
        await chen.look("helpers-code")
        code = await chen.page.locator(".code").filter(visible=True).inner_text()
        await lin.page.get_by_label("对方给您的代办码").fill(code.strip())
        await lin.tap("我来代办")
        await lin.sees("陈奶奶")
        await chen.sees("小林")  # without touching anything
        await lin.look("helpers-helped")

        await lin.go(f"/{AREA}")
        await open_list(lin)
        await lin.tap("A-1", exact=True)
        await lin.tap("为陈奶奶")
        await lin.look("helpers-for-whom")
        await lin.tap("预约 A-1")
        await lin.tap("允许", exact=True)
        await lin.sees("约好了")
        await chen.go("/pages/bookings/bookings")
        await chen.sees("由小林代办")
        await chen.look("helpers-booking")
        await chen.back()
        await chen.tap("收回", exact=True)
        await agree(chen, "收回")
        await chen.sees("还没有人代您办理")

        await lin.tap("取消预约")
        await lin.sees("座位马上让给别人")
        await lin.page.get_by_role("button", name="取消预约").last.click()
        await lin.sees("没有请您代办，或者已经收回了")
        assert [row["state"] for row in await fetch("SELECT state FROM booking")] == ["booked"]


async def named(library: Library, handle: str, name: str) -> Any:
    phone = await library.reader(handle)
    await phone.put("/api/me", {"nickname": name})


async def test_the_desk_finds_a_card_unlocks_it_and_pauses_its_reader(
    library: Library, chromium: Browser
) -> None:
    await card(valid_until=on(30))
    lin = await library.reader("lin")
    await library.reader("he", role="manager")
    for _ in range(5):
        await bind(lin, secret="000000")
    async with screen(chromium, library, "he", page="admin/patrons/patrons", allowed=("422",)) as he:
        await he.page.get_by_label("完整的证号").fill(CARD)
        await he.tap("查找", exact=True)
        await he.sees("林小满")
        await he.look("patrons-found")
        await he.tap("林小满")
        await he.sees("密码试错太多")
        await he.look("patrons-locked")
        await he.tap("解锁密码")
        await he.does_not_see("密码试错太多")
        assert (await bind(lin)).status == 200

        await he.tap("改类别、有效期和状态")
        await he.sees("从哪天起")
        await he.look("patrons-edit")
        await he.back()
        await he.sees("暂停使用")
        await he.tap("暂停使用")
        await he.page.get_by_label("原因").filter(visible=True).fill("占座三次")
        await he.look("patrons-ban")
        await he.tap("暂停，并告诉读者")
        await he.sees("占座三次")
        await he.look("patrons-banned")
        async with screen(chromium, library, "lin", page=CARD_PAGE) as reader:
            await reader.sees("预约暂停了")
            await reader.look("card-banned")
        assert (await lin.book("A-1", at(10), at(11))).code == "banned"
        await he.tap("恢复", exact=True)
        await he.sees("没有暂停")
    await lin.booked("A-1", at(10), at(11))


async def test_the_library_names_a_group_of_readers(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page="admin/groups/groups") as admin:
        await admin.tap("加一个类别")
        await admin.page.get_by_label("名称").filter(visible=True).fill("长者")
        await admin.page.get_by_label("代号").filter(visible=True).fill("elder")
        await admin.tap("保存", exact=True)
        await admin.sees("elder")
        await admin.look("groups")
        assert [dict(row) for row in await fetch("SELECT code, name FROM reader_group")] == [
            {"code": "elder", "name": "长者"}
        ]
