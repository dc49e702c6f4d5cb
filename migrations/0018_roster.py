"""The duty roster, and when feedback was handed on to another department; CHECKs by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

CHECKS = (
    (
        "duty_turn",
        "duty_turn_minutes",
        "from_minute >= 0 AND from_minute < until_minute AND until_minute <= 1440",
    ),
    ("duty_turn", "duty_turn_days", "last_day IS NULL OR last_day >= first_day"),
)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0017_staff_grants")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DutyTurn",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="reader_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "department",
                    fields.ForeignKeyField(
                        "models.Department",
                        source_field="department_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("first_day", fields.DateField()),
                ("last_day", fields.DateField(null=True)),
                ("from_minute", fields.IntField()),
                ("until_minute", fields.IntField()),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={"table": "duty_turn", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="DutyException",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "turn",
                    fields.ForeignKeyField(
                        "models.DutyTurn",
                        source_field="turn_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("day", fields.DateField()),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="reader_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "duty_exception",
                "app": "models",
                "unique_together": (("turn_id", "day"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(model_name="Feedback", name="handed_on_at", field=UtcDatetimeField(null=True)),
        ops.RunPython(create),
    ]
