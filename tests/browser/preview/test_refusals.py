"""The preview refuses what WeChat refuses, in the same words."""

from playwright.async_api import expect

from tests.support.phones import holds
from tests.support.sample import Open, World, call


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
    "chooseMessageFile({ count: 101 })": "parameter error: count",
    "chooseMessageFile({ count: 1, extension: ['csv'] })": "parameter error: extension",
    "openDocument({ filePath: 'x', fileType: 'csv' })": "filetype not supported",
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


async def test_consent_after_an_await_is_refused(open_page: Open, world: World) -> None:
    page = await open_page()
    await page.get_by_text("订阅(晚了)").click()
    await expect(page.get_by_text("can only be invoked by user TAP gesture")).to_be_visible()
    assert [path for path, _ in world.asked if "subscribe" in path] == []


async def test_refused_consent_is_a_success_that_says_reject(open_page: Open) -> None:
    page = await open_page()
    await page.get_by_text("订阅", exact=True).click()
    await page.get_by_role("dialog", name="订阅消息").get_by_role("button", name="取消").click()
    await expect(page.get_by_text("选择了 reject")).to_be_visible()


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
    # By one clock, the page's own: it may stand still, but a second is over before five are.
    closed = """new Promise((resolve) => {
      __preview.hide();
      setTimeout(() => resolve(window.socketsClosed ?? 0), 1000);
    })"""
    assert await page.evaluate(closed) == 0
    await holds(page, "window.socketsClosed === 1", seconds=20)
    shows = await page.evaluate("getApp().globalData.shows")
    await page.evaluate("__preview.show()")
    assert await page.evaluate("getApp().globalData.shows") == shows + 1
    assert await page.evaluate(SOCKETS, 1) == ["heard hello"]


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
