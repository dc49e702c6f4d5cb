"""One to five stars for a visit or a talk; asked once a week at most, and once for each thing."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField

NOT_AGAIN_FOR: Final = timedelta(days=7)
OFFERED_FOR: Final = timedelta(days=3)
STARS: Final = (1, 2, 3, 4, 5)


class Rated(StrEnum):
    """What is rated: a visit is a booking that was checked in to, a chat is a conversation."""

    VISIT = "visit"
    CHAT = "chat"


class Rating(Model):
    """`stars` is null when the reader would rather not say; then there is no `local_id` either."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    local_id = fields.CharField(64, null=True)
    kind = fields.CharField(5)
    thing_id = fields.BigIntField()
    stars = fields.IntField(null=True)
    at = UtcDatetimeField()

    class Meta:
        table = "rating"
        unique_together = (("kind", "thing_id"), ("reader_id", "local_id"))
        indexes = (("reader_id", "at"),)


class WhyNot(StrEnum):
    NOT_OVER = "not_over"
    RATED = "rated"
    THIS_WEEK = "this_week"


def why_not_rate(*, over: bool, asked_before: bool, asked_this_week: int) -> WhyNot | None:
    """`asked_…` count what the reader has rated or declined: this very thing, and anything in the last seven days."""
    if not over:
        return WhyNot.NOT_OVER
    if asked_before:
        return WhyNot.RATED
    return WhyNot.THIS_WEEK if asked_this_week else None


# ---------------------------------------------------------------- storing


async def known(tx: Tx, reader_id: int, local_id: str) -> Row | None:
    """What this reader has rated under this `local_id` before."""
    rows = await tx.fetch("SELECT * FROM rating WHERE reader_id = $1 AND local_id = $2", reader_id, local_id)
    return rows[0] if rows else None


ASKED = """
SELECT (SELECT count(*) FROM rating WHERE kind = $2 AND thing_id = $3) AS before,
    (SELECT count(*) FROM rating WHERE reader_id = $1 AND at > $4) AS this_week
"""


async def asked(tx: Tx, reader_id: int, kind: Rated, thing_id: int, now: datetime) -> tuple[bool, int]:
    """(whether this thing was rated or declined, how often the reader has done so within a week).

    Lock the reader's row before this.
    """
    row = (await tx.fetch(ASKED, reader_id, kind.value, thing_id, now - NOT_AGAIN_FOR))[0]
    return bool(row["before"]), int(row["this_week"])


STORE = """
INSERT INTO rating (reader_id, local_id, kind, thing_id, stars, at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
"""


async def store(
    tx: Tx,
    reader_id: int,
    kind: Rated,
    thing_id: int,
    *,
    local_id: str | None,
    stars: int | None,
    now: datetime,
) -> int:
    """Its id; without stars, the reader would rather not say. Raises `IntegrityError` for a thing that has one."""
    rating_id: int = (await tx.fetch(STORE, reader_id, local_id, kind.value, thing_id, stars, now))[0]["id"]
    return rating_id


# ---------------------------------------------------------------- reading

OFFER = """
SELECT * FROM (
    SELECT 'visit' AS kind, k.id, s.label AS name, coalesce(k.over_at, k.ends_at) AS at
    FROM booking k JOIN spot s ON s.id = k.spot_id
    WHERE k.reader_id = $1 AND k.ends_at > $3 AND coalesce(k.over_at, k.ends_at) > $3
        AND (k.state = 'finished' OR (k.state = 'checked_in' AND k.ends_at <= $2))
    UNION ALL
    SELECT 'chat' AS kind, c.id, l.nickname AS name, c.closed_at AS at
    FROM conversation c LEFT JOIN reader l ON l.id = c.librarian_id
    WHERE c.reader_id = $1 AND c.state = 'closed' AND c.closed_at > $3
) t
WHERE NOT EXISTS (SELECT 1 FROM rating x WHERE x.kind = t.kind AND x.thing_id = t.id)
    AND NOT EXISTS (SELECT 1 FROM rating x WHERE x.reader_id = $1 AND x.at > $4)
ORDER BY at DESC, kind, id DESC LIMIT 1
"""


async def offer(reader_id: int, now: datetime) -> Row | None:
    """The latest thing of the last three days that the reader may be asked about: kind, id, name, at."""
    rows = await fetch(OFFER, reader_id, now, now - OFFERED_FOR, now - NOT_AGAIN_FOR)
    return rows[0] if rows else None


TOTALS = """
SELECT x.kind, x.stars, count(*) AS n FROM rating x JOIN reader r ON r.id = x.reader_id
WHERE x.stars IS NOT NULL AND NOT r.sample GROUP BY x.kind, x.stars
"""


async def totals() -> dict[Rated, list[int]]:
    """How often each number of stars was given, from one to five."""
    given = {(row["kind"], row["stars"]): int(row["n"]) for row in await fetch(TOTALS)}
    return {kind: [given.get((kind.value, stars), 0) for stars in STARS] for kind in Rated}
