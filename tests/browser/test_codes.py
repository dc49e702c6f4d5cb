"""The codes of seats on the page of the staff: each as a picture to save and print."""

from playwright.async_api import Browser, expect

from tests.support.library import Library
from tests.support.phones import holds, screen

CODES = "admin/codes/codes"
FAULT = {"path": "/wxa/getwxacodeunlimit", "kind": "errcode", "errcode": -1, "times": 1}


async def test_a_seats_code_is_shown_as_a_picture(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=CODES) as admin:
        await admin.page.get_by_label("找一个座位").fill("a-2")
        await admin.does_not_see("A-1")
        await admin.tap("A-2", exact=True)
        await admin.look("admin-code")
        await admin.tap("看码图")
        picture = admin.page.locator(".full-picture")
        await expect(picture).to_be_visible()
        await holds(admin.page, "document.querySelector('.full-picture').naturalWidth > 100")
        await admin.look("admin-code-picture")
        await picture.click()
        await expect(picture).to_have_count(0)
        await admin.look("admin-codes-pictures")


async def test_when_there_is_no_picture_the_page_says_so(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    await library.sim("faults", FAULT)
    async with screen(chromium, library, "admin", page=CODES, allowed=("503",)) as admin:
        await admin.tap("A-2", exact=True)
        await admin.tap("看码图")
        await admin.is_told("现在拿不到码图")
        await admin.tap("看码图")
        await expect(admin.page.locator(".full-picture")).to_be_visible()
