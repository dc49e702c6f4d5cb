"""Two accounts of one person, looked at and merged as the staff does it."""

from datetime import datetime, timedelta
from typing import Any

from models.db import fetch
from models.merging import ENDS, JOINS, MOVES
from tests.support.library import MONDAY_9, Answer, Library, Phone, new_key


def path(stays: Phone) -> str:
    return f"/api/admin/readers/{stays.reader_id}/merging"


async def look(staff: Phone, stays: Phone, goes: Phone) -> Answer:
    return await staff.get(f"{path(stays)}?goes_id={goes.reader_id}&reason=desk")


async def looked(staff: Phone, stays: Phone, goes: Phone) -> Any:
    answer = await look(staff, stays, goes)
    assert answer.status == 200, answer.body
    return answer.body


async def wish(staff: Phone, stays: Phone, goes: Phone) -> dict[str, str]:
    fingerprint = (await looked(staff, stays, goes))["fingerprint"]
    return {"goes_id": str(goes.reader_id), "fingerprint": fingerprint, "idempotency_key": new_key()}


async def merge(staff: Phone, stays: Phone, goes: Phone) -> Answer:
    return await staff.post(path(stays), await wish(staff, stays, goes))


async def merged(staff: Phone, stays: Phone, goes: Phone) -> None:
    answer = await merge(staff, stays, goes)
    assert (answer.status, answer.body) == (200, {"reader_id": str(stays.reader_id)}), answer.body


async def later(library: Library) -> None:
    """The minute after which nothing is under way any more."""
    await library.advance(minutes=1)
    await library.settled()


async def signed_out(phone: Phone) -> bool:
    """At the other server a moment later."""
    return (await phone.get("/api/me")).status == 401


async def account(library: Library, name: str) -> Phone:
    """A reader who cannot sign in: a row to hang things on."""
    rows = await fetch(
        "INSERT INTO reader (openid, made_at) VALUES ($1, $2) RETURNING id", f"made-{name}", MONDAY_9
    )
    return Phone(library, None, None, int(rows[0]["id"]))


async def has_booked(
    reader: Phone, label: str, starts_at: datetime, hours: float, state: str = "booked"
) -> int:
    """A booking as it would be stored, without its slots."""
    rows = await fetch(
        "INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, lapses_at, made_at) "
        "SELECT CAST($1 AS BIGINT), id, $2, $3, $4, $2, $5, $6 FROM spot WHERE label = $7 RETURNING id",
        reader.reader_id,
        starts_at,
        starts_at + timedelta(hours=hours),
        state,
        starts_at + timedelta(minutes=15) if state == "booked" else None,
        MONDAY_9,
        label,
    )
    return int(rows[0]["id"])


async def left_of(reader: Phone) -> dict[str, int]:
    """How many rows of each table still name a reader, without the staff's own and what is sealed."""
    found = {}
    for name in (*MOVES, *JOINS, *ENDS):
        table, _, column = name.partition(".")
        rows = await fetch(f"SELECT count(*) AS n FROM {table} WHERE {column} = $1", reader.reader_id)
        if rows[0]["n"]:
            found[name] = int(rows[0]["n"])
    return found
