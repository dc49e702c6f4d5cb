"""Which rules an area goes by, on the page of an administrator and of one who manages a branch alone."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from models.spaces import Area
from tests.support.branches import manager_of, second_branch
from tests.support.library import Library
from tests.support.phones import screen

RULES = "admin/rules/rules"


@pytest.mark.parametrize("look", [{}, {"font": "26"}], ids=["", "large"])
async def test_an_area_gets_rules_of_its_own_and_goes_back(
    library: Library, chromium: Browser, look: dict[str, Any]
) -> None:
    phone = await library.reader("admin", role="admin")
    name = "-".join(("admin-rules", *look))
    async with screen(chromium, library, "admin", page=RULES, **look) as admin:
        await admin.sees("管着 总馆 · A 区、总馆 · B 区")
        await admin.page.get_by_role("button", name="总馆 · A 区").click()
        await expect(admin.page.get_by_role("radio")).to_have_count(2)
        await admin.page.wait_for_timeout(250)  # it has risen: for the picture alone
        await admin.look(f"{name}-choose")
        await admin.tap("单独定一套", exact=True)
        await admin.is_told("从下一次预约起按这一套")
        await admin.sees("管着 总馆 · A 区")
        name_field = admin.page.get_by_label("名字").filter(visible=True).first
        await name_field.fill("A 区长座位")
        await admin.tap("保存")
        await admin.is_told("已经生效")
        await admin.sees("没有改动")
        await admin.look(f"{name}-own")

        await admin.page.get_by_role("button", name="总馆 · A 区").click()
        await admin.does_not_see("单独定一套")  # it has its own
        await admin.page.get_by_role("radio", name="管着 总馆 · B 区").click()
        await admin.sees("管着 总馆 · A 区、总馆 · B 区")
        [rules] = (await phone.get("/api/admin/seat-rules")).body["items"]
        assert rules["name"] == "普通座位"


async def test_who_manages_a_branch_is_offered_rules_of_its_own(library: Library, chromium: Browser) -> None:
    await second_branch()
    await Area.filter(id=3).update(rules_id=1)
    await manager_of(library, 2)
    async with screen(chromium, library, "manager-of-2", page=RULES) as phone:
        await phone.sees("您这里的规则和别处共用")
        await phone.look("admin-rules-shared")
        await phone.page.get_by_role("button", name="东馆 · C 区").click()
        await phone.sees("和别处共用")
        await phone.tap("单独定一套", exact=True)
        await phone.sees("管着 东馆 · C 区")
        await phone.sees("每天最多")
