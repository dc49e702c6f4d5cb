"""Requests to use cases and back: token → caller, path + query + body → input, one renderer of errors."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Any, Final

import orjson
import structlog
from aiohttp import web

from handlers.access import Caller, Permission
from handlers.context import Context
from handlers.errors import Details, Invalid, NotJson, Refused, SignInNeeded, TryLater
from handlers.people import CodeRefused
from models.away import what_is_away
from server import metrics, tracing
from server.adapter import ANSWERED_S, Bound, error_body, json_object, new_request_id, refusal_body
from server.rows import Limit, Route
from server.services import SERVICES, Services
from server.versions import admit

REQUEST_ID_KEY: Final = web.RequestKey("request_id", str)
CODE_KEY: Final = web.ResponseKey("code", str)
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
SLOW_S: Final = 0.5
PAGE_POLICY: Final = (  # the preview and /sim: frames of their own, sockets, pictures that pages name
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: https:; "
    "media-src 'self' data: blob:; connect-src 'self' ws: wss:; frame-ancestors 'self'; base-uri 'none'"
)

log = structlog.get_logger()


def request_id(request: web.Request) -> str:
    return request[REQUEST_ID_KEY]


def context(request: web.Request) -> Context:
    return request.app[SERVICES].context(request_id(request))


def token_of(request: web.Request) -> str | None:
    """The bearer token; another kind of Authorization raises `sign_in_needed`."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token:
        raise SignInNeeded()
    return token


def endpoint(route: Route) -> Callable[[web.Request], Awaitable[web.Response]]:
    bound = Bound.of(route.handler, route.needs)
    takes_body = route.method in WITH_BODY

    name = f"{route.method} {route.path}"

    async def answer(request: web.Request) -> web.Response:
        with tracing.span(name, request_id=request_id(request)):
            return await traced(request)

    async def traced(request: web.Request) -> web.Response:
        services = request.app[SERVICES]
        admit(request.headers.get("X-Client-Version"), services.config.client.oldest)
        until = services.loop_time() + ANSWERED_S
        async with asyncio.timeout_at(until):
            async with services.turns:
                caller = await who_asks(request, services)
            await services.limits.take(route.limit, caller, request)
        values = await _values(request, takes_body)
        try:
            async with asyncio.timeout_at(until), nullcontext() if route.outside else services.turns:
                output = await bound(context(request), caller, values)
        except CodeRefused:
            await services.limits.wrong(route.limit, request)
            raise
        body = output.__pydantic_serializer__.to_json(output)
        return web.Response(body=body, status=route.status, content_type="application/json")

    return answer


async def who_asks(request: web.Request, services: Services) -> Caller:
    """Raises `sign_in_needed`, and `too_many` for an address that tries tokens."""
    try:
        return await services.sessions.caller(token_of(request))
    except SignInNeeded:
        await services.limits.wrong(Limit.GUEST, request)
        raise


async def admitted(request: web.Request, needs: Permission, limit: Limit) -> Caller:
    """Who asks, for an endpoint that is no row: it may, and not too often. Raises what every row does."""
    services = request.app[SERVICES]
    admit(request.headers.get("X-Client-Version"), services.config.client.oldest)
    async with services.turns:
        caller = await who_asks(request, services)
    caller.must(needs)
    await services.limits.take(limit, caller, request)
    return caller


@asynccontextmanager
async def turn(turns: asyncio.Semaphore) -> AsyncIterator[None]:
    """One of so many at once; raises `try_later` when none is free before a phone gives up."""
    try:
        async with asyncio.timeout(ANSWERED_S):
            await turns.acquire()
    except TimeoutError:
        raise TryLater() from None
    try:
        yield
    finally:
        turns.release()


async def _values(request: web.Request, takes_body: bool) -> dict[str, Any]:
    """Path, query and body as one; a name that comes twice raises `invalid_input`."""
    values: dict[str, Any] = {}
    if takes_body:
        if request.content_type != "application/json":
            raise NotJson()
        values = json_object(await _body(request))
    for name, text in (*request.match_info.items(), *(request.query.items() if request.query_string else ())):
        if name in values:
            raise Invalid(field=name[:100], problem="given_twice")
        values[name] = text
    return values


async def _body(request: web.Request) -> bytes:
    try:
        return await request.read()
    except (
        web.RequestPayloadError,
        ConnectionError,
    ):  # packed wrongly, or the client went away in the middle
        raise Invalid(field="", problem="not_json") from None


@web.middleware
async def errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """Give every request its id and every failure its shape."""
    given = request.headers.get("X-Request-Id", "")
    made = request[REQUEST_ID_KEY] = given if REQUEST_ID.fullmatch(given) else new_request_id()
    structlog.contextvars.bind_contextvars(request_id=made)
    services = request.app[SERVICES]
    began = services.loop_time()
    try:
        response: web.StreamResponse = await handler(request)
    except Refused as refused:
        response = _refused(refused, made, services)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        response = _of_aiohttp(error, made, services)
    except Exception as error:
        away = what_is_away(error)
        log.exception(away or "request_failed", method=request.method, path=request.path)
        response = (
            _refused(TryLater(), made, services)
            if away
            else _json(500, error_body("our_fault", {}, made, services.today()))
        )
    finally:
        structlog.contextvars.unbind_contextvars("request_id")
    took_s = services.loop_time() - began
    metrics.request(_row(request), response.status, response.get(CODE_KEY, ""), took_s)
    _log(request, response.status, took_s, services)
    return response


def _row(request: web.Request) -> str:
    """As the table has it, so that nobody's path becomes a name."""
    route = request.match_info.route
    return f"{route.method} {route.resource.canonical}" if route.resource else "none"


def _log(request: web.Request, status: int, took_s: float, services: Services) -> None:
    """Failures and slow answers always, the others at `debug`; a websocket's life is not slowness."""
    bad = status >= 500 or (took_s > SLOW_S and status != 101)
    if bad or services.log_requests:
        (log.warning if bad else log.debug)(
            "request",
            method=request.method,
            path=request.path,
            status=status,
            took_s=round(took_s, 3),
            request_id=request_id(request),
        )


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    services = request.app[SERVICES]
    response.headers["X-Request-Id"] = request.get(REQUEST_ID_KEY, "")
    response.headers["Server-Time"] = services.time_text()
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if services.config.mode == "production":  # behind a proxy with TLS
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if response.content_type == "application/json":
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        response.headers["Cache-Control"] = "no-store"  # nearly every answer is somebody's own
    elif response.content_type == "text/html":
        response.headers.setdefault("Content-Security-Policy", PAGE_POLICY)


def _refused(refused: Refused, made: str, services: Services) -> web.Response:
    response = _json(refused.status, refusal_body(refused, made, services.today()))
    if refused.status == 503:
        response.headers["Retry-After"] = "5"
    elif refused.status == 429:
        response.headers["Retry-After"] = str(refused.details["retry_after_s"])
    return response


def _of_aiohttp(error: web.HTTPException, made: str, services: Services) -> web.Response:
    details: Details = {}
    if error.status == 413:
        code, details = "too_large", {"limit": services.config.server.body_limit_bytes}
    else:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status, "invalid_input")
    response = _json(error.status, error_body(code, details, made, services.today()))
    if "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


def _json(status: int, body: dict[str, Any]) -> web.Response:
    response = web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
    response[CODE_KEY] = body["error"]["code"]
    return response
