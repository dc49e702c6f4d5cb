"""Articles and answers to what is often asked: readers see what is published, editors write it."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from handlers import access, audit, repeat, uploads
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Changed
from handlers.shapes import (
    Cursor,
    Id,
    Input,
    Limit,
    Line,
    Moment,
    Nothing,
    Output,
    Page,
    Repeatable,
    Text,
    Whole,
)
from handlers.uploads import Picture
from models import articles, search
from models.articles import (
    TAG_LENGTH,
    TAGS_AT_MOST,
    TEXT_LENGTH,
    TITLE_LENGTH,
    ArticleSort,
    ArticleState,
    Written,
    entry_of,
    lines,
    once,
)
from models.db import Row, Tx, transaction
from models.instants import instant
from models.search import Audience, ContentKind

Tag = Annotated[Line, Field(min_length=1, max_length=TAG_LENGTH)]
Words = Annotated[Line, Field(min_length=1, max_length=30)]
Tags = Annotated[list[Tag], Field(max_length=TAGS_AT_MOST), AfterValidator(once)]
Pinned = Annotated[list[Words], Field(max_length=10), AfterValidator(once)]


class ArticleLine(Output):
    """`beginning` is how its text begins."""

    id: Id
    kind: ContentKind
    title: str
    beginning: str
    tags: list[str]
    cover: Picture | None
    published_at: Moment


class ArticleView(Output):
    """`text` is plain: an empty line parts paragraphs, a line that begins with `# ` is a heading."""

    id: Id
    kind: ContentKind
    title: str
    text: str
    tags: list[str]
    cover: Picture | None
    published_at: Moment
    updated_at: Moment


class ArticleRow(Output):
    id: Id
    kind: ContentKind
    title: str
    state: ArticleState
    tags: list[str]
    saved_at: Moment


class ArticleEdited(Output):
    """`pinned` are the questions to which it is the first answer."""

    id: Id
    kind: ContentKind
    title: str
    text: str
    tags: list[str]
    pinned: list[str]
    state: ArticleState
    cover: Picture | None
    version: int
    saved_at: Moment


class SeeArticles(Input):
    kind: ContentKind
    after: Cursor | None = None
    limit: Limit = 20


class OfArticle(Input):
    article_id: Id


class SeeWritten(Input):
    """`text` finds drafts as well; then `sort` says nothing."""

    text: Annotated[Line, Field(max_length=100)] = ""
    kind: ContentKind | None = None
    state: ArticleState | None = None
    sort: ArticleSort = ArticleSort.SAVED
    after: Cursor | None = None
    limit: Limit = 20


class MakeArticle(Repeatable):
    kind: ContentKind
    title: Annotated[Line, Field(min_length=1, max_length=TITLE_LENGTH)]
    text: Annotated[Text, Field(min_length=1, max_length=TEXT_LENGTH)]
    tags: Tags = []
    pinned: Pinned = []
    state: ArticleState = ArticleState.DRAFT
    cover_id: Id | None = None


class EditArticle(Input):
    """Without a `cover_id` its cover stays."""

    article_id: Id
    kind: ContentKind
    title: Annotated[Line, Field(min_length=1, max_length=TITLE_LENGTH)]
    text: Annotated[Text, Field(min_length=1, max_length=TEXT_LENGTH)]
    tags: Tags = []
    pinned: Pinned = []
    state: ArticleState
    cover_id: Id | None = None
    version: Whole


def place(after: str | None) -> int:
    """Where a part of a list begins that is counted from its start."""
    return int(after or 0)


def part(items: Sequence[Any], after: str | None, limit: int) -> tuple[Sequence[Any], str | None]:
    """What was asked for, of one more than that; and the `after` of what follows."""
    more = len(items) > limit
    return items[:limit], str(place(after) + limit) if more else None


# ---------------------------------------------------------------- reading


async def see(ctx: Context, caller: Caller, wish: SeeArticles) -> Page[ArticleLine]:
    """What is published of one kind, the newest first."""
    found = await articles.published(
        wish.kind, sample=caller.sample, after=place(wish.after), limit=wish.limit + 1
    )
    rows, following = part(found, wish.after, wish.limit)
    covers = await uploads.pictures(ctx, (row["cover_id"] for row in rows), staff=False)
    return Page[ArticleLine](
        items=[
            ArticleLine(
                id=row["id"],
                kind=row["kind"],
                title=row["title"],
                beginning=articles.plain(row["beginning"]),
                tags=lines(row["tags"]),
                cover=covers.get(row["cover_id"]),
                published_at=ctx.local(instant(row["published_at"])),
            )
            for row in rows
        ],
        next=following,
    )


async def show(ctx: Context, caller: Caller, wish: OfArticle) -> ArticleView:
    """One of them; a draft does not exist here."""
    row = await access.article(caller, wish.article_id)
    covers = await uploads.pictures(ctx, [row["cover_id"]], staff=False)
    return ArticleView(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        tags=lines(row["tags"]),
        cover=covers.get(row["cover_id"]),
        published_at=ctx.local(instant(row["published_at"])),
        updated_at=ctx.local(instant(row["saved_at"])),
    )


# ---------------------------------------------------------------- writing


async def see_written(ctx: Context, _caller: Caller, wish: SeeWritten) -> Page[ArticleRow]:
    """All that there is, drafts as well."""
    found = await (_found if wish.text else _written)(wish)
    rows, following = part(found, wish.after, wish.limit)
    return Page[ArticleRow](
        items=[
            ArticleRow(
                id=row["id"],
                kind=row["kind"],
                title=row["title"],
                state=row["state"],
                tags=lines(row["tags"]),
                saved_at=ctx.local(instant(row["saved_at"])),
            )
            for row in rows
        ],
        next=following,
    )


async def _written(wish: SeeWritten) -> Sequence[Row]:
    return await articles.written(
        wish.kind, wish.state, sort=wish.sort, after=place(wish.after), limit=wish.limit + 1
    )


AUDIENCES = {
    None: (Audience.EVERYBODY, Audience.STAFF),
    ArticleState.DRAFT: (Audience.STAFF,),
    ArticleState.PUBLISHED: (Audience.EVERYBODY,),
}


async def _found(wish: SeeWritten) -> Sequence[Row]:
    found = await search.search(
        wish.text,
        search.questions(wish.text, ()),
        kinds=[wish.kind] if wish.kind else articles.KINDS,
        audiences=AUDIENCES[wish.state],
        after=place(wish.after),
        limit=wish.limit + 1,
    )
    return await articles.listed([row["ref_id"] for row in found])


async def edited(ctx: Context, _caller: Caller, wish: OfArticle) -> ArticleEdited:
    """One of them as it is kept, with the version to edit it by."""
    return await _edited(ctx, await access.article_written(wish.article_id))


async def _edited(ctx: Context, row: Row) -> ArticleEdited:
    covers = await uploads.pictures(ctx, [row["cover_id"]], staff=True)
    return ArticleEdited(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        text=row["text"],
        tags=lines(row["tags"]),
        pinned=lines(row["pinned"]),
        state=row["state"],
        cover=covers.get(row["cover_id"]),
        version=row["version"],
        saved_at=ctx.local(instant(row["saved_at"])),
    )


def _wished(wish: MakeArticle | EditArticle) -> Written:
    return Written(wish.kind, wish.title, wish.text, wish.tags, wish.pinned, wish.state)


async def make(ctx: Context, caller: Caller, wish: MakeArticle) -> ArticleEdited:
    """Write a new one; the search finds it at once. Raises `picture_gone`."""
    now = ctx.clock.now()
    found_by = await search.found_by(wish.title, wish.tags, wish.text, wish.pinned)
    async with transaction(lock=("reader", caller.me)) as tx:
        if earlier := await repeat.earlier(caller, wish, ArticleEdited):
            return earlier
        await uploads.choose(tx, caller, wish.cover_id)
        row = await articles.make(tx, _wished(wish), caller.me, now)
        if wish.cover_id:
            row = await articles.show(tx, row["id"], wish.cover_id)
        await search.put(tx, entry_of(row), found_by)
        made = await _edited(ctx, row)
        await tx.together(
            audit.adding(caller, "article.make", f"article:{row['id']}", now, state=row["state"]),
            repeat.remembering(caller, wish, made, now),
        )
    return made


async def edit(ctx: Context, caller: Caller, wish: EditArticle) -> ArticleEdited:
    """Change one, and what the search finds of it.

    Raises `changed_meanwhile` when somebody saved first, and `picture_gone`.
    """
    now = ctx.clock.now()
    found_by = await search.found_by(wish.title, wish.tags, wish.text, wish.pinned)
    async with transaction(lock=("reader", caller.me)) as tx:
        before = await _held(tx, wish.article_id)
        if before["version"] != wish.version:
            raise Changed(version=before["version"])
        row = await articles.save(tx, wish.article_id, _wished(wish), caller.me, now)
        if "cover_id" in wish.model_fields_set:
            await uploads.choose(tx, caller, wish.cover_id, shown=before["cover_id"])
            row = await articles.show(tx, wish.article_id, wish.cover_id)
        await search.remove(tx, articles.KINDS, wish.article_id)
        await search.put(tx, entry_of(row), found_by)
        await audit.add(
            tx,
            caller,
            "article.edit",
            f"article:{wish.article_id}",
            now,
            version=row["version"],
            state=row["state"],
        )
    return await _edited(ctx, row)


async def delete(ctx: Context, caller: Caller, wish: OfArticle) -> Nothing:
    """Take one away for good; nothing finds it any more."""
    async with transaction() as tx:
        await _held(tx, wish.article_id)
        await articles.delete(tx, wish.article_id)
        await search.remove(tx, articles.KINDS, wish.article_id)
        await audit.add(tx, caller, "article.delete", f"article:{wish.article_id}", ctx.clock.now())
    return Nothing()


async def _held(tx: Tx, article_id: int) -> Row:
    await tx.lock("article", article_id)
    return await access.article_written(article_id, tx)
