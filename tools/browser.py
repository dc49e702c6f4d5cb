"""Finds a Chromium for the browser tests, or installs one."""

import os
import shutil
from pathlib import Path

from tools.shell import PYTHON, VAR, Failed, answer, run

FOUND = VAR / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
DOWNLOAD_LIMIT_S = 120
PACKAGE_LIMIT_S = 600
WAY_OUT = (
    "No Chromium for the browser tests: install chromium (or Google Chrome), or set CHROMIUM to its path, "
    "and run make test again."
)


def _starts(path: str | Path) -> bool:
    # Some systems put a stub on PATH that only tells where to buy the real one.
    return bool(answer([path, "--version"]))


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) and _starts(path)), None)


def _from_environment() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named and not _starts(named):
        raise Failed(f"CHROMIUM names {named}, which does not start.")
    return named


def _from_apt() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    packages = ["chromium", "fonts-noto-cjk"]
    try:
        run([*apt, "update"], timeout_s=PACKAGE_LIMIT_S, extra=quiet)
        run(
            [*apt, "install", "-y", "--no-install-recommends", *packages],
            timeout_s=PACKAGE_LIMIT_S,
            extra=quiet,
        )
    except Failed as failure:
        print(f"      {failure}", flush=True)
    return _on_path()


def _from_playwright() -> str | None:
    try:
        run([PYTHON, "-m", "playwright", "install", "chromium"], timeout_s=DOWNLOAD_LIMIT_S)
    except Failed as failure:
        print(f"      {failure}", flush=True)
    code = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as p: print(p.chromium.executable_path)"
    )
    path = answer([PYTHON, "-c", code])
    return path if path and _starts(path) else None


def is_known() -> bool:
    """True when the browser found earlier is still there, and CHROMIUM does not name another."""
    if not FOUND.is_file():
        return False
    path = FOUND.read_text(encoding="utf-8").strip()
    return os.environ.get("CHROMIUM", path) == path and os.access(path, os.X_OK)


def find() -> None:
    """Writes the path of a Chromium that starts into var/chromium. Raises Failed when there is none: a test
    that silently skips the browser proves nothing."""
    for source in (_from_environment, _on_path, _from_apt, _from_playwright):
        path = source()
        if path:
            FOUND.write_text(path + "\n", encoding="utf-8")
            return
    raise Failed(WAY_OUT)
