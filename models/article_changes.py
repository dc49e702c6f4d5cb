"""Many articles at once: as they are before an import, and taken back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from models.articles import ArticleState, Written, lines
from models.db import Row, Tx, fetch
from models.instants import instant
from models.search import ContentKind


@dataclass(frozen=True, slots=True)
class Stored:
    """An article as an import finds it. `alone`: no other of its kind has its title."""

    id: int
    written: Written
    published_at: datetime | None
    version: int
    alone: bool = True


def stored(row: Row, *, alone: bool = True) -> Stored:
    published_at = instant(row["published_at"]) if row["published_at"] else None
    values = {**dict(row), "tags": lines(row["tags"]), "pinned": lines(row["pinned"])}
    return Stored(row["id"], _written(values), published_at, row["version"], alone)


def _written(values: Mapping[str, Any]) -> Written:
    tags, pinned = tuple(values["tags"]), tuple(values["pinned"])
    kind, state = ContentKind(values["kind"]), ArticleState(values["state"])
    return Written(kind, values["title"], values["text"], tags, pinned, state)


async def titled(titles: Sequence[str], tx: Tx | None = None) -> Sequence[Row]:
    """Articles of the library with these titles; in a transaction they stay locked until its end."""
    places = ", ".join(f"${place}" for place in range(1, len(titles) + 1))
    return await _held(f"NOT sample AND title IN ({places})", titles, tx) if titles else []


async def numbered(article_ids: Sequence[int], tx: Tx) -> Sequence[Row]:
    """These, locked until the end of the transaction."""
    chosen = ", ".join(str(int(number)) for number in article_ids) or "0"
    return await _held(f"NOT sample AND id IN ({chosen})", (), tx)


async def _held(where: str, values: Sequence[Any], tx: Tx | None) -> Sequence[Row]:
    if tx:
        await tx.hold(f"SELECT id FROM article WHERE {where} ORDER BY id FOR NO KEY UPDATE", *values)
    return await (tx.fetch if tx else fetch)(f"SELECT * FROM article WHERE {where} ORDER BY id", *values)


def kept(there: Stored) -> str:
    """As text, for the way back."""
    return json.dumps(
        {**asdict(there.written), "published_at": there.published_at}, default=str, ensure_ascii=False
    )


RESTORE: Final = """
UPDATE article SET text = $2, tags = $3, pinned = $4, state = $5, published_at = $6, version = version + 1
WHERE id = $1 RETURNING *
"""


async def restore(tx: Tx, article_id: int, kept: str) -> Row:
    """As it was. The row must be locked."""
    values = json.loads(kept)
    published_at = values["published_at"] and datetime.fromisoformat(values["published_at"])
    before = _written(values)
    tags, pinned = "\n".join(before.tags), "\n".join(before.pinned)
    return (await tx.fetch(RESTORE, article_id, before.text, tags, pinned, before.state.value, published_at))[
        0
    ]
