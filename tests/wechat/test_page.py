"""The page `/sim`, in a browser."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.wechat.conftest import Desk, Opening, reminder

FOUND = Path("var/chromium")  # written by the set-up
expect.set_options(timeout=15_000)  # the page asks every two seconds, and the machine may be busy
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture(scope="session")
def chromium() -> str:
    if "CHROMIUM" in os.environ:
        return os.environ["CHROMIUM"]
    return FOUND.read_text().strip() if FOUND.exists() else "/usr/bin/chromium"


@pytest.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = await browser.new_page(viewport={"width": 375, "height": 812})
        yield page
        await browser.close()


async def test_the_page_shows_phones_and_switches_faults(open_desk: Opening, page: Page) -> None:
    desk: Desk = await open_desk(preview_url="http://127.0.0.1:8080/preview/")
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    openid = await desk.person()
    await page.goto(f"{desk.url}/sim")
    phone = page.get_by_label("林溪的手机")
    await expect(phone.get_by_text("还没有收到通知")).to_be_visible()

    await desk.accept()
    await desk.client.send(reminder(openid))
    await expect(phone.get_by_role("heading", name="预约签到提醒")).to_be_visible()
    await expect(phone.get_by_text("请在 14:15 前签到")).to_be_visible()
    link = phone.get_by_role("link", name="进入小程序查看")
    target = "http://127.0.0.1:8080/preview/?person=lin#/pages/booking/index?id=7"
    await expect(link).to_have_attribute("href", target)

    sending = page.get_by_role("group", name="发送通知")
    await sending.get_by_role("button", name="断开").click()
    await expect(sending.get_by_role("button", name="断开")).to_have_attribute("aria-pressed", "true")
    assert [(fault.path, fault.kind) for fault in desk.world.faults.all()] == [(SEND, "drop")]
    await sending.get_by_role("button", name="正常").click()
    await expect(sending.get_by_role("button", name="正常")).to_have_attribute("aria-pressed", "true")
    assert desk.world.faults.all() == []

    await phone.get_by_role("switch", name="接收订阅消息").click()
    await expect(phone.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    assert faults == []


async def test_the_page_shows_which_words_are_risky_and_what_was_judged(
    open_desk: Opening, page: Page
) -> None:
    desk: Desk = await open_desk()
    openid = await desk.person()
    await desk.control("visit", person="lin")
    await page.goto(f"{desk.url}/sim")
    texts = page.get_by_role("region", name="检查文字")
    await expect(texts.get_by_text("违规的词：「赌博」「代考」")).to_be_visible()
    await expect(texts.get_by_text("还没有查过文字")).to_be_visible()

    await desk.client.check_text(openid, "有人在三层赌博")
    await desk.client.check_text(openid, "周末几点开门")
    lines = texts.get_by_role("listitem")
    await expect(lines).to_have_count(2)
    await expect(lines.nth(0)).to_contain_text("通过 · 林溪：周末几点开门")
    await expect(lines.nth(1)).to_contain_text("违规 · 林溪：有人在三层赌博")

    await desk.control("words", risky=[], review=["开门"])
    await expect(texts.get_by_text("违规的词：无；待看的词：「开门」")).to_be_visible()

    checking = page.get_by_role("group", name="检查文字")
    await checking.get_by_role("button", name="慢 3 秒").click()
    await expect(checking.get_by_role("button", name="慢 3 秒")).to_have_attribute("aria-pressed", "true")
    faults = [(fault.path, fault.kind, fault.seconds) for fault in desk.world.faults.all()]
    assert faults == [("/wxa/msg_sec_check", "latency", 3)]
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
