"""`map`: the seat map of 600 seats for a day, with few and with very many bookings stored.

Tomorrow is the same in both databases: mornings and afternoons of three seats in five are taken. The
other bookings lie in the past, and their slots are gone but for yesterday's, as the daily purge leaves it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from bench.load import Load, drive, request
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, product
from models.spaces import SEAT_SLOT_MINUTES
from server.clock import SystemClock

TARGET: Final = 1.5
ROUNDS: Final = 5
MAPS_A_ROUND: Final = 120
WARM_UP: Final = 40
FEW, MANY = 1_000, 1_000_000
AREA: Final = 1  # the largest of the demo library

PEOPLE: Final = """
INSERT INTO reader (id, openid, made_at) SELECT n, 'bench-' || n, {now} FROM generate_series(1, 5000) n;
INSERT INTO session (token_hash, reader_id, made_at, last_used_at, expires_at)
VALUES (encode(sha256('token-1'), 'hex'), 1, {now}, {now}, {now} + interval '1 day')
"""
TOMORROW: Final = """
INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, lapses_at, made_at)
SELECT 1 + (s.id * 7 + hour) % 5000, s.id, at, at + interval '4 hours', 'booked',
    at - interval '30 minutes', at + interval '15 minutes', {now}
FROM spot s, (VALUES (8), (14)) times (hour),
    LATERAL (SELECT {midnight} + interval '1 day' + make_interval(hours => hour)) t (at)
WHERE s.area_id = {area} AND (s.id * 37 + hour * 11) % 5 < 3
"""
# Every seat once a day, as many days back as it takes.
PAST: Final = """
INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, made_at, checked_in_at, over_at)
SELECT 1 + n * 31 % 5000, 1 + n % 1200, at, at + interval '4 hours', 'finished',
    at - interval '30 minutes', at - interval '1 day', at, at + interval '4 hours'
FROM generate_series(0, {count} - 1 - (SELECT count(*) FROM booking)) n,
    LATERAL (SELECT {midnight} + make_interval(days => -1 - (n / 1200)::int, hours => 8 + (n % 10)::int)) t (at)
"""
SLOTS: Final = """
INSERT INTO slot (spot_id, slot_no, booking_id, lapses_at)
SELECT b.spot_id, slot_no, b.id, b.lapses_at
FROM booking b, generate_series(
    (extract(epoch FROM b.starts_at) / {slot_s})::bigint, (extract(epoch FROM b.ends_at) / {slot_s})::bigint - 1
) slot_no
WHERE b.starts_at >= {midnight} - interval '1 day'
"""


async def run(postgres: Postgres) -> Outcome:
    few, many = await _filled(postgres, "map_few", FEW), await _filled(postgres, "map_many", MANY)
    async with product(few) as beside, product(many) as ours:
        for server in (ours, beside):
            await _round(server, WARM_UP)
        with_many, with_few = list[Load](), list[Load]()
        for _ in range(ROUNDS):
            with_many.append(await _round(ours, MAPS_A_ROUND))
            with_few.append(await _round(beside, MAPS_A_ROUND))
    return _outcome(with_many, with_few)


async def _filled(postgres: Postgres, name: str, bookings: int) -> str:
    url = await postgres.library(name)
    fill = {
        "now": f"timestamptz '{SystemClock().now().isoformat()}'",
        "midnight": f"timestamptz '{_midnight().isoformat()}'",
        "area": AREA,
        "count": bookings,
        "slot_s": SEAT_SLOT_MINUTES * 60,
    }
    statements = [sql.format(**fill) for sql in (PEOPLE, TOMORROW, PAST, SLOTS)]
    await postgres.run(name, *statements, "VACUUM ANALYZE")
    return url


def _midnight() -> datetime:
    now = SystemClock().now().astimezone(ZoneInfo("Asia/Shanghai"))
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


async def _round(server: Server, maps: int) -> Load:
    """One after the other, so that each time is what a reader waits."""
    day = (_midnight() + timedelta(days=1)).date()
    asked = request("GET", f"/api/areas/{AREA}/days/{day}", token="token-1")
    return await drive(server, [[asked] * maps], connections=1, status=200)


def _outcome(many: Sequence[Load], few: Sequence[Load]) -> Outcome:
    return Outcome(
        name="map",
        work="seat map of 600 seats for a day, PostgreSQL",
        unit="µs from request to the whole answer",
        sides=(
            Side(f"{MANY:,} bookings stored", [median(load.times_s) * 1e6 for load in many]),
            Side(f"{FEW:,} bookings stored", [median(load.times_s) * 1e6 for load in few]),
        ),
        target=TARGET,
        at_least=False,
        further=(
            Side("1,000,000 stored, µs of the server's CPU", [1e6 / load.per_cpu_s for load in many]),
            Side("1,000 stored, µs of the server's CPU", [1e6 / load.per_cpu_s for load in few]),
        ),
    )
