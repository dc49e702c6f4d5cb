"""The library's cards and the groups of their holders; which reader has bound which card; what a card allows."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.bookings import WhyNot
from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField
from models.people import PHONE_LENGTH

CARD_LENGTH: Final = 32
NAME_LENGTH: Final = 40
GROUP_CODE_LENGTH: Final = 20
FOUND_AT_MOST: Final = 20


class CardState(StrEnum):
    ACTIVE = "active"
    LOST = "lost"
    CLOSED = "closed"


class ReaderGroup(Model):
    """Students, children, visitors …, as the library defines them. `code` is what imports and rules name."""

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(GROUP_CODE_LENGTH, unique=True)
    name = fields.CharField(NAME_LENGTH)

    class Meta:
        table = "reader_group"


class Patron(Model):
    """A card of the library. `secret_hash` is null where only the phone number proves whose it is; `phone` has
    digits only, of a foreign number with its country; the dates of `valid_from` and `valid_until` are included."""

    id = fields.BigIntField(primary_key=True)
    card_no = fields.CharField(CARD_LENGTH, unique=True)
    name = fields.CharField(NAME_LENGTH, db_index=True)
    secret_hash = fields.CharField(160, null=True)
    phone = fields.CharField(PHONE_LENGTH, null=True)
    group: Any = belongs_to("ReaderGroup", null=True)
    group_id: int | None
    valid_from = fields.DateField(null=True)
    valid_until = fields.DateField(null=True)
    state = fields.CharField(6, default=CardState.ACTIVE.value)
    version = fields.IntField(default=1)

    class Meta:
        table = "patron"


class ReaderCard(Model):
    """A card in a reader's hands: of one reader, and of a reader the only one."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader", indexed=False)
    reader_id: int
    patron: Any = belongs_to("Patron", indexed=False)
    patron_id: int
    bound_at = UtcDatetimeField()

    class Meta:
        table = "reader_card"
        unique_together = (("reader_id",), ("patron_id",))


# ---------------------------------------------------------------- secrets and numbers

SCRYPT: Final = {"n": 2**14, "r": 8, "p": 1}  # 16 MB and some 50 ms for each guess


def hash_secret(secret: str) -> str:
    """The secret of a card as it is stored: scrypt with a salt of its own. Slow on purpose: never in a transaction."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(secret, salt).hex()}"


def is_secret(secret: str, stored: str) -> bool:
    """Whether this is the secret that was hashed. As slow as hashing."""
    _, salt, known = stored.split("$")
    return hmac.compare_digest(_scrypt(secret, bytes.fromhex(salt)).hex(), known)


def _scrypt(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(secret.encode(), salt=salt, dklen=32, **SCRYPT)


def phone_digits(text: str) -> str:
    """A phone number as WeChat tells it: digits only, without the 86 of a mainland number."""
    digits = re.sub(r"\D", "", text).removeprefix("00")
    return digits[2:] if re.fullmatch(r"861\d{10}", digits) else digits


# ---------------------------------------------------------------- rules


@dataclass(frozen=True, slots=True)
class Card:
    """What the rules ask of a card."""

    state: CardState
    group_code: str | None
    valid_from: date | None
    valid_until: date | None

    @classmethod
    def of(cls, row: Row) -> "Card":
        return cls(
            CardState(row["card_state"]), row["group_code"], _day(row["valid_from"]), _day(row["valid_until"])
        )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def why_not_card(card: Card, day: date) -> WhyNot | None:
    """What stands against using a card on a day."""
    if card.state is not CardState.ACTIVE:
        return WhyNot("card_lost" if card.state is CardState.LOST else "card_closed")
    if card.valid_until and card.valid_until < day:
        return WhyNot("card_expired", day=card.valid_until)
    if card.valid_from and card.valid_from > day:
        return WhyNot("card_not_yet", day=card.valid_from)
    return None


def why_not_admitted(
    *, needs_card: bool, groups: Sequence[str], card: Card | None, day: date
) -> WhyNot | None:
    """What stands against a reader where a card may be needed, of one of these groups when any is named."""
    if not needs_card:
        return None
    if card is None:
        return WhyNot("card_needed")
    if why := why_not_card(card, day):
        return why
    return WhyNot("group_not_allowed") if groups and card.group_code not in groups else None


# ---------------------------------------------------------------- statements

SEE = """
SELECT p.id, p.card_no, p.name, p.phone, p.state AS card_state, p.valid_from, p.valid_until, p.version,
    g.code AS group_code, g.name AS group_name, c.id AS binding_id, c.reader_id, c.bound_at
FROM patron p LEFT JOIN reader_group g ON g.id = p.group_id LEFT JOIN reader_card c ON c.patron_id = p.id
"""


async def get(tx: Tx | None, patron_id: int) -> Row | None:
    """A card with its group and who has bound it."""
    rows = await (tx.fetch if tx else fetch)(SEE + "WHERE p.id = $1", patron_id)
    return rows[0] if rows else None


async def of_reader(tx: Tx | None, reader_id: int) -> Row | None:
    """The card that a reader has bound."""
    rows = await (tx.fetch if tx else fetch)(SEE + "WHERE c.reader_id = $1", reader_id)
    return rows[0] if rows else None


async def secret_of(card_no: str) -> tuple[int, str | None] | None:
    """(id, hash of the secret) of a card number."""
    rows = await fetch("SELECT id, secret_hash FROM patron WHERE card_no = $1", card_no)
    return (rows[0]["id"], rows[0]["secret_hash"]) if rows else None


async def bind(tx: Tx, patron_id: int, reader_id: int, now: datetime) -> None:
    """Raises Tortoise's `IntegrityError` when the card or the reader is bound."""
    sql = "INSERT INTO reader_card (reader_id, patron_id, bound_at) VALUES ($1, $2, $3)"
    await tx.fetch(sql, reader_id, patron_id, now)


async def unbind(tx: Tx, patron_id: int) -> None:
    await tx.fetch("DELETE FROM reader_card WHERE patron_id = $1", patron_id)


async def become(tx: Tx, patron_id: int, state: CardState) -> bool:
    """False: it was so already."""
    sql = "UPDATE patron SET state = $2, version = version + 1 WHERE id = $1 AND state <> $2 RETURNING id"
    return bool(await tx.fetch(sql, patron_id, state.value))


FIND = """
SELECT p.id AS patron_id, c.reader_id, p.name, p.card_no, p.phone, g.code AS group_code, g.name AS group_name,
    p.state AS card_state, p.valid_from, p.valid_until
FROM patron p LEFT JOIN reader_group g ON g.id = p.group_id LEFT JOIN reader_card c ON c.patron_id = p.id
WHERE {patron}
UNION ALL
SELECT NULL, r.id, r.nickname, NULL, r.phone, NULL, NULL, NULL, NULL, NULL FROM reader r
WHERE {reader} AND r.closed_at IS NULL AND NOT r.sample
    AND NOT EXISTS (SELECT 1 FROM reader_card c WHERE c.reader_id = r.id)
LIMIT $2
"""
NAMED: Final = r"{0} LIKE $1 || '%' ESCAPE '\'"
PHONED: Final = "{0} LIKE '%' || $1"
FIND_BY: Final = {
    "card": FIND.format(patron="p.card_no = $1", reader="$1 IS NULL"),
    "name": FIND.format(patron=NAMED.format("p.name"), reader=NAMED.format("r.nickname")),
    "phone": FIND.format(patron=PHONED.format("p.phone"), reader=PHONED.format("r.phone")),
}


async def find(by: str, text: str) -> list[Row]:
    """Cards, and readers without one, by `card` number, beginning of the `name` or ending of the `phone` number: one
    more than `FOUND_AT_MOST` says that there are more."""
    wanted = re.sub(r"([\\%_])", r"\\\1", text) if by == "name" else text
    return list(await fetch(FIND_BY[by], wanted, FOUND_AT_MOST + 1))


async def groups() -> list[Row]:
    return list(await fetch("SELECT id, code, name FROM reader_group ORDER BY id"))


SAVE_GROUP = """
INSERT INTO reader_group (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name
RETURNING id
"""


async def save_group(tx: Tx, code: str, name: str) -> int:
    """Make a group, or name it anew: its id."""
    group_id: int = (await tx.fetch(SAVE_GROUP, code, name))[0]["id"]
    return group_id


@dataclass(frozen=True, slots=True)
class PatronRow:
    """A card as an import or a connector brings it. `secret_hash` or `state` None: as it was; of a new card no
    secret, and active."""

    card_no: str
    name: str
    secret_hash: str | None = None
    phone: str | None = None
    group_code: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    state: CardState | None = None


UPSERT = """
INSERT INTO patron (card_no, name, secret_hash, phone, group_id, valid_from, valid_until, state, version)
VALUES ($1, $2, CAST($3 AS VARCHAR(160)), $4, (SELECT id FROM reader_group WHERE code = $5), $6, $7,
    coalesce(CAST($8 AS VARCHAR(6)), 'active'), 1)
ON CONFLICT (card_no) DO UPDATE SET name = excluded.name, phone = excluded.phone, group_id = excluded.group_id,
    secret_hash = coalesce(excluded.secret_hash, patron.secret_hash), valid_from = excluded.valid_from,
    valid_until = excluded.valid_until, state = coalesce(CAST($8 AS VARCHAR(6)), patron.state),
    version = patron.version + 1
"""


async def upsert_many(tx: Tx, rows: Sequence[PatronRow]) -> None:
    """Make these cards or bring them up to date, by card number; bindings stay. A group that is not known becomes
    none: look at `groups` before."""
    values = [
        (
            row.card_no,
            row.name,
            row.secret_hash,
            phone_digits(row.phone) if row.phone else None,
            row.group_code,
            row.valid_from,
            row.valid_until,
            row.state.value if row.state else None,
        )
        for row in rows
    ]
    await tx.each(UPSERT, values)
