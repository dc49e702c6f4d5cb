"""A release: one version everywhere, its changes dated, its contract and newest migration kept."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from server.openapi import VERSION

pytestmark = pytest.mark.timeout(180)
HERE = Path(__file__).resolve().parents[2]
FOLDERS = ("contract", "handlers", "migrations", "models", "server", "tools", "miniprogram/src/api")
FILES = (
    "config.toml",
    "pyproject.toml",
    "package.json",
    "package-lock.json",
    ".prettierrc.json",
    "miniprogram/src/config.ts",
)
CHANGES = "For readers\n\n- Added booking.\n"
NEXT = "{}.{}.0".format(*(int(part) + 1 for part in VERSION.split(".")[:2]))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """This tree, committed, in a repository of its own."""
    for folder in FOLDERS:
        shutil.copytree(HERE / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(HERE / name, tmp_path / name)
    for name in (".venv", "node_modules"):
        (tmp_path / name).symlink_to(HERE / name)
    (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n## Unreleased\n\n{CHANGES}")
    (tmp_path / ".gitignore").write_text(".venv\nnode_modules\nvar\n__pycache__\n")
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(project: Path, *words: str) -> None:
    name = ("-c", "user.name=somebody", "-c", "user.email=somebody@library.example.edu")
    subprocess.run(["git", *name, *words], cwd=project, check=True)


def commit(project: Path) -> None:
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Changed")


def release(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.release", *words], cwd=project, capture_output=True, text=True
    )


def test_a_release_says_its_version_everywhere_and_keeps_what_the_next_one_is_held_to(project: Path) -> None:
    done = release(project, NEXT)
    assert done.returncode == 0, done.stderr
    assert f"git tag v{NEXT}" in done.stdout

    def read(name: str) -> str:
        return (project / name).read_text(encoding="utf-8")

    assert f'VERSION = "{NEXT}"' in read("server/openapi.py")
    assert f"clientVersion = '{NEXT}'" in read("miniprogram/src/config.ts")
    assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == NEXT
    lock = json.loads(read("package-lock.json"))
    assert json.loads(read("package.json"))["version"] == lock["version"] == NEXT
    assert lock["packages"][""]["version"] == NEXT
    assert re.search(rf"## Unreleased\n\n## {NEXT}, \d{{4}}-\d\d-\d\d\n\n{CHANGES}", read("CHANGELOG.md"))
    assert read("contract/previous.json") == read("contract/openapi.json")
    assert json.loads(read("contract/previous.json"))["info"]["version"] == NEXT
    newest = max(path.stem for path in (project / "migrations").glob("0*.py"))
    assert tomllib.loads(read("contract/previous.toml")) == {"revision": f"v{NEXT}", "migration": newest}


@pytest.mark.parametrize("version", ["", "1.2", "v9.0.0", VERSION, "0.0.9"])
def test_a_version_that_is_none_or_no_step_forward_is_refused(project: Path, version: str) -> None:
    done = release(project, version)
    assert (done.returncode, VERSION in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_a_release_of_what_is_not_committed_or_tagged_before_or_says_no_change_is_refused(
    project: Path,
) -> None:
    git(project, "tag", f"v{NEXT}")
    assert "tag" in release(project, NEXT).stderr
    (project / "CHANGELOG.md").write_text(f"# Changes\n\n## Unreleased\n\n## 0.1.0\n\n{CHANGES}")
    assert "not committed" in release(project, NEXT).stderr
    commit(project)
    git(project, "tag", "--delete", f"v{NEXT}")
    assert "nothing under Unreleased" in release(project, NEXT).stderr


def test_a_release_that_takes_something_from_older_phones_is_refused(project: Path) -> None:
    document = project / "contract" / "openapi.json"
    contract = json.loads(document.read_text())
    del contract["paths"]["/api/home"]
    document.write_text(json.dumps(contract))
    commit(project)
    assert "GET /api/home is gone" in release(project, NEXT).stderr
