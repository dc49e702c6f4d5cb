"""A process that starts while its database is away, as after a power cut of both, waits for it and says so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog
from tortoise.exceptions import DBConnectionError

from models.away import AWAY as DATABASE_AWAY

LONGEST_WAIT_S: Final = 60.0  # then the process ends, and whoever manages it may tell somebody
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 5.0
# The name of its machine may not be known yet, either.
AWAY: Final = (*DATABASE_AWAY, OSError)

T = TypeVar("T")
log = structlog.get_logger()


async def patiently(work: Callable[[], Awaitable[T]], *, seconds: float = LONGEST_WAIT_S) -> T:
    """Do this again while the database is away; after so many seconds raise what it raises.

    What waiting does not mend, a wrong password or a name that is no database, is raised at once.
    """
    time = asyncio.get_running_loop().time
    until, pause = time() + seconds, FIRST_PAUSE_S
    while True:
        try:
            return await work()
        except DBConnectionError:  # which Tortoise raises of a name that is no database
            raise
        except AWAY as error:
            if time() + pause > until:
                raise
            log.warning("waiting_for_database", error=type(error).__name__, next_in_s=pause)
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE_S, pause * 2)
