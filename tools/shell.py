"""Runs other programs for the tools, and says in one sentence what went wrong."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
PYTHON = ROOT / ".venv" / "bin" / "python"
NODE = ROOT / ".venv" / "bin" / "node"


class Failed(Exception):
    """A step that cannot be done; the text is the one sentence to show."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a child process sees: the project's own Python, Node and Node tools come first on PATH."""
    own = [str(PYTHON.parent), str(ROOT / "node_modules" / ".bin")]
    rest = [entry for entry in os.environ.get("PATH", "").split(os.pathsep) if entry not in own]
    return {**os.environ, "PATH": os.pathsep.join(own + rest), **(extra or {})}


def run(
    command: Sequence[str | Path],
    *,
    timeout_s: float | None = None,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Runs to the end; a terminal shows the line it is at, a failure shows its last lines. Raises Failed
    for a missing program, a code other than 0 or a timeout, which ends the whole process group: installers
    leave their downloads to children."""
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=environment(extra),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Failed(f"{words[0]} could not be started: {error.strerror}.") from error
    late = threading.Event()
    timer = threading.Timer(timeout_s or 0, _end, (process, late))
    if timeout_s:
        timer.start()
    try:
        last = _show(process)
        code = process.wait()
    except BaseException:
        # A group of its own does not hear Ctrl-C.
        _end(process)
        raise
    finally:
        timer.cancel()
    if late.is_set() or code:
        print("".join(f"      {line}\n" for line in last), end="", flush=True)
        how = f"took more than {timeout_s:.0f} s" if late.is_set() else f"failed with code {code}"
        raise Failed(f"`{' '.join(words)}` {how}.")


def _end(process: subprocess.Popen[str], late: threading.Event | None = None) -> None:
    if late:
        late.set()
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _show(process: subprocess.Popen[str]) -> Sequence[str]:
    """Follows the output on one line of the terminal; returns the last lines."""
    assert process.stdout is not None
    last: deque[str] = deque(maxlen=30)
    width = shutil.get_terminal_size().columns - 8
    for line in process.stdout:
        if line.strip():
            last.append(line.rstrip())
            if sys.stdout.isatty():
                print(f"\r\x1b[K      {line.strip()[:width]}", end="", flush=True)
    if sys.stdout.isatty():
        print("\r\x1b[K", end="", flush=True)
    return last


def answer(command: Sequence[str | Path]) -> str | None:
    """What a program prints, without surrounding space; None when it is missing, fails or needs over 20 s."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
