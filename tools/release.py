"""`make release VERSION=0.2.0`: one version everywhere, its section of the changelog, its contract kept.

Changes files only, and says which commit and tag are to follow.
"""

import json
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tools import contract
from tools.shell import ROOT, Failed, answer
from tools.wire import narrowed

PREVIOUS: Final = ROOT / "contract" / "previous.json"
NAMED: Final = ROOT / "contract" / "previous.toml"
CHANGELOG: Final = ROOT / "CHANGELOG.md"
UNRELEASED: Final = "## Unreleased\n"
# Where the version stands: everything before it, everywhere that this matches.
OF_NODE: Final = r'"name": "wenjin",\s+"version": "'
VERSIONS: Final = {
    "server/openapi.py": r'^VERSION\b.* = "',
    "pyproject.toml": r'^version = "',
    "package.json": OF_NODE,
    "package-lock.json": OF_NODE,
    "miniprogram/src/config.ts": r"^export const clientVersion = '",
}
NUMBER: Final = r"\d+\.\d+\.\d+"


def main(version: str) -> None:
    """Raises Failed before anything was changed, unless the contract cannot be written."""
    _refuse_what_is_not_ready(version)
    for name, before in VERSIONS.items():
        _replace(ROOT / name, f"({before}){NUMBER}", rf"\g<1>{version}")
    _replace(CHANGELOG, f"^{UNRELEASED}", f"{UNRELEASED}\n## {version}, {datetime.now(UTC).date()}\n")
    contract.main()
    PREVIOUS.write_bytes(contract.DOCUMENT.read_bytes())
    newest = max(path.stem for path in (ROOT / "migrations").glob("0*.py"))
    _replace(NAMED, '^revision = ".*?"', f'revision = "v{version}"')
    _replace(NAMED, '^migration = ".*?"', f'migration = "{newest}"')
    print(f"Look at `git diff`, then:\n  git commit -am 'Released {version}'\n  git tag v{version}")


def _refuse_what_is_not_ready(version: str) -> None:
    present = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if not re.fullmatch(NUMBER, version) or _numbers(version) <= _numbers(present):
        raise Failed(f"A version has three numbers and is higher than the present one, {present}.")
    if subprocess.run(["git", "diff", "--quiet", "HEAD"], cwd=ROOT).returncode:
        raise Failed("There are changes that are not committed.")
    if answer(["git", "tag", "--list", f"v{version}"]):
        raise Failed(f"There is a tag v{version} already.")
    unreleased = CHANGELOG.read_text(encoding="utf-8").partition(UNRELEASED)[2].partition("\n## ")[0]
    if not re.search("^- ", unreleased, re.M):
        raise Failed("CHANGELOG.md has nothing under Unreleased.")
    lost = narrowed(json.loads(PREVIOUS.read_text()), json.loads(contract.DOCUMENT.read_text()))
    if lost:
        raise Failed("The contract takes away what clients of the last release need: " + "; ".join(lost))


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def _replace(path: Path, pattern: str, by: str) -> None:
    path.write_text(re.sub(pattern, by, path.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(" ".join(sys.argv[1:]))
    except Failed as failed:
        sys.exit(str(failed))
