"""Pages, tags, bars and sheets of the preview, in a real browser."""

import asyncio
import json

from playwright.async_api import expect

from tests.support.phones import holds
from tests.support.sample import PHONE, Open, World, call


async def test_a_page_shows_its_template_its_styles_and_its_drawing(open_page: Open) -> None:
    page = await open_page()
    await expect(page.locator("[id$='--heading']")).to_have_text("您好")
    await expect(page.get_by_role("heading", name="第一页")).to_be_visible()
    padding = await page.locator(".title").first.evaluate("(e) => getComputedStyle(e).paddingLeft")
    assert padding == "16px"  # 32 rpx of a screen 375 px wide
    drawn = await page.locator("canvas").evaluate(
        "(c) => [...c.getContext('2d').getImageData(30 * devicePixelRatio, 30 * devicePixelRatio, 1, 1).data]"
    )
    assert drawn == [27, 107, 115, 255]


async def test_styles_of_one_page_do_not_reach_another(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("第二页").click()
    second = page.locator("[data-route='pages/second/second'] .title")
    await expect(second).to_have_css("color", "rgb(185, 58, 43)")
    first = page.locator("[data-route='pages/first/first'] .title").first
    await expect(first).to_have_css("color", "rgb(31, 42, 51)")


async def test_an_isolated_component_keeps_its_styles_to_itself(open_page: Open) -> None:
    page = await open_page()
    await expect(page.get_by_text("已约")).to_have_css("width", "60px")
    await page.get_by_text("已约").click()
    await expect(page.get_by_text("盖章")).to_be_visible()


async def test_consent_is_asked_within_the_tap_and_sent_with_the_choice(
    open_page: Open, world: World
) -> None:
    page = await open_page()
    await page.get_by_text("订阅", exact=True).click()
    sheet = page.get_by_role("dialog", name="订阅消息")
    await expect(sheet.get_by_text("预约开始提醒")).to_be_visible()
    await sheet.get_by_text("总是保持以上选择").click()
    await sheet.get_by_role("button", name="允许").click()
    await expect(page.get_by_text("选择了 accept")).to_be_visible()
    choice = {"person": "amy", "choices": {"template-1": "accept"}, "keep": True}
    assert world.asked[-1] == ("/sim/api/subscribe", choice)


async def test_opening_the_mini_program_and_coming_back_to_it_are_visits(
    open_page: Open, world: World
) -> None:
    page = await open_page()
    visit = ("/sim/api/visit", {"person": "amy"})
    async with asyncio.timeout(15):
        while not world.asked:  # noqa: ASYNC110 (the server of the sample tells nobody)
            await asyncio.sleep(0.02)
    assert world.asked == [visit]
    async with page.expect_response("**/sim/api/visit"):
        await page.evaluate("__preview.hide(); __preview.show()")
    assert world.asked == [visit, visit]


async def test_pickers_choose_from_wheels(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("区域:二楼").or_(page.get_by_text("区域：二楼")).click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_text("四楼").click()
    await expect(sheet.get_by_role("option", name="四楼")).to_have_attribute("aria-selected", "true")
    await sheet.get_by_role("button", name="确定").click()
    await expect(page.locator(".area")).to_contain_text("四楼")
    await page.locator(".day").click()
    await sheet.get_by_text("12月").click()
    await sheet.get_by_text("24日").click()
    await expect(sheet.get_by_role("option", name="24日")).to_have_attribute("aria-selected", "true")
    await sheet.get_by_role("button", name="确定").click()
    await expect(page.locator(".day")).to_contain_text("2026-12-24")


async def test_a_form_gathers_what_its_fields_hold(open_page: Open) -> None:
    page = await open_page("?person=amy#/pages/third/third")
    await page.locator("textarea").fill("靠近门口")
    await page.get_by_role("switch").click()
    await page.get_by_text("三楼").click()
    await page.get_by_text("插座").click()
    await page.get_by_text("提交", exact=True).click()
    sent = json.loads(await page.locator(".sent").inner_text())
    assert sent == {
        "note": "靠近门口",
        "remind": False,
        "floor": "3",
        "wishes": ["socket", "window"],
        "volume": 40,
    }


async def test_a_finger_that_rests_presses_long(open_page: Open) -> None:
    page = await open_page("?person=amy#/pages/third/third")
    await page.get_by_text("还没有提交").click(delay=500)
    await expect(page.get_by_text("按了很久")).to_be_visible()


async def test_one_scroll_is_told_once(open_page: Open) -> None:
    page = await open_page("?person=amy#/pages/third/third")
    await page.locator("wx-scroll-view").evaluate("(e) => (e.scrollTop = 80)")
    await holds(page, "getCurrentPages()[0].data.scrolls > 0")
    await page.wait_for_timeout(100)
    assert await page.evaluate("getCurrentPages()[0].data.scrolls") == 1


async def test_dialogs_and_sheets_answer_with_what_was_chosen(open_page: Open) -> None:
    page = await open_page()
    asked = asyncio.ensure_future(
        page.evaluate("wx.showModal({ title: '取消预约', content: '座位会让出来。' })")
    )
    await page.get_by_role("dialog").get_by_role("button", name="确定").click()
    assert (await asked)["confirm"] is True
    asked = asyncio.ensure_future(page.evaluate("wx.showActionSheet({ itemList: ['今天', '明天'] })"))
    await page.get_by_role("button", name="明天").click()
    assert (await asked)["tapIndex"] == 1


async def test_a_pull_at_the_top_refreshes_the_page(open_page: Open) -> None:
    page = await open_page()
    await page.mouse.move(180, 100)
    await page.mouse.down()
    await page.mouse.move(180, 200, steps=4)
    await page.mouse.move(180, 300, steps=4)
    await page.mouse.up()
    await expect(page.get_by_text("刷新了")).to_be_visible()


async def test_touches_on_a_canvas_count_from_its_corner(open_page: Open) -> None:
    page = await open_page()
    await page.locator("canvas").click(position={"x": 30, "y": 12})
    await expect(page.get_by_text("点在 30,12")).to_be_visible()


async def test_tabs_keep_their_pages_and_stacked_pages_go(open_page: Open) -> None:
    page = await open_page()
    await page.evaluate("getCurrentPages()[0].setData({ log: '还在' })")
    await page.get_by_text("第二页").click()
    await expect(page.get_by_text("从 first 来")).to_be_visible()
    await page.get_by_role("button", name="返回").click()
    await expect(page.get_by_text("还在")).to_be_visible()
    await page.get_by_role("tab", name="另一页").click()
    await expect(page.get_by_text("这一页没有内容")).to_be_visible()
    await page.get_by_role("tab", name="首页").click()
    await expect(page.get_by_text("还在")).to_be_visible()
    assert await page.evaluate("__preview.stack()") == ["pages/first/first"]


async def test_the_address_opens_a_page_and_follows_it(open_page: Open) -> None:
    page = await open_page("?person=amy#/pages/second/second?from=link")
    await expect(page.get_by_text("从 link 来")).to_be_visible()
    await page.get_by_role("button", name="首页").click()
    await expect(page.get_by_role("heading", name="第一页")).to_be_visible()
    assert page.url.endswith("#/pages/first/first")


async def test_parts_from_npm_work(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("打开弹层").click()
    await expect(page.get_by_text("弹层里的话")).to_be_visible()
    await page.mouse.click(180, 120)
    await expect(page.get_by_text("弹层里的话")).to_be_hidden()


async def test_a_scanned_code_is_what_was_typed(open_page: Open) -> None:
    page = await open_page()
    scanned = asyncio.ensure_future(page.evaluate("wx.scanCode()"))
    await page.get_by_label("码上的内容").fill("pages/second/second?from=code")
    await page.get_by_role("button", name="扫到了").click()
    assert (await scanned)["path"] == "pages/second/second?from=code"


async def test_a_badge_shows_on_its_tab(open_page: Open) -> None:
    page = await open_page()
    await call(page, "wx.setTabBarBadge({ index: 1, text: '3' })")
    await expect(page.get_by_role("tab", name="另一页")).to_contain_text("3")
    await call(page, "wx.removeTabBarBadge({ index: 1 })")
    await expect(page.get_by_role("tab", name="另一页")).not_to_contain_text("3")


KEYS = 291


async def test_a_keyboard_pushes_the_page_up_and_is_told_of(open_page: Open) -> None:
    page = await open_page(f"?person=amy&keyboard={KEYS}#/pages/third/third")
    await page.evaluate("wx.onKeyboardHeightChange(({ height }) => (window.told = height))")
    field = page.locator("wx-textarea")
    await field.evaluate("field => (field.style.marginTop = '500px')")
    await field.click()
    assert await page.evaluate("window.told") == KEYS
    edges = await field.bounding_box()
    assert edges
    assert edges["y"] + edges["height"] <= PHONE["height"] - KEYS
    await page.evaluate("wx.hideKeyboard()")
    assert await page.evaluate("window.told") == 0
    await expect(page.locator(".keyboard")).to_have_count(0)


async def test_a_scroll_view_is_moved_by_code_only_when_it_is_enhanced(open_page: Open) -> None:
    page = await open_page("?person=amy#/pages/third/third")
    ask = """() => new Promise((resolve) =>
      wx.createSelectorQuery().select('.scroll').node(resolve).exec())"""
    assert await page.evaluate(f"({ask})().then(({{ node }}) => node)") is None
    scroller = page.locator("wx-scroll-view")
    await expect(scroller).to_have_css("overflow-anchor", "none")  # an iPhone moves what is read
    await page.evaluate("document.querySelector('wx-scroll-view').__wxElement.setData({ enhanced: true })")
    await page.evaluate(f"({ask})().then(({{ node }}) => node.scrollTo({{ top: 40, animated: false }}))")
    assert await page.evaluate("document.querySelector('wx-scroll-view').scrollTop") == 40


ASKED_WHILE_LEAVING = """() => new Promise((resolve) => {
  const query = wx.createSelectorQuery().in(getCurrentPages()[1]);
  query.select('.title').boundingClientRect();
  query.selectAll('.title').boundingClientRect();
  wx.redirectTo({ url: '/pages/second/second' });
  query.exec(resolve);
})"""


async def test_what_is_measured_on_a_page_that_has_left_is_nothing(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("第二页").click()
    await expect(page.get_by_text("从 first 来")).to_be_visible()
    assert await page.evaluate(ASKED_WHILE_LEAVING) == [None, []]
