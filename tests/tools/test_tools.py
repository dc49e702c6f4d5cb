"""The tools behind make, run as make runs them, in a small project of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(180)
HERE = Path(__file__).resolve().parents[2]
FAILS_ONCE = "def test_holds(): pass\n\n\ndef test_does_not_hold(): assert 1 == 2\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(HERE / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(HERE / ".venv")
    return tmp_path


def call(project: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=project,
        # All plugins of the real suite take longer to load than these tests to run.
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "pytest_timeout,xdist.plugin",
            **environment,
        },
        capture_output=True,
        text=True,
    )


def test_the_last_line_is_the_sum_and_a_failure_is_an_error(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_it.py").write_text(FAILS_ONCE)
    done = call(project, "-m", "tools.test", ONLY="sqlite", ARGS="")
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed"
    assert done.returncode == 1


def test_chosen_words_reach_pytest(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_it.py").write_text(FAILS_ONCE)
    done = call(project, "-m", "tools.test", ONLY="sqlite", ARGS="-k holds")
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"
    assert done.returncode == 0


def test_a_part_that_cannot_run_counts_as_a_failure(project: Path) -> None:
    (project / "tests").mkdir()
    (project / "tests" / "test_it.py").write_text("import nothing_of_this_name\n")
    done = call(project, "-m", "tools.test", ONLY="sqlite", ARGS="")
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert done.returncode == 1


def test_a_tracked_file_may_not_name_a_registry_or_its_own_folder(project: Path) -> None:
    (project / "fine.txt").write_text("https://example.org\n")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "fine.txt"], cwd=project, check=True)
    assert call(project, "-m", "tools.check", "hosts").returncode == 0

    registry = "registry." + "npmjs.org"
    (project / "lock.json").write_text(f"{{}}\nhttps://{registry}/x\n{project}/y\n")
    subprocess.run(["git", "add", "lock.json"], cwd=project, check=True)
    done = call(project, "-m", "tools.check", "hosts")
    assert done.returncode == 1
    assert [line.split(": ")[0] for line in done.stderr.splitlines()] == ["lock.json:2", "lock.json:3"]


def test_a_browser_that_does_not_start_is_named(project: Path) -> None:
    (project / "var").mkdir()
    done = call(project, "-c", "from tools import browser; browser.find()", CHROMIUM="/nowhere/chromium")
    assert "CHROMIUM names /nowhere/chromium, which does not start." in done.stderr


def test_a_browser_that_starts_is_remembered(project: Path) -> None:
    (project / "var").mkdir()
    browser = project / "a-browser"
    browser.write_text("#!/bin/sh\necho 1.0\n")
    browser.chmod(0o755)
    done = call(project, "-c", "from tools import browser; browser.find()", CHROMIUM=str(browser))
    assert done.returncode == 0
    assert (project / "var" / "chromium").read_text().strip() == str(browser)


def test_an_unknown_level_is_answered_with_the_known_ones(project: Path) -> None:
    done = call(project, "-m", "tools.setup", "everything")
    assert done.returncode == 1
    assert "run|check|test" in done.stderr
