"""The library's cards, who has bound which, helpers, bans, and which seats need a card; CHECKs by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

CHECKS = (
    ("ban", "ban_stops", "stops IN ('bookings', 'text', 'both')"),
    ("ban", "ban_ends", "ends_at IS NULL OR ends_at > made_at"),
    ("helper", "helper_self", "helper_id <> helped_id"),
    ("patron", "patron_state", "state IN ('active', 'lost', 'closed')"),
    ("patron", "patron_dates", "valid_from IS NULL OR valid_until IS NULL OR valid_until >= valid_from"),
    ("secret_try", "secret_try_wrong", "wrong > 0"),
)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0008_samples")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Ban",
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
                ("stops", fields.CharField(max_length=8)),
                ("reason", fields.CharField(max_length=100)),
                (
                    "made_by",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="made_by_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("made_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("ends_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("lifted_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "ban", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Helper",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "helped",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="helped_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "helper",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="helper_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("since", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "helper",
                "app": "models",
                "unique_together": (("helped_id", "helper_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="HelperInvitation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "helped",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="helped_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("code_hash", fields.CharField(unique=True, max_length=64)),
                ("expires_at", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "helper_invitation",
                "app": "models",
                "unique_together": (("helped_id",),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReaderGroup",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("code", fields.CharField(unique=True, max_length=20)),
                ("name", fields.CharField(max_length=40)),
            ],
            options={"table": "reader_group", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Patron",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("card_no", fields.CharField(unique=True, max_length=32)),
                ("name", fields.CharField(db_index=True, max_length=40)),
                ("secret_hash", fields.CharField(null=True, max_length=160)),
                ("phone", fields.CharField(null=True, max_length=20)),
                (
                    "group",
                    fields.ForeignKeyField(
                        "models.ReaderGroup",
                        source_field="group_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("valid_from", fields.DateField(null=True)),
                ("valid_until", fields.DateField(null=True)),
                ("state", fields.CharField(default="active", max_length=6)),
                ("version", fields.IntField(default=1)),
            ],
            options={"table": "patron", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ReaderCard",
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
                (
                    "patron",
                    fields.ForeignKeyField(
                        "models.Patron",
                        source_field="patron_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("bound_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "reader_card",
                "app": "models",
                "unique_together": (("reader_id",), ("patron_id",)),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SecretTry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("key", fields.CharField(unique=True, max_length=80)),
                ("wrong", fields.IntField()),
                ("until", UtcDatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
            ],
            options={"table": "secret_try", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Booking",
            name="helper_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="SeatRules",
            name="groups",
            field=fields.CharField(default="", db_default="", max_length=200),
        ),
        ops.AddField(
            model_name="SeatRules",
            name="needs_card",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.RunPython(create),
    ]
