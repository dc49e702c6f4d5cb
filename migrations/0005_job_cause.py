"""Which request caused a job, for the log; empty for what the version before writes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0004_feedback")]

    initial = False

    operations = [
        ops.AddField(model_name="Job", name="cause", field=fields.CharField(null=True, max_length=64)),
    ]
