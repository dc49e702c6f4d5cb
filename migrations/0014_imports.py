"""Imports and their staged rows; CHECKs by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

RUN_STATES = "state IN ('reading', 'mapping', 'checking', 'checked', 'applying', 'done', 'undoing', 'undone', 'failed')"
CHECKS = (
    ("import_run", "import_run_state", RUN_STATES),
    ("import_row", "import_row_state", "state IN ('waiting', 'applied', 'undone', 'left')"),
    ("import_row", "import_row_effect", "effect IS NULL OR effect IN ('new', 'change', 'same', 'problem')"),
)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0013_processes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ImportRun",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="made_by_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("file_name", fields.CharField(max_length=100)),
                ("sha256", fields.CharField(max_length=64)),
                ("state", fields.CharField(max_length=8)),
                ("failure", fields.CharField(null=True, max_length=20)),
                ("columns", fields.TextField(unique=False)),
                ("mapping", fields.TextField(unique=False)),
                ("version", fields.IntField(default=1)),
                ("rows", fields.IntField(default=0)),
                ("step", fields.IntField(default=0)),
                ("problems", fields.IntField(default=0)),
                ("created", fields.IntField(default=0)),
                ("changed", fields.IntField(default=0)),
                ("same", fields.IntField(default=0)),
                ("kept", fields.IntField(default=0)),
                ("ended_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("purged_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "import_run", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ImportRow",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "run",
                    fields.ForeignKeyField(
                        "models.ImportRun",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("row_no", fields.IntField()),
                ("cells", fields.TextField(null=True, unique=False)),
                ("effect", fields.CharField(null=True, max_length=7)),
                ("problems", fields.TextField(null=True, unique=False)),
                ("state", fields.CharField(default="waiting", max_length=7)),
                ("key", fields.CharField(null=True, max_length=32)),
                ("replaced", fields.TextField(null=True, unique=False)),
                ("version", fields.IntField(null=True)),
            ],
            options={
                "table": "import_row",
                "app": "models",
                "unique_together": (("run_id", "row_no"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
