"""The search over all content: one index, one question, the same answer in the same order on both databases.

An entry is found when it holds three fifths of what is looked for. More of it comes before less; of equals,
the title counts before a tag, a tag before the text, the text before pinyin; then the newest. The databases
look up tokens that `models/tokens.py` makes: SQLite in an FTS5 table with a column for each field, PostgreSQL
in a tsvector that has the field as the token's weight. Both sum the same numbers.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models import tokens
from models.db import Row, Tx, dialect, fetch
from models.instants import UtcDatetimeField

INDEX: Final = "search_index"  # begins the names of all tables that can be made anew from what they index
FIELDS: Final = {"A": "title", "B": "tags", "C": "body", "D": "pinyin"}
# A token found in a field, in 256ths: each counts more than the fields of all others together.
WORTH: Final = {"A": 131, "B": 130, "C": 129, "D": 128}
FOUND: Final = WORTH["D"]
WHOLE: Final = 256
ENOUGH: Final = (3, 5)  # of the tokens that are looked for
GROUP: Final = 4
EQUAL_SCALE: Final = 1000  # of questions of different length, so that one can stand for another
PINNED: Final = 10**6  # above every score
VARIANTS: Final = 4  # of a question, by synonyms
RANK: Final = (
    1.64493406685  # PostgreSQL's ts_rank divides by it, for words that come more than once; ours do not
)


class ContentKind(StrEnum):
    """What can be found."""

    ARTICLE = "article"
    FAQ = "faq"


class Audience(StrEnum):
    EVERYBODY = "everybody"
    STAFF = "staff"
    SAMPLE = "sample"  # WeChat's reviewers, and nobody else


class SearchEntry(Model):
    """A copy of what an entry says, beside its tokens, which no model shows."""

    id = fields.BigIntField(primary_key=True)
    kind = fields.CharField(10)
    ref_id = fields.BigIntField()
    audience = fields.CharField(10)
    title = fields.CharField(200)
    tags = fields.TextField()
    text = fields.TextField()
    at = UtcDatetimeField()

    class Meta:
        table = INDEX
        unique_together = (("kind", "ref_id"),)


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found. For a question that is one of `pinned` it comes first of all."""

    kind: ContentKind
    ref_id: int
    audience: Audience
    title: str
    tags: Sequence[str]
    text: str
    pinned: Sequence[str]
    at: datetime


# ---------------------------------------------------------------- the index

PUT = """
INSERT INTO search_index (kind, ref_id, audience, title, tags, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (kind, ref_id) DO UPDATE SET audience = excluded.audience, title = excluded.title,
    tags = excluded.tags, text = excluded.text, at = excluded.at
RETURNING id
"""
TOKENS: Final = "UPDATE search_index SET tokens = $2::text::tsvector WHERE id = $1"
TOKENS_SQLITE: Final = (
    "INSERT INTO search_index_fts (rowid, title, tags, body, pinyin) VALUES ($1, $2, $3, $4, $5)"
)


async def found_by(title: str, tags: Sequence[str], text: str, pinned: Sequence[str]) -> dict[str, str]:
    """The tokens to index something by. They take milliseconds to make: ask before the transaction begins."""
    return await asyncio.to_thread(tokens.indexed, title, tags, text, pinned)


async def put(tx: Tx, entry: Entry, found_by: dict[str, str]) -> None:
    """Index what was made or changed, in the transaction of the change."""
    values = (entry.title, "\n".join(entry.tags), entry.text, entry.at)
    rows = await tx.fetch(PUT, entry.kind.value, entry.ref_id, entry.audience.value, *values)
    if dialect() == "postgres":
        await tx.fetch(TOKENS, rows[0]["id"], as_vector(found_by))
        return
    await tx.fetch("DELETE FROM search_index_fts WHERE rowid = $1", rows[0]["id"])
    columns = (" ".join(token for token, held in found_by.items() if held == name) for name in FIELDS)
    await tx.fetch(TOKENS_SQLITE, rows[0]["id"], *columns)


def as_vector(found_by: dict[str, str]) -> str:
    """Tokens as PostgreSQL reads a tsvector: each at one place, with its field as weight."""
    return " ".join(f"'{token}':1{name}" for token, name in found_by.items())


async def remove(tx: Tx, kinds: Iterable[ContentKind], ref_id: int) -> None:
    """What is gone is found no more."""
    await tx.fetch(f"DELETE FROM search_index WHERE kind IN ({_listed(kinds)}) AND ref_id = $1", ref_id)


async def keep_only(tx: Tx, kinds: Iterable[ContentKind], there: str) -> None:
    """Drop what is not among the ids of a SELECT."""
    await tx.fetch(f"DELETE FROM search_index WHERE kind IN ({_listed(kinds)}) AND ref_id NOT IN ({there})")


def _listed(names: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{name}'" for name in names)


# ---------------------------------------------------------------- asking

HITS: Final = """
SELECT e.id, e.kind, e.ref_id, e.audience, e.title, e.tags, e.text, e.at, best.score = {pinned} AS pinned
FROM (
    SELECT s.id, max(hit.score) AS score FROM ({hits}) hit JOIN search_index s ON s.id = hit.id WHERE {seen}
    GROUP BY s.id, s.at, s.ref_id ORDER BY max(hit.score) DESC, s.at DESC, s.ref_id DESC
    LIMIT {limit} OFFSET {after}
) best JOIN search_index e ON e.id = best.id ORDER BY best.score DESC, e.at DESC, e.ref_id DESC
"""


def enough(count: int) -> int:
    """How many of so many tokens must be there."""
    return -(-count * ENOUGH[0] // ENOUGH[1])


def questions(text: str, synonyms: Sequence[Sequence[str]]) -> list[list[str]]:
    """What is looked for, as tokens: the question, and the same with a synonym in place of a word.

    Nothing, when there is no letter and no digit. `synonyms` are groups of words of one meaning.
    """
    return [found for words in variants(text, synonyms) if (found := tokens.wanted(words))]


async def search(
    text: str,
    asked: Sequence[Sequence[str]],
    *,
    kinds: Sequence[ContentKind],
    audiences: Sequence[Audience],
    after: int = 0,
    limit: int,
) -> list[Row]:
    """What is found, best first, from the place `after` on. `asked` are the `questions` of the text.

    A row has the columns of `SearchEntry` and `pinned`.
    """
    if not asked:
        return []
    seen = f"kind IN ({_listed(kinds)}) AND audience IN ({_listed(audiences)})"
    ask = _postgres if dialect() == "postgres" else _sqlite
    hits, values = ask(tokens.pin(text), asked, seen)
    sql = HITS.format(hits=hits, seen=seen, pinned=PINNED, limit=int(limit), after=int(after))
    return list(await fetch(sql, *values))


def variants(text: str, synonyms: Sequence[Sequence[str]]) -> list[str]:
    """The question, and the same with a word of it in another's place."""
    asked = tokens.key(text)
    found = [asked]
    for group in synonyms:
        words = [tokens.key(word) for word in group]
        for word in words:
            if _holds(asked, word):
                found += [asked.replace(word, f" {other} ") for other in words if other != word]
    return list(dict.fromkeys(found))[:VARIANTS]


def _holds(asked: str, word: str) -> bool:
    """Words that are set apart count as wholes: no "it" in "with"."""
    return word in asked if tokens.DENSE.search(word) else f" {word} " in f" {asked} "


def _postgres(pin: str, asked: Sequence[Sequence[str]], seen: str) -> tuple[str, list[str]]:
    weights = ", ".join(str(WORTH[name] / WHOLE) for name in reversed(FIELDS))
    hits = [f"SELECT id, {PINNED} AS score FROM search_index WHERE tokens @@ $1::text::tsquery"]
    values = [f"'{pin}'"]
    for looked_for in asked:
        count, place = len(looked_for), len(values) + 1
        values += [" | ".join(f"'{token}'" for token in looked_for), _enough_of(looked_for)]
        # What PostgreSQL looks up is exact for one group; and a condition on the rank would have it made twice.
        sifted = f" WHERE worth >= {enough(count) * FOUND}" if count > GROUP else ""
        rank = f"ts_rank('{{{weights}}}', tokens, ${place}::text::tsquery)::float8"
        hits.append(
            f"SELECT id, worth * {EQUAL_SCALE} / {WHOLE * count} FROM ("
            f"SELECT id, round({rank} * {RANK * count * WHOLE})::int AS worth "
            f"FROM search_index WHERE tokens @@ ${place + 1}::text::tsquery AND {seen}"
            f") ranked{sifted}"
        )
    return " UNION ALL ".join(hits), values


def _enough_of(looked_for: Sequence[str]) -> str:
    """What an entry fulfils that holds enough: of one group of neighbours at least it holds enough.

    It keeps from being ranked what holds one common token and no more.
    """
    groups = [looked_for[start : start + GROUP] for start in range(0, len(looked_for), GROUP)]
    return " | ".join(
        "(" + " & ".join(f"'{token}'" for token in some) + ")"
        for group in groups
        for some in combinations(group, enough(len(group)))
    )


def _sqlite(pin: str, asked: Sequence[Sequence[str]], _seen: str) -> tuple[str, list[str]]:
    lookup = "FROM search_index_fts WHERE search_index_fts MATCH $"
    hits = [f"SELECT rowid AS id, {PINNED} AS score {lookup}1"]
    values = [f'"{pin}"']
    for looked_for in asked:
        found = []
        for token in looked_for:
            for name, column in FIELDS.items():
                values.append(f'{column} : "{token}"')
                found.append(f"SELECT rowid AS id, {WORTH[name]} AS worth {lookup}{len(values)}")
        hits.append(
            f"SELECT id, sum(worth) * {EQUAL_SCALE} / {WHOLE * len(looked_for)} "
            f"FROM ({' UNION ALL '.join(found)}) GROUP BY id HAVING sum(worth) >= {enough(len(looked_for)) * FOUND}"
        )
    return " UNION ALL ".join(hits), values
