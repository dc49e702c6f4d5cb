"""Where an account went that was merged into another; CHECK by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.constraints import check

MERGED = "merged_into IS NULL OR (merged_into <> id AND closed_at IS NOT NULL)"


async def create(_apps: Any, editor: Any) -> None:
    await check(editor, "reader", "reader_merged", MERGED)


class Migration(migrations.Migration):
    dependencies = [("models", "0019_covers")]

    initial = False

    operations = [
        ops.AddField(model_name="Reader", name="merged_into", field=fields.BigIntField(null=True)),
        ops.RunPython(create),
    ]
