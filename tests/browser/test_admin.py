"""The administrators' pages: lists, forms, taking a role; on a phone and on a computer."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.support.library import Library
from tests.support.phones import COMPUTER, Screen, screen

STAFF = "admin/staff/staff"
NOTICE = "admin/announcement/announcement"
AT: dict[str, dict[str, Any]] = {
    "phone": {},
    "dark": {"theme": "dark"},
    "large": {"font": "26"},
    "computer": {"size": COMPUTER, "bare": 1},
}


async def colleagues(library: Library) -> None:
    for handle, role, name in (
        ("admin", "admin", "周主任"),
        ("he", "librarian", "何馆员"),
        ("li", "editor", "李编辑"),
    ):
        phone = await library.reader(handle, role=role)
        await phone.put("/api/me", {"nickname": name})
        await library.advance(hours=1)


async def names(admin: Screen) -> list[str]:
    return await admin.page.locator(".cell.first, .line .first").filter(visible=True).all_inner_texts()


async def test_a_role_is_taken_from_a_colleague(library: Library, chromium: Browser) -> None:
    await colleagues(library)
    async with screen(chromium, library, "admin", page=STAFF) as admin:
        await admin.sees("何馆员")
        await admin.look("admin-staff")
        await admin.page.get_by_label("找一位同事").fill("李")
        await admin.does_not_see("何馆员")
        await admin.page.get_by_label("找一位同事").fill("")
        await admin.tap("何馆员")
        await admin.sees("在服务器上给的")
        await admin.tap("拿走", exact=True)
        await admin.sees("拿走何馆员的“馆员”身份？")
        await admin.look("admin-staff-take")
        await admin.tap("拿走这个身份")
        await admin.sees("已经拿走")
        await admin.does_not_see("何馆员")
        await admin.sees("李编辑")


async def test_the_last_administrator_is_told_why_they_stay(library: Library, chromium: Browser) -> None:
    await colleagues(library)
    async with screen(chromium, library, "admin", page=STAFF, allowed=("409",)) as admin:
        await admin.tap("周主任")
        await admin.tap("拿走", exact=True)
        await admin.tap("拿走这个身份")
        await admin.sees("图书馆要有一位管理员")
        await admin.look("admin-staff-refused")
        await admin.tap("不做了")
        await admin.does_not_see("图书馆要有一位管理员")
        await admin.sees("何馆员")


@pytest.mark.parametrize("at", [name for name in AT if name != "phone"])
async def test_the_list_is_shown_in_every_look(library: Library, chromium: Browser, at: str) -> None:
    await colleagues(library)
    async with screen(chromium, library, "admin", page=STAFF, **AT[at]) as admin:
        await admin.sees("何馆员")
        head = admin.page.get_by_role("columnheader", name="从什么时候起")
        await expect(head).to_be_visible() if at == "computer" else await expect(head).to_be_hidden()
        await admin.look(f"admin-staff-{at}")
