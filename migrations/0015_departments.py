"""Departments, and which of them a conversation or a feedback goes to; none for what the version before writes."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0014_imports")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Department",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=20)),
                ("asks", fields.CharField(max_length=60)),
                ("place", fields.IntField()),
                ("closed", fields.BooleanField(default=False, db_default=False)),
                ("version", fields.IntField(default=1, db_default=1)),
            ],
            options={"table": "department", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        *(
            ops.AddField(
                model_name=name,
                name="department",
                field=fields.ForeignKeyField(
                    "models.Department",
                    source_field="department_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name=False,
                    on_delete=OnDelete.RESTRICT,
                ),
            )
            for name in ("Conversation", "Feedback")
        ),
    ]
