"""Librarians at their desk in a browser, and the readers who ask them."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from playwright.async_api import Browser

from tests.support.library import Library, Phone
from tests.support.phones import Screen, screen

DESK = "staff/desk/desk"
NEWS = "/assets/sounds/news.wav"


async def staff(library: Library, handle: str, name: str) -> Phone:
    """A librarian who is not on duty yet."""
    phone = await library.reader(handle, role="librarian")
    await phone.put("/api/me", {"nickname": name})
    return phone


async def reader(library: Library, handle: str, name: str) -> Phone:
    phone = await library.reader(handle)
    await phone.put("/api/me", {"nickname": name})
    return phone


def desk(
    chromium: Browser, library: Library, handle: str, **more: Any
) -> AbstractAsyncContextManager[Screen]:
    return screen(chromium, library, handle, page=DESK, **more)
