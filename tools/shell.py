"""Runs other programs for the tools, and says in one sentence what went wrong."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
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
    """Runs to the end, output on the screen. Raises Failed for a missing program, a code other than 0 or a
    timeout; a timeout ends the whole process group, since installers leave their downloads to children."""
    words = [str(word) for word in command]
    # A group of its own would not hear Ctrl-C, so only what has a limit gets one.
    grouped = timeout_s is not None
    try:
        process = subprocess.Popen(words, cwd=ROOT, env=environment(extra), start_new_session=grouped)
    except OSError as error:
        raise Failed(f"{words[0]} could not be started: {error.strerror}.") from error
    try:
        code = process.wait(timeout_s)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise Failed(f"`{' '.join(words)}` took more than {timeout_s:.0f} s.") from error
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if code:
        raise Failed(f"`{' '.join(words)}` failed with code {code}.")


def answer(command: Sequence[str | Path]) -> str | None:
    """What a program prints, without surrounding space; None when it is missing, fails or needs over 20 s."""
    try:
        done = subprocess.run(
            [str(word) for word in command], cwd=ROOT, capture_output=True, text=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
