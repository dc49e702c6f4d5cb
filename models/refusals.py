"""Bookings that were refused, as facts: which rule, its number, where, at what hour. Not who."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.db import Write
from models.instants import UtcDatetimeField


class Refusal(Model):
    """`number` is the limit or length that refused; `hour` the instant asked for, to the hour."""

    id = fields.BigIntField(primary_key=True)
    rule = fields.CharField(30)
    number = fields.IntField(null=True)
    area_id = fields.BigIntField()
    hour = UtcDatetimeField()
    at = UtcDatetimeField()

    class Meta:
        table = "refusal"
        indexes = (("area_id", "at"),)


KEEP = """
INSERT INTO refusal (rule, number, area_id, hour, at)
SELECT CAST($1 AS VARCHAR(30)), CAST($2 AS INT), area_id, $4, $5 FROM spot WHERE id = $3
RETURNING id
"""


def keeping(rule: str, number: int | None, spot_id: int, wanted: datetime, now: datetime) -> Write:
    """The write that keeps one, in a transaction that is not rolled back with what was refused."""
    return KEEP, (rule, number, spot_id, wanted.replace(minute=0, second=0, microsecond=0), now)
