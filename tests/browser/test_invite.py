"""A colleague is invited to a part of the library: what they see, and how their role is changed and taken."""

from playwright.async_api import Browser, expect

from tests.support.branches import second_branch
from tests.support.chat import claimed, on_duty
from tests.support.library import Library
from tests.support.phones import Screen, screen


async def choose(person: Screen, label: str, option: str | None = None) -> None:
    """Turn the wheel of a field; without an option, take what it stands on."""
    await person.page.get_by_label(label).filter(visible=True).first.click()
    if option:
        row = person.page.get_by_role("option", name=option).last
        await row.click()
        await expect(row).to_have_attribute("aria-selected", "true")
    await person.tap("确定", exact=True)


async def test_a_librarian_is_invited_to_a_branch_and_sees_exactly_what_they_may(
    library: Library, chromium: Browser
) -> None:
    await second_branch()
    admins = await library.reader("admin", role="admin")
    await admins.put("/api/me", {"nickname": "周主任"})
    lin, wu = await library.reader("lin"), await library.reader("wu")
    await wu.put("/api/me", {"nickname": "吴馆员"})
    async with screen(chromium, library, "admin", page="admin/invite/invite") as admin:
        await choose(admin, "管哪里", "分馆 · 东馆")
        await admin.sees("座位码和预约规则只到这个分馆")
        await admin.look("admin-invite-branch")
        await admin.tap("生成邀请码")
        await admin.sees("馆员 · 东馆")
        code = await admin.page.locator(".code").filter(visible=True).inner_text()
        async with screen(chromium, library, "wu", page="pages/me/me") as joining:
            await joining.tap("我有邀请码")
            await joining.page.get_by_label("邀请码").filter(visible=True).last.fill(code)
            await joining.text("接受邀请", exact=True).last.click()
            await joining.does_not_see("接受邀请")
            await joining.sees("馆员 · 东馆")
            await joining.go("/admin/index/index")
            for page in ("咨询台", "读者的意见", "读者证", "座位码"):
                await joining.sees(page)
            for page in ("预约规则", "首页的通知", "同事和身份", "读者类别"):
                await joining.does_not_see(page)
            await joining.tap("座位码", exact=True)
            await joining.sees("东馆 · C 区")
            await joining.sees("codec1")
            await joining.look("admin-codes-of-a-branch")
            await joining.page.get_by_label("区域 东馆 · C 区").click()
            await expect(joining.page.get_by_role("option")).to_have_text(["东馆 · C 区"])
        await on_duty(wu)
        await claimed(library, lin, wu)
        await admin.go("/admin/staff/staff")
        await admin.tap("吴馆员")
        await admin.tap("改日期")
        await choose(admin, "从什么时候到什么时候 到 请选择")
        await admin.tap("保存日期")
        await admin.sees("没有改动")
        await admin.page.get_by_label("去掉 从什么时候到什么时候 到").click()
        await admin.sees("保存日期")
        await choose(admin, "从什么时候到什么时候 到 请选择")
        await admin.sees("没有改动")
        await admin.back()
        await admin.sees("馆员 · 东馆 · 至 11月23日")
        await admin.look("admin-staff-scopes")
        await admin.tap("吴馆员")
        await admin.tap("拿走", exact=True)
        await admin.sees("1 个进行中的咨询将回到队列")
        await admin.look("admin-staff-take-counted")
        await admin.tap("拿走这个身份")
        await admin.does_not_see("吴馆员")
