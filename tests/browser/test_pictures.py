"""A reader shows the library a broken socket, over a bad network; who may see it when."""

from pathlib import Path

from playwright.async_api import Browser, Route, expect

from models.db import fetch
from tests.support.feedback import box, librarian
from tests.support.library import Library
from tests.support.phones import COMPUTER, Screen, screen
from tests.support.pictures import RED, picture, sent, state

TELL = "pages/feedback/tell"
SILENCE = {"path": "/wxa_media_check", "kind": "drop"}
FORM = "section:not([hidden])"


async def choose(phone: Screen, *paths: Path) -> None:
    async with phone.page.expect_file_chooser() as asked:
        await phone.tap("选图片")
    await (await asked.value).set_files(list(paths))


def tiles(phone: Screen) -> str:
    return f"{FORM} .tile:not(.add)"


async def there(phone: Screen, count: int) -> None:
    """So many pictures stand in the form, and the server has them all."""
    await expect(phone.page.locator(tiles(phone))).to_have_count(count)
    await expect(phone.page.locator(f"{FORM} .over")).to_have_count(0)


async def judged(library: Library) -> None:
    """WeChat says what it has kept to itself, when it is asked again."""
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        pass
    await library.sim("visit", {"person": "lin"})
    await library.advance(minutes=31)


async def uploads() -> int:
    return int((await fetch("SELECT count(*) AS n FROM upload"))[0]["n"])


async def test_a_picture_over_a_broken_connection_is_sent_once_and_seen_when_it_was_judged(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    await librarian(library, "he", "何馆员")
    socket, poster = tmp_path / "socket.jpg", tmp_path / "poster.png"
    socket.write_bytes(picture(size=(800, 600)))
    poster.write_bytes(picture((240, 240, 240), size=(300, 500), format="PNG"))
    await library.sim("faults", SILENCE)
    bodies = 0

    async def lose_the_answer(route: Route) -> None:
        """All bytes arrive, which Chromium does not hand to a test; the answer does not."""
        nonlocal bodies
        bodies += 1
        await sent(await library.sign_in("lin"), socket.read_bytes())
        await route.abort()

    async with screen(chromium, library, "lin", page=TELL, allowed=("ERR_",)) as lin:
        await lin.tap("空间", exact=True)
        await lin.page.locator(f"{FORM} textarea").fill("三楼东的插座松了")
        await lin.page.route("**/api/uploads", lose_the_answer)
        await choose(lin, socket)
        await lin.sees("现在连不上网络")
        await lin.tap("发给图书馆")
        await lin.sees("有图片没有传上")
        await lin.look("picture-failed")
        await lin.tap("重试", exact=True)
        await lin.does_not_see("现在连不上网络")
        await there(lin, 1)
        assert (bodies, await uploads()) == (1, 1)
        await lin.page.unroute("**/api/uploads")

        await choose(lin, poster)
        await there(lin, 2)
        await lin.look("picture-form")
        await lin.page.reload()  # the mini-program is closed and opened: the draft still has both
        await expect(lin.page.locator(f"{tiles(lin)} img")).to_have_count(2)
        await lin.page.get_by_label("去掉这张图片").filter(visible=True).nth(1).click()
        await expect(lin.page.locator(tiles(lin))).to_have_count(1)
        await lin.tap("可以答复我")
        await lin.tap("发给图书馆")
        await lin.sees("收到了，谢谢您")

        async with screen(
            chromium, library, "he", page="staff/feedback/feedback", size=COMPUTER, bare=1
        ) as he:
            await he.tap("三楼东的插座松了")
            await he.sees("正在检查")
            await expect(he.page.locator("img")).to_have_count(0)
            await judged(library)
            await he.does_not_see("正在检查")  # without touching anything
            shown = he.page.locator(f"{FORM} img").filter(visible=True)
            await expect(shown).to_have_js_property("naturalWidth", 800)
            await he.look("picture-inbox")
            await shown.click()
            await expect(he.page.locator(".full-picture")).to_be_visible()

        await lin.tap("看我的意见")
        await lin.tap("三楼东的插座松了")
        own = lin.page.locator(f"{FORM} img").filter(visible=True)
        await expect(own).to_have_count(1)
        await lin.look("picture-own")


async def test_a_risky_picture_is_said_to_its_author_alone(
    library: Library, chromium: Browser, tmp_path: Path
) -> None:
    he = await librarian(library, "he", "何馆员")
    risky = tmp_path / "risky.jpg"
    risky.write_bytes(picture(RED, size=(200, 200)))
    await library.sim("faults", SILENCE)
    async with screen(chromium, library, "lin", page=TELL, allowed=("409", "404")) as lin:
        await lin.tap("空间", exact=True)
        await lin.page.locator(f"{FORM} textarea").fill("看看这个")
        await choose(lin, risky)
        await there(lin, 1)
        await lin.tap("可以答复我")
        await lin.tap("发给图书馆")
        await lin.sees("收到了，谢谢您")
        await judged(library)
        [stored] = await fetch("SELECT id FROM upload")
        await state(library, str(stored["id"]), "removed")
        await lin.tab("pages/messages/messages")
        await lin.tap("有一张图片没有通过检查")
        await lin.sees("看看这个")
        await lin.sees("没有通过检查")
        await expect(lin.page.locator(f"{FORM} img")).to_have_count(0)
        [line] = await box(he)
        assert [one["url"] for one in line["pictures"]] == [None]

        await lin.go(f"/{TELL}")
        await choose(lin, risky)
        await lin.sees("这张图片没有通过检查，请换一张")
