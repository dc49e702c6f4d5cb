"""How the last days and weeks were, for the charts of administrators."""

from collections import Counter
from datetime import timedelta
from typing import Final

from handlers.access import Caller
from handlers.context import Context
from handlers.shapes import Day, Moment, NoInput, Output
from models import history
from models.calendar import day_span, local_day
from models.instants import instant
from models.processes import CALLS_KEPT

DAYS: Final = CALLS_KEPT.days
HOURS: Final = 24
WEEKS: Final = 4


class CallsOfDay(Output):
    """Calls to WeChat of a day, and how many of them failed."""

    day: Day
    calls: int
    failed: int


class JobsOfHour(Output):
    """How many jobs were done in the hour from `starts`."""

    starts: Moment
    done: int


class ReadersAt(Output):
    """How many readers wrote to the librarians in an hour (0–23) of a weekday (1–7, from Monday), of some weeks."""

    weekday: int
    hour: int
    readers: int


class History(Output):
    """Each day of two weeks, each hour of the last day, and the hours of the week in which readers wrote in `weeks`."""

    wechat: list[CallsOfDay]
    jobs: list[JobsOfHour]
    weeks: int
    readers: list[ReadersAt]


async def show(ctx: Context, _caller: Caller, _wish: NoInput) -> History:
    """Calls to WeChat by day, jobs by hour, the present last; when in the week readers write, up to yesterday."""
    return History(wechat=await _wechat(ctx), jobs=await _jobs(ctx), weeks=WEEKS, readers=await _readers(ctx))


async def _wechat(ctx: Context) -> list[CallsOfDay]:
    days = [ctx.today() - timedelta(days=ago) for ago in reversed(range(DAYS))]
    calls, failed = Counter[object](), Counter[object]()
    for row in await history.wechat_calls(day_span(days[0], ctx.zone).starts):
        day = local_day(instant(row["hour"]), ctx.zone)
        calls[day] += row["number"]
        failed[day] += row["failed"]
    return [CallsOfDay(day=day, calls=calls[day], failed=failed[day]) for day in days]


async def _jobs(ctx: Context) -> list[JobsOfHour]:
    now = ctx.clock.now().replace(minute=0, second=0, microsecond=0)
    hours = [now - timedelta(hours=ago) for ago in reversed(range(HOURS))]
    done = {instant(row["hour"]): row["number"] for row in await history.jobs_done(hours[0])}
    return [JobsOfHour(starts=ctx.local(hour), done=done.get(hour, 0)) for hour in hours]


async def _readers(ctx: Context) -> list[ReadersAt]:
    """Whole weeks back from midnight, so that each weekday counts as often as the others."""
    today = day_span(ctx.today(), ctx.zone).starts
    since = day_span(ctx.today() - timedelta(weeks=WEEKS), ctx.zone).starts
    at = Counter[tuple[int, int]]()
    for row in await history.readers_writing(since):
        if (hour := instant(row["hour"])) < today:
            local = ctx.local(hour)
            at[local.isoweekday(), local.hour] += row["number"]
    return [
        ReadersAt(weekday=weekday, hour=hour, readers=number)
        for (weekday, hour), number in sorted(at.items())
    ]
