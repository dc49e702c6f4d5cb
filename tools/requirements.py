"""`make requirements`: requirements*.in, pinned as requirements*.txt with hashes and without any host."""

import shutil
import sys
from collections.abc import Sequence

from tools.shell import PYTHON, Failed, run

# In this order: each is held to what the first decided.
NAMES = (
    "requirements",
    "requirements-tracing",
    "requirements-s3",
    "requirements-pdf",
    "requirements-dev",
    "requirements-node",
)
OPTIONS = (
    "--quiet",
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
)


def main(extra: Sequence[str]) -> None:
    """Keeps versions that still fit; `--upgrade` takes the newest. Raises Failed when there is no uv."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
    if not uv:
        raise Failed("Pinning needs uv: .venv/bin/python -m pip install uv")
    for name in NAMES:
        run([uv, "pip", "compile", *OPTIONS, *extra, f"{name}.in", "--output-file", f"{name}.txt"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Failed as failed:
        sys.exit(str(failed))
