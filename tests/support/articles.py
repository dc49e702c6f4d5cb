"""Articles and answers as tests write them, through HTTP."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from tests.support.library import Answer, Phone, new_key


async def write(
    editor: Phone,
    title: str,
    text: str = "正文。",
    *,
    kind: str = "faq",
    tags: Sequence[str] = (),
    pinned: Sequence[str] = (),
    state: str = "published",
    cover_id: str | None = None,
) -> Any:
    """Write one, which must succeed: how it is kept."""
    answer = await editor.post(
        "/api/admin/articles",
        {
            "kind": kind,
            "title": title,
            "text": text,
            "tags": list(tags),
            "pinned": list(pinned),
            "state": state,
            "cover_id": cover_id,
            "idempotency_key": new_key(),
        },
    )
    assert answer.status == 201, answer.body
    return answer.body


async def save(editor: Phone, article: Any, **changes: Any) -> Answer:
    kept = {name: article[name] for name in ("kind", "title", "text", "tags", "pinned", "state", "version")}
    return await editor.put(f"/api/admin/articles/{article['id']}", {**kept, **changes})


async def means(editor: Phone, *words: str) -> Any:
    """Say that these words mean the same."""
    answer = await editor.post("/api/admin/synonyms", {"words": list(words), "idempotency_key": new_key()})
    assert answer.status == 201, answer.body
    return answer.body


async def search(phone: Phone, text: str, **query: str | int) -> Any:
    """The answer to a question, which must be one."""
    answer = await phone.get(f"/api/search?{urlencode({'text': text, **query})}")
    assert answer.status == 200, answer.body
    return answer.body


async def found(phone: Phone, text: str, **query: str | int) -> list[str]:
    """Titles, the best first."""
    return [item["title"] for item in (await search(phone, text, **query))["items"]]
