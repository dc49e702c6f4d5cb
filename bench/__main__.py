"""`python -m bench [--only NAME …]`: measure, print, keep in docs/benchmarks.md; 1 when a row falls short."""

import argparse
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

import uvloop

from bench import audit, book, chat, fanout, idle, map, memory, opening, report, search, spread, two_processes
from bench.machine import LOAD_CORE, description, pin
from bench.postgres import Postgres, postgres
from bench.report import Outcome

ROWS: Final[Mapping[str, Callable[[Postgres], Awaitable[Outcome]]]] = {
    "book": book.run,
    "map": map.run,
    "fanout": fanout.run,
    "memory": memory.run,
    "chat": chat.run,
    "two-processes": two_processes.run,
    "spread": spread.run,
    "idle": idle.run,
    "opening": opening.run,
    "audit": audit.run,
    "search": search.run,
}


async def measure(names: Sequence[str]) -> int:
    """The exit code: 0 when every row reaches its target."""
    async with postgres() as database:
        machine = description(database.version)
        print(machine)
        outcomes = []
        for name in names:
            outcomes.append(outcome := await ROWS[name](database))
            print(f"\n{outcome.table()}", flush=True)
    report.write(outcomes, machine)
    print("", *(outcome.verdict for outcome in outcomes), sep="\n")
    return 0 if all(outcome.met for outcome in outcomes) else 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=list(ROWS), metavar="NAME")
    names: list[str] = parser.parse_args().only
    pin(LOAD_CORE)  # PostgreSQL inherits it; the servers move to theirs
    return uvloop.run(measure(names))


if __name__ == "__main__":
    sys.exit(main())
