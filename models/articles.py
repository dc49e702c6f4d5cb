"""What the library writes for its readers: articles, and answers to what is often asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models import tokens
from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField, instant
from models.search import Audience, ContentKind, Entry

KINDS: Final = (ContentKind.ARTICLE, ContentKind.FAQ)
TITLE_LENGTH: Final = 60
TEXT_LENGTH: Final = 10_000
TAG_LENGTH: Final = 12
TAGS_AT_MOST: Final = 8
BEGINNING: Final = 120  # how much of a text is shown where articles are listed


class ArticleState(StrEnum):
    DRAFT = "draft"  # only its editors see it
    PUBLISHED = "published"


class ArticleSort(StrEnum):
    SAVED = "saved"  # the last saved first
    OLDEST = "oldest"  # what nobody has looked after for longest


class Article(Model):
    """`tags`, and `pinned`, the questions that it is to be the first answer to, are lines of one text."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(10)
    title = fields.CharField(TITLE_LENGTH)
    text = fields.TextField()
    tags = fields.TextField()
    pinned = fields.TextField()
    state = fields.CharField(9)
    published_at = UtcDatetimeField(null=True)  # the first time
    version = fields.IntField(default=1)
    saved_by = fields.BigIntField(null=True)
    saved_at = UtcDatetimeField()
    sample = fields.BooleanField(default=False)
    cover: Any = belongs_to("Upload", null=True)
    cover_id: int | None

    class Meta:
        table = "article"
        indexes = (("kind", "state", "published_at"), ("title",))


@dataclass(frozen=True, slots=True)
class Written:
    """What an editor writes."""

    kind: ContentKind
    title: str
    text: str
    tags: Sequence[str]
    pinned: Sequence[str]
    state: ArticleState


def once(words: list[str]) -> list[str]:
    """Each word, by what the search knows it by, once; the first of those that are written differently stays."""
    return list({tokens.key(word): word for word in reversed(words) if tokens.key(word)}.values())[::-1]


def lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def plain(text: str) -> str:
    """Without the signs of headings."""
    return re.sub(r"(?m)^# ", "", text)


def entry_of(row: Row) -> Entry:
    """How it stands in the search: a draft only for the staff."""
    readers = Audience.SAMPLE if row["sample"] else Audience.EVERYBODY
    return Entry(
        kind=ContentKind(row["kind"]),
        ref_id=row["id"],
        audience=readers if row["state"] == ArticleState.PUBLISHED else Audience.STAFF,
        title=row["title"],
        tags=lines(row["tags"]),
        text=plain(row["text"]),
        pinned=lines(row["pinned"]),
        at=instant(row["published_at"] or row["saved_at"]),
    )


# ---------------------------------------------------------------- writing

MAKE: Final = """
INSERT INTO article (kind, title, text, tags, pinned, state, published_at, saved_by, saved_at, version, sample)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10) RETURNING *
"""
SAVE: Final = """
UPDATE article SET kind = $2, title = $3, text = $4, tags = $5, pinned = $6, state = $7,
    published_at = coalesce(published_at, $8), saved_by = $9, saved_at = $10, version = version + 1
WHERE id = $1 RETURNING *
"""


def _values(written: Written, editor_id: int | None, now: datetime) -> tuple[Any, ...]:
    return (
        written.kind.value,
        written.title,
        written.text,
        "\n".join(written.tags),
        "\n".join(written.pinned),
        written.state.value,
        now if written.state is ArticleState.PUBLISHED else None,
        editor_id,
        now,
    )


async def make(
    tx: Tx, written: Written, editor_id: int | None, now: datetime, *, sample: bool = False
) -> Row:
    return (await tx.fetch(MAKE, *_values(written, editor_id, now), sample))[0]


async def save(tx: Tx, article_id: int, written: Written, editor_id: int | None, now: datetime) -> Row:
    """The row must be locked."""
    return (await tx.fetch(SAVE, article_id, *_values(written, editor_id, now)))[0]


async def show(tx: Tx, article_id: int, cover_id: int | None) -> Row:
    """The row must be locked."""
    sql = "UPDATE article SET cover_id = $2 WHERE id = $1 RETURNING *"
    return (await tx.fetch(sql, article_id, cover_id))[0]


async def delete(tx: Tx, article_id: int) -> None:
    await tx.fetch("DELETE FROM article WHERE id = $1", article_id)


# ---------------------------------------------------------------- reading


async def get(article_id: int, tx: Tx | None = None, *, sample: bool) -> Row | None:
    sql = "SELECT * FROM article WHERE id = $1 AND sample = $2"
    rows = await (tx.fetch if tx else fetch)(sql, article_id, sample)
    return rows[0] if rows else None


LISTED: Final = f"""
SELECT id, kind, title, substr(text, 1, {BEGINNING}) AS beginning, tags, state, published_at, saved_at, cover_id
FROM article
"""


async def published(kind: ContentKind, *, sample: bool, after: int, limit: int) -> list[Row]:
    """What readers see, the newest first."""
    where = f"WHERE kind = $1 AND state = '{ArticleState.PUBLISHED}' AND sample = $2"
    order = f"ORDER BY published_at DESC, id DESC LIMIT {int(limit)} OFFSET {int(after)}"
    return list(await fetch(f"{LISTED} {where} {order}", kind.value, sample))


_SORTS: Final = {ArticleSort.SAVED: "saved_at DESC, id DESC", ArticleSort.OLDEST: "saved_at, id"}


async def written(
    kind: ContentKind | None, state: ArticleState | None, *, sort: ArticleSort, after: int, limit: int
) -> list[Row]:
    """What editors see, of one kind and state or of any."""
    asked = {"kind": kind, "state": state}
    where = " AND ".join(["NOT sample", *(f"{name} = '{value}'" for name, value in asked.items() if value)])
    order = f"ORDER BY {_SORTS[sort]} LIMIT {int(limit)} OFFSET {int(after)}"
    return list(await fetch(f"{LISTED} WHERE {where} {order}"))


async def listed(article_ids: Sequence[int]) -> list[Row]:
    """These, in this order; without what is gone meanwhile."""
    chosen = ", ".join(str(int(number)) for number in article_ids) or "0"
    rows = {row["id"]: row for row in await fetch(f"{LISTED} WHERE id IN ({chosen})")}
    return [rows[number] for number in article_ids if number in rows]


async def following(tx: Tx, after_id: int, limit: int) -> list[Row]:
    """The next ones by id, of the sample too, held until the end of the transaction."""
    where = f"WHERE id > $1 ORDER BY id LIMIT {int(limit)}"
    await tx.hold(f"SELECT id FROM article {where} FOR NO KEY UPDATE", after_id)
    return list(await tx.fetch(f"SELECT * FROM article {where}", after_id))
