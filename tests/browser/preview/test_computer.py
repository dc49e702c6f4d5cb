"""The mini-program in a window on a computer: its width, its keyboard, its sounds."""

from playwright.async_api import Page, ViewportSize, expect

from tests.support.phones import holds
from tests.support.sample import DESK, Open

KEYS = "wx.onKeyDown(({ key, shiftKey }) => (window.keys ??= []).push([key, shiftKey]))"


async def test_a_window_on_a_computer_is_wide_and_stays_so(open_page: Open) -> None:
    page = await open_page("?person=amy", viewport=DESK)
    width = "wx.getWindowInfo().windowWidth"
    assert await page.frames[1].evaluate(width) == 375
    await page.frames[1].evaluate("wx.onWindowResize(({ size }) => (window.told = size.windowWidth))")
    await page.get_by_role("button", name="电脑").click()
    await holds(page.frames[1], "window.told === 1100")
    info = await page.frames[1].evaluate("wx.getWindowInfo()")
    assert (info["windowWidth"], info["statusBarHeight"]) == (1100, 0)
    assert "device=computer" in page.url
    box = await page.locator("iframe").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= DESK["width"]

    await page.reload()
    await holds(page, "window.__preview?.page()")
    assert await page.frames[1].evaluate(width) == 1100
    await page.get_by_role("button", name="手机", exact=True).click()
    await holds(page.frames[1], f"{width} === 375")
    assert "device" not in page.url


async def test_bare_the_program_is_as_wide_as_the_window(open_page: Open) -> None:
    page = await open_page("?person=amy&bare", viewport=ViewportSize(width=1024, height=768))
    assert await page.evaluate("wx.getWindowInfo().windowWidth") == 1024


async def pressed(page: Page) -> list[list[object]]:
    return list(await page.evaluate("window.keys ?? []"))


async def test_keys_are_told_after_the_first_touch_and_never_from_a_field(open_page: Open) -> None:
    page = await open_page()
    await page.evaluate(KEYS)
    await page.keyboard.press("ArrowDown")
    assert await pressed(page) == []
    await page.locator("[id$='--heading']").click()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Shift+Enter")
    told = [["ArrowDown", False], ["Shift", True], ["Enter", True]]
    assert await pressed(page) == told

    await page.get_by_label("名字").fill("小")
    await page.keyboard.press("Enter")
    assert await pressed(page) == told
    await page.get_by_label("名字").focus()
    await page.keyboard.press("Escape")  # leaves the field
    await expect(page.get_by_label("名字")).not_to_be_focused()
    await page.keyboard.press("k")
    assert await pressed(page) == [*told, ["k", False]]

    await page.evaluate("wx.offKeyDown()")
    await page.keyboard.press("j")
    assert len(await pressed(page)) == 4


SOUND = """(src) => new Promise((resolve) => {
  const sound = wx.createInnerAudioContext();
  sound.onEnded(() => resolve('ended'));
  sound.onError(({ errCode }) => resolve(errCode));
  sound.src = src;
  sound.play();
})"""


async def test_a_sound_of_the_program_is_played_and_counted(open_page: Open) -> None:
    page = await open_page()
    await page.locator("[id$='--heading']").click()
    assert await page.evaluate(SOUND, "/assets/tone.wav") == "ended"
    assert await page.evaluate("__preview.sounds()") == ["/assets/tone.wav"]


async def test_a_sound_that_is_not_there_or_not_in_front_is_not_played(open_page: Open) -> None:
    page = await open_page()
    await page.locator("[id$='--heading']").click()
    assert await page.evaluate(SOUND, "/assets/none.wav") == 10003
    await page.evaluate(
        "() => { window.sound = wx.createInnerAudioContext(); sound.src = '/assets/tone.wav';"
        " sound.onPlay(() => (window.heard = true)); __preview.hide(); sound.play(); __preview.show() }"
    )
    await page.evaluate("() => { sound.destroy(); sound.play() }")
    await page.wait_for_timeout(200)
    assert await page.evaluate("[__preview.sounds(), window.heard]") == [[], None]
