"""Many cards at once: as they are before an import, after it, and taken back."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from models.db import Row, Tx, fetch
from models.patrons import CardState, PatronRow

STORED: Final = """
SELECT p.id, p.card_no, p.name, p.secret_hash, p.phone, g.code AS group_code, p.valid_from, p.valid_until, p.state,
    p.version, c.id AS binding_id
FROM patron p LEFT JOIN reader_group g ON g.id = p.group_id LEFT JOIN reader_card c ON c.patron_id = p.id
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A card of the library as an import finds it."""

    id: int
    row: PatronRow
    version: int
    bound: bool


def _stored(row: Row) -> Stored:
    return Stored(row["id"], _row(row), row["version"], row["binding_id"] is not None)


TEXTS: Final = ("card_no", "name", "secret_hash", "phone", "group_code")


def _row(values: Mapping[str, Any]) -> PatronRow:
    texts: dict[str, Any] = {name: values[name] for name in TEXTS}
    starts, ends = _day(values["valid_from"]), _day(values["valid_until"])
    return PatronRow(**texts, valid_from=starts, valid_until=ends, state=CardState(values["state"]))


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


async def by_numbers(numbers: Sequence[str], tx: Tx | None = None) -> dict[str, Stored]:
    """The cards that have these numbers; in a transaction they stay locked until its end."""
    if not numbers:
        return {}
    places = ", ".join(f"${place}" for place in range(1, len(numbers) + 1))
    if tx:
        sql = f"SELECT id FROM patron WHERE card_no IN ({places}) ORDER BY id FOR NO KEY UPDATE"
        await tx.hold(sql, *numbers)
    rows = await (tx.fetch if tx else fetch)(f"{STORED} WHERE p.card_no IN ({places})", *numbers)
    return {row["card_no"]: _stored(row) for row in rows}


async def number_lengths() -> tuple[set[int], set[int]]:
    """How long the card numbers are that begin with a zero, and those that do not."""
    sql = "SELECT DISTINCT length(card_no) AS n, card_no LIKE '0%' AS zero FROM patron"
    rows = await fetch(sql)
    return {row["n"] for row in rows if row["zero"]}, {row["n"] for row in rows if not row["zero"]}


def written(row: PatronRow) -> str:
    return json.dumps(asdict(row), default=str, ensure_ascii=False)


def unwritten(text: str) -> PatronRow:
    return _row(json.loads(text))


RESTORE: Final = """
UPDATE patron SET name = $2, secret_hash = $3, phone = $4, group_id = (SELECT id FROM reader_group WHERE code = $5),
    valid_from = $6, valid_until = $7, state = $8, version = version + 1
WHERE card_no = $1
"""


async def restore(tx: Tx, rows: Sequence[PatronRow]) -> None:
    """As they were, a secret that they did not have included."""
    await tx.each(
        RESTORE,
        [
            (
                row.card_no,
                row.name,
                row.secret_hash,
                row.phone,
                row.group_code,
                row.valid_from,
                row.valid_until,
                row.state.value if row.state else CardState.ACTIVE.value,
            )
            for row in rows
        ],
    )


async def remove(tx: Tx, ids: Sequence[int]) -> None:
    """Cards that nobody has bound."""
    await tx.each("DELETE FROM patron WHERE id = $1", [(patron_id,) for patron_id in ids])


async def everything(portion: int = 1000) -> AsyncIterator[Sequence[PatronRow]]:
    """All cards, in the order of their ids, some at a time."""
    after = 0
    while rows := await fetch(f"{STORED} WHERE p.id > $1 ORDER BY p.id LIMIT $2", after, portion):
        yield [_stored(row).row for row in rows]
        after = rows[-1]["id"]
