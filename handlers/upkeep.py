"""What the product does by itself, as jobs: it reminds, says what lapsed, and tidies up."""

from datetime import timedelta

from handlers import access, audit, tell
from handlers.access import Caller
from handlers.bookings import announce, state_of
from handlers.context import Context
from handlers.errors import Postponed
from handlers.shapes import Input
from handlers.words import span_words
from models import (
    bookings,
    helpers,
    jobs,
    notices,
    people,
    presence,
    repeats,
    search_words,
    slots,
    tries,
    wechat_fields,
)
from models.bookings import State
from models.calendar import day_span, local_day
from models.db import transaction
from models.instants import instant
from models.notices import Purpose, Words
from models.spaces import SEAT_SLOT_MINUTES


class BookingJob(Input):
    booking_id: int


class Daily(Input):
    """A job of the day that needs no words."""


async def remind(ctx: Context, _caller: Caller, wish: BookingJob) -> None:
    """Tell the reader in time, once; nothing when the booking no longer waits."""
    now = ctx.clock.now()
    async with transaction() as tx:
        row = await bookings.view(tx, wish.booking_id)
        if row is None or state_of(row, now) is not State.BOOKED:
            return
        starts, ends = ctx.local(instant(row["starts_at"])), ctx.local(instant(row["ends_at"]))
        lapses = ctx.local(instant(row["lapses_at"]))
        await tell.reader(
            ctx,
            tx,
            row["reader_id"],
            Purpose.SEAT_REMINDER,
            key=f"remind:{row['id']}",
            words=Words(
                f"{row['label']} 该签到了",
                f"{row['branch_name']} {row['floor']} {row['area_name']}，{span_words(starts, ends)}。"
                f"请在 {lapses:%H:%M} 前扫桌上的码签到，否则座位会让给别人。",
                f"/pages/bookings/detail?id={row['id']}",
            ),
            values={
                "place": f"{row['branch_name']}{row['floor']}{row['area_name']}",
                "seat": row["label"],
                "time": wechat_fields.span(starts, ends),
                "hint": f"请在 {lapses:%H:%M} 前扫码签到",
            },
        )


async def lapse(ctx: Context, _caller: Caller, wish: BookingJob) -> None:
    """Say that a booking has lapsed: the row, its watchers, its reader. The seat itself was free already."""
    now = ctx.clock.now()
    async with transaction() as tx:
        row = await bookings.view(tx, wish.booking_id)
        if row is None:
            return
        await tx.lock("reader", row["reader_id"])
        # Read again: whoever held the lock may have checked in at the last moment.
        row = await bookings.view(tx, wish.booking_id)
        if row is None or (state := state_of(row, now)) not in (State.BOOKED, State.LAPSED):
            return
        if state is State.BOOKED:
            raise Postponed(instant(row["lapses_at"]))  # the clock was set back meanwhile
        await bookings.end(
            tx, row["id"], was=State.BOOKED, becomes=State.LAPSED, now=instant(row["lapses_at"])
        )
        await slots.release(tx, row["id"], row["spot_id"])
        starts, ends = ctx.local(instant(row["starts_at"])), ctx.local(instant(row["ends_at"]))
        told = await tell.reader(
            ctx,
            tx,
            row["reader_id"],
            Purpose.BOOKING_LAPSED,
            key=f"lapse:{row['id']}",
            words=Words(
                f"{row['label']} 的预约已失效",
                f"{span_words(starts, ends)} 没有签到，座位已经让出。还想来的话，可以重新约一个。",
                f"/pages/bookings/detail?id={row['id']}",
            ),
            values={
                "seat": f"{row['area_name']} {row['label']}",
                "time": wechat_fields.moment(starts),
                "reason": "没有按时签到，座位已让出",
            },
        )
        if told:
            await audit.add(tx, access.PRODUCT, "booking.lapsed", f"booking:{row['id']}", now)
        announce(ctx, tx, row)


async def tidy(ctx: Context, _caller: Caller, _wish: Daily) -> None:
    """Once a day: forget the slots of past days, old answers, jobs long done, old events and ended sessions."""
    now = ctx.clock.now()
    yesterday = day_span(local_day(now, ctx.zone) - timedelta(days=1), ctx.zone)
    await slots.purge(slots.slot_at(yesterday.starts, SEAT_SLOT_MINUTES))
    await repeats.purge(now)
    await jobs.purge(now)
    await notices.purge_events(now)
    await people.purge_sessions(now)
    await presence.purge(now)
    await search_words.tidy(now)
    await tries.purge(now)
    await helpers.purge(now)
