"""Turns on the duty roster of a test's library."""

from typing import Any

from tests.support.library import Answer, Phone, at, new_key

PATH = "/api/admin/roster"


def wished(person: Phone, starts: str = at(10), ends: str = at(12), **more: Any) -> dict[str, Any]:
    return {"person_id": str(person.reader_id), "first": {"starts_at": starts, "ends_at": ends}, **more}


async def make(phone: Phone, person: Phone, *span: str, **more: Any) -> Answer:
    return await phone.post(f"{PATH}/turns", {"idempotency_key": new_key(), **wished(person, *span, **more)})


async def put(admin: Phone, person: Phone, *span: str, **more: Any) -> Any:
    """Put somebody on duty, which must succeed: the turn."""
    answer = await make(admin, person, *span, **more)
    assert answer.status == 201, answer.body
    return answer.body
