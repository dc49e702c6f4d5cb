"""What `make bench` measures still runs, on PostgreSQL; how fast it is, only `make bench` says."""

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from bench.bare import Taken, write_booking
from bench.crowd import Ask, Crowd
from bench.servers import CONFIG, node
from models.db import postgres_credentials
from server.config import load
from tests.support.library import Library, Phone, at


def test_the_settings_of_the_measured_server_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    assert not load(tmp_path / "config.toml", {}).worker.in_web


async def test_the_baseline_books_what_the_product_would(
    library: Library, lin: Phone, database_url: str
) -> None:
    seat = await library.seat("A-1")
    wish = {"reader_id": lin.reader_id, "seat_id": seat.id, "starts_at": at(10), "ends_at": at(11)}
    connection = await asyncpg.connect(**postgres_credentials(database_url))
    try:
        made = await write_booking(connection, wish)
    finally:
        await connection.close()
    booking = (await lin.get(f"/api/bookings/{made['id']}")).body
    assert (booking["seat"]["label"], booking["state"]) == ("A-1", "booked")
    [held] = (await lin.get("/api/areas/1/days/2026-11-23")).body["mine"]
    assert held["seat_id"] == str(seat.id)
    assert (await lin.book("A-1", at(10), at(11))).code == "overlaps_yours"


async def test_the_baseline_books_no_seat_that_somebody_has(
    library: Library, lin: Phone, zhou: Phone, database_url: str
) -> None:
    seat = await library.seat("A-1")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # the baseline's clock cannot be set
    span = {"starts_at": f"{tomorrow}T10:00:00+08:00", "ends_at": f"{tomorrow}T11:00:00+08:00"}
    connection = await asyncpg.connect(**postgres_credentials(database_url))
    try:
        await write_booking(connection, {"reader_id": lin.reader_id, "seat_id": seat.id, **span})
        with pytest.raises(Taken):
            async with connection.transaction():
                await write_booking(connection, {"reader_id": zhou.reader_id, "seat_id": seat.id, **span})
    finally:
        await connection.close()
    assert (await zhou.get("/api/bookings")).body["items"] == []


@pytest.mark.parametrize("peer", [False, True])
async def test_a_change_is_counted_once_for_each_watcher(library: Library, lin: Phone, peer: bool) -> None:
    async with contextlib.AsyncExitStack() as stack:
        crowd = Crowd("seats_changed")
        stack.callback(crowd.leave)
        other = await stack.enter_async_context(node("fanout.mjs"))
        port = other.port if peer else int(library.url.rpartition(":")[2])
        await crowd.come(port, [lin.token] * 5, Ask("area_watch", {"area_id": "1", "date": "2026-11-23"}))
        crowd.expect()
        if peer:
            change = {"area_id": "1", "date": "2026-11-23", "seats": [], "number": 1}
            await library.http.post(f"http://127.0.0.1:{port}/", json=change)
        else:
            await lin.booked("A-1", at(10), at(11))
        assert await crowd.all_heard() == 5
        assert b'"number":1' in crowd.last
