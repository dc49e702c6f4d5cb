"""Bookings that were refused, as facts: which rule, its number, where, at what hour. Not who."""

from datetime import datetime

from tortoise import fields
from tortoise.models import Model

from models.db import UtcDatetimeField, fetch


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


async def keep(rule: str, number: int | None, area_id: int, wanted: datetime, now: datetime) -> None:
    """Outside any transaction: the one that was refused is rolled back by now."""
    await fetch(
        "INSERT INTO refusal (rule, number, area_id, hour, at) VALUES ($1, $2, $3, $4, $5)",
        rule,
        number,
        area_id,
        wanted.replace(minute=0, second=0, microsecond=0),
        now,
    )
