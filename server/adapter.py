"""What HTTP and sockets share: a row's input and output types, and refusals as one JSON shape."""

import inspect
import json
import random
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import orjson
from pydantic import BaseModel, ValidationError

from handlers.access import Caller, Permission
from handlers.context import Context
from handlers.errors import Details, Invalid, Refused
from handlers.shapes import ON_THE_WIRE
from handlers.words import sentence
from server.rows import Handler

ANSWERED_S: Final = 14.0  # after fifteen a phone waits no longer, and would hear nothing


@dataclass(frozen=True, slots=True)
class Bound:
    """A handler with its input and output types."""

    handler: Handler
    needs: Permission | None
    input: type[BaseModel]
    output: type[BaseModel] | None

    @classmethod
    @cache
    def of(cls, handler: Handler, needs: Permission | None = None) -> "Bound":
        hints = typing.get_type_hints(handler)
        last = list(inspect.signature(handler).parameters)[2]
        output = hints.get("return")
        return cls(handler, needs, hints[last], None if output is type(None) else output)

    async def __call__(self, ctx: Context, caller: Caller, values: Mapping[str, Any]) -> Any:
        """Check permission and input, then let the handler decide. Raises `Refused`."""
        return await self.handler(ctx, caller, self.admit(caller, values))

    def admit(self, caller: Caller, values: Mapping[str, Any]) -> BaseModel:
        if self.needs is not None:
            caller.must(self.needs)
        try:
            return self.input.model_validate(values, context=ON_THE_WIRE)
        except ValidationError as error:
            raise Invalid(**_problem(error)) from None


def _problem(error: ValidationError) -> dict[str, str | int]:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return {"field": place[:100], "problem": first["type"], "problems": error.error_count()}


def json_object(body: bytes) -> dict[str, Any]:
    """The object that a body holds; raises `invalid_input`."""
    try:
        values = orjson.loads(body)  # refuses NaN, broken Unicode and depth, which json below would let pass
        if not _is_told(values, body):
            json.loads(body, object_pairs_hook=_names_once)
    except (orjson.JSONDecodeError, RecursionError):
        raise Invalid(field="", problem="not_json") from None
    if not isinstance(values, dict):
        raise Invalid(field="", problem="not_an_object")
    return values


def _is_told(values: Any, body: bytes) -> bool:
    """Whether a flat object holds everything that its body says: a name that came twice would leave quotes over."""
    if not isinstance(values, dict) or any(isinstance(value, dict | list) for value in values.values()):
        return False
    texts = len(values) + sum(isinstance(value, str) for value in values.values())
    return body.count(b'"') == 2 * texts


def _names_once(pairs: list[tuple[str, Any]]) -> None:
    """Of two values for one name, each reader of the text would take another."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(field=twice[:100], problem="given_twice")


def new_request_id() -> str:
    """Tells requests apart and is no secret, so that it costs no call into the kernel."""
    return f"{random.getrandbits(64):016x}"


def error_body(code: str, details: Details, request_id: str, today: date) -> dict[str, Any]:
    """`{"error": {code, message, details, request_id}}`: the only shape of every error."""
    return {
        "error": {
            "code": code,
            "message": sentence(code, details, today),
            "details": dict(details),
            "request_id": request_id,
        }
    }


def refusal_body(refused: Refused, request_id: str, today: date) -> dict[str, Any]:
    return error_body(refused.code, refused.details, request_id, today)
