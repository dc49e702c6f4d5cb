"""The page on who did what: entries are found, narrowed and read, and what was touched in the database is shown."""

from playwright.async_api import Browser, expect

from models import seals
from models.db import fetch
from tests.support.library import Library, at
from tests.support.phones import COMPUTER, screen

AUDIT = "admin/audit/audit"


async def told(library: Library) -> None:
    """An administrator, and a reader who books; all of it is sealed."""
    admin, lin = await library.reader("admin", role="admin"), await library.reader("lin")
    await admin.put("/api/me", {"nickname": "周主任"})
    await lin.put("/api/me", {"nickname": "林晓"})
    await lin.booked("A-1", at(10), at(11))
    await library.advance(minutes=1)

    async def sealed() -> bool:
        return not (await seals.extent(library.clock.now())).unsealed

    await library.until(sealed, seconds=15)


async def test_an_entry_is_found_read_and_narrowed_to(library: Library, chromium: Browser) -> None:
    await told(library)
    async with screen(chromium, library, "admin", page=AUDIT) as admin:
        await admin.sees("预约了座位")
        await admin.look("admin-audit")
        await admin.tap("预约了座位")
        await admin.sees("座位号：1")
        await admin.look("admin-audit-entry")
        await admin.tap("只看这个人做的")
        await admin.sees("只看：林晓")
        await admin.does_not_see("周主任")
        await admin.tap("看全部记录")
        await admin.sees("周主任")


async def test_what_was_touched_in_the_database_is_shown_by_kind_and_number(
    library: Library, chromium: Browser
) -> None:
    await told(library)
    async with screen(chromium, library, "admin", page=AUDIT) as admin:
        await admin.tap("核对有没有被动过")
        await admin.sees("没有被动过的")
        changed = (await fetch("SELECT id FROM audit_entry WHERE action = 'booking.make'"))[0]["id"]
        await fetch("UPDATE audit_entry SET details = '{}' WHERE id = $1", changed)
        gone = (await fetch("DELETE FROM audit_entry WHERE action = 'staff.grant' RETURNING id"))[0]["id"]
        await admin.tap("核对有没有被动过")
        await admin.sees("有 2 处不对")
        alert = admin.page.get_by_role("alert").filter(visible=True)
        await expect(alert).to_contain_text(f"第 {changed} 条记录")
        await expect(alert).to_contain_text(f"第 {gone} 条记录")
        await admin.look("admin-audit-touched")
    async with screen(chromium, library, "admin", page=AUDIT, size=COMPUTER, bare=1) as admin:
        await admin.sees("预约了座位")
        await admin.look("admin-audit-wide")
