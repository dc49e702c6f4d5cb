"""The machine that measures: which core does what, what a process has used, and what to call it in a report.

Linux only: cores are pinned by `sched_setaffinity`, and CPU time and memory are read from /proc.
"""

import os
import platform
import re
import resource
from pathlib import Path
from typing import Final

SERVER_CORE: Final = 0
LOAD_CORE: Final = 1  # the load generator and PostgreSQL
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def pin(core: int) -> None:
    """Keep this process, and the ones that it starts from now on, on one core."""
    os.sched_setaffinity(0, {core})


def open_files() -> int:
    """How many files and connections each process may have open; as many as the machine allows, from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


def cpu_s(pid: int) -> float:
    """CPU seconds that the threads of a process have used so far, in user and kernel mode, to the nanosecond.

    Not from `stat`: it counts in steps of 10 ms whatever runs at that moment, which says little of a short while.
    """
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


def family(pid: int) -> list[int]:
    """A process, and those that it has started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def command(pid: int) -> str:
    """How a process calls itself: of PostgreSQL's, also whom it serves."""
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()


def listening(port: int) -> int:
    """How many processes take connections on a port."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[3] == "0A" and row[1].endswith(f":{port:04X}") for row in rows)


def resident_bytes(pid: int) -> int:
    """Memory of a process that is in RAM, shared libraries included."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES


def description(postgres_version: str) -> str:
    """Model and number of the cores, and versions: all that a figure depends on."""
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return (
        f"{model[1].strip() if model else platform.machine()}, {os.cpu_count()} cores, Linux, "
        f"{platform.python_implementation()} {platform.python_version()}, PostgreSQL {postgres_version}"
    )
