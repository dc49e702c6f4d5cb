"""One build of the sample for all tests of the preview, a browser context for each."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, ViewportSize

from tests.support.phones import holds
from tests.support.sample import PHONE, Open, World, application, build_sample


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    world = World()
    built = await asyncio.to_thread(build_sample, tmp_path_factory.mktemp("preview"))
    async with TestServer(application(world, built)) as server:
        world.url = str(server.make_url("/preview/index.html"))
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(world: World, chromium: Browser) -> AsyncIterator[Open]:
    """Opens tabs of one browser; fails the test when the runtime or the program throws."""
    context = await chromium.new_context(viewport=PHONE, color_scheme="light")
    faults: list[str] = []
    world.simulated = True
    world.asked.clear()

    async def opened(address: str = "?person=amy", *, viewport: ViewportSize = PHONE) -> Page:
        page = await context.new_page()
        await page.set_viewport_size(viewport)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(world.url + address)
        await holds(page, "window.__preview?.page?.()")
        return page

    yield opened
    await context.close()
    assert faults == []
