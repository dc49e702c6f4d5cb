"""Who changed what, when: ids, codes and numbers only, never a name or a text (they could not be erased)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.db import Tx, UtcDatetimeField, Write


class AuditEntry(Model):
    """`action` is a stable dotted name; `subject` is `table:id`."""

    id = fields.BigIntField(primary_key=True)
    action = fields.CharField(40)
    actor_id = fields.BigIntField(null=True)  # null: the product itself, or the command line
    subject = fields.CharField(40)
    details: Any = fields.TextField()
    at = UtcDatetimeField()

    class Meta:
        table = "audit_entry"


ADD = """
INSERT INTO audit_entry (action, actor_id, subject, details, at) VALUES ($1, $2, $3, $4, $5) RETURNING id
"""


def adding(
    action: str, actor_id: int | None, subject: str, details: Mapping[str, Any], now: datetime
) -> Write:
    """The write that records, for `Tx.together`."""
    return ADD, (action, actor_id, subject, json.dumps(details, separators=(",", ":")), now)


async def add(
    tx: Tx, action: str, actor_id: int | None, subject: str, details: Mapping[str, Any], now: datetime
) -> None:
    write, values = adding(action, actor_id, subject, details, now)
    await tx.fetch(write, *values)
