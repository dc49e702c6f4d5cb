"""Cards of the library for a test, and readers who bind them."""

from datetime import date
from typing import Any

from models.db import fetch, transaction
from models.patrons import CardState, PatronRow, hash_secret, save_group, upsert_many
from models.spaces import SeatRules
from tests.support.library import Answer, Library, Phone

CARD = "20230001"
SECRET = "246810"
HASH = hash_secret(SECRET)
PHONE = "13812341234"
MINE = "/api/me/card"


async def card(card_no: str = CARD, **more: Any) -> int:
    """A card of the group of students, with a secret and a phone number unless said otherwise: its id."""
    values = {"name": "林小满", "secret_hash": HASH, "phone": PHONE, "group_code": "student", **more}
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
        await save_group(tx, "staff", "教工")
        await upsert_many(tx, [PatronRow(card_no, **values)])
    return int((await fetch("SELECT id FROM patron WHERE card_no = $1", card_no))[0]["id"])


async def bind(
    phone: Phone, card_no: str = CARD, secret: str = SECRET, *, take_over: bool | None = None
) -> Answer:
    wish: dict[str, Any] = {"card_no": card_no, "proof": {"kind": "secret", "secret": secret}}
    return await phone.put(MINE, wish if take_over is None else {**wish, "take_over": take_over})


async def bind_by_phone(
    phone: Phone, card_no: str = CARD, *, number: str = PHONE, take_over: bool = False
) -> Answer:
    code = await phone.library.sim("phone_code", {"person": phone.handle, "number": number})
    proof = {"kind": "phone", "code": code["code"]}
    return await phone.put(MINE, {"card_no": card_no, "proof": proof, "take_over": take_over})


async def bound(phone: Phone) -> Any:
    return (await phone.get(MINE)).body["card"]


async def needed(*groups: str) -> None:
    """From now on a seat needs a card, of one of these groups when any is named."""
    await SeatRules.all().update(needs_card=True, groups=" ".join(groups))


async def bindings() -> list[tuple[int, int]]:
    rows = await fetch("SELECT patron_id, reader_id FROM reader_card ORDER BY patron_id")
    return [(row["patron_id"], row["reader_id"]) for row in rows]


async def inbox(phone: Phone) -> list[str]:
    """The titles of what somebody was told, the latest first."""
    return [item["title"] for item in (await phone.get("/api/inbox")).body["items"]]


async def state_of(card_no: str = CARD) -> CardState:
    return CardState((await fetch("SELECT state FROM patron WHERE card_no = $1", card_no))[0]["state"])


def on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


async def trail(library: Library, action: str) -> list[Any]:
    return list(await fetch("SELECT * FROM audit_entry WHERE action = $1 ORDER BY id", action))
