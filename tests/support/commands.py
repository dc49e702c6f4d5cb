"""The server's own commands, as an operator runs them."""

import asyncio
import os
import sys


async def command(*arguments: str, database: str, told: str = "", **environment: str) -> tuple[int, str]:
    """One of them: how it ended, and what it said; `told` is what it reads."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server",
        *arguments,
        env={**os.environ, "WENJIN_DATABASE_URL": database, "COLUMNS": "200", **environment},
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate(told.encode())
    finally:
        if process.returncode is None:  # the test is over: it took too long
            process.kill()
            await process.communicate()
    return process.returncode or 0, said.decode()
