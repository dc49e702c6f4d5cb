"""The phone number that a reader lets the library know; empty for what the version before writes."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from models.people import PHONE_LENGTH


class Migration(migrations.Migration):
    dependencies = [("models", "0006_closing")]

    initial = False

    operations = [
        ops.AddField(model_name="Reader", name="phone", field=fields.CharField(PHONE_LENGTH, null=True)),
    ]
