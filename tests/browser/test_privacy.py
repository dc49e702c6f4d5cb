"""Agreement to the privacy guide: asked for before the first private step, refused without harm, asked for again."""

import pytest
from playwright.async_api import Browser

from tests.support.library import Library
from tests.support.phones import Screen, screen

CODES = "admin/codes/codes"
ME = "pages/me/me"
ASKED = "先请您看看隐私保护指引"


async def copy_a_code(admin: Screen) -> None:
    await admin.tap("A-1", exact=True)
    await admin.tap("复制座位码")
    await admin.does_not_see("贴在桌上")


async def test_copying_waits_for_agreement_and_a_refusal_is_asked_again(
    library: Library, chromium: Browser
) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=CODES, privacy="ask") as admin:
        await copy_a_code(admin)
        await admin.sees(ASKED)
        await admin.tap("不同意", exact=True)
        await admin.is_told("没有复制上")
        await admin.does_not_see(ASKED)
        await copy_a_code(admin)
        await admin.sees(ASKED)
        await admin.tap("《隐私保护指引》")
        await admin.tap("好", exact=True)
        await admin.tap("同意", exact=True)
        await admin.is_told("内容已复制")
        assert await admin.page.evaluate("wx.getClipboardData().then(({ data }) => data)") == "codea1"
        await copy_a_code(admin)
        await admin.is_told("内容已复制")
        await admin.does_not_see(ASKED)


async def test_putting_the_sheet_away_is_a_refusal(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=CODES, privacy="ask") as admin:
        await copy_a_code(admin)
        await admin.sees(ASKED)
        await admin.page.get_by_label("关上").filter(visible=True).click()
        await admin.is_told("没有复制上")


async def test_a_page_that_is_left_while_it_asks_refuses(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=ME, privacy="ask") as admin:
        await admin.sees("更多")
        await admin.go(f"/{CODES}")
        await copy_a_code(admin)
        await admin.sees(ASKED)
        await admin.back()
        await admin.is_told("没有复制上")


@pytest.mark.parametrize("answer", ["同意", "不同意"])
async def test_a_name_can_be_given_whatever_the_answer_is(
    library: Library, chromium: Browser, answer: str
) -> None:
    async with screen(chromium, library, "lin", page=ME, privacy="ask") as lin:
        await lin.tap("用微信登录")
        await lin.tap("给自己起个称呼")
        await lin.sees(ASKED)
        await lin.page.wait_for_timeout(300)  # the sheet has risen
        await lin.look("privacy-asked")
        await lin.tap(answer, exact=True)
        await lin.page.locator("input:visible").fill("小林")
        await lin.tap("保存")
        await lin.sees("小林")


async def test_where_no_sheet_is_at_hand_the_answer_is_no(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page="pages/home/home", privacy="ask") as lin:
        await lin.sees("欢迎")
        said = await lin.page.evaluate("wx.setClipboardData({ data: 'x' }).catch(({ errMsg }) => errMsg)")
        assert said == "setClipboardData:fail privacy permission is not authorized"
