"""Repeatable requests: the same idempotency key gives the same answer, once in effect.

The reader's row must be locked, so that two taps at once come one after the other. `earlier` is asked
in that transaction; or after it was rolled back, where the same request again cannot but be refused.
"""

import hashlib
from datetime import datetime
from typing import TypeVar

from handlers.access import Caller
from handlers.errors import KeyReused
from handlers.shapes import Output, Repeatable
from models import repeats
from models.db import Write

Answer = TypeVar("Answer", bound=Output)


def _fingerprint(wish: Repeatable) -> str:
    # Without what was not said: a wish that gains an optional field is, without it, the same as before.
    told = f"{type(wish).__name__}{wish.model_dump_json(exclude={'idempotency_key'}, exclude_none=True)}"
    return hashlib.sha256(told.encode()).hexdigest()


async def earlier(caller: Caller, wish: Repeatable, answer: type[Answer]) -> Answer | None:
    """What this very request answered before; another request with its key raises `idempotency_key_reused`."""
    found = await repeats.earlier(caller.me, wish.idempotency_key)
    return again(wish, *found, answer) if found else None


def again(wish: Repeatable, fingerprint: str, text: str, answer: type[Answer]) -> Answer:
    """What is stored under the key of a wish, for whoever has read it already; raises as `earlier` does."""
    if fingerprint != _fingerprint(wish):
        raise KeyReused()
    return answer.model_validate_json(text)


def remembering(caller: Caller, wish: Repeatable, answer: Output, now: datetime) -> Write:
    """The write that keeps an answer, for `Tx.together`."""
    return repeats.remembering(
        caller.me, wish.idempotency_key, _fingerprint(wish), answer.model_dump_json(), now
    )
