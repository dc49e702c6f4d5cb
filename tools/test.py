"""`make test`: the suite on both databases, the client's logic, then a real browser; ends with the sum.

ONLY=sqlite,postgres,client,browser chooses parts. The words of ARGS go to pytest, as in
`make test ARGS="-k seats"`; a path among them takes the place of the whole suite.
"""

import os
import shlex
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.parts import Outcome, Part, processors, run_parts
from tools.shell import NODE, PYTHON, ROOT, VAR

REPORTS = VAR / "test"
BROWSER = "tests/browser"
# These do not use the database of the part that runs them, so that once is enough.
NO_DATABASE = (
    "tests/tools/test_release.py",
    "tests/tools/test_tools.py",
    "tests/tools/test_wire.py",
    "tests/wechat",
    "tests/test_bus.py",
    "tests/test_process.py",
    "tests/test_rules.py",
    "tests/test_settings.py",
)
NOTHING_COLLECTED = 5
# One test has 60 s (pyproject.toml); when something beneath them all is broken, that would add up to hours.
PART_LIMIT_S = 900
# Of a part that runs whole: half of a test's time is waiting for another process or a clock. Whoever names
# tests wants them in their order, and what they print.
IN_TWO = ("--numprocesses=2", "--dist=worksteal")


@dataclass(frozen=True, kw_only=True)
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(
            passed=self.passed + other.passed,
            failed=self.failed + other.failed,
            skipped=self.skipped + other.skipped,
        )


def _report(name: str) -> Path:
    return REPORTS / f"{name}.xml"


def _pytest(name: str, args: Sequence[str], *, database: str, whole: Sequence[str]) -> Part | None:
    """Runs `whole`, or the paths among ARGS that belong to this part; None when there are only others."""
    paths = [word for word in args if _is_path(word)]
    mine = [path for path in paths if path.startswith(BROWSER) == (name == "browser")]
    if paths and not mine:
        return None
    rest = [word for word in args if word not in paths]
    own = [
        "-q",
        f"--session-timeout={PART_LIMIT_S}",
        f"--junitxml={_report(name)}",
        "-o",
        f"cache_dir={VAR / 'pytest' / name}",
    ]
    return Part(
        name=name,
        command=[str(PYTHON), "-m", "pytest", *own, *(mine or whole), *(rest if args else IN_TWO)],
        extra={
            "WENJIN_TEST_DATABASE": database,
            # Over PostgreSQL everything runs on two servers that share it and a Redis.
            "TEST_SERVERS": "2" if database == "postgres" else "1",
            # Hundreds of servers are started, and each would compile its sources.
            "PYTHONDONTWRITEBYTECODE": "",
            # Both processes must find the tests in one order, those made from a set as well.
            "PYTHONHASHSEED": "0",
        },
    )


def _suite(database: str, args: Sequence[str]) -> Part | None:
    left_out = (BROWSER,) if database == "sqlite" else (BROWSER, *NO_DATABASE)
    whole = ["tests", *(f"--ignore={folder}" for folder in left_out)]
    return _pytest(database, args, database=database, whole=whole)


def _browser(args: Sequence[str]) -> Part | None:
    return _pytest("browser", args, database="sqlite", whole=[BROWSER])


def _client(args: Sequence[str]) -> Part | None:
    # The words are pytest's; who asks for some of its tests does not ask for these.
    if args:
        return None
    return Part(name="client", command=[str(NODE), "tools/test-client.mjs", str(_report("client"))])


def _is_path(word: str) -> bool:
    return not word.startswith("-") and (ROOT / word.split("::")[0]).exists()


def _count(outcome: Outcome, *, chosen: bool) -> Count:
    """What a part's report says; a part that failed without saying which test counts as one failure."""
    report = _report(outcome.name)
    count = Count()
    if report.is_file():
        for case in ET.parse(report).iter("testcase"):
            kinds = {child.tag for child in case}
            failed, skipped = bool(kinds & {"failure", "error"}), "skipped" in kinds
            count += Count(failed=failed, skipped=skipped, passed=not failed and not skipped)
    nothing = outcome.code == NOTHING_COLLECTED and chosen
    if outcome.code and not count.failed and not nothing:
        count += Count(failed=1)
    return count


def _names(outcome: Outcome) -> list[str]:
    """The tests of a part that failed, each with the first line of why: the part's own output is far above."""
    report = _report(outcome.name)
    if not report.is_file():
        return []
    names = []
    for case in ET.parse(report).iter("testcase"):
        bad = [child for child in case if child.tag in ("failure", "error")]
        if bad:
            why = (bad[0].get("message") or "").strip().split("\n")[0]
            names.append(f"  {case.get('classname', '')}::{case.get('name', '')}: {why[:200]}")
    return names


def main(args: Sequence[str]) -> int:
    """Returns the exit code: 1 as soon as one test failed or a part could not run."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    for old in REPORTS.glob("*.xml"):
        old.unlink()
    began = time.monotonic()
    only = set(filter(None, os.environ.get("ONLY", "").split(",")))
    together = [_suite("sqlite", args), _suite("postgres", args), _client(args)]
    outcomes: list[Outcome] = []
    # The browser has the machine to itself: its steps wait for a screen, and a slow one reads as a failure.
    for group in (together, [_browser(args)]):
        parts = [part for part in group if part and (not only or part.name in only)]
        outcomes += run_parts(parts, at_once=min(2, processors()))
    total = Count()
    print()
    for outcome in outcomes:
        count = _count(outcome, chosen=bool(args))
        total += count
        mark = "FAILED" if count.failed else "ok"
        print(f"{outcome.name:9} {count.passed:5} passed {outcome.seconds:6.0f} s  {mark}")
        for line in _names(outcome):
            print(line)
    skipped = f", {total.skipped} skipped" if total.skipped else ""
    print(f"in {time.monotonic() - began:.0f} s{skipped}")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(shlex.split(os.environ.get("ARGS", ""))))
