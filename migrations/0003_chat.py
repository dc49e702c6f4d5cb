"""Conversations, what was said in them, and who is here; CHECKs and partial indexes by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.constraints import check
from models.instants import UtcDatetimeField

CHECKS = (
    ("conversation", "conversation_state", "state IN ('waiting', 'claimed', 'closed')"),
    ("conversation", "conversation_claimed", "state <> 'claimed' OR librarian_id IS NOT NULL"),
    ("conversation", "conversation_waiting", "state <> 'waiting' OR librarian_id IS NULL"),
    ("conversation", "conversation_closed", "(state = 'closed') = (closed_at IS NOT NULL)"),
    ("conversation", "conversation_self", "librarian_id IS NULL OR librarian_id <> reader_id"),
    (
        "conversation",
        "conversation_marks",
        "reader_read <= reader_delivered AND reader_delivered <= reader_seq AND reader_read >= 0 "
        "AND staff_read <= staff_delivered AND staff_delivered <= staff_seq AND staff_read >= 0",
    ),
    ("chat_message", "chat_message_side", "side IN ('reader', 'staff')"),
    (
        "chat_message",
        "chat_message_state",
        "state IN ('checking', 'passed', 'sent', 'held', 'returned', 'withdrawn')",
    ),
    (
        "chat_message",
        "chat_message_numbers",
        "CASE side WHEN 'reader' THEN reader_seq ELSE staff_seq END IS NOT NULL "
        "AND (state IN ('sent', 'withdrawn')) = (reader_seq IS NOT NULL AND staff_seq IS NOT NULL)",
    ),
    ("chat_event", "chat_event_numbers", "reader_seq IS NOT NULL OR staff_seq IS NOT NULL"),
)
INDEXES = """
CREATE UNIQUE INDEX conversation_open ON conversation (reader_id) WHERE state <> 'closed';
CREATE INDEX chat_message_pending ON chat_message (conversation_id, side, id) WHERE state IN ('checking', 'passed');
CREATE INDEX chat_message_held ON chat_message (id) WHERE state = 'held';
CREATE INDEX presence_duty ON presence (lease_until) WHERE duty;
"""


async def create(_apps: Any, editor: Any) -> None:
    await editor.client.execute_script(INDEXES)
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0002_constraints")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Conversation",
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
                (
                    "librarian",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="librarian_id",
                        null=True,
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("state", fields.CharField(max_length=8)),
                ("about", fields.CharField(null=True, max_length=80)),
                ("about_page", fields.CharField(null=True, max_length=120)),
                ("opened_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("waiting_since", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("first_place", fields.BooleanField(default=False)),
                ("closed_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("tag", fields.CharField(null=True, max_length=20)),
                ("reader_seq", fields.IntField(default=0)),
                ("staff_seq", fields.IntField(default=0)),
                ("reader_delivered", fields.IntField(default=0)),
                ("reader_read", fields.IntField(default=0)),
                ("staff_delivered", fields.IntField(default=0)),
                ("staff_read", fields.IntField(default=0)),
            ],
            options={
                "table": "conversation",
                "app": "models",
                "indexes": [Index(fields=["state", "waiting_since"]), Index(fields=["reader_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatMessage",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "models.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "sender",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="sender_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("side", fields.CharField(max_length=6)),
                ("local_id", fields.CharField(max_length=64)),
                ("text", fields.CharField(max_length=1000)),
                ("state", fields.CharField(max_length=9)),
                ("unchecked", fields.BooleanField(default=False)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("reader_seq", fields.IntField(null=True)),
                ("staff_seq", fields.IntField(null=True)),
            ],
            options={
                "table": "chat_message",
                "app": "models",
                "unique_together": (
                    ("sender_id", "local_id"),
                    ("conversation_id", "reader_seq"),
                    ("conversation_id", "staff_seq"),
                ),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="ChatEvent",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                (
                    "conversation",
                    fields.ForeignKeyField(
                        "models.Conversation",
                        source_field="conversation_id",
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=11)),
                ("side", fields.CharField(null=True, max_length=6)),
                (
                    "actor",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="actor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "message",
                    fields.ForeignKeyField(
                        "models.ChatMessage",
                        source_field="message_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("delivered", fields.IntField(null=True)),
                ("read", fields.IntField(null=True)),
                ("words", fields.CharField(null=True, max_length=80)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("reader_seq", fields.IntField(null=True)),
                ("staff_seq", fields.IntField(null=True)),
            ],
            options={
                "table": "chat_event",
                "app": "models",
                "unique_together": (("conversation_id", "reader_seq"), ("conversation_id", "staff_seq")),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Presence",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("session_id", fields.BigIntField(unique=True)),
                (
                    "reader",
                    fields.ForeignKeyField(
                        "models.Reader",
                        source_field="reader_id",
                        db_index=True,
                        db_constraint=True,
                        to_field="id",
                        related_name=False,
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("duty", fields.BooleanField(default=False)),
                ("away", fields.BooleanField(default=False)),
                ("lease_until", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "presence", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
