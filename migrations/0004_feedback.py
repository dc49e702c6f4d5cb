"""What readers tell the library, and their ratings; CHECKs and partial indexes by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

CHECKS = (
    ("feedback", "feedback_topic", "topic IN ('space', 'service', 'collection', 'system', 'other')"),
    ("feedback", "feedback_passage", "passage IN ('checking', 'sent', 'held', 'returned')"),
    ("feedback", "feedback_state", "state IN ('new', 'taken', 'answered', 'noted')"),
    ("feedback", "feedback_seen", "state = 'new' OR passage = 'sent'"),
    ("feedback", "feedback_taken", "(state = 'new') = (librarian_id IS NULL)"),
    ("feedback", "feedback_self", "librarian_id IS NULL OR librarian_id <> reader_id"),
    ("feedback", "feedback_settled", "(state IN ('answered', 'noted')) = (settled_at IS NOT NULL)"),
    (
        "feedback",
        "feedback_answered",
        "(state = 'answered') = (answer IS NOT NULL) AND (answer IS NULL) = (answer_local_id IS NULL) "
        "AND (answer IS NULL OR may_answer)",
    ),
    ("rating", "rating_kind", "kind IN ('visit', 'chat')"),
    ("rating", "rating_stars", "stars IS NULL OR (stars BETWEEN 1 AND 5 AND local_id IS NOT NULL)"),
)
INDEXES = """
CREATE INDEX feedback_in_new ON feedback (id) WHERE state = 'new';
CREATE INDEX feedback_in_taken ON feedback (librarian_id) WHERE state = 'taken';
CREATE INDEX feedback_in_answered ON feedback (id) WHERE state IN ('answered', 'noted');
CREATE INDEX rating_counted ON rating (kind, stars) WHERE stars IS NOT NULL;
"""


async def create(_apps: Any, editor: Any) -> None:
    await editor.client.execute_script(INDEXES)
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0003_chat")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Feedback",
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
                ("local_id", fields.CharField(max_length=64)),
                ("topic", fields.CharField(max_length=10)),
                ("text", fields.CharField(max_length=1000)),
                ("may_answer", fields.BooleanField()),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("passage", fields.CharField(max_length=8)),
                ("unchecked", fields.BooleanField(default=False)),
                ("state", fields.CharField(max_length=8)),
                (
                    "librarian",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="librarian_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("settled_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answer", fields.CharField(null=True, max_length=1000)),
                ("answer_local_id", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "feedback",
                "app": "models",
                "unique_together": (("reader_id", "local_id"), ("librarian_id", "answer_local_id")),
                "indexes": [Index(fields=["reader_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Rating",
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
                ("local_id", fields.CharField(null=True, max_length=64)),
                ("kind", fields.CharField(max_length=5)),
                ("thing_id", fields.BigIntField()),
                ("stars", fields.IntField(null=True)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "rating",
                "app": "models",
                "unique_together": (("kind", "thing_id"), ("reader_id", "local_id")),
                "indexes": [Index(fields=["reader_id", "at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
