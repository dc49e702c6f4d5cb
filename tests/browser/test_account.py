"""Closing one's account from the page 我的, and changing one's mind."""

from playwright.async_api import Browser

from models.people import Reader
from tests.support.feedback import box, librarian
from tests.support.library import Library
from tests.support.phones import screen

ME = "pages/me/me"


async def test_a_complaint_is_found_on_the_page_of_oneself_and_reaches_the_staff(
    library: Library, chromium: Browser
) -> None:
    he = await librarian(library, "he", "何馆员")
    async with screen(chromium, library, "lin", page=ME) as lin:
        await lin.tap("投诉与举报")
        await lin.page.locator("textarea:visible").fill("三层有人一直在打电话")
        await lin.look("report")
        await lin.tap("发给图书馆")
        await lin.sees("收到了，谢谢您")
    await library.settled()
    assert [one["text"] for one in await box(he)] == ["三层有人一直在打电话"]


async def test_an_account_is_closed_kept_and_closed_for_good(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=ME) as lin:
        await lin.tap("用微信登录")
        await lin.tap("注销账号")
        await lin.sees("会删除")
        await lin.look("account-close")
        await lin.page.get_by_role("button", name="注销账号").last.click()
        await lin.tap("注销", exact=True)
        await lin.sees("账号将在")
        await lin.look("account-closing")
        await lin.tap("不注销了")
        await lin.does_not_see("账号将在")
        assert (await Reader.all())[0].closes_at is None

        await lin.page.get_by_role("button", name="注销账号").last.click()
        await lin.tap("注销", exact=True)
        await lin.sees("账号将在")
        await lin.back()
        await lin.sees("改主意了")
        await lin.look("account-me")
        await library.advance(days=7)
        await lin.sees("用微信登录")
