"""A reader tells the library something and rates a visit, in a real browser; nothing is lost or asked twice."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from models.db import fetch
from tests.support.chat import RISKY, claimed
from tests.support.chat import librarian as on_duty
from tests.support.feedback import act, answer, box, librarian, mine, told, visit
from tests.support.library import MONDAY_9, Library
from tests.support.phones import Screen, consented, hold_back, screen

HOME, TELL, MINE = "pages/home/home", "pages/feedback/tell", "pages/feedback/mine"
ONE = "pages/feedback/one"
PAGE = "section:not([hidden])"
OF_SERVER = re.compile(r"//[^/]+/api/")


async def write(phone: Screen, text: str, *, topic: str = "空间") -> None:
    await phone.tap(topic, exact=True)
    await phone.page.locator(f"{PAGE} textarea").fill(text)


async def written(phone: Screen, text: str) -> None:
    """This stands in the form."""
    await expect(phone.page.locator(f"{PAGE} textarea")).to_have_value(text)


class Line:
    """A phone's way to the server, which is cut and mended; the program itself is still there to be opened."""

    def __init__(self, phone: Screen) -> None:
        self.page = phone.page
        self.open = True

    async def cut(self) -> None:
        self.open = False
        await self.page.route(OF_SERVER, lambda route: route.abort())
        await self.page.route_web_socket("**/socket.io/**", self._connect)

    async def mend(self) -> None:
        self.open = True
        await self.page.unroute(OF_SERVER)

    async def _connect(self, socket: WebSocketRoute) -> None:
        if self.open:
            socket.connect_to_server()
        else:
            await socket.close()


async def stored() -> list[str]:
    return [row["text"] for row in await fetch("SELECT text FROM feedback ORDER BY id")]


async def stars() -> list[int | None]:
    return [row["stars"] for row in await fetch("SELECT stars FROM rating ORDER BY id")]


async def give(phone: Screen, label: str) -> None:
    await phone.page.get_by_label(label).filter(visible=True).first.click()


async def test_what_is_told_over_a_lost_network_arrives_once_and_is_answered(
    library: Library, chromium: Browser
) -> None:
    he = await librarian(library, "he", "何馆员")
    async with screen(chromium, library, "lin", page=TELL, allowed=("ERR_", "fail", "WebSocket")) as lin:
        await write(lin, "三楼的灯有点暗")
        await lin.look("feedback-form")
        await lin.offline(True)
        await lin.tap("发给图书馆")
        await lin.sees("正在发出")
        await lin.look("feedback-waiting")
        await lin.never_sees("收到了，谢谢您")
        assert await stored() == []

        line = Line(lin)
        await line.cut()
        await lin.page.reload()  # the mini-program is closed and opened, still without network
        await written(lin, "")
        await lin.go(f"/{MINE}")
        await lin.sees("等着发出")
        await line.mend()
        await lin.sees("已收到", seconds=30)
        await lin.does_not_see("等着发出")
        await library.settled()
        assert await stored() == ["三楼的灯有点暗"]

        [told_once] = await box(he)
        await act(he, told_once["id"], "take")
        await lin.sees("有人在看")  # without touching anything
        await answer(he, told_once["id"], "今天已经换了新灯管。")
        await lin.sees("已答复")
        await lin.look("feedback-mine")
        await lin.tab("pages/messages/messages")
        await lin.tap("何馆员答复了您的意见")
        await lin.sees("今天已经换了新灯管。")
        await lin.sees("馆员已经答复您了")
        await lin.look("feedback-answered")


@pytest.mark.parametrize("page", [MINE, f"{ONE}?id=1"])
async def test_what_was_answered_while_the_phone_had_no_network_is_there_when_it_has(
    library: Library, chromium: Browser, page: str
) -> None:
    he, phone = await librarian(library, "he", "何馆员"), await library.reader("lin")
    feedback_id = await told(library, phone, "三楼的灯有点暗")
    async with screen(chromium, library, "lin", page=page, allowed=("ERR_", "fail", "WebSocket")) as lin:
        await lin.sees("三楼的灯有点暗")
        await lin.sees("已收到")
        await lin.offline(True)
        await act(he, feedback_id, "take")
        await lin.never_sees("有人在看")
        await lin.offline(False)
        await lin.sees("有人在看")


async def test_a_consent_given_in_the_tap_brings_the_answer_to_wechat(
    library: Library, chromium: Browser
) -> None:
    he = await librarian(library, "he", "何馆员")
    async with screen(chromium, library, "lin", page=TELL) as lin:
        await write(lin, "少一本《边城》", topic="馆藏")
        await lin.tap("发给图书馆")
        await lin.tap("允许", exact=True)
        await lin.sees("收到了，谢谢您")
        await lin.look("feedback-sent")
        await consented(library)
        await library.settled()
        [line] = await box(he)
        await answer(he, line["id"], "下周到馆。")
        await library.settled()
        [message] = (await library.sim("phone/lin"))["messages"]
        assert message["page"] == f"pages/feedback/one?id={line['id']}"


async def test_a_draft_outlives_the_page_and_what_needs_no_answer_asks_for_no_consent(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=TELL) as lin:
        await lin.page.locator(f"{PAGE} textarea").fill("小程序的字有点小")
        await lin.tap("发给图书馆")
        await lin.sees("请先选一选")
        await lin.tap("小程序", exact=True)
        await lin.tap("可以答复我")
        await lin.sees("不会来打扰您")
        await lin.page.reload()
        await written(lin, "小程序的字有点小")
        await lin.sees("不会来打扰您")
        await lin.tap("发给图书馆")
        await lin.sees("收到了，谢谢您")
        assert await lin.text("允许", exact=True).count() == 0
        await lin.tap("再说一件")
        await written(lin, "")


async def test_risky_words_come_back_into_the_form_they_were_typed_in(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=TELL) as lin:
        await write(lin, RISKY)
        await lin.tap("可以答复我")
        await lin.tap("发给图书馆")
        await lin.sees("内容没有通过检查")
        await written(lin, RISKY)
        await lin.never_sees("收到了，谢谢您")
        await lin.look("feedback-returned")
        await lin.page.locator(f"{PAGE} textarea").fill("三层有点吵")
        await lin.tap("发给图书馆")
        await lin.sees("收到了，谢谢您")
        await library.settled()
        assert await stored() == [RISKY, "三层有点吵"]
        await lin.tap("再说一件")
        await write(lin, "写到一半", topic="服务")
        await lin.tap("看我的意见")
        await lin.tap("没有发出", exact=True)
        await lin.tap("改一改再发", exact=True)
        await written(lin, f"写到一半\n{RISKY}")  # what was being written is still there


async def test_words_that_are_returned_before_their_answer_is_here_come_back_too(
    library: Library, chromium: Browser
) -> None:
    judged = asyncio.Event()

    def is_answer(said: str) -> bool:
        return said.startswith("43") and '"feedback_id"' in said

    async with screen(chromium, library, "lin", page=TELL) as lin:
        await hold_back(lin.page, is_answer, judged)
        await write(lin, RISKY)
        await lin.tap("发给图书馆")
        await library.until(lambda: fetch("SELECT 1 FROM feedback WHERE passage = 'returned'"))
        await lin.never_sees("没有通过检查")  # of whatever it may be
        judged.set()
        await lin.sees("内容没有通过检查")
        await written(lin, RISKY)


async def test_a_visit_is_asked_about_once_and_few_stars_lead_on(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=MINE) as lin:
        await lin.sees("您还没有提过意见")
        reader = (await fetch("SELECT id FROM reader"))[0]["id"]
        await visit(reader, ended=MONDAY_9, seat="A-2")
        booking = await visit(reader, ended=MONDAY_9)
        await lin.tab(HOME)
        await lin.sees("自习还顺利吗？")
        await lin.look("rating-home")
        await lin.go(f"/pages/bookings/detail?id={booking}")
        await lin.sees("再约一个")
        await lin.look("rating-visit")
        await lin.tab(HOME)
        await give(lin, "2 星，欠佳")
        await lin.sees("谢谢您告诉我们")
        await lin.look("rating-thanks")
        await lin.tap("告诉我们哪里可以更好")
        await lin.sees("发给图书馆")
        await library.until(stars)
        await lin.tab(HOME)
        await lin.never_sees("自习还顺利吗？")
        assert await stars() == [2]


async def test_a_talk_that_is_over_is_asked_about_in_its_own_page(
    library: Library, chromium: Browser
) -> None:
    he = await on_duty(library)
    lin = await library.reader("lin")
    talk = await claimed(library, lin, he)
    async with screen(chromium, library, "lin", page=f"pages/chat/thread?id={talk}") as phone:
        await phone.sees("何馆员正在接待您")
        await he.post(f"/api/desk/{talk}/close")
        await phone.sees("何馆员解决了您的问题吗？")  # without touching anything
        await phone.look("rating-chat")
        await give(phone, "5 星，很好")
        await phone.sees("谢谢您告诉我们")
        await library.until(stars)
        assert await stars() == [5]


async def test_who_would_rather_not_is_not_asked_again(library: Library, chromium: Browser) -> None:
    lin = await library.reader("lin")
    await visit(lin.reader_id)
    await told(library, lin)
    async with screen(chromium, library, "lin", page=MINE) as phone:
        await phone.sees("已收到")
        await phone.tab(HOME)
        await phone.sees("自习还顺利吗？")
        await phone.tap("不了", exact=True)
        await phone.does_not_see("自习还顺利吗？")
        await library.until(stars)
        await phone.tab("pages/me/me")
        await phone.tab(HOME)
        await phone.never_sees("自习还顺利吗？")
        assert await stars() == [None]
    assert len(await mine(lin)) == 1
