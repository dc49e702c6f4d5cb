"""`python -m server …`: run, worker, migrate, seed, grant, simulator, check-config, openapi, make-migration."""

import asyncio
import contextlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import MofNCompleteColumn, Progress

from server import config as settings
from server import logs, production
from server.config import Config, ConfigError, Secrets

if TYPE_CHECKING:
    from models import backup

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
told = Console(stderr=True, highlight=False)


def _loaded() -> tuple[Config, Secrets]:
    try:
        config = settings.load()
        logs.set_up(config.log.format, "warning")  # `run` and `worker` say more, as config.toml has it
        secrets = settings.load_secrets(config)
        _usable(production.problems_of_production(config, secrets))
        return config, secrets
    except ConfigError as error:
        told.print(f"[red]The settings cannot be used.[/]\n{error}", soft_wrap=True)
        raise typer.Exit(2) from None


def _usable(problems: list[str]) -> None:
    if problems:
        told.print("[red]The settings cannot be used.[/]\n" + "\n".join(problems), soft_wrap=True)
        raise typer.Exit(2)


@app.command()
def run(
    demo: Annotated[
        bool,
        typer.Option("--demo", help="migrate, seed a demo library, start the WeChat simulator, print links"),
    ] = False,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="web processes on the one port; more than one needs Redis")
    ] = 1,
    supervised: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve HTTP and websockets, and do jobs."""
    from server import process, supervisor

    config, secrets = _loaded()
    _usable(production.problems_of_processes(config, processes))
    if demo and not config.wechat.simulator:
        told.print("[red]--demo is for trying out: it needs wechat.simulator = true.[/]")
        raise typer.Exit(2)
    if demo and processes > 1:
        told.print("[red]--demo runs one process.[/]")
        raise typer.Exit(2)
    if processes > 1:
        if (free := process.listen(config, told)) is None:
            raise typer.Exit(1)
        free.close()  # each process opens it anew
        raise typer.Exit(supervisor.supervise(config, processes))
    raise typer.Exit(process.run(config, secrets, demo=demo, told=told, supervised=supervised))


@app.command()
def worker() -> None:
    """Only do jobs (with `worker.in_web = false` in the web processes)."""
    from server import process

    config, secrets = _loaded()
    process.run_worker(config, secrets)


@app.command()
def simulator() -> None:
    """Play api.weixin.qq.com, in a process of its own."""
    from server import process

    process.run_simulator(*_loaded())


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema; two at once both succeed."""
    from models import schema
    from server.patience import patiently

    config, _ = _loaded()
    for step in asyncio.run(patiently(partial(schema.migrate, config.database.url))):
        told.print(f"applied {step}")
    told.print("The schema is up to date.")


@app.command()
def seed(
    sample: Annotated[
        bool, typer.Option("--sample", help="instead, beside what is there, what only WeChat's reviewers see")
    ] = False,
) -> None:
    """Fill an empty database with a demo library."""
    from server import demo

    config, secrets = _loaded()
    if sample:
        told.print("The sample is there. To check in, reviewers type a seat's code:")
        told.print("\n".join(asyncio.run(demo.fill_sample(config, secrets))))
    else:
        asyncio.run(demo.fill(config, secrets, told))


@app.command()
def grant(openid: str, role: str) -> None:
    """Give a reader who has signed in a role: librarian, editor, manager or admin."""
    from server import demo

    config, secrets = _loaded()
    try:
        found = asyncio.run(demo.grant(config, secrets, openid, role))
    except ValueError as error:
        told.print(f"[red]{error}[/]")
        raise typer.Exit(2) from None
    if not found:
        told.print("[red]No reader has this openid. They must have signed in once.[/]")
        raise typer.Exit(1)
    told.print(f"{role} from now on.")


@app.command("backup")
def back_up(file: Path) -> None:
    """Write the database, in use or not, as it is at this moment into a new file."""
    from models import backup
    from server.clock import SystemClock

    config, _ = _loaded()
    now = SystemClock().now()
    _with_backup("backing up", lambda told: backup.write(config.database.url, file, now, told))


@app.command()
def restore(
    file: Path,
    into: Annotated[
        str | None, typer.Option(help="a database's address; else the one of the settings")
    ] = None,
) -> None:
    """Fill an empty database from a backup of either kind, all of it or nothing."""
    from models import backup

    config, _ = _loaded()
    _with_backup("restoring", lambda told: backup.restore(file, into or config.database.url, told))


@app.command("verify-backup")
def verify_backup(file: Path) -> None:
    """Restore a backup for trial, and say whether all of it is there."""
    from models import backup

    _loaded()
    _with_backup("verifying", lambda told: backup.verify(file, told))


def _with_backup(doing: str, work: "Callable[[backup.Told], Coroutine[None, None, backup.Manifest]]") -> None:
    from models.backup import BackupRefused

    try:
        with told.status(f"{doing} …") as status:
            done = Counter[str]()

            def count(table: str, rows: int) -> None:
                done[table] += rows
                status.update(f"{doing}: {table} {done[table]:,}")

            manifest = asyncio.run(work(count))
    except BackupRefused as refused:
        told.print(f"[red]Nothing was done:[/] {escape(str(refused))}.", soft_wrap=True)
        raise typer.Exit(1) from None
    rows = sum(table.rows for table in manifest.tables)
    told.print(f"{len(manifest.tables)} tables, {rows:,} rows, as they were at {manifest.made_at}.")


@app.command("verify-log")
def verify_log(
    log: Annotated[
        typer.FileText | None,
        typer.Option(
            encoding="utf-8",
            errors="replace",
            help="the server's log, - for stdin: the ends that it has kept",
        ),
    ] = None,
) -> None:
    """Say whether the audit is whole, or where it was touched, and how much of it is not sealed yet."""
    from server import verify_log as chain
    from server.clock import SystemClock

    config, secrets = _loaded()
    now, heads = SystemClock().now(), chain.heads_in(log or ())
    with told.status("verifying …") as status:

        def count(checked: int, number: int) -> None:
            status.update(f"verifying: {checked:,} of {number:,}")

        work = chain.verify(config.database.url, secrets.seal_keys, now, heads, count)
        verdict = asyncio.run(work)
    for line in chain.lines(verdict, heads, now):
        told.print(line, soft_wrap=True)
    raise typer.Exit(int(not verdict.whole))


@app.command("rebuild-search")
def rebuild_search() -> None:
    """Make the search's index anew from articles and answers, while people search."""
    from models import db, search_rebuild

    config, _ = _loaded()

    async def work(count: Callable[[int, int], None]) -> int:
        await db.connect(config.database.url, patient=True)
        try:
            return await search_rebuild.rebuild(count)
        finally:
            await db.disconnect()

    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=told) as progress:
        task = progress.add_task("indexing", total=None)
        done = asyncio.run(work(lambda more, total: progress.update(task, advance=more, total=total)))
    told.print(f"{done:,} entries can be found.")


TableFile = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="CSV or XLSX, its first row names")
]
NamedColumns = Annotated[
    list[str] | None,
    typer.Option("--map", help="FIELD=COLUMN, where a column's name does not say which field it is"),
]
Applies = Annotated[bool, typer.Option("--apply", help="also make and change what its rows say")]


@app.command("import-patrons")
def import_patrons(file: TableFile, column: NamedColumns = None, apply: Applies = False) -> None:
    """Check a table of cards row by row, and import it when told to; it can be taken back in the admin pages."""
    _import(file, "cards", column, applies=apply)


@app.command("import-articles")
def import_articles(file: TableFile, column: NamedColumns = None, apply: Applies = False) -> None:
    """The same for articles and answers to what is often asked."""
    _import(file, "articles", column, applies=apply)


def _import(file: Path, target: str, named: list[str] | None, *, applies: bool) -> None:
    from models.imports import Target
    from server import import_command

    config, secrets = _loaded()
    try:
        whole = asyncio.run(
            import_command.run(
                config, secrets, file, target=Target(target), named=named or (), applies=applies, told=told
            )
        )
    except import_command.CannotImport as why:
        told.print(f"[red]Nothing was imported:[/] {escape(str(why))}", soft_wrap=True)
        raise typer.Exit(2) from None
    raise typer.Exit(int(not whole))


@app.command("check-config")
def check_config() -> None:
    """Say whether the settings can be used."""
    config, _ = _loaded()
    wechat = "simulated WeChat" if config.wechat.simulator else "real WeChat"
    told.print(f"{settings.CONFIG_FILE} can be used, with {wechat}.")


@app.command("check-live")
def check_live() -> None:
    """Say what is still missing before readers can come, at WeChat and here."""
    from server import check_live as live

    config, secrets = _loaded()
    findings = asyncio.run(live.findings(config, secrets))
    for finding in findings:
        sign = "[red]missing[/]" if finding.missing else "[green]ok[/]     "
        told.print(f"{sign}  {finding.what:<12}{escape(finding.missing or '')}", soft_wrap=True)
    raise typer.Exit(int(any(finding.missing for finding in findings)))


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    from server.openapi import document

    json.dump(document(), sys.stdout, indent=1, ensure_ascii=False, sort_keys=True)
    sys.stdout.write("\n")


@app.command("make-migration")
def make_migration(name: str) -> None:
    """Write the next migration from what changed in the models; then edit it by hand."""
    from models import schema

    written = asyncio.run(schema.make_migration(name))
    told.print(f"wrote {written}" if written else "Nothing in the models has changed.")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        Path("var").mkdir(exist_ok=True)
        app()
