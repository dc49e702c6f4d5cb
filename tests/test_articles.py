"""Articles and answers: editors write them, readers read what is published."""

import asyncio
import io
import json
from typing import Any

import pytest

from models.db import fetch
from tests.support.articles import means, save, write
from tests.support.library import Library, Phone, new_key

WRONG: tuple[dict[str, Any], ...] = (
    {"title": ""},
    {"title": " \u200b"},
    {"title": "字" * 61},
    {"title": "两\n行"},
    {"text": ""},
    {"text": "字" * 10_001},
    {"text": "\x00"},
    {"tags": ["字" * 13]},
    {"tags": [""]},
    {"tags": [f"{number}" for number in range(9)]},
    {"tags": "借阅"},
    {"pinned": ["字" * 31]},
    {"state": "secret"},
    {"kind": "reader"},
    {"sample": True},
)
FEW: tuple[list[str], ...] = (
    [],
    ["寄存"],
    ["寄存", "寄存！"],
    ["a", ""],
    [f"w{number}" for number in range(11)],
)


@pytest.fixture
async def editor(library: Library) -> Phone:
    return await library.reader("editor", role="editor")


def wish(**changes: Any) -> dict[str, Any]:
    return {"kind": "faq", "title": "题目", "text": "正文", "idempotency_key": new_key(), **changes}


async def titles(phone: Phone, path: str) -> list[str]:
    return [item["title"] for item in (await phone.get(path)).body["items"]]


async def count() -> int:
    return int((await fetch("SELECT count(*) AS n FROM article"))[0]["n"])


# ---------------------------------------------------------------- reading


async def test_what_is_published_is_there_for_everybody_and_a_draft_for_nobody_else(
    library: Library, editor: Phone, lin: Phone
) -> None:
    draft = await write(editor, "草稿", state="draft")
    published = await write(editor, "怎么续借", "第一段\n\n第二段", tags=["借阅", "借 阅", "ＡＢ"])
    for phone in (library.guest, lin, editor):
        assert await titles(phone, "/api/articles?kind=faq") == ["怎么续借"]
        view = (await phone.get(f"/api/articles/{published['id']}")).body
        assert (view["title"], view["text"], view["tags"]) == (
            "怎么续借",
            "第一段\n\n第二段",
            ["借阅", "借 阅", "ＡＢ"],
        )
        assert view["published_at"].endswith("+08:00")
        assert (await phone.get(f"/api/articles/{draft['id']}")).code == "not_found"
        assert (await phone.get("/api/articles/987654")).code == "not_found"
    assert (await lin.get(f"/api/admin/articles/{draft['id']}")).code == "not_allowed"
    assert (await library.guest.get(f"/api/admin/articles/{draft['id']}")).code == "sign_in_needed"


async def test_a_list_comes_in_parts_the_newest_first(library: Library, editor: Phone) -> None:
    for number in range(5):
        await write(editor, f"文章 {number}", "字" * 200, kind="article")
        await library.advance(minutes=1)
    first = (await library.guest.get("/api/articles?kind=article&limit=3")).body
    assert [item["title"] for item in first["items"]] == ["文章 4", "文章 3", "文章 2"]
    assert len(first["items"][0]["beginning"]) == 120
    rest = (await library.guest.get(f"/api/articles?kind=article&limit=3&after={first['next']}")).body
    assert [item["title"] for item in rest["items"]] == ["文章 1", "文章 0"]
    assert rest["next"] is None
    assert await titles(library.guest, "/api/articles?kind=faq") == []
    assert (await library.guest.get("/api/articles")).code == "invalid_input"


async def test_editors_filter_and_sort_all_that_there_is(library: Library, editor: Phone) -> None:
    for title, kind, state in (
        ("一", "article", "draft"),
        ("二", "faq", "published"),
        ("三", "article", "published"),
    ):
        await write(editor, title, kind=kind, state=state)
        await library.advance(minutes=1)
    path = "/api/admin/articles"
    assert await titles(editor, path) == ["三", "二", "一"]
    assert await titles(editor, f"{path}?sort=oldest&limit=2") == ["一", "二"]
    assert await titles(editor, f"{path}?kind=article") == ["三", "一"]
    assert await titles(editor, f"{path}?kind=article&state=draft") == ["一"]
    assert await titles(editor, f"{path}?limit=2&after=2") == ["一"]


# ---------------------------------------------------------------- writing


async def test_of_two_who_save_the_second_is_told_what_the_first_saved(
    library: Library, editor: Phone, admin: Phone
) -> None:
    article = await write(editor, "题目")
    answers = await asyncio.gather(
        save(editor, article, text="编辑写的"), save(admin, article, text="主任写的")
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status == 409]
    assert (refused.code, refused.details) == ("changed_meanwhile", {"version": 2})
    kept = (await editor.get(f"/api/admin/articles/{article['id']}")).body
    again = await save(editor, kept, text="合在一起的")
    assert (again.status, again.body["version"]) == (200, 3)


async def test_two_taps_write_one_article(library: Library, editor: Phone) -> None:
    body = wish()
    answers = await asyncio.gather(*(editor.post("/api/admin/articles", body) for _ in range(4)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["id"] for answer in answers}) == 1
    assert await count() == 1
    other = await editor.post("/api/admin/articles", {**body, "title": "另一个"})
    assert other.code == "idempotency_key_reused"


async def test_what_was_published_first_keeps_its_day_and_a_withdrawn_article_is_gone_for_readers(
    library: Library, editor: Phone
) -> None:
    article = await write(editor, "题目")
    published_at = (await library.guest.get(f"/api/articles/{article['id']}")).body["published_at"]
    await library.advance(days=3)
    withdrawn = (await save(editor, article, state="draft")).body
    assert (await library.guest.get(f"/api/articles/{article['id']}")).code == "not_found"
    await save(editor, withdrawn, state="published")
    view = (await library.guest.get(f"/api/articles/{article['id']}")).body
    assert view["published_at"] == published_at
    assert view["updated_at"] > published_at


async def test_every_change_is_recorded_without_its_words(library: Library, editor: Phone) -> None:
    article = await write(editor, "秘密的题目")
    await save(editor, article, title="更秘密的题目")
    await editor.call("DELETE", f"/api/admin/articles/{article['id']}")
    assert (await editor.call("DELETE", f"/api/admin/articles/{article['id']}")).code == "not_found"
    group = await means(editor, "寄存", "存包")
    await editor.call("DELETE", f"/api/admin/synonyms/{group['id']}")
    entries = await fetch(
        "SELECT action, details FROM audit_entry WHERE action LIKE 'article.%' OR action LIKE 'synonyms.%' ORDER BY id"
    )
    assert [entry["action"] for entry in entries] == [
        "article.make",
        "article.edit",
        "article.delete",
        "synonyms.make",
        "synonyms.delete",
    ]
    assert not any("题目" in entry["details"] or "寄存" in entry["details"] for entry in entries)


async def test_what_does_not_fit_is_refused_by_its_field(library: Library, editor: Phone) -> None:
    for changes in WRONG:
        answer = await editor.post("/api/admin/articles", wish(**changes))
        assert (answer.status, answer.code) == (422, "invalid_input"), changes
        assert answer.details["field"].partition(".")[0] == next(iter(changes))
    assert await count() == 0


async def test_ten_megabytes_are_refused_before_they_are_read(library: Library, editor: Phone) -> None:
    body = io.BytesIO(json.dumps(wish(text="a" * 10_000_000)).encode())
    headers = {"Authorization": f"Bearer {editor.token}", "Content-Type": "application/json"}
    async with library.http.post(f"{library.url}/api/admin/articles", data=body, headers=headers) as came:
        assert (came.status, (await came.json())["error"]["code"]) == (413, "too_large")
    assert await count() == 0


async def test_words_that_are_written_differently_are_one(library: Library, editor: Phone) -> None:
    article = await write(editor, "题目", tags=["WiFi", "ｗｉｆｉ", "。"], pinned=["上网", "上网？"])
    assert (article["tags"], article["pinned"]) == (["WiFi"], ["上网"])


# ---------------------------------------------------------------- synonyms


async def test_words_of_one_meaning_are_two_at_least(library: Library, editor: Phone) -> None:
    for words in FEW:
        answer = await editor.post("/api/admin/synonyms", {"words": words, "idempotency_key": new_key()})
        assert (answer.code, answer.details["field"].partition(".")[0]) == ("invalid_input", "words"), words


async def test_synonyms_are_kept_by_version_and_by_editors_only(
    library: Library, editor: Phone, lin: Phone
) -> None:
    group = await means(editor, "寄存", "存包")
    path = f"/api/admin/synonyms/{group['id']}"
    assert (await editor.get(path)).body == group
    assert (await editor.get("/api/admin/synonyms")).body == {"items": [group], "next": None}
    for call in (
        lin.get(path),
        lin.get("/api/admin/synonyms"),
        lin.put(path, {"words": ["a", "b"], "version": 1}),
        lin.call("DELETE", path),
        lin.get("/api/admin/missed-searches"),
    ):
        assert (await call).code == "not_allowed"
    changed = await editor.put(path, {"words": ["寄存", "存包", "储物"], "version": 1})
    assert (changed.status, changed.body["version"]) == (200, 2)
    late = await editor.put(path, {"words": ["寄存", "存包"], "version": 1})
    assert (late.code, late.details) == ("changed_meanwhile", {"version": 2})
    assert (
        await editor.put("/api/admin/synonyms/987654", {"words": ["a", "b"], "version": 1})
    ).code == "not_found"
    assert (await editor.call("DELETE", path)).status == 200
    assert (await editor.get(path)).code == "not_found"
