"""Somebody with a new WeChat has everything again: the desk finds both accounts and makes them one."""

from playwright.async_api import Browser

from tests.support.library import Library, at
from tests.support.phones import screen


async def test_the_desk_merges_the_account_of_a_lost_wechat_into_the_new_one(
    library: Library, chromium: Browser
) -> None:
    old, new = await library.reader("old"), await library.reader("new")
    await old.put("/api/me", {"nickname": "林小满"})
    await new.put("/api/me", {"nickname": "小满新号"})
    await new.booked("A-1", at(10), at(12))
    await old.booked("A-2", at(11), at(13))
    await library.reader("he", role="manager")
    async with (
        screen(chromium, library, "he", page="admin/patrons/patrons", allowed=("409",)) as he,
        screen(chromium, library, "new", page="pages/messages/messages") as phone,
    ):
        await he.tap("姓名", exact=True)
        await he.page.get_by_label("姓名的前两个字或全名").filter(visible=True).fill("小满新号")
        await he.tap("查找", exact=True)
        await he.tap("小满新号")
        await he.tap("合并账号")
        await he.sees("找到另一个账号")
        await he.look("merge-find")
        await he.tap("姓名", exact=True)
        await he.page.get_by_label("姓名的前两个字或全名").filter(visible=True).fill("林小满")
        await he.tap("查找", exact=True)
        await he.tap("林小满")
        await he.sees("A 区 A-2，11月23日 11:00–13:00：和另一个预约时间重叠，将取消。")
        await he.look("merge-shown")
        await he.tap("林小满")  # the other way round
        await he.sees("A 区 A-1，11月23日 10:00–12:00：和另一个预约时间重叠，将取消。")
        await he.tap("小满新号")
        await he.sees("A-2")
        await old.booked("A-3", at(15), at(16))
        await he.tap("合并这两个账号")
        await he.sees("只留下小满新号的账号？")
        await he.look("merge-sure")
        await he.page.get_by_role("button", name="合并这两个账号").last.click()
        await he.sees("刚才有了变化")
        await he.sees("1 个没有用完的预约")
        await he.look("merge-changed")
        await he.tap("合并这两个账号")
        await he.sees("只留下小满新号的账号？")
        await he.page.get_by_role("button", name="合并这两个账号").last.click()
        await he.sees("暂停使用")
        await phone.sees("两个账号合并了")
        await phone.look("merge-told")
    assert (await old.get("/api/me")).code == "sign_in_needed"
    labels = [item["seat"]["label"] for item in (await new.get("/api/bookings")).body["items"]]
    assert labels == ["A-1", "A-3"]
