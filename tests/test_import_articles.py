"""Imports of articles and answers: the pipeline of cards, with other columns, another permission and the search."""

from pathlib import Path
from typing import Any

import pytest

from handlers.import_targets import Work
from handlers.importers import IMPORTERS
from models import article_import
from models.db import fetch, transaction
from models.imports import Target
from tests.support.articles import found, save, write
from tests.support.commands import command
from tests.support.library import Library, Phone
from tests.support.tables import IMPORTS, applied, checked, csv_of, problems, send, state, xlsx_of

HEAD = ("类型", "标题", "正文", "标签", "状态")
TEXT = "# 寄存\n\n东门左手边有寄存柜，\n刷读者证开门。"
ROWS = (
    ("常见问题", "怎么寄存书包", TEXT, "寄存，书包、寄存！", "已发布"),
    ("文章", "暑假开馆时间", "七月起每天九点到五点。", "", ""),
)
ARTICLES = {"target": "articles"}


@pytest.fixture
async def editor(library: Library) -> Phone:
    return await library.reader("editor", role="editor")


async def stored() -> list[Any]:
    sql = "SELECT kind, title, text, tags, pinned, state, version, saved_by FROM article ORDER BY id"
    return [dict(row) for row in await fetch(sql)]


async def undone(phone: Phone, view: Any) -> Any:
    assert (await phone.post(f"{IMPORTS}/{view['id']}/undo")).status == 200
    return await state(phone, view["id"], "undone")


async def test_articles_are_checked_applied_found_changed_and_taken_back(
    library: Library, editor: Phone
) -> None:
    view = await applied(editor, xlsx_of(*ROWS, head=HEAD), **ARTICLES)
    assert (view["target"], view["created"], view["problems"]) == ("articles", 2, 0)
    faq, article = await stored()
    assert (faq["kind"], faq["text"], faq["tags"], faq["state"]) == ("faq", TEXT, "书包\n寄存", "published")
    assert (article["state"], article["saved_by"]) == ("draft", editor.reader_id)
    assert await found(library.guest, "寄存柜") == ["怎么寄存书包"]
    assert await found(library.guest, "暑假开馆") == []

    changes = (("faq", "怎么寄存书包", "改到西门了。"), ("article", "暑假开馆时间", ROWS[1][2]))
    again = await applied(editor, xlsx_of(*changes, head=("Kind", "Title", "Text")), **ARTICLES)
    assert (again["created"], again["changed"], again["same"]) == (0, 1, 1)
    faq, _ = await stored()
    assert (faq["text"], faq["tags"], faq["state"]) == ("改到西门了。", "书包\n寄存", "published")
    assert (await found(library.guest, "西门"), await found(library.guest, "寄存柜")) == (
        ["怎么寄存书包"],
        [],
    )

    assert (await undone(editor, again))["kept"] == 0
    assert ((await stored())[0]["text"], await found(library.guest, "西门")) == (TEXT, [])
    assert await found(library.guest, "寄存柜") == ["怎么寄存书包"]
    assert (await undone(editor, view))["kept"] == 1  # it has another version than the first import gave it
    assert [row["title"] for row in await stored()] == ["怎么寄存书包"]


async def test_taking_back_what_was_published_makes_it_the_draft_that_it_was(
    library: Library, editor: Phone
) -> None:
    made = await write(
        editor, kind="article", title="草稿", text="还没写完", pinned=["什么时候写完"], state="draft"
    )
    rows = (("文章", "草稿", "写完了", "已发布"), ("文章", "改过的", "原文", "发布"))
    view = await applied(editor, csv_of(*rows, head=("类型", "标题", "正文", "状态")), **ARTICLES)
    assert await found(library.guest, "什么时候写完") == ["草稿"]
    written = (await editor.get("/api/admin/articles")).body["items"]
    other = next(row["id"] for row in written if row["title"] == "改过的")
    article = (await editor.get(f"/api/admin/articles/{other}")).body
    assert (await save(editor, article, text="编辑改了")).status == 200
    assert (await undone(editor, view))["kept"] == 1
    after = (await editor.get(f"/api/admin/articles/{made['id']}")).body
    assert (after["text"], after["state"], after["pinned"]) == ("还没写完", "draft", ["什么时候写完"])
    assert (await fetch("SELECT published_at FROM article WHERE title = '草稿'"))[0]["published_at"] is None
    assert await found(library.guest, "什么时候写完") == []
    assert await found(library.guest, "编辑改了") == ["改过的"]


async def test_every_problem_is_told_and_a_title_that_stands_twice_is_changed_by_nobody(
    library: Library, editor: Phone
) -> None:
    for _ in range(2):
        await write(editor, kind="faq", title="同名", text="正文", state="draft")
    rows = (
        ("公告", "标" * 61, "", "字" * 13, "公开"),
        ("FAQ", "同名", "新的正文", "", "draft"),
        ("文章", "同名", "文章可以", "", "draft"),
        ("文章", "同名", "第二次", "", "draft"),
        ("文章", "坏字\x07", "字" * 10_001, "、".join("一二三四五六七八九"), ""),
    )
    view = await checked(editor, csv_of(*rows, head=HEAD), **ARTICLES)
    assert await problems(editor, view) == {
        2: [
            ("类型", "not_a_kind"),
            ("标题", "too_long"),
            ("正文", "empty"),
            ("标签", "too_long"),
            ("状态", "not_published"),
        ],
        3: [("标题", "several")],
        5: [("标题", "twice")],
        6: [("标题", "unprintable"), ("正文", "too_long"), ("标签", "too_many")],
    }
    assert view["created"] == 1
    assert {row["text"] for row in await stored()} == {"正文"}


async def test_an_editor_sees_and_does_nothing_with_an_import_of_cards(
    library: Library, editor: Phone
) -> None:
    manager = await library.reader("manager", role="manager")
    cards = await checked(manager, csv_of(("20230001", "林小满", "1")))
    articles = await checked(editor, csv_of(*ROWS, head=HEAD, sign=";"), **ARTICLES)
    assert (await send(editor, csv_of(("20230002", "周一")))).code == "not_allowed"
    assert (await send(editor, csv_of(*ROWS, head=HEAD), target="readers")).code == "invalid_input"
    path = f"{IMPORTS}/{cards['id']}"
    mapping = [{"field": "card_no", "column": 0}, {"field": "name", "column": 1}]
    tried = (
        await editor.get(path),
        await editor.get(f"{path}/problems"),
        await editor.get(f"{path}/report"),
        await editor.put(f"{path}/mapping", {"version": cards["version"], "mapping": mapping}),
        await editor.post(f"{path}/apply", {"version": cards["version"]}),
        await editor.post(f"{path}/undo"),
    )
    assert [(answer.status, answer.code) for answer in tried] == [(404, "not_found")] * 6
    assert [run["id"] for run in (await editor.get(IMPORTS)).body["items"]] == [articles["id"]]
    assert len((await manager.get(IMPORTS)).body["items"]) == 2
    wish = {"version": articles["version"], "mapping": mapping}
    answer = await editor.put(f"{IMPORTS}/{articles['id']}/mapping", wish)
    assert (answer.code, answer.details["problem"]) == ("invalid_input", "no_such_field")


async def test_what_somebody_saves_while_a_row_is_made_ready_is_found_as_well(
    library: Library, editor: Phone
) -> None:
    made = await write(editor, kind="faq", title="怎么续借", text="旧的")
    importer, run = IMPORTERS[Target.ARTICLES], {"made_by_id": editor.reader_id}
    mapping = {"kind": 0, "title": 1, "text": 2}
    read = importer.read(["问答", "怎么续借", "新的正文"], mapping, None)
    ready = await importer.make_ready({1: read})
    assert (await save(editor, made, tags=["延期"])).status == 200
    async with transaction() as tx:
        there = (await importer.there([read], tx))[read.key]
        work = Work(1, read, there, ready[1])
        await importer.write(tx, run, [work], now=library.services.clock.now())
    assert await found(library.guest, "延期") == await found(library.guest, "新的正文") == ["怎么续借"]


@pytest.mark.timeout(180)  # another process is started
async def test_the_command_line_imports_articles_as_well(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_bytes(csv_of(("问答", "怎么续借", "在我的页续借。"), head=("类", "问题", "答案")))
    wish = ("import-articles", str(file), "--map", "kind=类", "--apply")
    code, said = await command(*wish, database=database_url)
    assert (code, "new 1, changed 0, the same 0, with problems 0" in said) == (0, True), said


def test_a_row_tells_no_more_than_the_file_has_columns_for() -> None:
    one = article_import.read(["文章", "标题", "正文"], {"kind": 0, "title": 1, "text": 2, "tags": 3})
    assert (one.tags, one.state, one.wrong, one.key) == ((), None, (), "article 标题")
    assert article_import.read(["文章", "", "正文"], {"kind": 0, "title": 1, "text": 2}).key == ""
