"""The clock of the simulated WeChat: it can be moved, and is the only one that the simulator reads."""

import time
from datetime import UTC, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))


class SimulatorClock:
    """Seconds since 1970 by the machine's clock, plus an offset that is not kept over a restart."""

    def __init__(self) -> None:
        self.offset_s = 0.0

    def now(self) -> float:
        return time.time() + self.offset_s

    def minute(self) -> str:
        return f"minute {int(self.now()) // 60}"

    def day(self) -> str:
        return f"day {self.at(self.now()).date()}"

    @staticmethod
    def at(seconds: float) -> datetime:
        """The same instant as WeChat's people would read it off the wall."""
        return datetime.fromtimestamp(seconds, UTC).astimezone(BEIJING)
