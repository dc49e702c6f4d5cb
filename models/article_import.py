"""What a row of a table says of an article or an answer, and what is wrong with it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from models.articles import (
    TAG_LENGTH,
    TAGS_AT_MOST,
    TEXT_LENGTH,
    TITLE_LENGTH,
    ArticleState,
    Written,
    once,
)
from models.import_columns import Column, Wrong, cell, folded, one_line
from models.search import ContentKind


class Field(StrEnum):
    KIND = "kind"
    TITLE = "title"
    TEXT = "text"
    TAGS = "tags"
    STATE = "state"


COLUMNS: Final = (
    Column(Field.KIND.value, ("类型", "种类", "类别", "栏目", "kind", "type"), needed=True),
    Column(Field.TITLE.value, ("标题", "题目", "问题", "问", "title", "question"), needed=True),
    Column(
        Field.TEXT.value, ("正文", "内容", "答案", "回答", "答", "text", "content", "answer"), needed=True
    ),
    Column(Field.TAGS.value, ("标签", "关键词", "tags", "keywords")),
    Column(Field.STATE.value, ("状态", "发布状态", "state", "status")),
)
KINDS: Final[Mapping[str, ContentKind]] = {
    **dict.fromkeys(("文章", "article"), ContentKind.ARTICLE),
    **dict.fromkeys(("常见问题", "问答", "问题", "faq"), ContentKind.FAQ),
}
STATES: Final[Mapping[str, ArticleState]] = {
    **dict.fromkeys(("草稿", "未发布", "draft"), ArticleState.DRAFT),
    **dict.fromkeys(("已发布", "发布", "published"), ArticleState.PUBLISHED),
}


@dataclass(frozen=True, slots=True)
class Read:
    """A row as it was read, and (field, code) of what is wrong. What the file does not tell is null."""

    kind: ContentKind | None
    title: str
    text: str
    tags: tuple[str, ...] | None
    state: ArticleState | None
    wrong: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        return key(self.kind, self.title) if self.kind and self.title else ""


def key(kind: str, title: str) -> str:
    return f"{kind} {title}"


def read(cells: Sequence[str], mapping: Mapping[str, int]) -> Read:
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for column in COLUMNS:
        said = cell(cells, mapping, column.field)
        try:
            if said:
                values[column.field] = READERS[Field(column.field)](said)
            elif column.needed:
                raise Wrong("empty")
        except Wrong as why:
            wrong.append((column.field, why.code))
    no_tags = () if Field.TAGS in mapping else None
    return Read(
        values.get(Field.KIND),
        values.get(Field.TITLE, ""),
        values.get(Field.TEXT, ""),
        values.get(Field.TAGS, no_tags),
        values.get(Field.STATE),
        tuple(wrong),
    )


def over(read: Read, now: Written | None) -> Written:
    """The article as it is to be, a draft when it is new: what the file does not tell stays as it is."""
    assert read.kind
    before = now or Written(read.kind, read.title, read.text, (), (), ArticleState.DRAFT)
    return replace(
        before,
        text=read.text,
        tags=before.tags if read.tags is None else read.tags,
        state=read.state or before.state,
    )


# ---------------------------------------------------------------- cells


def _kind(said: str) -> ContentKind:
    if (known := KINDS.get(folded(said).lower())) is None:
        raise Wrong("not_a_kind")
    return known


def _state(said: str) -> ArticleState:
    if (known := STATES.get(folded(said).lower())) is None:
        raise Wrong("not_published")
    return known


def _title(said: str) -> str:
    return _short(one_line(said), TITLE_LENGTH)


def _text(said: str) -> str:
    return _short(said, TEXT_LENGTH)


def _tags(said: str) -> tuple[str, ...]:
    tags = once(
        [_short(one_line(tag), TAG_LENGTH) for tag in re.split(r"[,，、;；|\n]", said) if tag.strip()]
    )
    if len(tags) > TAGS_AT_MOST:
        raise Wrong("too_many")
    return tuple(tags)


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Wrong("too_long")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text if letter != "\n"):
        raise Wrong("unprintable")
    return text


READERS: Final = {
    Field.KIND: _kind,
    Field.TITLE: _title,
    Field.TEXT: _text,
    Field.TAGS: _tags,
    Field.STATE: _state,
}
