"""The endpoints that are not JSON in, JSON out: health, documents, WeChat's push, the preview, the simulator."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
import structlog
from aiohttp import web

from handlers import seats
from handlers.access import PRODUCT
from handlers.access import Permission as May
from models import schema
from server import measuring
from server.adapter import Bound
from server.bus import ClockMoved
from server.clock import SystemClock
from server.http import context, who_asks
from server.openapi import document
from server.routes import WECHAT
from server.rows import Limit
from server.services import SERVICES, Services
from server.wechat.push import Push, PushEvent

SWAGGER_UI: Final = Path("node_modules/swagger-ui-dist")
DOCS_POLICY: Final = (  # Swagger UI brings styles and pictures in the page
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
HTTP_CLIENT = web.AppKey("http_client", aiohttp.ClientSession)

log = structlog.get_logger()


async def livez(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """503 without database, with migrations missing, and while stopping; without anything else most of it works."""
    services = request.app[SERVICES]
    if services.stopping:
        return web.json_response({"status": "stopping"}, status=503)
    try:
        missing = await schema.pending()
        behind = [] if missing else await measuring.degraded(services)
    except Exception:
        log.exception("not_ready")
        return web.json_response({"status": "no_database"}, status=503)
    if missing:
        return web.json_response({"status": "migrations_missing", "missing": missing}, status=503)
    if behind:
        return web.json_response({"status": "degraded", "degraded": behind})
    return web.json_response({"status": "ready"})


async def openapi(_request: web.Request) -> web.Response:
    return web.Response(body=orjson.dumps(document()), content_type="application/json")


def push_of(services: Services) -> Push:
    """WeChat's callback; each event goes to the handler of its row, others are only acknowledged."""
    rows = {name: Bound.of(handler) for name, handler in WECHAT.items()}

    async def dispatch(event: PushEvent) -> None:
        if bound := rows.get(event.name):
            values = {
                "openid": event.openid,
                "key": event.key,
                "created_at": event.created_at,
                "items": [dict(item) for item in event.items],
            }
            await bound(services.context(f"wechat-{event.key[:16]}"), PRODUCT, values)

    secrets = services.secrets
    return Push(
        secrets.push_token.get_secret_value(),
        dispatch,
        clock=services.clock,
        appid=services.config.wechat.appid,
        aes_key=secrets.push_aes_key.get_secret_value() if secrets.push_aes_key else None,
    )


SEAT_CODE: Final = Bound.of(seats.code_picture, May.SEAT_CODES_READ)


async def seat_code(request: web.Request) -> web.Response:
    """The picture for a seat's desk. It never changes, so a phone need not ask twice in a day."""
    services = request.app[SERVICES]
    caller = await who_asks(request, services)
    await services.limits.take(Limit.ORDINARY, caller, request)
    picture = await SEAT_CODE(context(request), caller, {**request.query, **request.match_info})
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    headers = {"Cache-Control": "private, max-age=86400"}
    return web.Response(body=picture, content_type=kind, headers=headers)


async def move_clock(request: web.Request) -> web.Response:
    """Simulator mode: `{"advance_s": n}` or `{"reset": true}` moves the time of the whole deployment."""
    services = request.app[SERVICES]
    wish = orjson.loads(await request.read())
    clock = services.clock
    assert isinstance(clock, SystemClock)
    offset = timedelta() if wish.get("reset") else clock.offset + timedelta(seconds=float(wish["advance_s"]))
    services.bus.publish(ClockMoved(offset.total_seconds()))
    services.live.wake_workers()
    url = f"{services.config.wechat.base_url}sim/api/clock"
    async with request.app[HTTP_CLIENT].post(url, json={"offset_s": offset.total_seconds()}) as answer:
        await answer.read()
    return web.json_response({"offset_s": offset.total_seconds(), "now": services.time_text()})


async def simulator(request: web.Request) -> web.Response:
    """Simulator mode: one origin for the browser; `/sim…` is the simulator's own."""
    services = request.app[SERVICES]
    url = services.config.wechat.base_url.rstrip("/") + request.rel_url.path
    client = request.app[HTTP_CLIENT]
    headers = {"Content-Type": request.headers["Content-Type"]} if "Content-Type" in request.headers else {}
    try:
        async with client.request(
            request.method, url, params=request.query, data=await request.read(), headers=headers
        ) as answer:
            return web.Response(
                body=await answer.read(),
                status=answer.status,
                headers={"Content-Type": answer.headers["Content-Type"]},
            )
    except aiohttp.ClientError:
        return web.json_response({"error": "the simulator does not answer"}, status=502)


def preview(folder: Path) -> Any:
    """The browser preview, as `node miniprogram/preview/build.mjs` made it."""

    async def serve(request: web.Request) -> web.StreamResponse:
        path = _inside(folder, request.match_info["name"] or "index.html")
        if path is None:
            raise web.HTTPNotFound()
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    return serve


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name, unless it is missing or the name leads out of the folder."""
    try:
        path = (folder / name).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except (OSError, ValueError):  # too long, or no text that a name can be
        return None


def add(app: web.Application) -> None:
    services = app[SERVICES]
    push = push_of(services)
    app.router.add_get("/livez", livez)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", measuring.tell)
    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/wechat/push", push.verify)
    app.router.add_post("/wechat/push", push.receive)
    app.router.add_get("/api/admin/seats/{seat_id}/code", seat_code)
    app.router.add_get("/docs", docs)
    app.router.add_get("/docs/{name}", preview(SWAGGER_UI))
    if services.config.wechat.simulator:
        app.router.add_get("/", to_preview)
        app.router.add_get("/preview", to_preview)
        app.router.add_get("/preview/{name:.*}", preview(Path(services.config.server.client_dir)))
        app.router.add_post("/sim/clock", move_clock)
        app.router.add_route("*", "/sim", simulator)
        app.router.add_route("*", "/sim/{tail:.*}", simulator)


async def to_preview(request: web.Request) -> web.Response:
    raise web.HTTPFound("/preview/")


async def docs(_request: web.Request) -> web.FileResponse:
    headers = {"Content-Security-Policy": DOCS_POLICY}
    return web.FileResponse(Path(__file__).parent / "static" / "docs.html", headers=headers)
