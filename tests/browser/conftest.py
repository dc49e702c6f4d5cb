"""One Chromium and one event loop for all of these tests, on the preview that `make client preview` built.

An async fixture of theirs names that loop: `loop_scope="session"`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.support.library import Library, running_library
from tests.support.phones import launch

# A browser speaks to the event loop that started it, and takes longer to start than many a story to tell.
TOGETHER = pytest.mark.asyncio(loop_scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and pytest_asyncio.is_async_test(item):
            item.add_marker(TOGETHER, append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def library(database_url: str) -> AsyncIterator[Library]:
    async with running_library(database_url) as running:
        yield running
