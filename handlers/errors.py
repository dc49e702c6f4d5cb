"""What a caller can be told: refusals with a stable code, a status and the values that matter."""

from collections.abc import Mapping
from datetime import datetime

Detail = str | int | float | bool | None
Details = Mapping[str, Detail]


class Refused(Exception):
    """The request is understood and will not be done; nothing was changed.

    `code` is stable and part of the contract; `details` carries the numbers and times that a
    sentence needs (the sentence itself is made in `handlers/words.py`). Anything that is not a
    `Refused` is our fault and becomes a 500 with a request id.
    """

    code: str = "refused"
    status: int = 409

    def __init__(self, **details: Detail) -> None:
        super().__init__(self.code)
        self.details: Details = details


class SignInNeeded(Refused):
    """No session, or one that has ended (401)."""

    code = "sign_in_needed"
    status = 401


class NotAllowed(Refused):
    """Signed in, but without the permission that the row names (403)."""

    code = "not_allowed"
    status = 403


class NotHelping(Refused):
    """The caller does not act for this reader, or not any more (403)."""

    code = "not_helping"
    status = 403


class NotFound(Refused):
    """Nothing of that name, or nothing that this caller may know of (404)."""

    code = "not_found"
    status = 404


class Invalid(Refused):
    """The input does not have the shape or range that the contract states (422)."""

    code = "invalid_input"
    status = 422


class Changed(Refused):
    """Somebody else saved first; `details.version` is the one to start from (409)."""

    code = "changed_meanwhile"


class KeyReused(Refused):
    """An idempotency key came back with another input (409)."""

    code = "idempotency_key_reused"


class TooLarge(Refused):
    """The request is larger than `details.limit` bytes (413)."""

    code = "too_large"
    status = 413


class NotJson(Refused):
    """The body is not declared as application/json (415)."""

    code = "unsupported_media_type"
    status = 415


class TooMany(Refused):
    """Asked too often; welcome again in `details.retry_after_s` seconds (429)."""

    code = "too_many"
    status = 429


class ClientTooOld(Refused):
    """The mini-program must be updated: `details.oldest` is the first version that is served (400)."""

    code = "client_too_old"
    status = 400


class TryLater(Refused):
    """Something that we depend on is away for a moment; trying again is safe (503)."""

    code = "try_later"
    status = 503


class Postponed(Exception):
    """A job cannot be done yet; it is not a failure."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until
