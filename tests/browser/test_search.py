"""A reader finds an article by two characters, and its editor writes it, in a real browser."""

from playwright.async_api import Browser, expect

from tests.support.articles import found, means, save, write
from tests.support.library import Library, Phone
from tests.support.phones import Screen, holds, screen

HOME, SEARCH = "pages/home/home", "pages/search/search"
WRITTEN, WORDS = "admin/articles/articles", "admin/search/search"
PAGE = "section:not([hidden])"


async def ask(phone: Screen, text: str) -> None:
    field = phone.page.locator(f"{PAGE} input").first
    await field.fill(text)
    await field.press("Enter")


async def type_into(phone: Screen, label: str, text: str) -> None:
    await phone.page.locator(PAGE).get_by_label(label, exact=True).locator("visible=true").first.fill(text)


async def editor(library: Library) -> Phone:
    return await library.reader("editor", role="editor")


async def test_an_article_is_found_by_two_characters_and_read(library: Library, chromium: Browser) -> None:
    he = await editor(library)
    await write(
        he,
        "怎么续借",
        "到期前 7 天起可以<b>续借</b>一次。\n\n# 注意\n\n有人预约的书不能续借。",
        tags=["借阅"],
    )
    await write(he, "存包柜在哪里", "一层门口。")
    await means(he, "寄存", "存包")
    async with screen(chromium, library, "lin", page=HOME) as lin:
        await lin.tap("想问什么？搜一搜")
        await lin.sees("大家常问")
        await lin.look("search")
        await ask(lin, "续借")
        await lin.sees("怎么续借")
        await expect(lin.page.locator(f"{PAGE} .marked").first).to_have_text("续借")
        await lin.sees("可以<b>续借</b>一次")  # as it was written, never as markup
        await lin.does_not_see("存包柜在哪里")
        await lin.look("search-found")
        await lin.tap("怎么续借")
        await lin.sees("有人预约的书不能续借。")
        await expect(lin.page.locator(f"{PAGE} [role=heading]").last).to_have_text("注意")
        await lin.look("article")
        await lin.tap("借阅", exact=True)
        await lin.sees("怎么续借")
        await ask(lin, "寄存")
        await lin.sees("存包柜在哪里")
        await ask(lin, "停车场")
        await lin.sees("没有找到“停车场”")
        await lin.look("search-nothing")
        await lin.tap("问问馆员", exact=True)
        await holds(lin.page, "__preview.page() === 'pages/chat/chat'")


async def test_an_editor_writes_publishes_and_meets_a_colleague(library: Library, chromium: Browser) -> None:
    await editor(library)
    admin = await library.reader("admin", role="admin")
    async with screen(chromium, library, "editor", page=WRITTEN, allowed=("409",)) as phone:
        await phone.tap("写一篇")
        await phone.tap("保存")
        await phone.sees("这一项要填写。")
        await type_into(phone, "题目", "打印机在哪里")
        await type_into(phone, "内容", "二层文印角。")
        await type_into(phone, "优先出现的词", "打印")
        await phone.page.locator(PAGE).get_by_text("加上").locator("visible=true").last.click()
        await phone.sees("这一篇排在最前面")
        await phone.tap("保存")
        await phone.sees("没有改动")
        await phone.look("article-edit")
        [row] = (await admin.get("/api/admin/articles")).body["items"]
        assert row["state"] == "draft"
        kept = (await admin.get(f"/api/admin/articles/{row['id']}")).body
        assert kept["pinned"] == ["打印"]
        await save(admin, kept, text="搬到三层了。", state="published")
        await type_into(phone, "题目", "打印机在几层")
        await phone.tap("保存")
        await phone.sees("您改的时候，别人保存了另一份")
        await phone.look("article-conflict")
        await phone.tap("用我改的")
        await phone.sees("没有改动")
        assert await found(library.guest, "打印") == ["打印机在几层"]
        kept = (await admin.get(f"/api/admin/articles/{row['id']}")).body
        assert (kept["text"], kept["state"]) == (
            "搬到三层了。",
            "published",
        )  # what I did not touch stays theirs
        await phone.tap("删掉这一篇")
        await phone.sees("删掉以后找不回来")
        await phone.page.get_by_text("删掉这一篇", exact=True).locator("visible=true").last.click()
        await phone.sees("还没有写过。")
        assert await found(library.guest, "打印") == []


async def test_what_was_looked_for_in_vain_becomes_a_synonym(library: Library, chromium: Browser) -> None:
    he = await editor(library)
    await write(he, "存包柜在哪里", "一层门口。")
    assert await found(library.guest, "寄存行李") == []
    assert await found(library.guest, "寄存") == []
    async with screen(chromium, library, "editor", page=WORDS) as phone:
        await phone.sees("寄存行李")
        await phone.look("missed")
        await phone.tap("同义词", exact=True)
        await phone.sees("还没有同义词。")
        await phone.tap("加一组")
        for word in ("寄存", "存包"):
            await type_into(phone, "意思一样的词", word)
            await phone.tap("加上")
        await phone.tap("保存")
        await phone.sees("没有改动")
        await phone.look("synonyms")
    assert await found(library.guest, "寄存") == ["存包柜在哪里"]
