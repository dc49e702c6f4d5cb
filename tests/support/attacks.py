"""Requests of any row, made from its input's own fields, and everything that the database holds."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote, urlencode

from models import tables
from models.db import transaction
from server.adapter import Bound
from server.http import WITH_BODY
from server.routes import EVENTS
from server.rows import Event, Route
from tests.support.library import RULES, Answer, Phone, at, new_key

OWNED: Final = {"booking_id", "conversation_id", "feedback_id", "session_id", "message_id", "id"}
# A value that fits, for each name that a field has anywhere on the surface.
FITTING: Final[dict[str, Any]] = {
    **dict.fromkeys(
        (
            *OWNED,
            "area_id",
            "branch_id",
            "seat_id",
            "patron_id",
            "helper_id",
            "helped_id",
            "stays_id",
            "goes_id",
            "department_id",
            "person_id",
            "turn_id",
            "upload_id",
            "run_id",
            "article_id",
            "synonyms_id",
            "missed_id",
            "ban_id",
            "rules_id",
            "up_to_id",
            "after",
        ),
        "1",
    ),
    **{name: getattr(RULES, name) for name in RULES.__slots__},
    "reader_id": "2",
    "groups": [],
    "card_no": "20230001",
    "proof": {"kind": "secret", "secret": "246810"},
    "by": "name",
    "reason": "desk",
    "stops": "text",
    "group_code": None,
    "valid_from": None,
    "valid_until": None,
    "state": "active",
    "name": "普通座位",
    "release_time": "07:00",
    "date": "2026-11-23",
    "day": "2026-11-23",
    "first": {"starts_at": at(10), "ends_at": at(11)},
    "asks": "借还",
    "place": 1,
    "closed": False,
    "starts_at": at(10),
    "ends_at": at(11),
    "code": "codea1",
    "role": "librarian",
    "nickname": "林",
    "text": "请问还有空座吗",
    "title": "通知",
    "topic": "space",
    "kind": "visit",
    "tag": "借阅",
    "stars": 5,
    "version": 1,
    "delivered": 0,
    "read": 0,
    "may_answer": True,
    "duty": True,
    "mapping": [],
    "job_ids": ["1"],
    "words": ["座位", "席位"],
    "sha256": "0" * 64,
    "fingerprint": "0" * 64,
    "bytes": 1,
}
# When somebody was last here; what the worker has done, and sealed; how often something was guessed wrong; how the
# processes are, and how often WeChat was called.
CHANGES_BY_ITSELF: Final = {"session", "job", "audit_seal", "secret_try", "process", "wechat_calls"}


def wish_for(row: Route | Event, **values: Any) -> dict[str, Any]:
    """What a row needs, and those of the values that it knows."""
    wish = {}
    for name, field in Bound.of(row.handler).input.model_fields.items():
        if name in ("idempotency_key", "local_id"):
            wish[name] = new_key()
        elif field.is_required() or name in values:
            wish[name] = values.get(name, FITTING[name])
    return wish


def texts_of(row: Route | Event) -> Iterator[str]:
    """The names of the fields that are strings on the wire."""
    for name, field in Bound.of(row.handler).input.model_json_schema().get("properties", {}).items():
        kinds = field.get("anyOf", [field])
        if any(kind.get("type") == "string" or "$ref" in kind for kind in kinds):
            yield name


async def ask(phone: Phone, row: Route, wish: dict[str, Any]) -> Answer:
    rest = dict(wish)
    path = re.sub(r"{(\w+)}", lambda found: _quoted(rest.pop(found[1])), row.path)
    if row.method in WITH_BODY:
        return await phone.call(row.method, path, raw=as_json(rest).encode())
    query = urlencode({name: _quoted(value) for name, value in rest.items()}, safe="%")
    return await phone.call(row.method, f"{path}?{query}" if query else path)


def as_json(value: Any) -> str:
    """What no UTF-8 can say as the escape that JSON has for it."""
    return json.dumps(value, ensure_ascii=False).encode(errors="backslashreplace").decode()


def _quoted(value: Any) -> str:
    return quote(str(value), safe="", errors="surrogatepass")


def twins() -> dict[str, str]:
    """The event of a row that can be asked both ways."""
    return {event.http: event.name for event in EVENTS if event.http}


async def state() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but those that change by themselves."""
    async with transaction() as tx:
        named = [name for name in await tables.names(tx) if name not in CHANGES_BY_ITSELF]
        return {name: sorted(map(dict, await tx.fetch(f"SELECT * FROM {name}")), key=str) for name in named}


async def is_stored(text: str) -> bool:
    """Whether some cell holds exactly this."""
    return any(text in row.values() for rows in (await state()).values() for row in rows)
