"""The one search: what a reader looks for, in everything that they may see."""

from typing import Annotated, Final

from pydantic import Field

from handlers.access import Caller
from handlers.articles import part, place
from handlers.context import Context
from handlers.shapes import Cursor, Flag, Id, Input, Limit, Line, Moment, Output, Page
from models import search, search_words, tokens
from models.articles import lines
from models.db import Row
from models.instants import instant
from models.search import Audience, ContentKind

EXCERPT: Final = 70  # characters


class Search(Input):
    """`kind` is left out for everything."""

    text: Annotated[Line, Field(max_length=100)]
    kind: ContentKind | None = None
    after: Cursor | None = None
    limit: Limit = 20


class Mark(Output):
    """Where a text holds what was looked for, in UTF-16 units, as JavaScript counts."""

    start: int
    end: int


class Found(Output):
    """`excerpt` is the passage of its text to show; `pinned`: the library wants it to be the first answer."""

    kind: ContentKind
    id: Id
    title: str
    title_marks: list[Mark]
    excerpt: str
    excerpt_marks: list[Mark]
    tags: list[str]
    pinned: Flag
    at: Moment


async def find(ctx: Context, caller: Caller, wish: Search) -> Page[Found]:
    """What holds the words or means them, the best first. Words that find nothing are counted, without who asked."""
    synonyms = [lines(row["words"]) for row in await search_words.groups()]
    asked = search.questions(wish.text, synonyms)
    found = await search.search(
        wish.text,
        asked,
        kinds=[wish.kind] if wish.kind else list(ContentKind),
        audiences=[Audience.SAMPLE if caller.sample else Audience.EVERYBODY],
        after=place(wish.after),
        limit=wish.limit + 1,
    )
    if asked and not found and not wish.after and not wish.kind and not caller.sample:
        await search_words.miss(tokens.key(wish.text), ctx.clock.now())
    rows, following = part(found, wish.after, wish.limit)
    looked_for = {token for question in asked for token in question}
    return Page[Found](items=[_found(ctx, row, looked_for) for row in rows], next=following)


def _found(ctx: Context, row: Row, looked_for: set[str]) -> Found:
    excerpt = tokens.excerpt(row["text"], looked_for, length=EXCERPT)
    return Found(
        kind=row["kind"],
        id=row["ref_id"],
        title=row["title"],
        title_marks=_marks(row["title"], looked_for),
        excerpt=excerpt,
        excerpt_marks=_marks(excerpt, looked_for),
        tags=lines(row["tags"]),
        pinned=bool(row["pinned"]),
        at=ctx.local(instant(row["at"])),
    )


def _marks(text: str, looked_for: set[str]) -> list[Mark]:
    return [
        Mark(start=_units(text[:start]), end=_units(text[:end]))
        for start, end in tokens.marks(text, looked_for)
    ]


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
