"""The baseline of `book`: bare aiohttp and asyncpg that run the product's booking SQL, and nothing else.

No sign-in, no check of input or rule, no record of the change, no memory of repeated requests, no ORM,
and nobody is told.
"""

import os
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg
import orjson
import uvloop
from aiohttp import web

from models import db, jobs, spaces
from models.bookings import FACTS, MARK_LAPSED
from models.calendar import Span, day_span
from models.slots import CLAIM, slots_of
from server.clock import SystemClock

ZONE: Final = ZoneInfo("Asia/Shanghai")
LOCK: Final = "SELECT id FROM reader WHERE id = $1 FOR NO KEY UPDATE"
MAKE: Final = """
INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, lapses_at, made_at)
VALUES ($1, $2, $3, $4, 'booked', $5, $6, $7) RETURNING id
"""
POOL: Final = web.AppKey("pool", asyncpg.Pool)
CLOCK: Final = SystemClock()


class Taken(Exception):
    """Somebody else has the seat."""


async def book(request: web.Request) -> web.Response:
    wish = orjson.loads(await request.read())
    try:
        async with request.app[POOL].acquire() as connection, connection.transaction():
            made = await write_booking(connection, wish)
    except Taken:
        return _json({"error": {"code": "seat_taken"}}, 409)
    return _json(made, 201)


def _json(answer: dict[str, Any], status: int) -> web.Response:
    return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")


async def write_booking(connection: Any, wish: dict[str, Any]) -> dict[str, Any]:
    """In a transaction; `Taken` has to roll it back."""
    reader, spot, now = wish["reader_id"], wish["seat_id"], CLOCK.now()
    starts, ends = datetime.fromisoformat(wish["starts_at"]), datetime.fromisoformat(wish["ends_at"])
    day = day_span(starts.astimezone(ZONE).date(), ZONE)
    await connection.fetch(LOCK, reader)
    seat = (await connection.fetch(FACTS, spot, reader, now, day.starts, day.ends, starts, ends, False))[0]
    await connection.fetch(spaces.HOURS, starts.date(), starts.date(), seat["branch_id"])
    slots = slots_of(Span(starts, ends), seat["slot_minutes"])
    lapses = starts + timedelta(minutes=seat["checkin_after_minutes"])
    opens = starts - timedelta(minutes=seat["checkin_before_minutes"])
    remind = starts - timedelta(minutes=seat["remind_before_minutes"])
    await connection.fetch(MARK_LAPSED, spot, *slots, now)
    booking = (await connection.fetch(MAKE, reader, spot, starts, ends, opens, lapses, now))[0]["id"]
    first, until = slots
    if len(await connection.fetch(CLAIM, spot, first, until, booking, lapses, now)) < until - first:
        raise Taken
    about = orjson.dumps({"booking_id": booking}).decode()
    due = [
        ("remind", f"remind:{booking}", about, remind, None),
        ("lapse", f"lapse:{booking}", about, lapses, None),
    ]
    await connection.executemany(jobs.ADD, due)
    return {"id": booking, "seat_id": spot, "starts_at": wish["starts_at"], "ends_at": wish["ends_at"]}


async def ready(_request: web.Request) -> web.Response:
    return web.Response()


async def _as_it_is(_connection: Any) -> None:
    """Like the product, without asyncpg's message that resets a connection whenever it is given back."""


async def serve(port: int, database_url: str) -> web.Application:
    app = web.Application()
    app[POOL] = await asyncpg.create_pool(
        **db.postgres_credentials(database_url), min_size=1, max_size=db.POOL_SIZE, reset=_as_it_is
    )
    app.router.add_get("/", ready)
    app.router.add_post("/bookings", book)
    return app


if __name__ == "__main__":
    uvloop.install()
    port = int(os.environ["PORT"])
    web.run_app(
        serve(port, os.environ["WENJIN_DATABASE_URL"]),
        host="127.0.0.1",
        port=port,
        access_log=None,
        print=None,
    )
