"""`make contract`: the routes as contract/openapi.json, and as types for the client."""

import subprocess
import sys

from tools.shell import PYTHON, ROOT, Failed, environment, run

DOCUMENT = ROOT / "contract" / "openapi.json"
TYPES = ROOT / "miniprogram" / "src" / "api" / "contract.ts"


def main() -> None:
    """Raises Failed when the server cannot describe itself or the document cannot be turned into types."""
    described = subprocess.run(
        [PYTHON, "-m", "server", "openapi"], cwd=ROOT, env=environment(), stdout=subprocess.PIPE
    )
    if described.returncode:
        raise Failed("`python -m server openapi` failed; contract/openapi.json is as it was.")
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_bytes(described.stdout)
    TYPES.parent.mkdir(parents=True, exist_ok=True)
    run(["openapi-typescript", DOCUMENT, "--output", TYPES])
    run(["prettier", "--log-level=warn", "--write", DOCUMENT, TYPES])


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(str(failed))
