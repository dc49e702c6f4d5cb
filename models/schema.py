"""Brings the database to the newest schema, one process at a time."""

import asyncio
import contextlib
import fcntl
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import asyncpg
from tortoise import Tortoise
from tortoise.connection import get_connections
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.schema_generator.state_apps import StateApps

import migrations
from models import db

LOCK: Final = 7_461_092  # any number, the same in every process


async def migrate(url: str, *, to: str = "__latest__") -> list[str]:
    """Apply what is missing, up to a step: the names of the steps. Two at once both succeed, in turn.

    Tortoise's own `migrate` takes no lock; two of them on an empty PostgreSQL fail half way.
    """
    async with _alone(url):
        await db.connect(url, patient=True)
        try:
            executor = _executor()
            target = [MigrationTarget(app_label="models", name=to)]
            steps = [step.migration.name for step in await executor.plan(target)]
            await executor.migrate(target)
            return steps
        finally:
            await db.disconnect()


async def pending() -> int:
    """How many steps the connected database lacks."""
    return len(await _executor().plan([MigrationTarget(app_label="models", name="__latest__")]))


def steps() -> list[str]:
    """The names of all steps that this version knows, in order."""
    return sorted(path.stem for path in Path(migrations.__path__[0]).glob("0*.py"))


async def make_migration(name: str) -> str | None:
    """Write the step that the models are ahead of the newest one; None when they are not."""
    await Tortoise.init(config=db.settings("sqlite://:memory:"), init_connections=False)
    for model in (Tortoise.apps or {})["models"].values():
        model._meta.table_description = ""  # docstrings are for people, not part of the schema
    detector = MigrationAutodetector(Tortoise.apps, db.settings("sqlite://")["apps"])
    written = []
    for writer in await detector.changes():
        writer.name = f"{writer.name.split('_', 1)[0]}_{name}"
        written.append(str(writer.write()))
    return ", ".join(written) or None


class _Tables(State):
    """What the tables are like at one step of the migrations.

    Before each operation Tortoise makes every model anew to remember how all were, which took two thirds
    of the time. An operation replaces the models that it changes, so the ones of before need no copy.
    """

    def clone(self) -> "_Tables":
        apps = StateApps(self.apps._default_connections, self.apps._connections)
        apps.apps = {label: dict(named) for label, named in self.apps.apps.items()}
        return _Tables(
            models={
                key: replace(model, options=dict(model.options), fields=dict(model.fields))
                for key, model in self.models.items()
            },
            apps=apps,
        )


class _Executor(MigrationExecutor):
    async def _project_state(self, applied: set[MigrationKey], *, upto: MigrationKey | None = None) -> State:
        state = await super()._project_state(applied, upto=upto)
        return _Tables(models=state.models, apps=state.apps)


def _executor() -> MigrationExecutor:
    config = db.settings("sqlite://")["apps"]
    return _Executor(get_connections().get("default"), config)


@contextlib.asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite://"))
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as file:
            await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
            yield
    else:
        holder = await asyncpg.connect(**db.postgres_credentials(url))
        try:
            await holder.execute("SELECT pg_advisory_lock($1)", LOCK)
            yield
        finally:
            await holder.close()
