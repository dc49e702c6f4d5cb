"""What `make bench` measures still runs, on PostgreSQL; how fast it is, only `make bench` says."""

from pathlib import Path

import asyncpg

from bench.bare import write_booking
from bench.servers import CONFIG
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
