"""What only reviewers see, and who they are; false for what the version before writes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0007_phone")]

    initial = False

    operations = [
        ops.AddField(
            model_name=name, name="sample", field=fields.BooleanField(default=False, db_default=False)
        )
        for name in ("Announcement", "Branch", "Reader", "SeatRules")
    ]
