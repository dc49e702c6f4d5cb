"""What a reader is told: one row is both the item in the inbox and the message to WeChat, if consent allows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, belongs_to, fetch
from models.instants import UtcDatetimeField


class Purpose(StrEnum):
    """Why a message is sent; each has one WeChat template."""

    SEAT_REMINDER = "seat_reminder"
    BOOKING_LAPSED = "booking_lapsed"
    ANSWERED = "answered"
    DUTY = "duty"  # a turn of duty begins soon: as ACCOUNT
    ACCOUNT = "account"  # a card, a helper, a pause: no template of WeChat's, so in the inbox only


# Purpose → our field names with WeChat's type of each; config.toml says which key of the account's
# template (`thing1`) each goes to.
FIELDS: Final[Mapping[Purpose, Mapping[str, str]]] = {
    Purpose.SEAT_REMINDER: {"place": "thing", "seat": "thing", "time": "time", "hint": "thing"},
    Purpose.BOOKING_LAPSED: {"seat": "thing", "time": "time", "reason": "thing"},
    Purpose.ANSWERED: {"question": "thing", "answer": "thing", "time": "time"},
    Purpose.DUTY: {},
    Purpose.ACCOUNT: {},
}


class Sending(StrEnum):
    WAITING = "waiting"
    SENDING = "sending"  # handed to WeChat; seen again after a crash it becomes UNKNOWN
    SENT = "sent"
    DELIVERED = "delivered"  # WeChat said so afterwards
    NO_CONSENT = "no_consent"
    UNKNOWN = "unknown"  # no answer came: never sent again, it might arrive twice
    FAILED = "failed"


class Notice(Model):
    """`values` are the texts of the purpose's fields; `link` is the page that a tap opens."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    purpose = fields.CharField(20)
    key = fields.CharField(80, unique=True)
    title = fields.CharField(40)
    text = fields.CharField(300)
    values = fields.TextField()
    link = fields.CharField(120, null=True)
    made_at = UtcDatetimeField()
    read_at = UtcDatetimeField(null=True)
    sending = fields.CharField(12, default=Sending.WAITING.value)
    sending_since = UtcDatetimeField(null=True)
    msgid = fields.CharField(24, null=True, db_index=True)
    errcode = fields.IntField(null=True)

    class Meta:
        table = "notice"
        indexes = (("reader_id", "id"),)


class Consent(Model):
    """How many messages of a purpose WeChat would deliver: +1 per accept, −1 per send, 0 on 43101."""

    id = fields.BigIntField(primary_key=True)
    reader: Any = belongs_to("Reader")
    reader_id: int
    purpose = fields.CharField(20)
    balance = fields.IntField(default=0)

    class Meta:
        table = "consent"
        unique_together = (("reader_id", "purpose"),)


class WeChatEvent(Model):
    """Push events already acted upon: WeChat repeats what it thinks was not heard."""

    id = fields.BigIntField(primary_key=True)
    key = fields.CharField(80, unique=True)
    at = UtcDatetimeField(db_index=True)

    class Meta:
        table = "wechat_event"


@dataclass(frozen=True, slots=True)
class Words:
    """A notice as it is read in the inbox."""

    title: str
    text: str
    link: str | None


ADD = """
INSERT INTO notice (reader_id, purpose, key, title, text, "values", link, made_at, sending)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting') ON CONFLICT (key) DO NOTHING RETURNING id
"""


async def add(
    tx: Tx,
    reader_id: int,
    purpose: Purpose,
    key: str,
    *,
    words: Words,
    values: Mapping[str, str],
    now: datetime,
) -> int | None:
    """Tell a reader, once per key; None: was told already."""
    packed = json.dumps(values, ensure_ascii=False)
    rows = await tx.fetch(
        ADD, reader_id, purpose.value, key, words.title, words.text, packed, words.link, now
    )
    return rows[0]["id"] if rows else None


INBOX = """
SELECT id, purpose, title, text, link, made_at, read_at FROM notice
WHERE reader_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3
"""


async def inbox(reader_id: int, *, before_id: int, limit: int) -> list[Row]:
    return list(await fetch(INBOX, reader_id, before_id, limit))


async def unread(reader_id: int, tx: Tx | None = None) -> int:
    sql = "SELECT count(*) AS n FROM notice WHERE reader_id = $1 AND read_at IS NULL"
    count: int = (await (tx.fetch if tx else fetch)(sql, reader_id))[0]["n"]
    return count


async def mark_read(tx: Tx, reader_id: int, up_to_id: int, now: datetime) -> None:
    sql = "UPDATE notice SET read_at = $3 WHERE reader_id = $1 AND id <= $2 AND read_at IS NULL"
    await tx.fetch(sql, reader_id, up_to_id, now)


async def mark_page_read(tx: Tx, reader_id: int, page: str, now: datetime) -> bool:
    """Mark the notices that lead to a page as read; False: there were none."""
    sql = "UPDATE notice SET read_at = $3 WHERE reader_id = $1 AND link = $2 AND read_at IS NULL RETURNING id"
    return bool(await tx.fetch(sql, reader_id, page, now))


async def balances(reader_id: int) -> dict[str, int]:
    rows = await fetch("SELECT purpose, balance FROM consent WHERE reader_id = $1", reader_id)
    return {row["purpose"]: row["balance"] for row in rows}


ACCEPTED = """
INSERT INTO consent (reader_id, purpose, balance) VALUES ($1, $2, 1)
ON CONFLICT (reader_id, purpose) DO UPDATE SET balance = consent.balance + 1
"""


async def add_consent(tx: Tx, reader_id: int, purpose: str) -> None:
    await tx.fetch(ACCEPTED, reader_id, purpose)


REVIVE = """
UPDATE notice SET sending = 'waiting' WHERE id = (
    SELECT max(id) FROM notice WHERE reader_id = $1 AND purpose = $2 AND sending = 'no_consent' AND made_at > $3
) RETURNING id
"""


async def revive(tx: Tx, reader_id: int, purpose: str, made_after: datetime) -> int | None:
    """Let the newest notice that lacked consent wait to be sent again: its id, or None."""
    rows = await tx.fetch(REVIVE, reader_id, purpose, made_after)
    return rows[0]["id"] if rows else None


async def spend_consent(tx: Tx, reader_id: int, purpose: str) -> None:
    sql = "UPDATE consent SET balance = balance - 1 WHERE reader_id = $1 AND purpose = $2 AND balance > 0"
    await tx.fetch(sql, reader_id, purpose)


async def clear_consent(tx: Tx, reader_id: int, purpose: str) -> None:
    await tx.fetch("UPDATE consent SET balance = 0 WHERE reader_id = $1 AND purpose = $2", reader_id, purpose)


SETTLE = """
UPDATE notice SET sending = $2, msgid = coalesce($3, msgid), errcode = $4
WHERE id = $1 AND sending = 'sending' RETURNING id
"""


async def settle(
    tx: Tx, notice_id: int, becomes: Sending, *, msgid: str | None = None, errcode: int | None = None
) -> bool:
    """Say what became of a notice that is being sent; False: that was settled already."""
    return bool(await tx.fetch(SETTLE, notice_id, becomes.value, msgid, errcode))


EVENTS_KEPT: Final = timedelta(days=2)  # WeChat repeats an event for seconds only


async def purge_events(now: datetime) -> None:
    await fetch("DELETE FROM wechat_event WHERE at < $1", now - EVENTS_KEPT)


async def is_new_event(tx: Tx, key: str, now: datetime) -> bool:
    """Remember a push event; False: it was acted upon before."""
    sql = "INSERT INTO wechat_event (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING id"
    return bool(await tx.fetch(sql, key, now))
