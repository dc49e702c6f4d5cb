"""`make check`: every tool that reads the code without running it; all of them, then how many failed."""

import re
import subprocess
import sys
from pathlib import Path

from tools.audit import UNREACHED
from tools.parts import Part, processors, run_parts
from tools.shell import NODE, PYTHON, ROOT

BIN = PYTHON.parent
MODULES = ROOT / "node_modules" / ".bin"
# Banned below server/ only, and ruff has one table of bans for the whole tree.
NO_TASKS = (
    'lint.flake8-tidy-imports.banned-api."asyncio.create_task".msg = '
    '"A task started inside a transaction inherits its connection: tx.after_commit, or a job."'
)

# Written so that this file does not hold what it looks for.
HOSTS = (
    r"files\.python[h]osted|p[y]pi\.org/simple|registry\.np[m]js|registry\.y[a]rnpkg"
    r"|deb\.d[e]bian\.org|npm[m]irror"
)


RUFF_CHECK = [f"{BIN}/ruff", "check", "--quiet"]

PARTS = (
    Part(name="mypy", command=[f"{BIN}/mypy"]),
    Part(name="ruff", command=[*RUFF_CHECK, "."]),
    Part(
        name="ruff, tasks",
        command=[*RUFF_CHECK, "--select=TID251", f"--config={NO_TASKS}", "handlers", "models"],
    ),
    Part(name="ruff, format", command=[f"{BIN}/ruff", "format", "--check", "--quiet", "--diff", "."]),
    Part(name="imports", command=[f"{BIN}/lint-imports", "--cache-dir", "var/imports"]),
    Part(name="tsc", command=[f"{MODULES}/tsc", "--noEmit", "-p", "miniprogram"]),
    Part(name="tsc, tests", command=[f"{MODULES}/tsc", "--noEmit", "-p", "miniprogram/tests"]),
    Part(name="eslint", command=[f"{MODULES}/eslint", "."]),
    Part(name="prettier", command=[f"{MODULES}/prettier", "--check", "--log-level=warn", "miniprogram"]),
    Part(name="wxml", command=[str(NODE), "miniprogram/build/lint-wxml.mjs"]),
    Part(name="audit, python", command=[str(PYTHON), "-m", "tools.audit", "python"]),
    Part(name="audit, node", command=[str(PYTHON), "-m", "tools.audit", "node"]),
    Part(name="hosts", command=[str(PYTHON), "-m", "tools.check", "hosts"]),
)


def find_hosts(root: Path) -> list[str]:
    """Tracked lines that name a package registry's host, or this very folder: right here, wrong elsewhere."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True)
    wrong = re.compile(rf"{HOSTS}|{re.escape(str(root))}/")
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = root / name
        if not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := wrong.search(line):
                found.append(f"{name}:{number}: {match[0]}")
    return found


def main() -> int:
    """Returns the exit code: the number of checks that failed, at most 1."""
    outcomes = run_parts(PARTS, at_once=processors(), quiet=True)
    for outcome in outcomes:
        if UNREACHED in outcome.output:
            print(outcome.output.rstrip())
    failed = [outcome.name for outcome in outcomes if outcome.code]
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["hosts"]:
        lines = find_hosts(ROOT)
        sys.exit("\n".join(lines) if lines else 0)
    sys.exit(main())
