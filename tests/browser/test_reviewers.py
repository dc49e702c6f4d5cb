"""A reviewer of WeChat enters the code on the page 我的, and goes back to their own account."""

from playwright.async_api import Browser

from server.seed import seed_sample
from tests.support.library import REVIEW_CODE, Library
from tests.support.phones import Screen, screen

ME = "pages/me/me"
HOME = "pages/home/home"


async def enter(phone: Screen, code: str) -> None:
    await phone.tap("审核体验", exact=True)
    await phone.page.get_by_placeholder("提交审核时写明的审核码").fill(code)
    await phone.tap("进入", exact=True)


async def test_a_reviewer_books_a_seat_of_the_sample_that_nobody_else_sees(
    library: Library, chromium: Browser
) -> None:
    await seed_sample(library.services.context("test"))
    async with (
        screen(chromium, library, "wang", page=ME, allowed=("422",)) as wang,
        screen(chromium, library, "lin", page=HOME) as lin,
    ):
        await wang.look("review-entry")
        await enter(wang, "not-the-code")
        await wang.sees("这个审核码不对")
        await wang.tap("知道了")
        await enter(wang, REVIEW_CODE)
        await wang.sees("示例馆")
        await wang.does_not_see("总馆")
        await wang.look("review-home")
        await lin.sees("总馆")
        await lin.does_not_see("示例馆")

        await wang.tab("pages/booking/booking")
        await wang.tap("示例阅览室")
        await wang.tap("看懂了")
        await wang.tap("列表", exact=True)
        await wang.tap("S-2", exact=True)
        await wang.tap("预约 S-2")
        await wang.sees("约好了")
        await wang.look("review-booked")

        await wang.back()
        await wang.tab(ME)
        await wang.sees("正在审核体验")
        await wang.look("review-me")
        await wang.tap("结束审核体验")
        await wang.sees("总馆")
        await wang.does_not_see("示例馆")
