"""The only `now()`. Everything below asks `ctx.clock`, so that tests and the simulator can move time."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock, moved by an offset that only simulator mode ever sets."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset
