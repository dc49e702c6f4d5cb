"""The chain over the audit, and indexes for who looks through it."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.instants import UtcDatetimeField


class Migration(migrations.Migration):
    dependencies = [("models", "0010_uploads")]

    initial = False

    operations = [
        ops.CreateModel(
            name="AuditSeal",
            fields=[
                ("no", fields.BigIntField(primary_key=True, generated=False, unique=True, db_index=True)),
                ("entry_id", fields.BigIntField(unique=True)),
                ("seal", fields.CharField(max_length=52)),
                ("late", fields.BooleanField(default=False)),
                ("until", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "audit_seal", "app": "models", "pk_attr": "no"},
            bases=["Model"],
        ),
        *(
            ops.AddIndex(model_name="AuditEntry", index=Index(fields=columns))
            for columns in (["at"], ["action", "at"], ["actor_id", "at"], ["subject", "at"])
        ),
    ]
