"""`make fresh`: the two commands of the README in a new clone with an empty home, timed.

Takes the last commit, not the working tree; says so when the two differ. What a machine needs to reach its
packages (certificates, proxies) stays in the environment, everything of this checkout leaves it.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from tools.shell import ROOT, Failed

START_LIMIT_S = 900.0
SECOND_START_LIMIT_S = 5.0
STOP_LIMIT_S = 10.0
OURS = (
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PYTHONHOME",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "ARGS",
    "ONLY",
    "CHROMIUM",
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clean_environment(home: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(("WENJIN_", "XDG_", "npm_"))
    }
    path = [entry for entry in os.get_exec_path() if not Path(entry).is_relative_to(ROOT)]
    ports = {"PORT": str(_free_port()), "SIM_PORT": str(_free_port())}
    return {**kept, **ports, "HOME": str(home), "PATH": os.pathsep.join(path)}


def _is_ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answered:
            return bool(answered.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def _running(command: str, clone: Path, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`make <command>` in a process group of its own, which is gone at the end whatever happens."""
    process = subprocess.Popen(["make", command], cwd=clone, env=environment, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _stop(process: subprocess.Popen[bytes]) -> float:
    """Ctrl-C, as in a terminal; returns the seconds until `make run` had ended."""
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired as error:
        raise Failed(f"`make run` did not stop within {STOP_LIMIT_S:.0f} s of Ctrl-C.") from error
    return time.monotonic() - began


def _start(clone: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """Runs `make run` until it is ready, then stops it. Returns the seconds to ready and to stopped."""
    began = time.monotonic()
    with _running("run", clone, environment) as process:
        while not _is_ready(environment["PORT"]):
            if process.poll() is not None:
                raise Failed(f"`make run` ended with code {process.returncode} before it was ready.")
            if time.monotonic() - began > START_LIMIT_S:
                raise Failed(f"`make run` was not ready within {START_LIMIT_S:.0f} s.")
            time.sleep(0.05)
        return time.monotonic() - began, _stop(process)


@contextmanager
def _clone() -> Iterator[tuple[Path, Path]]:
    folder = Path(tempfile.mkdtemp(prefix="wenjin-fresh-"))
    clone, home = folder / "wenjin", folder / "home"
    home.mkdir()
    try:
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        yield clone, home
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Raises Failed when a command fails, or the second start takes longer than it may."""
    # A shell that starts us in the background has Ctrl-C ignored, and children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Ended from outside, it still takes the clone and what runs in it along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, check=True)
    if changed.stdout:
        print("Not in the clone: what is not committed yet.", flush=True)
    with _clone() as (clone, home):
        environment = _clean_environment(home)
        first, stopped = _start(clone, environment)
        second, _ = _start(clone, environment)
        began = time.monotonic()
        with _running("test", clone, environment) as tests:
            tests.wait()
        print(f"\nfirst make run   ready in {first:6.1f} s, stopped in {stopped:.1f} s")
        print(f"second make run  ready in {second:6.1f} s (at most {SECOND_START_LIMIT_S:.0f})")
        print(f"make test        {time.monotonic() - began:15.1f} s, code {tests.returncode}")
        if tests.returncode:
            raise Failed("`make test` failed in a fresh clone.")
        if second > SECOND_START_LIMIT_S:
            raise Failed(f"The second start took {second:.1f} s.")


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(str(failed))
