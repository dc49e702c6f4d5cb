"""What an import's rows become, cards for what the version before writes; articles found by their titles."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.constraints import check

CHECKS = (("import_run", "import_run_target", "target IN ('cards', 'articles')"),)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0015_departments")]

    initial = False

    operations = [
        ops.AddField(
            model_name="ImportRun",
            name="target",
            field=fields.CharField(default="cards", db_default="cards", max_length=8),
        ),
        ops.AddIndex(model_name="Article", index=Index(fields=["title"])),
        ops.RunPython(create),
    ]
