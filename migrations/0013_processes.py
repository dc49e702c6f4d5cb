"""What each process says of itself, and how calls to WeChat end."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.instants import UtcDatetimeField


class Migration(migrations.Migration):
    dependencies = [("models", "0012_search")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Process",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("name", fields.CharField(unique=True, max_length=16)),
                ("host", fields.CharField(max_length=64)),
                ("pid", fields.IntField()),
                ("kind", fields.CharField(max_length=6)),
                ("bus", fields.CharField(max_length=5)),
                ("sockets", fields.IntField()),
                ("memory_bytes", fields.BigIntField()),
                ("began_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("said_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "process", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WeChatCalls",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("hour", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("call", fields.CharField(max_length=60)),
                ("outcome", fields.CharField(max_length=20)),
                ("number", fields.IntField()),
            ],
            options={
                "table": "wechat_calls",
                "app": "models",
                "unique_together": (("hour", "call", "outcome"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
    ]
