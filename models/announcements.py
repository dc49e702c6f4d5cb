"""The notice on the home page."""

from tortoise import fields
from tortoise.models import Model

from models.db import UtcDatetimeField


class Announcement(Model):
    """There is one; an empty title and text means that nothing is shown."""

    id = fields.BigIntField(primary_key=True)
    title = fields.CharField(40)
    text = fields.TextField()
    version = fields.IntField(default=1)
    saved_by = fields.BigIntField(null=True)
    saved_at = UtcDatetimeField()

    class Meta:
        table = "announcement"
