"""A librarian on duty, in a real browser: heard and counted on every page, away when they do not move."""

import re

from playwright.async_api import Browser, expect

from tests.support.chat import claimed, librarian, queue, said
from tests.support.desk import NEWS, desk, reader, staff
from tests.support.library import Library
from tests.support.phones import holds


async def test_a_question_is_heard_and_counted_on_every_page(library: Library, chromium: Browser) -> None:
    await staff(library, "he", "何馆员")
    anna, bo = await reader(library, "anna", "读者甲"), await reader(library, "bo", "读者乙")
    async with desk(chromium, library, "he") as he:
        sounds = he.page.evaluate
        await he.tap("上岗", exact=True)
        await he.sees("您在岗")
        await he.sees("没有读者在等")  # what is there before this list is no news
        await he.tab("pages/home/home")
        tab = he.page.get_by_role("tab", name="我的")
        await said(anna, "几点闭馆")
        await expect(tab).to_contain_text("1")
        await holds(he.page, "__preview.sounds().length === 1")
        assert await sounds("__preview.sounds()") == [NEWS]
        await said(bo, "有插座吗")
        await expect(tab).to_contain_text("2")
        await holds(he.page, "__preview.sounds().length === 2")

        await he.tab("pages/me/me")
        await expect(he.page.get_by_role("button", name="管理")).to_contain_text("2")
        await he.go("/admin/index/index")
        await expect(he.page.get_by_role("button", name="咨询台")).to_contain_text("2")
        await he.tap("咨询台")
        await he.tap("声音开着")
        await he.sees("声音关着")
        await said(await reader(library, "chen", "读者丙"), "在吗")
        await he.sees("在吗")
        await he.page.wait_for_timeout(300)  # in which it would sound
        assert len(await sounds("__preview.sounds()")) == 2

        await he.tap("离岗", exact=True)
        await he.sees("您没有在岗")
        await he.tab("pages/home/home")
        await expect(tab).not_to_contain_text(re.compile(r"\d"))


async def test_words_in_the_conversation_before_ones_eyes_make_no_sound(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    he_too = await librarian(library, "he", "何馆员")
    lin, zhou = await reader(library, "lin", "读者甲"), await reader(library, "zhou", "读者乙")
    first = await claimed(library, lin, he_too, "几点闭馆")
    second = await claimed(library, zhou, he_too, "有插座吗")
    async with desk(chromium, library, "he") as he:
        await he.tap("上岗", exact=True)
        await he.sees("您在岗")
        await he.tap("几点闭馆")
        await he.sees("交回排队")
        await said(lin, "周末呢", conversation_id=first)
        await he.sees("周末呢")
        await said(zhou, "还在吗", conversation_id=second)
        await holds(he.page, "__preview.sounds().length > 0")
        await he.page.wait_for_timeout(300)
        assert await he.page.evaluate("__preview.sounds()") == [NEWS]


async def test_who_does_not_move_is_away_and_back_at_the_first_touch(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    async with desk(chromium, library, "he") as he:
        await he.page.clock.install()
        await he.page.reload()
        await he.tap("上岗", exact=True)
        await he.sees("您在岗")
        await he.page.clock.fast_forward("05:15")
        await he.sees("您暂时不在岗")
        await library.until(lambda: staffed_is(library, False), seconds=15)
        await he.look("desk-idle")
        await he.tap("没有读者在等")
        await he.sees("您在岗")
        await library.until(lambda: staffed_is(library, True), seconds=15)


async def test_a_librarian_who_asks_something_themselves_stays_on_duty(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    await said(await reader(library, "lin", "读者甲"), "几点闭馆")
    async with desk(chromium, library, "he") as he:
        await he.tap("接待", exact=True)
        await he.tap("上岗并接待", exact=True)
        await he.sees("何馆员开始接待")
        await he.go("/pages/chat/thread")
        await he.sees("写下您的问题")
        await he.back()
        await he.sees("交回排队")
        await library.settled()
        [line] = await queue(await library.sign_in("he"))
        assert line["librarian"]["name"] == "何馆员"
        assert await staffed_is(library, True)


async def test_duty_outlives_a_restart_of_the_client_and_ends_when_the_librarian_says_so(
    library: Library, chromium: Browser
) -> None:
    await staff(library, "he", "何馆员")
    lin = await reader(library, "lin", "读者甲")
    await said(lin, "几点闭馆")
    async with desk(chromium, library, "he") as he:
        await he.tap("接待", exact=True)
        await he.tap("上岗并接待", exact=True)
        await he.sees("何馆员开始接待")
        await he.go("/staff/desk/desk")
        await he.page.reload()
        await he.sees("您在岗")
        await he.sees("几点闭馆")  # the lines may come after the duty
        await he.tap("离岗", exact=True)
        await he.sees("您手上的 1 位读者会回到排队里")
        await he.page.get_by_role("dialog").get_by_text("离岗", exact=True).click()
        await he.sees("您没有在岗")
        await he.sees("优先")  # at once, not when the lease ends
        assert await staffed_is(library, False)
        await he.page.reload()
        await he.sees("您没有在岗")


async def staffed_is(library: Library, staffed: bool) -> bool:
    return bool((await library.guest.get("/api/chat-state")).body["staffed"] is staffed)
