"""The picture of an article and of the notice on the home page; none for what the version before writes."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0018_roster")]

    initial = False

    operations = [
        ops.AddField(
            model_name=model,
            name=name,
            field=fields.ForeignKeyField(
                "models.Upload",
                source_field=f"{name}_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name=False,
                on_delete=OnDelete.RESTRICT,
                db_index=True,
            ),
        )
        for model, name in (("Article", "cover"), ("Announcement", "picture"))
    ]
