"""One search for everything: what it finds, in which order, what it marks; the same on both databases."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from models import tokens
from models.db import fetch
from tests.support.articles import found, means, save, search, write
from tests.support.library import Library, Phone, new_key, running_library

# The corpus: title, tags, text; the last is the newest.
CORPUS = (
    ("图书馆开放时间", ("开放",), "总馆每天 7:00 开门，22:30 关门。"),
    ("自习室怎么预约", ("座位", "预约"), "选一个座位，签到后开始自习。静音自习室不要出声。"),
    ("座位预约的规则", ("座位",), "一天最多三次。"),
    ("连接 WiFi", ("网络",), "选择 Library-Free 无线网，在自习室也能用。Café 也有。"),
    ("借书与续借", ("借阅",), "图书可以续借一次，续 30 天。"),
    ("重庆来的书", (), "两千册图书，来自重庆图书馆。"),
    ("A-12 号座位的灯", ("座位",), "灯修好了。"),
)
# What is looked for, and what is found, best first.
FINDS: tuple[tuple[str, list[str]], ...] = (
    ("预约", ["座位预约的规则", "自习室怎么预约"]),
    ("自习室", ["自习室怎么预约", "连接 WiFi"]),
    ("座位", ["A-12 号座位的灯", "座位预约的规则", "自习室怎么预约"]),
    ("借阅", ["借书与续借"]),
    ("图书", ["图书馆开放时间", "重庆来的书", "借书与续借"]),
    ("图书馆", ["图书馆开放时间", "重庆来的书"]),
    ("请问图书馆几点开门呢？", ["图书馆开放时间", "重庆来的书"]),  # the second holds two of three pairs
    ("怎么续借图书", ["借书与续借"]),
    ("座位 灯", ["A-12 号座位的灯"]),
    ("灯", ["A-12 号座位的灯"]),
    ("ＷＩＦＩ", ["连接 WiFi"]),
    ("cafe\u0301", ["连接 WiFi"]),
    ("CAFE", ["连接 WiFi"]),
    ("library", ["连接 WiFi"]),
    ("a-12", ["A-12 号座位的灯"]),
    ("zxs", ["自习室怎么预约"]),
    ("zixishi", ["自习室怎么预约"]),
    ("chongqing", ["重庆来的书"]),
    ("cq", ["重庆来的书"]),
    ("lib", []),
    ("怎么", ["自习室怎么预约"]),
    ("静音自习室不要大声", ["自习室怎么预约"]),
    ("自习室也能吃饭喝水聊天", []),
    ("没有的东西", []),
)
HOSTILE = (
    '" OR title : "',
    "预约* NEAR(自习, 3)",
    "' | !a & (b <-> c):*",
    "%",
    "_",
    "\\'; DROP TABLE article; --",
    "。，！？……——",
    "😀😀",
    "\u202e预约\u200b",
    "预" * 100,
    "ß" * 100,
)


@pytest.fixture
async def editor(library: Library) -> Phone:
    return await library.reader("editor", role="editor")


async def fill(library: Library, editor: Phone) -> None:
    for title, tags, text in CORPUS:
        await write(editor, title, text, tags=tags)
        await library.advance(minutes=1)


async def command(*arguments: str, database: str) -> tuple[int, str]:
    """One of the server's own commands: how it ended, and what it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *arguments,
        env={**os.environ, "WENJIN_DATABASE_URL": database, "COLUMNS": "200"},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    return process.returncode or 0, said.decode()


# ---------------------------------------------------------------- finding


async def test_one_corpus_gives_the_same_answers_in_the_same_order(library: Library, editor: Phone) -> None:
    await fill(library, editor)
    told = {text: await found(library.guest, text) for text, _ in FINDS}
    assert told == dict(FINDS)


async def test_more_of_the_words_comes_before_a_better_place_and_of_equals_the_newest(
    library: Library, editor: Phone
) -> None:
    for title, text, tags in (
        ("第一", "空调太冷，自习时多穿一件。", ()),
        ("空调自习", "无关。", ()),
        ("第三", "无关。", ("空调", "自习")),
        ("空调", "自习。", ()),
        ("第五", "空调太冷，自习时多穿一件。", ()),
        ("空调空调", "只有一半。", ()),
    ):
        await write(editor, title, text, tags=tags)
        await library.advance(minutes=1)
    assert await found(library.guest, "空调 自习") == ["空调自习", "空调", "第三", "第五", "第一"]


async def test_parts_of_the_answer_follow_each_other_without_gap_or_twice(
    library: Library, editor: Phone
) -> None:
    for number in range(7):
        await write(editor, f"预约说明 {number}", kind="faq" if number % 2 else "article")
    seen, after = list[str](), ""
    while True:
        page = await search(library.guest, "预约说明", limit=3, **({"after": after} if after else {}))
        seen += [item["title"] for item in page["items"]]
        if not (after := page["next"]):
            break
    assert seen == [f"预约说明 {number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert await found(library.guest, "预约说明", kind="article") == [
        f"预约说明 {number}" for number in (6, 4, 2, 0)
    ]


async def test_marks_are_places_of_the_text_and_never_markup(library: Library, editor: Phone) -> None:
    text = "前言" * 60 + "😀<b>自习室</b>在三层，WiFi 也有。\n# 第二段" + "后记" * 60
    await write(editor, "😀自习室", text)
    [item] = (await search(library.guest, "自习室 wifi"))["items"]
    utf16 = item["title"].encode("utf-16-le")
    [mark] = item["title_marks"]
    assert utf16[2 * mark["start"] : 2 * mark["end"]].decode("utf-16-le") == "自习室"
    excerpt = item["excerpt"]
    marked = [
        excerpt.encode("utf-16-le")[2 * one["start"] : 2 * one["end"]].decode("utf-16-le")
        for one in item["excerpt_marks"]
    ]
    assert marked == ["自习室", "WiFi"]
    assert "<b>自习室</b>" in excerpt
    assert "也有。 第二段" in excerpt
    assert excerpt.startswith("…")
    assert excerpt.endswith("…")
    assert len(excerpt) <= 72


async def test_the_index_changes_with_what_it_indexes(library: Library, editor: Phone) -> None:
    article = await write(editor, "旧的题目", "旧的正文", state="draft")
    assert await found(library.guest, "题目") == []
    article = (await save(editor, article, state="published")).body
    assert await found(library.guest, "题目") == ["旧的题目"]
    article = (await save(editor, article, title="新的说法", kind="article")).body
    assert await found(library.guest, "题目") == []
    assert await found(library.guest, "说法", kind="article") == ["新的说法"]
    assert await found(library.guest, "说法", kind="faq") == []
    assert (await editor.call("DELETE", f"/api/admin/articles/{article['id']}")).status == 200
    assert await found(library.guest, "说法") == []
    assert not await fetch("SELECT 1 FROM search_index")


async def test_a_pinned_answer_comes_first_for_its_words_and_no_others(
    library: Library, editor: Phone
) -> None:
    await write(editor, "上网须知", "无线网密码在服务台", pinned=["WiFi 密码", "ｗｉｆｉ　密码"])
    await library.advance(minutes=1)
    await write(editor, "WiFi 密码", "WiFi 密码")
    items = (await search(library.guest, " wifi：密码 "))["items"]
    assert [(item["title"], item["pinned"]) for item in items] == [("上网须知", True), ("WiFi 密码", False)]
    assert await found(library.guest, "wifi") == ["WiFi 密码"]


async def test_words_of_one_meaning_find_each_other(library: Library, editor: Phone) -> None:
    await write(editor, "存包柜在哪里", "一层门口。")
    await write(editor, "With us", "come with us")
    assert await found(library.guest, "寄存行李") == []
    group = await means(editor, "寄存", "存包", "it")
    assert await found(library.guest, "寄存") == ["存包柜在哪里"]
    assert await found(library.guest, "IT") == ["存包柜在哪里"]
    assert await found(library.guest, "with us") == ["With us"]  # no "it" in it
    changed = await editor.put(
        f"/api/admin/synonyms/{group['id']}", {"words": ["寄存", "保管"], "version": group["version"]}
    )
    assert changed.status == 200
    assert await found(library.guest, "寄存") == []


# ---------------------------------------------------------------- who finds what


async def test_drafts_are_found_by_editors_and_nobody_else(
    library: Library, editor: Phone, lin: Phone
) -> None:
    await write(editor, "写到一半的预约", state="draft")
    await write(editor, "预约说明")
    for phone in (library.guest, lin, editor):
        assert await found(phone, "预约") == ["预约说明"]
    rows = (await editor.get("/api/admin/articles?text=%E9%A2%84%E7%BA%A6")).body["items"]
    assert [(row["title"], row["state"]) for row in rows] == [
        ("预约说明", "published"),
        ("写到一半的预约", "draft"),
    ]
    rows = (await editor.get("/api/admin/articles?text=%E9%A2%84%E7%BA%A6&state=draft")).body["items"]
    assert [row["title"] for row in rows] == ["写到一半的预约"]
    assert (await lin.get("/api/admin/articles?text=%E9%A2%84%E7%BA%A6")).code == "not_allowed"


async def test_a_reviewer_finds_nothing_of_the_library(library: Library, editor: Phone) -> None:
    article = await write(editor, "预约说明")
    reviewer = await library.reviewer("reviewer")
    assert await found(reviewer, "预约") == []
    assert (await reviewer.get(f"/api/articles/{article['id']}")).code == "not_found"
    assert (await reviewer.get("/api/articles?kind=faq")).body["items"] == []


# ---------------------------------------------------------------- looked for in vain


async def missed(editor: Phone) -> dict[str, Any]:
    return {
        row["words"]: row["times"] for row in (await editor.get("/api/admin/missed-searches")).body["items"]
    }


async def test_what_finds_nothing_is_counted_without_who_looked(
    library: Library, editor: Phone, lin: Phone
) -> None:
    await write(editor, "预约说明")
    for phone, text in (
        (lin, "停车场"),
        (library.guest, " 停车场！"),
        (lin, "预约"),
        (lin, "WiFi 密码"),
        (lin, "😀"),
        (lin, "电话 13800138000 是谁"),
        (lin, "138 0013 8000"),
        (lin, "这" * 41),
    ):
        await search(phone, text)
    await search(lin, "停车场", kind="faq")
    await search(lin, "停车场", after=20)
    assert await missed(editor) == {"停车场": 2, "wifi 密码": 1}
    columns = {name for row in await fetch("SELECT * FROM missed_search") for name in dict(row)}
    assert columns == {"id", "words", "times", "last_at"}
    [first] = (await editor.get("/api/admin/missed-searches?limit=1")).body["items"]
    path = f"/api/admin/missed-searches/{first['id']}"
    assert (await lin.call("DELETE", path)).code == "not_allowed"
    assert (await editor.call("DELETE", path)).status == 200
    assert (await editor.call("DELETE", path)).code == "not_found"
    assert await missed(editor) == {"wifi 密码": 1}
    await library.advance(days=91)
    await library.settled()
    await library.until(lambda: fetch("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM missed_search)"))


async def test_twenty_who_look_in_vain_at_once_are_twenty(library: Library, editor: Phone) -> None:
    await asyncio.gather(*(search(library.guest, "停车场") for _ in range(20)))
    assert await missed(editor) == {"停车场": 20}


# ---------------------------------------------------------------- attacks


async def test_hostile_questions_are_only_questions(library: Library, editor: Phone) -> None:
    await write(editor, "预约说明", "自习室 a b c")
    for text in HOSTILE:
        assert set(await found(library.guest, text)) <= {"预约说明"}, text
        words = {"words": [text[:30], "说明书"], "idempotency_key": new_key()}
        assert (await editor.post("/api/admin/synonyms", words)).status in (201, 422), text
    for text in (*HOSTILE, "说明书"):
        assert set(await found(library.guest, text)) <= {"预约说明"}, text


async def test_a_question_without_end_is_refused_and_one_without_words_finds_nothing(
    library: Library,
) -> None:
    assert (await library.guest.get(f"/api/search?text={'a' * 101}")).code == "invalid_input"
    assert (await library.guest.get(f"/api/search?text={'a' * 7000}")).code == "invalid_input"
    assert (await library.guest.get(f"/api/search?text={'a' * 10_000}")).status in (400, 414, 422)
    assert (await library.guest.get("/api/search?text=")).body == {"items": [], "next": None}
    assert (await library.guest.get("/api/search")).code == "invalid_input"
    for after in ("-1", "0", "x", "1" * 19):
        assert (await library.guest.get(f"/api/search?text=a&after={after}")).code == "invalid_input"
    assert (await library.guest.get(f"/api/search?text=a&after={'9' * 18}")).body["items"] == []
    assert (await library.guest.get("/api/search?text=a&kind=reader")).code == "invalid_input"


async def test_the_longest_text_is_found_by_its_last_words(library: Library, editor: Phone) -> None:
    await write(editor, "长文", "无关的话" * 2_450 + "最后一句" + "w" * 100)
    [item] = (await search(library.guest, "最后一句"))["items"]
    assert "最后一句" in item["excerpt"]
    assert await found(library.guest, "w" * 100) == ["长文"]


# ---------------------------------------------------------------- the index anew


async def test_the_index_can_be_made_anew_from_what_it_indexes(library: Library, editor: Phone) -> None:
    await fill(library, editor)
    await fetch("DELETE FROM search_index WHERE id > 2")
    await fetch("UPDATE search_index SET ref_id = 987654 WHERE id = 2")
    assert await found(library.guest, "wifi") == []
    code, said = await command("rebuild-search", database=library.config.database.url)
    assert code == 0, said
    assert f"{len(CORPUS)} entries can be found." in said
    assert {text: await found(library.guest, text) for text, _ in FINDS} == dict(FINDS)


async def test_a_restored_library_finds_what_it_found_before(
    database_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    async with running_library(database_url) as library:
        await write(await library.reader("editor", role="editor"), "预约说明")
    file = str(tmp_path / "library.backup")
    for arguments, url in ((("backup", file), database_url), (("restore", file), empty_database_url)):
        code, said = await command(*arguments, database=url)
        assert code == 0, said
    async with running_library(empty_database_url) as library:
        assert await found(library.guest, "预约") == ["预约说明"]


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("预约座位", ["预约", "约座", "座位"]),
        ("书", ["书"]),
        ("A-12座", ["a", "12", "座"]),
        ("请问怎么续借？", ["续借"]),
        ("怎么", ["怎么"]),
        ("Straße Ⅳ ½", ["strasse", "iv", "12"]),
        ("co\u00adoperate", ["cooperate"]),
        ("한국어", ["한국", "국어"]),
        ("…", []),
    ],
)
def test_a_question_is_looked_for_by_its_words_and_pairs(question: str, wanted: list[str]) -> None:
    assert tokens.wanted(question) == wanted


def test_a_title_is_known_by_the_reading_that_its_words_have() -> None:
    assert {"yinhang", "yh", "hang"} <= tokens.pinyin("银行")
    assert "chongqing" in tokens.pinyin("重庆 2026")
    assert tokens.pinyin("WiFi") == set()
