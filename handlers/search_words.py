"""How editors help the search: words of one meaning, and what readers looked for in vain."""

from typing import Annotated

from pydantic import AfterValidator, Field

from handlers import audit, repeat
from handlers.access import Caller
from handlers.articles import Words, part, place
from handlers.context import Context
from handlers.errors import Changed, NotFound
from handlers.shapes import (
    Cursor,
    Id,
    Input,
    Limit,
    Moment,
    Nothing,
    Output,
    Page,
    Repeatable,
    Whole,
)
from models import search_words
from models.articles import lines, once
from models.db import Row, Tx, transaction
from models.instants import instant


def _several(words: list[str]) -> list[str]:
    if len(words) < 2:
        raise ValueError("words of one meaning are two at least")
    return words


OneMeaning = Annotated[
    list[Words], Field(min_length=2, max_length=10), AfterValidator(once), AfterValidator(_several)
]


class SynonymsEdited(Output):
    id: Id
    words: list[str]
    version: int
    saved_at: Moment


class SeeSynonyms(Input):
    after: Cursor | None = None
    limit: Limit = 20


class OfSynonyms(Input):
    synonyms_id: Id


class MakeSynonyms(Repeatable):
    words: OneMeaning


class EditSynonyms(Input):
    synonyms_id: Id
    words: OneMeaning
    version: Whole


class MissedSearchRow(Output):
    """`words` without case and signs; `times` is how often they found nothing."""

    id: Id
    words: str
    times: int
    last_at: Moment


class SeeMissed(Input):
    after: Cursor | None = None
    limit: Limit = 20


class OfMissed(Input):
    missed_id: Id


def _edited(ctx: Context, row: Row) -> SynonymsEdited:
    return SynonymsEdited(
        id=row["id"],
        words=lines(row["words"]),
        version=row["version"],
        saved_at=ctx.local(instant(row["saved_at"])),
    )


# ---------------------------------------------------------------- synonyms


async def see_synonyms(ctx: Context, _caller: Caller, wish: SeeSynonyms) -> Page[SynonymsEdited]:
    """Groups of words of one meaning, the last saved first."""
    found = await search_words.groups(after=place(wish.after), limit=wish.limit + 1)
    rows, following = part(found, wish.after, wish.limit)
    return Page[SynonymsEdited](items=[_edited(ctx, row) for row in rows], next=following)


async def show_synonyms(ctx: Context, _caller: Caller, wish: OfSynonyms) -> SynonymsEdited:
    """One group, with the version to edit it by."""
    return _edited(ctx, await _group(wish.synonyms_id))


async def make_synonyms(ctx: Context, caller: Caller, wish: MakeSynonyms) -> SynonymsEdited:
    """From now on, who looks for one of the words finds the others as well."""
    now = ctx.clock.now()
    async with transaction(lock=("reader", caller.me)) as tx:
        if earlier := await repeat.earlier(caller, wish, SynonymsEdited):
            return earlier
        row = await search_words.make(tx, wish.words, caller.me, now)
        made = _edited(ctx, row)
        await tx.together(
            audit.adding(caller, "synonyms.make", f"synonyms:{row['id']}", now),
            repeat.remembering(caller, wish, made, now),
        )
    return made


async def edit_synonyms(ctx: Context, caller: Caller, wish: EditSynonyms) -> SynonymsEdited:
    """Change a group. Raises `changed_meanwhile` when somebody saved first."""
    now = ctx.clock.now()
    async with transaction() as tx:
        await tx.lock("synonyms", wish.synonyms_id)
        before = await _group(wish.synonyms_id, tx)
        if before["version"] != wish.version:
            raise Changed(version=before["version"])
        row = await search_words.save(tx, wish.synonyms_id, wish.words, caller.me, now)
        subject = f"synonyms:{wish.synonyms_id}"
        await audit.add(tx, caller, "synonyms.edit", subject, now, version=row["version"])
    return _edited(ctx, row)


async def delete_synonyms(ctx: Context, caller: Caller, wish: OfSynonyms) -> Nothing:
    """Each of the words stands for itself again."""
    async with transaction() as tx:
        if not await search_words.delete(tx, wish.synonyms_id):
            raise NotFound()
        await audit.add(tx, caller, "synonyms.delete", f"synonyms:{wish.synonyms_id}", ctx.clock.now())
    return Nothing()


async def _group(synonyms_id: int, tx: Tx | None = None) -> Row:
    row = await search_words.get(synonyms_id, tx)
    if row is None:
        raise NotFound()
    return row


# ---------------------------------------------------------------- looked for in vain


async def see_missed(ctx: Context, _caller: Caller, wish: SeeMissed) -> Page[MissedSearchRow]:
    """What found nothing, the most often looked for first; nobody knows who asked."""
    found = await search_words.missed(after=place(wish.after), limit=wish.limit + 1)
    rows, following = part(found, wish.after, wish.limit)
    return Page[MissedSearchRow](
        items=[
            MissedSearchRow(
                id=row["id"],
                words=row["words"],
                times=row["times"],
                last_at=ctx.local(instant(row["last_at"])),
            )
            for row in rows
        ],
        next=following,
    )


async def forget_missed(ctx: Context, caller: Caller, wish: OfMissed) -> Nothing:
    """It is seen to."""
    async with transaction() as tx:
        if not await search_words.forget(tx, wish.missed_id):
            raise NotFound()
        await audit.add(
            tx, caller, "missed_search.forget", f"missed_search:{wish.missed_id}", ctx.clock.now()
        )
    return Nothing()
