"""OpenAPI 3.1 from the HTTP table; the payloads of socket events and pushes are components of it."""

import re
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from handlers.access import ROLES, Role
from handlers.errors import (
    ClientTooOld,
    Invalid,
    NotAllowed,
    NotJson,
    Refused,
    SignInNeeded,
    TooLarge,
    TooMany,
    TryLater,
)
from handlers.shapes import Output
from server.adapter import Bound
from server.http import WITH_BODY
from server.routes import EVENTS, HTTP, PUSHES
from server.rows import Route

VERSION = "0.1.0"
REF = "#/components/schemas/{model}"


class ErrorDetails(BaseModel):
    """What a refusal says: `code` is stable, `message` is for people, `details` has the numbers."""

    code: str
    message: str
    details: dict[str, str | int | float | bool | None]
    request_id: str


class Error(Output):
    """The one shape of every error."""

    error: ErrorDetails


@cache
def document() -> dict[str, Any]:
    bounds = {route: Bound.of(route.handler, route.needs) for route in HTTP}
    events = [Bound.of(event.handler) for event in EVENTS]
    models: set[tuple[type[BaseModel], Any]] = {(Error, "serialization")}
    models |= {(push.payload, "serialization") for push in PUSHES}
    for bound in (*bounds.values(), *events):
        models.add((bound.input, "validation"))
        if bound.output:
            models.add((bound.output, "serialization"))
    ordered = sorted(models, key=lambda pair: (pair[0].__name__, pair[1]))
    refs, schemas = models_json_schema(ordered, ref_template=REF)
    components: dict[str, Any] = schemas["$defs"]
    paths: dict[str, Any] = {}
    for route, bound in bounds.items():
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, bound, refs, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wenjin",
            "version": VERSION,
            "description": _socket_words(),
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _socket_words() -> str:
    """OpenAPI has no word for sockets, so they are described in prose; the types named are components."""
    asked = []
    for event in EVENTS:
        bound = Bound.of(event.handler)
        assert bound.output
        asked.append(f"`{event.name}` takes {bound.input.__name__}, answers {bound.output.__name__}")
    pushed = [f"`{push.name}` brings {push.payload.__name__}" for push in PUSHES]
    return f"Over socket.io, questions: {'; '.join(asked)}. Pushes: {'; '.join(pushed)}."


def _operation(route: Route, bound: Bound, refs: Any, components: dict[str, Any]) -> dict[str, Any]:
    schema = _schema_of(bound.input, refs, components)
    in_path = set(re.findall(r"{(\w+)}", route.path))
    outside_body = set(schema.get("properties", {})) if route.method not in WITH_BODY else in_path
    required = set(schema.get("required", ()))
    operation: dict[str, Any] = {
        "operationId": f"{route.handler.__module__.rpartition('.')[2]}_{route.handler.__name__}",
        "summary": (route.handler.__doc__ or "").split("\n")[0],
        "description": f"Permission: `{route.needs}`.",
        "tags": [route.handler.__module__.rpartition(".")[2]],
        "parameters": [
            {
                "name": name,
                "in": "path" if name in in_path else "query",
                "required": name in required,
                "schema": _without_null(property_),
            }
            for name, property_ in schema.get("properties", {}).items()
            if name in outside_body
        ],
        "responses": _responses(route, bound, refs),
        "security": [{"session": []}] + ([{}] if route.needs in ROLES[Role.GUEST] else []),
    }
    if route.method in WITH_BODY:
        operation["requestBody"] = _body(schema, in_path)
    return operation


def _schema_of(model: type[BaseModel], refs: Any, components: dict[str, Any]) -> dict[str, Any]:
    name = refs[(model, "validation")]["$ref"].rsplit("/", 1)[1]
    found: dict[str, Any] = components[name]
    return found


def _body(schema: dict[str, Any], in_path: set[str]) -> dict[str, Any]:
    properties = {name: value for name, value in schema.get("properties", {}).items() if name not in in_path}
    body = {"type": "object", "properties": properties, "additionalProperties": False}
    if required := [name for name in schema.get("required", ()) if name not in in_path]:
        body["required"] = required
    return {"required": True, "content": {"application/json": {"schema": body}}}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter that is left out is absent; there is no way to write null into a query."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    return {**kinds[0], **{key: value for key, value in schema.items() if key not in ("anyOf", "default")}}


def errors_of(route: Route) -> tuple[type[Refused], ...]:
    """Every refusal that a row can answer with."""
    common: list[type[Refused]] = [ClientTooOld, SignInNeeded, Invalid, TooMany, TryLater]
    if route.needs not in ROLES[Role.READER]:
        common.append(NotAllowed)
    if route.method in WITH_BODY:
        common += [TooLarge, NotJson]
    return (*route.errors, *common)


def _responses(route: Route, bound: Bound, refs: Any) -> dict[str, Any]:
    answered: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if bound.output:
        answered["content"] = {"application/json": {"schema": refs[(bound.output, "serialization")]}}
    responses = {str(route.status): answered}
    by_status: dict[int, list[type[Refused]]] = {}
    for refused in errors_of(route):
        by_status.setdefault(refused.status, []).append(refused)
    for status, kinds in sorted(by_status.items()):
        responses[str(status)] = _error_response("; ".join(f"`{kind.code}`" for kind in kinds), refs)
    responses["500"] = _error_response("`our_fault`", refs)
    return responses


def _error_response(description: str, refs: Any) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": refs[(Error, "serialization")]}},
    }
