"""The preview's runtime in a real browser, with the sample program of `miniprogram/tests/sample`."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.support.phones import launch
from tools.shell import NODE, ROOT

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = ROOT / "miniprogram/tests/sample/src"
PHONE = ViewportSize(width=375, height=812)
DESK = ViewportSize(width=1280, height=900)

Open = Callable[..., Awaitable[Page]]


@dataclass
class World:
    """A server that plays what the preview asks of the real one, and remembers it."""

    url: str = ""
    simulated: bool = True
    asked: list[tuple[str, Any]] = field(default_factory=list)
    running: int = 0
    most_running: int = 0


def build_sample(room: Path) -> Path:
    src, out = room / "src", room / "out"
    shutil.copytree(SAMPLE, src)
    for script, *args in (
        ("build/client.mjs", f"--src={src}"),
        ("preview/build.mjs", f"--src={src}", f"--out={out}"),
    ):
        subprocess.run([str(NODE), f"miniprogram/{script}", *args], check=True, cwd=ROOT)
    return out


def application(world: World, built: Path) -> web.Application:
    async def persons(_request: web.Request) -> web.Response:
        if not world.simulated:
            raise web.HTTPNotFound
        names = {"amy": "林晓", "bo": "陈波"}
        return web.json_response({"persons": [{"handle": k, "name": v} for k, v in names.items()]})

    async def simulator(request: web.Request) -> web.Response:
        body = await request.json()
        world.asked.append((request.path, body))
        answers: dict[str, Any] = {
            "/sim/api/login": {"code": f"code-of-{body['person']}"},
            "/sim/api/subscribe/ask": {"popup": True, "titles": {"template-1": "预约开始提醒"}},
            "/sim/api/subscribe": {"result": body.get("choices")},
        }
        return web.json_response(answers[request.path])

    async def slow(_request: web.Request) -> web.Response:
        world.running += 1
        world.most_running = max(world.most_running, world.running)
        await asyncio.sleep(0.1)
        world.running -= 1
        return web.json_response({})

    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        async for message in response:
            if message.type is WSMsgType.TEXT:
                await response.send_str(f"heard {message.data}")
        return response

    app = web.Application()
    app.router.add_get("/sim/api/persons", persons)
    app.router.add_post("/sim/api/{rest:.*}", simulator)
    app.router.add_get("/api/slow", slow)
    app.router.add_get("/socket", socket)
    app.router.add_static("/preview/", built)
    return app


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    world = World()
    built = await asyncio.to_thread(build_sample, tmp_path_factory.mktemp("preview"))
    async with TestServer(application(world, built)) as server:
        world.url = str(server.make_url("/preview/index.html"))
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        browser = await launch(play)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(world: World, browser: Browser) -> AsyncIterator[Open]:
    """Opens tabs of one browser; fails the test when the runtime or the program throws."""
    context = await browser.new_context(viewport=PHONE, color_scheme="light")
    faults: list[str] = []
    world.simulated = True
    world.asked.clear()

    async def opened(address: str = "?person=amy", *, viewport: ViewportSize = PHONE) -> Page:
        page = await context.new_page()
        await page.set_viewport_size(viewport)
        page.on("pageerror", lambda error: faults.append(str(error)))
        await page.goto(world.url + address)
        await page.wait_for_function("window.__preview?.page?.()")
        return page

    yield opened
    await context.close()
    assert faults == []


async def call(page: Page, expression: str) -> str:
    """The errMsg of a `wx` call, refused or not."""
    message: str = await page.evaluate(f"() => {expression}.then((r) => r.errMsg, (e) => e.errMsg)")
    return message


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


async def test_what_a_person_stores_is_theirs_alone(open_page: Open) -> None:
    amy, bo = await open_page("?person=amy"), await open_page("?person=bo")
    await amy.get_by_label("名字").fill("小林")
    await expect(amy.get_by_text("您好，小林").or_(amy.get_by_text("您好,小林"))).to_be_visible()
    await bo.reload()
    await expect(bo.get_by_text("您好", exact=True)).to_be_visible()
    await amy.reload()
    await expect(amy.get_by_label("名字")).to_have_value("小林")


async def test_code_of_the_program_sees_no_browser(open_page: Open) -> None:
    page = await open_page()
    assert await page.evaluate("getCurrentPages()[0].data.globals") == "undefined undefined"


async def test_an_eleventh_page_is_refused(open_page: Open) -> None:
    page = await open_page()
    for _ in range(9):
        assert await call(page, "wx.navigateTo({ url: '/pages/second/second' })") == "navigateTo:ok"
    refused = await call(page, "wx.navigateTo({ url: '/pages/second/second' })")
    assert refused == "navigateTo:fail webview count limit exceed 10"
    assert len(await page.evaluate("__preview.stack()")) == 10


REFUSALS = {
    "navigateTo({ url: '/pages/third/third' })": "can not navigateTo a tabbar page",
    "redirectTo({ url: '/pages/third/third' })": "can not redirectTo a tabbar page",
    "switchTab({ url: '/pages/second/second' })": "can not switch to no-tabBar page",
    "switchTab({ url: '/pages/third/third?x=1' })": "url can not have a query string",
    "navigateTo({ url: '/pages/none' })": 'page "pages/none" is not found',
    "navigateBack()": "cannot navigate back at first page",
    "showActionSheet({ itemList: [...'1234567'] })": "parameter error: itemList should not be large than 6",
    "setStorage({ key: 'k', data: 'x'.repeat(1024 * 1024) })": "entry size limit reached",
    "requestSubscribeMessage({ tmplIds: ['t'] })": "can only be invoked by user TAP gesture",
    "openSetting()": "can only be invoked by user TAP gesture",
}


async def test_what_wechat_refuses_is_refused(open_page: Open) -> None:
    page = await open_page()
    refused = {attempt: await call(page, f"wx.{attempt}") for attempt in REFUSALS}
    assert refused == {
        attempt: f"{attempt.split('(')[0]}:fail {message}" for attempt, message in REFUSALS.items()
    }
    assert await page.evaluate("__preview.stack()") == ["pages/first/first"]


async def test_an_unknown_call_is_an_error_that_names_it(open_page: Open) -> None:
    page = await open_page()
    said = await page.evaluate("(() => { try { wx.getLocation() } catch (e) { return e.message } })()")
    assert said.startswith("wx.getLocation is not in the preview")
    assert await page.evaluate("wx.canIUse('getLocation')") is False
    assert await page.evaluate("wx.canIUse('showToast')") is True


async def test_setting_more_than_a_megabyte_is_an_error(open_page: Open) -> None:
    page = await open_page()
    said = await page.evaluate(
        "(() => { try { getCurrentPages()[0].setData({ log: 'x'.repeat(1024 * 1024 + 1) }) }"
        " catch (e) { return e.message } })()"
    )
    assert said.startswith("setData: pages/first/first sends 104")


async def test_setting_undefined_is_warned_of(open_page: Open) -> None:
    page = await open_page()
    async with page.expect_console_message(lambda message: '"log" is undefined' in message.text):
        await page.evaluate("getCurrentPages()[0].setData({ log: undefined })")


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


async def test_consent_after_an_await_is_refused(open_page: Open, world: World) -> None:
    page = await open_page()
    await page.get_by_text("订阅(晚了)").click()
    await expect(page.get_by_text("can only be invoked by user TAP gesture")).to_be_visible()
    assert world.asked == []


async def test_refused_consent_is_a_success_that_says_reject(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("订阅", exact=True).click()
    await page.get_by_role("dialog", name="订阅消息").get_by_role("button", name="取消").click()
    await expect(page.get_by_text("选择了 reject")).to_be_visible()


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


async def test_no_more_than_ten_requests_run_at_once(open_page: Open, world: World) -> None:
    page = await open_page()
    world.most_running = 0
    statuses = await page.evaluate(
        "Promise.all(Array.from({ length: 25 }, () => wx.request({ url: '/api/slow' })))"
        ".then((all) => all.map((r) => r.statusCode))"
    )
    assert statuses == [200] * 25
    assert world.most_running <= 10


SOCKETS = """(count) => Promise.all(Array.from({ length: count }, () => new Promise((resolve) => {
  const task = wx.connectSocket({ url: '/socket', fail: (e) => resolve(e.errMsg) });
  task.onOpen(() => task.send({ data: 'hello' }));
  task.onMessage(({ data }) => resolve(data));
  task.onClose(() => (window.socketsClosed = (window.socketsClosed ?? 0) + 1));
})))"""


async def test_a_sixth_open_socket_is_refused(open_page: Open) -> None:
    page = await open_page()
    answers = await page.evaluate(SOCKETS, 6)
    assert answers == ["heard hello"] * 5 + ["connectSocket:fail exceed max socket connection count 5"]


async def test_offline_requests_fail_sockets_close_and_the_program_is_told(open_page: Open) -> None:
    page = await open_page()
    await page.evaluate(SOCKETS, 1)
    await page.evaluate("wx.onNetworkStatusChange((change) => (window.told = change))")
    await page.evaluate("__preview.offline(true)")
    assert (await call(page, "wx.request({ url: '/api/slow' })")).startswith("request:fail")
    assert await page.evaluate("[window.socketsClosed, window.told]") == [
        1,
        {"isConnected": False, "networkType": "none"},
    ]
    await page.evaluate("__preview.offline(false)")
    assert await call(page, "wx.request({ url: '/api/slow' })") == "request:ok"
    assert await page.evaluate("wx.getNetworkType().then((r) => r.networkType)") == "wifi"


async def test_five_seconds_in_the_background_close_the_sockets(open_page: Open) -> None:
    page = await open_page()
    await page.evaluate(SOCKETS, 1)
    await page.evaluate("__preview.hide()")
    await page.wait_for_timeout(1000)
    assert await page.evaluate("window.socketsClosed ?? 0") == 0
    await page.wait_for_function("window.socketsClosed === 1", timeout=6000)
    shows = await page.evaluate("getApp().globalData.shows")
    await page.evaluate("__preview.show()")
    assert await page.evaluate("getApp().globalData.shows") == shows + 1
    assert await page.evaluate(SOCKETS, 1) == ["heard hello"]


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
    await page.wait_for_function("getCurrentPages()[0].data.scrolls > 0")
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
    await other.wait_for_function("window.__preview?.settings?.().person === 'bo'")
    await page.get_by_role("button", name="深色").click()
    assert await page.evaluate("__preview.settings().shown") == "dark"
    assert "theme=dark" in page.url
