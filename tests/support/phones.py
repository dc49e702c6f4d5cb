"""The mini-program in Chromium: one browser context per person, on the preview that the server serves."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    Frame,
    Locator,
    Page,
    Playwright,
    TimeoutError,
    WebSocketRoute,
    expect,
)

from models.db import fetch
from tests.support.library import Library

ROOT = Path(__file__).parents[2]
SCREEN = {"width": 375, "height": 812}
COMPUTER = {"width": 1024, "height": 768}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Waiting costs nothing when all goes well, and a busy machine stands still for seconds.
expect.set_options(timeout=15_000)


def chromium_path() -> str:
    """The browser that the set-up found, or the environment's."""
    found = ROOT / "var" / "chromium"
    return os.environ.get("CHROMIUM") or (
        found.read_text().strip() if found.is_file() else "/usr/bin/chromium"
    )


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)


@dataclass
class Screen:
    """What one person sees and does. Every error in the page's console fails the test at its end."""

    page: Page
    problems: list[str]
    told: int = field(default=0, init=False)  # of the toasts

    def text(self, text: str, *, exact: bool = False) -> Locator:
        """What is visible with this text, on the page that is on top."""
        return self.page.get_by_text(text, exact=exact).filter(visible=True)

    async def sees(self, text: str, *, seconds: float = 15) -> None:
        await expect(self.text(text).first).to_be_visible(timeout=seconds * 1000)

    async def does_not_see(self, text: str, *, seconds: float = 15) -> None:
        await expect(self.text(text)).to_have_count(0, timeout=seconds * 1000)

    async def never_sees(self, text: str, *, seconds: float = 1) -> None:
        """Neither now nor within the time in which it would come, if it did."""
        try:
            await self.text(text).first.wait_for(timeout=seconds * 1000)
        except TimeoutError:
            return
        raise AssertionError(f"“{text}” was shown")

    async def is_told(self, text: str, *, seconds: float = 15) -> None:
        """By a toast that was not asked for yet, also when it is gone already."""
        async with asyncio.timeout(seconds):
            while True:
                toasts = await self.page.evaluate("__preview.toasts()")
                if len(toasts) < self.told:  # the page was loaded anew
                    self.told = 0
                for place, toast in enumerate(toasts):
                    if place >= self.told and text in toast:
                        self.told = place + 1
                        return
                await asyncio.sleep(0.05)

    async def tap(self, text: str, *, exact: bool = False) -> None:
        await self.text(text, exact=exact).first.click(timeout=15_000)

    async def tab(self, page: str) -> None:
        """One of the tabs, by its page."""
        await self.page.evaluate("url => wx.switchTab({ url })", f"/{page}")

    async def go(self, page: str) -> None:
        """Open a page as a tap on a message would."""
        await self.page.evaluate("url => wx.navigateTo({ url })", page)

    async def back(self) -> None:
        """To the page before. The one that is left slides away, with all that one could see or type into."""
        await self.page.evaluate("wx.navigateBack()")
        await expect(self.page.locator("section[inert]")).to_have_count(0)

    async def offline(self, off: bool) -> None:
        await self.page.evaluate("off => __preview.offline(off)", off)

    async def route(self) -> str:
        return str(await self.page.evaluate("__preview.page()"))

    async def look(self, name: str) -> None:
        """A picture for people, in var/shots."""
        folder = ROOT / "var" / "shots"
        folder.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=folder / f"{name}.png")


async def hold_back(page: Page, which: Callable[[str], bool], until: asyncio.Event) -> None:
    """Loads the page anew; of what the server says over the live connection, this then comes after the event only."""

    def hold(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        async def pass_on(message: str | bytes) -> None:
            if which(str(message)):
                await until.wait()
            socket.send(message)

        server.on_message(pass_on)

    await page.route_web_socket("**/socket.io/**", hold)
    await page.reload()


async def consented(library: Library) -> None:
    """Until the server has heard of a consent: WeChat tells it in its own time, not within the tap."""
    await library.until(lambda: fetch("SELECT 1 FROM consent WHERE balance > 0"), seconds=15)


async def holds(page: Page | Frame, expression: str, *, seconds: float = 15) -> None:
    """Until an expression is true. Playwright's own wait evaluates text in the page, which its policy forbids."""
    async with asyncio.timeout(seconds):
        while not await page.evaluate(expression):  # noqa: ASYNC110 (the page tells nobody)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def screen(
    browser: Browser,
    library: Library,
    handle: str,
    *,
    page: str = "",
    deaf: bool = False,
    size: dict[str, int] = SCREEN,
    allowed: tuple[str, ...] = (),
    **query: Any,
) -> AsyncIterator[Screen]:
    """`handle` opens the mini-program; `deaf` has no live connection; at `size=COMPUTER` give `bare=1` as well.

    `allowed` are parts of console errors that the story causes itself.
    """
    await library.sim("persons", {"handle": handle, "name": handle})
    context = await browser.new_context(viewport=size, device_scale_factor=2, has_touch=True)  # type: ignore[arg-type]
    opened = await context.new_page()
    problems: list[str] = []
    if deaf:
        await opened.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
    asked = "&".join(f"{name}={value}" for name, value in {"person": handle, **query}.items())
    await opened.goto(f"{library.url}/preview/?{asked}#/{page}")
    try:
        yield Screen(opened, problems)
        # The browser itself reports the 401 after which the client signs in.
        left = [line for line in problems if not any(part in line for part in ("401", *allowed))]
        assert not left, left
    finally:
        await context.close()
