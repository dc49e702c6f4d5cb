"""Roles within bounds, invitations to them, and the place that a conversation is about; CHECKs and the key by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

WHERE = (
    "CASE scope WHEN 'library' THEN scope_id IS NULL "
    "WHEN 'branch' THEN scope_id IS NOT NULL AND role NOT IN ('admin', 'editor') "
    "WHEN 'area' THEN scope_id IS NOT NULL AND role NOT IN ('admin', 'editor') "
    "WHEN 'department' THEN scope_id IS NOT NULL AND role NOT IN ('admin', 'editor') ELSE FALSE END"
)
WHEN = "starts_at IS NULL OR ends_at IS NULL OR ends_at > starts_at"
CHECKS = (
    ("staff_grant", "staff_grant_known", "role IN ('librarian', 'editor', 'manager', 'admin')"),
    ("staff_grant", "staff_grant_where", WHERE),
    ("staff_grant", "staff_grant_when", WHEN),
    ("invitation", "invitation_where", WHERE),
    ("invitation", "invitation_when", WHEN),
    ("conversation", "conversation_place", "area_id IS NULL OR branch_id IS NOT NULL"),
)


async def create(_apps: Any, editor: Any) -> None:
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)
    await editor.client.execute_script(
        "CREATE UNIQUE INDEX staff_grant_once ON staff_grant (reader_id, role, scope, coalesce(scope_id, 0))"
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0016_import_targets")]

    initial = False

    operations = [
        ops.CreateModel(
            name="StaffGrant",
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
                ("role", fields.CharField(max_length=20)),
                ("scope", fields.CharField(max_length=10)),
                ("scope_id", fields.BigIntField(null=True)),
                ("starts_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("ends_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("granted_by", fields.BigIntField(null=True)),
                ("granted_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "staff_grant", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Conversation",
            name="area_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Conversation",
            name="branch_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Invitation",
            name="ends_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="Invitation",
            name="scope",
            field=fields.CharField(default="library", db_default="library", max_length=10),
        ),
        ops.AddField(
            model_name="Invitation",
            name="scope_id",
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name="Invitation",
            name="starts_at",
            field=UtcDatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(create),
    ]
