"""When a reader wants their account closed, and when that was done; empty for what the version before writes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.instants import UtcDatetimeField


class Migration(migrations.Migration):
    dependencies = [("models", "0005_job_cause")]

    initial = False

    operations = [
        ops.AddField(model_name="Reader", name="closes_at", field=UtcDatetimeField(null=True)),
        ops.AddField(model_name="Reader", name="closed_at", field=UtcDatetimeField(null=True)),
    ]
