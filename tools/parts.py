"""Runs named commands, some side by side, and shows their output as it comes."""

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from tools.shell import ROOT, environment

_printing = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    command: Sequence[str]
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    name: str
    code: int
    seconds: float
    output: str


def _say(line: str) -> None:
    with _printing:
        print(line, flush=True)


def _run(part: Part, *, width: int, quiet: bool) -> Outcome:
    began = time.monotonic()
    process = subprocess.Popen(
        list(part.command),
        cwd=ROOT,
        env=environment({"PYTHONUNBUFFERED": "1", **part.extra}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if not quiet:
            _say(f"{part.name:{width}} | {line.rstrip()}")
    code = process.wait()
    return Outcome(name=part.name, code=code, seconds=time.monotonic() - began, output="".join(lines))


def run_parts(parts: Sequence[Part], *, at_once: int, quiet: bool = False) -> list[Outcome]:
    """Runs every part, `at_once` at a time, whatever the others say; quiet keeps output of those that
    succeed off the screen. Outcomes come in the order of the parts."""
    width = max((len(part.name) for part in parts), default=0)

    def one(part: Part) -> Outcome:
        outcome = _run(part, width=width, quiet=quiet)
        if quiet:
            mark = "ok" if outcome.code == 0 else "FAILED"
            _say(f"{part.name:{width}}  {outcome.seconds:5.1f} s  {mark}")
            if outcome.code:
                _say(outcome.output.rstrip() + "\n")
        return outcome

    with ThreadPoolExecutor(max_workers=at_once) as pool:
        return list(pool.map(one, parts))


def processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
