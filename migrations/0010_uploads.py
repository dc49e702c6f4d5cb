"""Pictures that readers sent, and the feedback that shows them; CHECKs by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

CHECKS = (
    ("upload", "upload_state", "state IN ('storing', 'checking', 'shown', 'held', 'removed', 'leaving')"),
    ("upload", "upload_sizes", "bytes > 0 AND width > 0 AND height > 0 AND length(sha256) = 64"),
    ("upload", "upload_asked", "(asked_at IS NULL) = (trace_id IS NULL)"),
)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0009_cards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Upload",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="reader_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("sha256", fields.CharField(max_length=64)),
                ("bytes", fields.IntField()),
                ("width", fields.IntField()),
                ("height", fields.IntField()),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("state", fields.CharField(max_length=8)),
                ("asked_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("trace_id", fields.CharField(null=True, unique=True, max_length=64)),
            ],
            options={
                "table": "upload",
                "app": "models",
                "unique_together": (("reader_id", "sha256"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="FeedbackPicture",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "feedback",
                    fields.ForeignKeyField(
                        "models.Feedback",
                        source_field="feedback_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "upload",
                    fields.ForeignKeyField(
                        "models.Upload",
                        source_field="upload_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "feedback_picture",
                "app": "models",
                "unique_together": (("feedback_id", "upload_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
