"""The notice on the home page."""

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.models import Model

from models.db import Tx, belongs_to
from models.instants import UtcDatetimeField


class Announcement(Model):
    """There is one, and one of the sample; an empty title and text means that nothing is shown."""

    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(40)
    text = fields.TextField()
    version = fields.IntField(default=1)
    saved_by = fields.BigIntField(null=True)
    saved_at = UtcDatetimeField()
    sample = fields.BooleanField(default=False, db_default=False)
    picture: Any = belongs_to("Upload", null=True)
    picture_id: int | None

    class Meta:
        table = "announcement"


async def shown(*, sample: bool) -> Announcement | None:
    return await Announcement.get_or_none(sample=sample)


FIRST = """
INSERT INTO announcement (id, title, text, version, saved_at) VALUES (1, '', '', 0, $1)
ON CONFLICT (id) DO NOTHING
"""


async def locked(tx: Tx, now: datetime) -> Announcement:
    """The real announcement, held until the end of the transaction; made empty when there is none yet."""
    await tx.fetch(FIRST, now)
    await tx.lock("announcement", 1)
    return await Announcement.get(id=1)
