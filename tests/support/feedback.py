"""People who tell the library something, rate it, and answer: what their phones ask over HTTP."""

from datetime import datetime, timedelta
from typing import Any

from models.db import fetch
from tests.support.library import MONDAY_9, Answer, Library, Phone, new_key

WORDS = "三楼的灯有点暗"


async def librarian(library: Library, handle: str, name: str | None) -> Phone:
    """Somebody who answers, with or without a name."""
    phone = await library.reader(handle, role="librarian")
    await phone.put("/api/me", {"nickname": name})
    return phone


async def tell(phone: Phone, text: str = WORDS, **more: Any) -> Answer:
    wish = {"local_id": new_key(), "topic": "space", "text": text, "may_answer": True, **more}
    return await phone.post("/api/feedback", wish)


async def told(library: Library, phone: Phone, text: str = WORDS, **more: Any) -> str:
    """Tell, which must succeed, and wait until it was judged: its id."""
    answer = await tell(phone, text, **more)
    assert answer.status == 200, answer.body
    await library.settled()
    return str(answer.body["feedback_id"])


async def mine(phone: Phone) -> list[Any]:
    return list((await phone.get("/api/feedback")).body["items"])


async def shown(phone: Phone, feedback_id: str) -> Any:
    answer = await phone.get(f"/api/feedback/{feedback_id}")
    assert answer.status == 200, answer.body
    return answer.body


async def box(phone: Phone, name: str = "new") -> list[Any]:
    return list((await phone.get(f"/api/feedback-inbox/lines?box={name}&limit=100")).body["items"])


async def act(phone: Phone, feedback_id: str, action: str, body: Any = None) -> Answer:
    return await phone.post(f"/api/feedback-inbox/{feedback_id}/{action}", body)


async def answer(phone: Phone, feedback_id: str, text: str, *, key: str | None = None) -> Answer:
    return await act(phone, feedback_id, "answer", {"local_id": key or new_key(), "text": text})


async def audited(subject: str) -> list[str]:
    rows = await fetch("SELECT action FROM audit_entry WHERE subject = $1 ORDER BY id", subject)
    return [row["action"] for row in rows]


# ---------------------------------------------------------------- ratings


async def visit(reader_id: int | None, *, ended: datetime = MONDAY_9, seat: str = "A-1") -> str:
    """A visit that was checked in to and has ended: the booking's id."""
    began = ended - timedelta(hours=1)
    rows = await fetch(
        "INSERT INTO booking (reader_id, spot_id, starts_at, ends_at, state, checkin_opens_at, made_at, "
        "checked_in_at) SELECT $1, id, $2, $3, 'checked_in', $2, $2, $2 FROM spot WHERE label = $4 RETURNING id",
        reader_id,
        began,
        ended,
        seat,
    )
    return str(rows[0]["id"])


async def rate(
    phone: Phone, thing_id: str, stars: int = 5, *, kind: str = "visit", key: str | None = None
) -> Answer:
    wish = {"local_id": key or new_key(), "kind": kind, "id": thing_id, "stars": stars}
    return await phone.post("/api/ratings", wish)


async def decline(phone: Phone, thing_id: str, *, kind: str = "visit") -> Answer:
    return await phone.post("/api/ratings/decline", {"kind": kind, "id": thing_id})


async def offered(phone: Phone) -> Any:
    """What the reader is asked about now, or None."""
    return (await phone.get("/api/rating-offer")).body["thing"]
