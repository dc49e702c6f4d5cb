"""Who holds a spot for which slots of time.

A slot row says who holds a spot for one slot, for good (`lapses_at` is null) or until then. `slot_no`
counts slots since 1970 in UTC. Whether a spot is free is a fact of these rows and the clock: a booking
that was not checked in loses its rows to the next taker though no job has run.

The key of the table `slot` is two columns, which the ORM cannot say: its migration creates it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from models.calendar import Span
from models.db import Row, Tx, Write, fetch


def slot_at(moment: datetime, slot_minutes: int) -> int:
    """The number of the slot that holds an instant."""
    return int(moment.timestamp()) // (slot_minutes * 60)


def slots_of(span: Span, slot_minutes: int) -> tuple[int, int]:
    """First slot and the one after the last."""
    return slot_at(span.starts, slot_minutes), -(-int(span.ends.timestamp()) // (slot_minutes * 60))


# Ascending, in one statement, on both dialects: no two claims wait for each other in a circle.
CLAIM = """
WITH RECURSIVE wanted (slot_no) AS (
    SELECT CAST($2 AS BIGINT)
    UNION ALL SELECT slot_no + 1 FROM wanted WHERE slot_no + 1 < CAST($3 AS BIGINT)
)
INSERT INTO slot (spot_id, slot_no, booking_id, lapses_at)
SELECT CAST($1 AS BIGINT), slot_no, $4, $5 FROM wanted WHERE true ORDER BY slot_no
ON CONFLICT (spot_id, slot_no) DO UPDATE SET booking_id = excluded.booking_id, lapses_at = excluded.lapses_at
WHERE slot.lapses_at <= $6
RETURNING slot_no
"""


async def claim(
    tx: Tx,
    spot_id: int,
    slots: tuple[int, int],
    booking_id: int,
    *,
    lapses_at: datetime | None,
    now: datetime,
    beside: Sequence[Write] = (),
) -> bool:
    """Take every slot of a span, and write what is `beside` it, the booking too, in the same message.

    False: somebody holds a slot, and the caller must roll back.
    """
    first, until = slots
    claiming = (CLAIM, (spot_id, first, until, booking_id, lapses_at, now))
    taken = await tx.together(*beside, claiming, answers=len(beside))
    return len(taken) == until - first


async def _lock_slots(tx: Tx, spot_id: int, booking_id: int) -> None:
    """Ascending, as a claim takes them: a change in any other order could wait for a claim that waits for it."""
    rows = "SELECT 1 FROM slot WHERE spot_id = $1 AND booking_id = $2 ORDER BY slot_no FOR NO KEY UPDATE"
    await tx.hold(rows, spot_id, booking_id)


async def release(tx: Tx, booking_id: int, spot_id: int, from_slot: int = 0) -> None:
    """Give slots back from `from_slot` on, as far as they are still this booking's."""
    await _lock_slots(tx, spot_id, booking_id)
    await tx.fetch(
        "DELETE FROM slot WHERE spot_id = $1 AND booking_id = $2 AND slot_no >= $3",
        spot_id,
        booking_id,
        from_slot,
    )


async def purge(before_slot: int) -> None:
    """Forget slots of the past; the bookings keep their spans."""
    await fetch("DELETE FROM slot WHERE slot_no < $1", before_slot)


KEEP = """
UPDATE slot SET lapses_at = NULL WHERE spot_id = $1 AND booking_id = $2 AND lapses_at > $3 RETURNING slot_no
"""


async def keep(tx: Tx, spot_id: int, booking_id: int, now: datetime) -> int:
    """Hold a booking's slots for good: how many it still had."""
    await _lock_slots(tx, spot_id, booking_id)
    return len(await tx.fetch(KEEP, spot_id, booking_id, now))


BUSY = """
SELECT t.spot_id, t.booking_id, t.lapses_at, min(t.slot_no) AS first, max(t.slot_no) + 1 AS until
FROM slot t JOIN spot s ON s.id = t.spot_id
WHERE s.area_id = $1 AND t.slot_no >= $2 AND t.slot_no < $3 AND (t.lapses_at IS NULL OR t.lapses_at > $4)
GROUP BY t.spot_id, t.booking_id, t.lapses_at ORDER BY t.spot_id, 4
"""


async def busy(area_id: int, slots: tuple[int, int], now: datetime) -> list[Row]:
    """The held stretches of an area's spots, each by one booking, in slot numbers."""
    return list(await fetch(BUSY, area_id, *slots, now))


BUSY_OF = """
SELECT t.spot_id, t.booking_id, t.lapses_at, min(t.slot_no) AS first, max(t.slot_no) + 1 AS until
FROM slot t
WHERE t.spot_id = $1 AND t.slot_no >= $2 AND t.slot_no < $3 AND (t.lapses_at IS NULL OR t.lapses_at > $4)
GROUP BY t.spot_id, t.booking_id, t.lapses_at ORDER BY 4
"""
MANY_SPOTS: Final = 20  # from here on, reading the whole area costs less than asking for each


async def busy_of(area_id: int, slots: tuple[int, int], now: datetime, spot_ids: list[int]) -> list[Row]:
    """The same for some spots of the area."""
    if len(spot_ids) >= MANY_SPOTS:
        return [row for row in await busy(area_id, slots, now) if row["spot_id"] in spot_ids]
    return [row for spot in spot_ids for row in await fetch(BUSY_OF, spot, *slots, now)]


NEAREST_FREE = """
SELECT s.id, s.label FROM spot taken JOIN spot s ON s.area_id = taken.area_id
WHERE taken.id = $1 AND s.kind = 'seat' AND NOT s.closed AND s.id <> taken.id AND NOT EXISTS (
    SELECT 1 FROM slot t WHERE t.spot_id = s.id AND t.slot_no >= $2 AND t.slot_no < $3
        AND (t.lapses_at IS NULL OR t.lapses_at > $4)
)
ORDER BY (s.x - taken.x) * (s.x - taken.x) + (s.y - taken.y) * (s.y - taken.y) LIMIT 1
"""


async def nearest_free(
    tx: Tx, spot_id: int, slots: tuple[int, int], now: datetime, *, beside: Sequence[Write] = ()
) -> Row | None:
    """The free spot of the same area next to one that is taken. What is `beside` it is written in the same message."""
    rows = await tx.together((NEAREST_FREE, (spot_id, *slots, now)), *beside)
    return rows[0] if rows else None
