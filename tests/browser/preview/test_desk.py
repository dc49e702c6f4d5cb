"""Whose phone it is and how they have set it: persons, theme, type size, the desk around the frame."""

from playwright.async_api import expect

from tests.support.phones import holds
from tests.support.sample import DESK, Open, World


async def test_what_a_person_stores_is_theirs_alone(open_page: Open) -> None:
    amy, bo = await open_page("?person=amy"), await open_page("?person=bo")
    await amy.get_by_label("名字").fill("小林")
    await expect(amy.get_by_text("您好，小林").or_(amy.get_by_text("您好,小林"))).to_be_visible()
    await bo.reload()
    await expect(bo.get_by_text("您好", exact=True)).to_be_visible()
    await amy.reload()
    await expect(amy.get_by_label("名字")).to_have_value("小林")


async def test_sign_in_gives_the_code_of_the_person_of_this_tab(open_page: Open) -> None:
    page = await open_page("?person=bo")
    assert await page.evaluate("wx.login().then((r) => r.code)") == "code-of-bo"


async def test_without_a_simulator_there_is_no_person_and_no_switcher(open_page: Open, world: World) -> None:
    page = await open_page("", viewport=DESK)
    await expect(page.get_by_text("谁拿着这部手机")).to_be_visible()
    world.simulated = False
    page = await open_page("", viewport=DESK)
    await expect(page.get_by_text("外观")).to_be_visible()
    await expect(page.get_by_text("谁拿着这部手机")).to_have_count(0)
    phone = page.frames[1]
    refused = await phone.evaluate("wx.login().catch((e) => e.errMsg)")
    assert refused.startswith("login:fail no simulated person")


async def test_the_theme_is_the_one_chosen_and_not_the_browsers(open_page: Open) -> None:
    page = await open_page("?person=amy&theme=dark")
    body = page.locator("wx-page").first
    await expect(body).to_have_css("background-color", "rgb(18, 24, 28)")
    await expect(page.locator(".navigation-bar").first).to_have_css("background-color", "rgb(18, 24, 28)")
    assert await page.evaluate("wx.getAppBaseInfo().theme") == "dark"
    await page.evaluate("wx.onThemeChange(({ theme }) => (window.told = theme))")
    await page.evaluate("__preview.theme('light')")
    await expect(body).to_have_css("background-color", "rgb(247, 245, 240)")
    await expect(page.locator(".tab-bar")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert await page.evaluate("window.told") == "light"


async def test_the_type_size_is_told_as_wechat_tells_it(open_page: Open) -> None:
    page = await open_page("?person=amy&font=22")
    info = "(({ fontSizeSetting, fontSizeScaleFactor }) => [fontSizeSetting, fontSizeScaleFactor])(wx.getAppBaseInfo())"
    assert await page.evaluate(info) == [22, 1.4]
    await page.evaluate("__preview.fontSize(26)")
    assert await page.evaluate(info) == [26, 1.65]


async def test_a_wide_screen_shows_a_phone_and_whom_it_belongs_to(open_page: Open) -> None:
    page = await open_page("?person=amy", viewport=DESK)
    assert await page.evaluate("__preview.page()") == "pages/first/first"
    box = await page.locator("iframe").bounding_box()
    assert box is not None
    assert round(box["width"] / box["height"], 3) == round(375 / 812, 3)
    await expect(page.locator("[aria-current]")).to_contain_text("林晓")
    async with page.expect_popup() as popup:
        await page.get_by_role("link", name="陈波").click()
    other = await popup.value
    await holds(other, "window.__preview?.settings?.().person === 'bo'")
    await page.get_by_role("button", name="深色").click()
    assert await page.evaluate("__preview.settings().shown") == "dark"
    await holds(page, "location.search.includes('theme=dark')")
