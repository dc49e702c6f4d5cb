"""The only `now()`. Everything below asks `ctx.clock`, so that tests and the simulator can move time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

STEP: Final = timedelta(seconds=10)

log = structlog.get_logger()


class SystemClock:
    """The machine's clock, moved by an offset that only simulator mode ever sets.

    It is believed, for it is the library's time; a step of it, which `steady` (in seconds) did not make, is
    logged.
    """

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.offset = timedelta()
        self._wall, self._steady = wall, steady
        self._seen = wall(), steady()

    def now(self) -> datetime:
        wall, steady = self._wall(), self._steady()
        passed = timedelta(seconds=steady - self._seen[1])
        step = wall - self._seen[0] - passed
        self._seen = wall, steady
        if abs(step) > STEP:
            log.warning("clock_stepped", by_s=round(step.total_seconds()), now=wall.isoformat())
        return wall + self.offset
