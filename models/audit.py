"""Who changed what, when: ids, codes and numbers only, never a name or a text (they could not be erased)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from tortoise import fields
from tortoise.models import Model

from models.db import Row, Tx, Write, dialect, fetch
from models.instants import UtcDatetimeField

ONE_READING: Final = timedelta(hours=1)


class AuditEntry(Model):
    """`action` is a stable dotted name; `subject` is `table:id`, or the word of a list that was read."""

    id = fields.BigIntField(primary_key=True)
    action = fields.CharField(40)
    actor_id = fields.BigIntField(null=True)  # null: the product itself, or the command line
    subject = fields.CharField(40)
    details: Any = fields.TextField()
    at = UtcDatetimeField()

    class Meta:
        table = "audit_entry"
        indexes = (("at",), ("action", "at"), ("actor_id", "at"), ("subject", "at"))


ADD = """
INSERT INTO audit_entry (action, actor_id, subject, details, at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""


def adding(
    action: str, actor_id: int | None, subject: str, details: Mapping[str, Any], now: datetime
) -> Write:
    """The write that records, for `Tx.together`."""
    return ADD, (action, actor_id, subject, orjson.dumps(details).decode(), now)


async def add(
    tx: Tx, action: str, actor_id: int | None, subject: str, details: Mapping[str, Any], now: datetime
) -> None:
    write, values = adding(action, actor_id, subject, details, now)
    await tx.fetch(write, *values)


READ = """
INSERT INTO audit_entry (action, actor_id, subject, details, at)
SELECT CAST($1 AS VARCHAR), CAST($2 AS BIGINT), CAST($3 AS VARCHAR), '{}', CAST($4 AS {moment})
WHERE NOT EXISTS (SELECT 1 FROM audit_entry WHERE actor_id = $2 AND at > $5 AND action = $1 AND subject = $3)
"""


async def read(action: str, actor_id: int, subject: str, now: datetime) -> None:
    """Somebody looks at what is not theirs: one entry for what they look at again and again within `ONE_READING`."""
    moment = "TEXT" if dialect() == "sqlite" else "TIMESTAMPTZ"
    await fetch(READ.replace("{moment}", moment), action, actor_id, subject, now, now - ONE_READING)


async def page(
    *,
    who: int | None,
    what: str | None,
    whom: str | None,
    since: datetime | None,
    before: datetime | None,
    after: int | None,
    limit: int,
) -> Sequence[Row]:
    """The latest entries of which all that is given holds, behind the entry `after`, with their places in the chain."""
    asked = {
        "e.actor_id = ": who,
        "e.action = ": what,
        "e.subject = ": whom,
        "e.at >= ": since,
        "e.at < ": before,
        "(e.at, e.id) < (SELECT at, id FROM audit_entry WHERE id = ": after,
    }
    given = {said: value for said, value in asked.items() if value is not None}
    holds = [f"{said}${place}{')' * said.count('(SELECT')}" for place, said in enumerate(given, 1)]
    where = f"WHERE {' AND '.join(holds)}" if holds else ""
    return await fetch(
        f"SELECT e.*, s.no FROM audit_entry e LEFT JOIN audit_seal s ON s.entry_id = e.id {where} "
        f"ORDER BY e.at DESC, e.id DESC LIMIT ${len(given) + 1}",
        *given.values(),
        limit,
    )
