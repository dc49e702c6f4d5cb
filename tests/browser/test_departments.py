"""A department is made, somebody is put on duty, a reader asks that department: in real browsers."""

from playwright.async_api import Browser, expect

from tests.support.desk import desk, reader, staff
from tests.support.library import Library
from tests.support.phones import Screen, screen

PAGE = "section:not([hidden])"
HOME = "pages/chat/chat"


async def type_into(phone: Screen, label: str, text: str) -> None:
    await phone.page.locator(PAGE).get_by_label(label, exact=True).locator("visible=true").first.fill(text)


async def choose_today(phone: Screen, edge: str) -> None:
    """The day on which a wheel of the span stands when it is opened."""
    await phone.page.locator(PAGE).get_by_label(f"第一次 {edge} 请选择").locator("visible=true").click()
    wheels = phone.page.get_by_role("dialog").get_by_role("button", name="确定")
    await wheels.click()
    await expect(wheels).to_have_count(0)


async def test_a_reader_asks_a_department_in_which_somebody_is_on_duty_and_is_handed_on(
    library: Library, chromium: Browser
) -> None:
    he = await staff(library, "he", "何馆员")
    admin_phone = await library.reader("admin", role="admin")
    await reader(library, "lin", "读者甲")
    async with screen(chromium, library, "admin", page="admin/departments/departments") as admin:
        await admin.sees("还没有部门")
        await admin.tap("加一个部门")
        await type_into(admin, "名称", "参考咨询部")
        await type_into(admin, "读者可以问什么", "查资料，找论文")
        await admin.tap("保存")
        await admin.is_told("已保存")
        await admin.look("admin-department")
        await admin_phone.post(
            "/api/admin/departments",
            {"idempotency_key": "another-department", "name": "技术部", "asks": "电脑和网络", "place": 1},
        )

        await admin.go("/admin/roster/turn")
        await admin.tap("请选择")
        await admin.tap("何馆员")
        await choose_today(admin, "从")
        await choose_today(admin, "到")
        await admin.sees("每周一 00:00–23:59")
        await admin.tap("保存")
        await admin.sees("接下来的几次")
        await admin.tap("12月7日 周一")
        await admin.tap("这天没有人")
        await expect(admin.text("没有人", exact=True)).to_be_visible()  # on that day
        await admin.look("admin-turn")
        await admin.go("/admin/roster/roster")
        await admin.sees("00:00–23:59")
        await admin.look("admin-roster")

    async with (
        screen(chromium, library, "lin", page=HOME) as lin,
        desk(chromium, library, "he") as librarian,
    ):
        await librarian.sees("值班表上现在是 何馆员")
        await librarian.sees("我的班")
        await lin.sees("有人值班")
        await lin.tap("向馆员提问")
        await lin.tap("参考咨询部")
        await lin.sees("查资料，找论文")
        await lin.look("chat-department")
        await type_into(lin, "要说的话", "这篇论文在哪里能看")
        await lin.tap("发送", exact=True)
        await lin.sees("问的是")
        await librarian.sees("这篇论文在哪里能看")
        await librarian.sees("参考咨询部")
        await librarian.look("desk-department")

        await librarian.tap("这篇论文在哪里能看")
        await librarian.tap("转到别的部门")
        await librarian.tap("电脑和网络")
        await lin.sees("已转到技术部")
        await lin.look("chat-handed-on")
    assert (await he.get("/api/desk")).body["items"][0]["department"]["name"] == "技术部"
