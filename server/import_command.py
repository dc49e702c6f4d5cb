"""`import-patrons`, `import-articles`: the import of the admin pages, on the command line."""

import asyncio
import hashlib
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress

from handlers import import_jobs, imports
from handlers.access import PRODUCT
from handlers.context import Context
from handlers.errors import Refused
from handlers.import_shapes import ApplyImport, FieldColumn, ImportView, MapColumns, OfImport, SeeProblems
from handlers.words import sentence
from models.db import connect, disconnect
from models.imports import State, Target
from server.app import services_of
from server.clock import SystemClock
from server.config import Config, Secrets
from server.table import SheetFile

SHOWN_AT_MOST: Final = 50
LOOK_S: Final = 0.2


class CannotImport(Exception):
    """The text says why."""


async def run(
    config: Config,
    secrets: Secrets,
    file: Path,
    *,
    target: Target,
    named: Sequence[str],
    applies: bool,
    told: Console,
) -> bool:
    """Stage and check a file, tell its problems, and apply it where that is asked for; False: some rows have problems.
    Raises `CannotImport`."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await connect(config.database.url, patient=True)
        stack.push_async_callback(disconnect)
        services = services_of(config, secrets, SystemClock(), http)
        ctx = services.context("import")
        try:
            view = await _checked(ctx, file, target, named=named, told=told)
            await _tell_problems(ctx, view, told)
            if applies:
                wish = ApplyImport(run_id=view.id, version=view.version)
                view = await imports.apply(ctx, PRODUCT, wish)
                job = import_jobs.apply(ctx, PRODUCT, import_jobs.ImportJob(run_id=view.id))
                view = await _watched(ctx, view, job, "importing", told)
        except Refused as refused:
            raise CannotImport(sentence(refused.code, refused.details, services.today())) from None
    done = "" if applies else "would be "
    told.print(
        f"{done}new {view.created:,}, {done}changed {view.changed:,}, {done}the same {view.same:,}, "
        f"with problems {view.problems:,}; import {view.id}"
    )
    return not view.problems


async def _checked(
    ctx: Context, file: Path, target: Target, *, named: Sequence[str], told: Console
) -> ImportView:
    with told.status("reading …"):
        sha256 = hashlib.sha256(await asyncio.to_thread(file.read_bytes)).hexdigest()
        view = await imports.receive(ctx, PRODUCT, SheetFile(file, file.name, sha256), target=target)
    if named:
        wish = MapColumns(run_id=view.id, version=view.version, mapping=_mapping(view, named))
        view = await imports.map_columns(ctx, PRODUCT, wish)
    if view.state is State.MAPPING:
        missing = ", ".join(one.field for one in view.fields if one.needed and one.column is None)
        raise CannotImport(
            f"no column for {missing}; there are {', '.join(view.columns)}: say --map FIELD=COLUMN"
        )
    job = import_jobs.check(ctx, PRODUCT, import_jobs.CheckImport(run_id=view.id, version=view.version))
    return await _watched(ctx, view, job, "checking", told)


def _mapping(view: ImportView, named: Sequence[str]) -> list[FieldColumn]:
    """What was proposed, and over it what was named."""
    places = {one.field: one.column for one in view.fields if one.column is not None}
    known = [one.field for one in view.fields]
    for one in named:
        field, _, column = one.partition("=")
        if field not in known:
            raise CannotImport(f"no field {field}; there are {', '.join(known)}")
        if column not in view.columns:
            raise CannotImport(f"no column {column}; there are {', '.join(view.columns)}")
        place = view.columns.index(column)
        places = {
            field: place,
            **{other: at for other, at in places.items() if at != place and other != field},
        }
    return [FieldColumn(field=field, column=place) for field, place in places.items()]


async def _watched(
    ctx: Context, view: ImportView, job: Awaitable[None], doing: str, told: Console
) -> ImportView:
    working = asyncio.ensure_future(job)
    see = partial(imports.see, ctx, PRODUCT, OfImport(run_id=view.id))
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=told) as progress:
        task = progress.add_task(doing, total=view.steps)
        while not working.done():
            await asyncio.wait([working], timeout=LOOK_S)
            now = await see()
            progress.update(task, completed=min(now.step, view.steps))
    await working
    return await see()


async def _tell_problems(ctx: Context, view: ImportView, told: Console) -> None:
    after, shown = None, 0
    while shown < SHOWN_AT_MOST:
        page = await imports.problems(
            ctx, PRODUCT, SeeProblems(run_id=view.id, after=after, limit=SHOWN_AT_MOST)
        )
        for row in page.items:
            said = "; ".join(f"{one.column} {one.value!r}: {one.words}" for one in row.problems)
            told.print(f"[red]row {row.row}[/]  {escape(said)}", soft_wrap=True)
        shown += len(page.items)
        if (after := page.next) is None:
            return
    told.print(f"… and {view.problems - shown:,} more rows with problems")
