"""A newer version of the mini-program: offered when it is there, demanded when the server wants it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from server.config import ClientSection
from tests.support.library import Library, running_library
from tests.support.phones import Screen, screen

REFUSED = "400"  # the browser's own line about an answer


@pytest_asyncio.fixture(loop_scope="session")
async def demanding(database_url: str) -> AsyncIterator[Library]:
    """A server that is done with every version there is."""
    async with running_library(database_url, client=ClientSection(oldest="99.0.0")) as library:
        yield library


async def updated(lin: Screen, outcome: str) -> None:
    await lin.page.evaluate("outcome => __preview.update(outcome)", outcome)


async def test_a_newer_version_is_offered_and_taken_when_the_reader_likes(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin") as lin:
        await lin.sees("欢迎")
        await updated(lin, "ready")
        await lin.look("update-offered")
        await lin.tap("以后")
        await lin.does_not_see("有新版本")
        await updated(lin, "ready")
        async with lin.page.expect_navigation():
            await lin.tap("现在更新")
        await lin.sees("欢迎")


async def test_a_version_that_is_too_old_shows_nothing_but_the_way_to_the_new_one(
    demanding: Library, chromium: Browser
) -> None:
    async with screen(chromium, demanding, "lin", page="pages/bookings/bookings", allowed=(REFUSED,)) as lin:
        await lin.sees("小程序要更新了")
        await lin.look("update-demanded")
        assert await lin.page.evaluate("__preview.stack()") == ["pages/update/update"]
        await lin.tap("再试一次")
        await lin.sees("小程序要更新了")
        await updated(lin, "failed")
        await lin.sees("没有取到新版本")
        await updated(lin, "ready")
        await lin.sees("更新并重新打开")
        await lin.does_not_see("有新版本")
        async with lin.page.expect_navigation():
            await lin.tap("更新并重新打开")


async def test_a_version_that_is_served_again_comes_back(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page="pages/update/update") as lin:
        await lin.tap("再试一次")
        await lin.sees("欢迎")
        assert await lin.route() == "pages/home/home"
