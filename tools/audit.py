"""`python -m tools.audit python|node`: known holes in what we depend on; where the data cannot be had, it says so."""

import json
import subprocess
import sys
from typing import Final

from tools.shell import PYTHON, ROOT

WAITS_S: Final = 20
UNREACHED: Final = "could not be reached"
COMMANDS: Final = {
    "python": [
        str(PYTHON),
        "-m",
        "pip_audit",
        "-r",
        "requirements.txt",
        "--no-deps",
        "--disable-pip",
        "-f",
        "json",
    ],
    "node": ["npm", "audit", "--json"],
}


def holes(kind: str) -> list[str] | None:
    """The packages with a known hole; None when nobody could be asked."""
    try:
        done = subprocess.run(
            COMMANDS[kind], cwd=ROOT, capture_output=True, text=True, timeout=WAITS_S, check=False
        )
        told = json.loads(done.stdout)
        if kind == "node":
            return sorted(told["vulnerabilities"])
        found = [f"{one['name']} {one['version']}" for one in told["dependencies"] if one.get("vulns")]
        unknown = any("skip_reason" in one for one in told["dependencies"])
        return None if unknown and not found else found
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        return None


def main(kind: str) -> int:
    """Returns the exit code."""
    found = holes(kind)
    if found is None:
        print(f"{kind}: the list of known holes {UNREACHED}")
        return 0
    for name in found:
        print(f"{kind}: {name} has a known hole")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
