"""The administrators' pages: lists, forms, taking a role; on a phone and on a computer."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from models import jobs, processes
from models.db import fetch, transaction
from models.processes import Said
from tests.browser.test_pictures import choose
from tests.support.library import Library, Phone
from tests.support.phones import COMPUTER, Screen, screen
from tests.support.pictures import picture, state

STAFF = "admin/staff/staff"
HEALTH = "admin/health/health"
RULES = "admin/rules/rules"
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


async def test_a_role_is_taken_from_a_colleague(library: Library, chromium: Browser) -> None:
    await colleagues(library)
    async with screen(chromium, library, "admin", page=STAFF) as admin:
        await admin.sees("何馆员")
        await admin.look("admin-staff")
        await admin.page.get_by_label("找一位同事").fill("李")
        await admin.does_not_see("何馆员")
        await admin.page.get_by_label("找一位同事").fill("没有这个人")
        await admin.sees("没有找到，换个条件再看看")
        await admin.page.get_by_label("找一位同事").fill("")
        await admin.tap("何馆员")
        await admin.sees("在服务器上给的")
        await admin.tap("拿走", exact=True)
        await admin.sees("拿走何馆员的“馆员”身份？")
        await admin.look("admin-staff-take")
        await admin.tap("拿走这个身份")
        await admin.is_told("已经拿走")
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


# ---------------------------------------------------------------- forms


def field(admin: Screen, label: str) -> Any:
    return admin.page.get_by_label(label).filter(visible=True).first


async def saved_text(admin: Phone) -> str:
    return str((await admin.get("/api/admin/announcement")).body["text"])


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(
    library: Library, chromium: Browser
) -> None:
    phone = await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=RULES, allowed=("422",)) as admin:
        await field(admin, "最长").fill("1.5")
        await admin.tap("保存")
        await admin.sees("填得不对：15 到 1440，15 的倍数，不短于最短。")
        await field(admin, "最长").fill("15")  # shorter than the shortest: only the server knows
        await admin.does_not_see("填得不对")
        await admin.tap("保存")
        wrong = admin.text("填得不对：15 到 1440，15 的倍数，不短于最短。")
        await expect(wrong).to_be_in_viewport()
        await admin.look("admin-form-wrong")
        [rules] = (await phone.get("/api/admin/seat-rules")).body["items"]
        assert (rules["max_minutes"], rules["version"]) == (240, 1)
        await field(admin, "最长").fill("60")
        await admin.page.get_by_role("switch", name="要有读者证").click()
        await admin.sees("有读者证的读者都能约")
        await admin.tap("保存")
        await admin.is_told("已经生效")
        [rules] = (await phone.get("/api/admin/seat-rules")).body["items"]
        assert (rules["max_minutes"], rules["needs_card"]) == (60, True)


async def test_of_two_who_save_the_second_sees_both_and_chooses(library: Library, chromium: Browser) -> None:
    phone = await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=NOTICE, allowed=("409",)) as admin:
        await field(admin, "内容").fill("我写的")
        await phone.put("/api/admin/announcement", {"title": "别人的标题", "text": "别人写的", "version": 1})
        await admin.tap("保存并显示在首页")
        await admin.sees("您改的时候，别人保存了另一份")
        await admin.sees("别人写的")
        await admin.look("admin-form-conflict")
        assert await saved_text(phone) == "别人写的"
        await admin.tap("用我改的")
        await admin.is_told("首页已经换上")
        # What only the other has changed stays theirs.
        saved = (await phone.get("/api/admin/announcement")).body
        assert (saved["title"], saved["text"]) == ("别人的标题", "我写的")

        await field(admin, "内容").fill("又是我")
        await phone.put("/api/admin/announcement", {"title": "", "text": "又是别人", "version": 3})
        await admin.tap("保存并显示在首页")
        await admin.tap("用现在的")
        await expect(field(admin, "内容")).to_have_value("又是别人")
        await admin.sees("没有改动")
        assert await saved_text(phone) == "又是别人"


async def test_a_picture_of_the_notice_is_chosen_seen_by_readers_and_taken_off(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    poster = tmp_path / "poster.jpg"
    poster.write_bytes(picture(size=(900, 500)))
    phone = await library.reader("admin", role="admin")

    async def broken(route: Route) -> None:
        await route.abort()

    async with screen(chromium, library, "admin", page=NOTICE, allowed=("ERR_", "409")) as admin:
        await admin.page.route("**/api/uploads", broken)
        await choose(admin, poster)
        await admin.sees("现在连不上网络")
        await admin.tap("保存并显示在首页")
        await admin.sees("图片没有传上，或者没有通过检查。重试一下，或者先去掉它。")
        await admin.page.unroute("**/api/uploads")
        await admin.tap("重试", exact=True)
        await expect(admin.page.locator(".over").filter(visible=True)).to_have_count(0)
        await phone.put("/api/admin/announcement", {"title": "别人的", "text": "别人的", "version": 1})
        await admin.tap("保存并显示在首页")
        await admin.sees("一张图片")
        await admin.tap("用我改的")
        await admin.is_told("首页已经换上")
        await expect(admin.page.locator(".tile img").filter(visible=True)).to_have_count(1)
        await admin.look("admin-announcement-picture")
        kept = (await phone.get("/api/admin/announcement")).body
        assert (kept["title"], kept["picture"]["width"]) == ("别人的", 900)
        await state(library, kept["picture"]["id"], "shown")
        async with screen(chromium, library, "lin", page="pages/home/home") as lin:
            await expect(lin.page.get_by_alt_text("看大图").filter(visible=True)).to_be_visible()
            await lin.look("home-picture")
            await admin.page.get_by_label("去掉这张图片").filter(visible=True).click()
            await admin.tap("保存并显示在首页")
            await expect(lin.page.get_by_alt_text("看大图").filter(visible=True)).to_have_count(0)


async def test_who_leaves_with_changes_is_asked(library: Library, chromium: Browser) -> None:
    phone = await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=STAFF) as admin:
        back = admin.page.get_by_label("返回").filter(visible=True)
        await admin.sees("管理员")
        await admin.go(f"/{NOTICE}")
        await field(admin, "内容").fill("还没写完")
        await back.click()
        await admin.sees("有没保存的改动")
        await admin.tap("取消", exact=True)
        await expect(field(admin, "内容")).to_have_value("还没写完")
        await back.click()
        await admin.tap("确定", exact=True)
        await admin.sees("邀请同事")
        await expect(admin.page.locator("section[inert]")).to_have_count(
            0
        )  # it has slid away, with its field
        assert await saved_text(phone) == "欢迎来到图书馆。"
        await admin.go(f"/{NOTICE}")
        await field(admin, "内容").fill("写完了")
        await admin.tap("保存并显示在首页")
        await admin.is_told("首页已经换上")
        await admin.sees("没有改动")
        assert await saved_text(phone) == "写完了"
        await back.click()
        await admin.sees("邀请同事")  # nothing is asked


@pytest.mark.parametrize("at", [name for name in AT if name != "phone"])
async def test_the_form_is_shown_in_every_look(library: Library, chromium: Browser, at: str) -> None:
    await library.reader("admin", role="admin")
    async with screen(chromium, library, "admin", page=RULES, **AT[at]) as admin:
        await admin.sees("每天最多")
        await admin.look(f"admin-rules-{at}")


# ---------------------------------------------------------------- the running


async def troubled(library: Library) -> None:
    """Work that was given up, a process that was killed, and a day on which WeChat had enough."""
    now = library.clock.now()
    for number in range(1, 4):
        async with transaction() as tx:
            await jobs.add(tx, "remind", f"remind:{number}", {"booking_id": number}, now)
    await library.settled()
    await fetch("UPDATE job SET state = 'dead', attempts = 12, last_error = 'KeyError' WHERE kind = 'remind'")
    calls = {("wxa/msg_sec_check", "45009"): 12, ("sns/jscode2session", "ok"): 240}
    killed = Said("killed", "host-b", 7, "worker", "alone", 0, 90 * 2**20, now)
    await processes.say(killed, calls, now - timedelta(minutes=2))


async def test_given_up_work_is_tried_again_and_dropped(library: Library, chromium: Browser) -> None:
    await library.reader("admin", role="admin")
    await troubled(library)
    async with screen(chromium, library, "admin", page=HEALTH) as admin:
        await admin.sees("有地方要看一看")
        await admin.sees("今天的次数用完了")
        await admin.sees("没有动静")
        await admin.look("admin-health")
        chart = admin.page.get_by_role("img", name="两周里微信没有办成的调用。最多的是 11/23 没有办成：12 次")
        box = await chart.bounding_box()
        assert box
        await chart.click(position={"x": box["width"] - 10, "y": 60})
        await expect(admin.text("11/23 没有办成：12 次")).to_be_visible()
        await admin.page.get_by_label("两周里微信没有办成的调用 看表格").click()
        await expect(admin.page.get_by_role("table", name="两周里微信没有办成的调用")).to_contain_text(
            "11/2312"
        )
        await admin.sees("没有读者来问")
        await admin.tap("选择", exact=True)
        await admin.tap("remind:3")
        await admin.sees("已选 1 项")
        await admin.look("admin-health-choosing")
        await admin.tap("再试一次")
        await admin.does_not_see("remind:3")
        await admin.tap("选择", exact=True)
        await admin.tap("全选")
        await admin.tap("丢掉", exact=True)
        await admin.sees("丢掉 2 件没有办成的事？")
        word = admin.page.get_by_label("为了确认，请输入").filter(visible=True)
        await word.fill("丢")
        deed = admin.page.get_by_role("button", name="丢掉", exact=True).filter(visible=True).last
        await expect(deed).to_have_attribute("aria-disabled", "true")
        await word.fill("丢掉")
        await admin.look("admin-health-drop")
        await deed.click()
        await admin.sees("没有放弃的事")
        await library.settled()
        [left] = await fetch("SELECT state, key FROM job WHERE kind = 'remind'")
        assert (left["state"], left["key"]) == ("done", "remind:3")


@pytest.mark.parametrize("at", [name for name in AT if name != "phone"])
async def test_the_running_is_shown_in_every_look(library: Library, chromium: Browser, at: str) -> None:
    await library.reader("admin", role="admin")
    await troubled(library)
    async with screen(chromium, library, "admin", page=HEALTH, **AT[at]) as admin:
        await admin.sees("有地方要看一看")
        await admin.sees("remind:3")
        await admin.look(f"admin-health-{at}")
