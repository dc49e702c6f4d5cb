"""Articles, the search's index with what each database looks tokens up in, and what helps it; by hand."""

from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from models.constraints import check, is_sqlite
from models.instants import UtcDatetimeField

KINDS = "kind IN ('article', 'faq')"
CHECKS = (
    ("article", "article_kind", KINDS),
    ("article", "article_state", "state IN ('draft', 'published')"),
    ("article", "article_published", "state = 'draft' OR published_at IS NOT NULL"),
    ("missed_search", "missed_search_times", "times > 0"),
)
POSTGRES = """
ALTER TABLE search_index ADD COLUMN tokens tsvector NOT NULL DEFAULT ''::tsvector;
CREATE INDEX search_index_tokens ON search_index USING gin (tokens) WITH (fastupdate = off);
"""
# Our tokens have no sign among them that could part one, so the simplest tokenizer gives them back as they are.
SQLITE = """
CREATE VIRTUAL TABLE search_index_fts USING fts5(
    title, tags, body, pinyin, tokenize = 'ascii', detail = column, columnsize = 0
);
CREATE TRIGGER search_index_gone AFTER DELETE ON search_index
BEGIN DELETE FROM search_index_fts WHERE rowid = OLD.id; END;
"""


async def create(_apps: Any, editor: Any) -> None:
    await editor.client.execute_script(SQLITE if is_sqlite(editor) else POSTGRES)
    for table, name, holds in CHECKS:
        await check(editor, table, name, holds)


class Migration(migrations.Migration):
    dependencies = [("models", "0011_seals")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Article",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=10)),
                ("title", fields.CharField(max_length=60)),
                ("text", fields.TextField(unique=False)),
                ("tags", fields.TextField(unique=False)),
                ("pinned", fields.TextField(unique=False)),
                ("state", fields.CharField(max_length=9)),
                ("published_at", UtcDatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("version", fields.IntField(default=1)),
                ("saved_by", fields.BigIntField(null=True)),
                ("saved_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
                ("sample", fields.BooleanField(default=False)),
            ],
            options={
                "table": "article",
                "app": "models",
                "indexes": [Index(fields=["kind", "state", "published_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("kind", fields.CharField(max_length=10)),
                ("ref_id", fields.BigIntField()),
                ("audience", fields.CharField(max_length=10)),
                ("title", fields.CharField(max_length=200)),
                ("tags", fields.TextField(unique=False)),
                ("text", fields.TextField(unique=False)),
                ("at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "search_index",
                "app": "models",
                "unique_together": (("kind", "ref_id"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Synonyms",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("words", fields.TextField(unique=False)),
                ("version", fields.IntField(default=1)),
                ("saved_by", fields.BigIntField(null=True)),
                ("saved_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={"table": "synonyms", "app": "models", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="MissedSearch",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("words", fields.CharField(unique=True, max_length=40)),
                ("times", fields.IntField()),
                ("last_at", UtcDatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "missed_search",
                "app": "models",
                "indexes": [Index(fields=["times", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunPython(create),
    ]
