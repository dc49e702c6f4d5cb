"""Builds one process: the place where the real database, WeChat, bus and clock are chosen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import aiohttp
from aiohttp import web

from handlers.context import Clock, Template
from models import db
from server import imports, raw, upload
from server.bus import ClockMoved, LocalBus, Message
from server.clock import SystemClock
from server.config import Config, Secrets
from server.http import add_headers, endpoint, errors
from server.jobs import Worker
from server.limits import Limits
from server.live import Live
from server.measuring import measured
from server.media import media_of
from server.patience import patiently
from server.patrons import PatronTable
from server.redis import connect
from server.redis_bus import RedisBus
from server.routes import HTTP, STREAMS
from server.services import SERVICES, Services
from server.sessions import Sessions
from server.sockets import Sockets
from server.wechat.client import WeChatClient
from server.wechat.redis_tokens import RedisTokens

SOCKETS = web.AppKey("sockets", Sockets)


async def build(
    config: Config,
    secrets: Secrets,
    *,
    clock: Clock | None = None,
    with_worker: bool | None = None,
    with_database: bool = True,
) -> web.Application:
    """The web application; it opens and closes everything it needs by itself.

    `with_database=False`: an application of this process that was built before has the database open.
    """
    http = aiohttp.ClientSession()
    services = services_of(config, secrets, clock or SystemClock(), http)
    app = web.Application(middlewares=[errors], client_max_size=config.server.body_limit_bytes)
    app[SERVICES], app[raw.HTTP_CLIENT] = services, http
    app[SOCKETS] = sockets = Sockets(services)
    kinds = {
        stream.kind: (partial(stream.changes, services.context("live")), stream.beat) for stream in STREAMS
    }
    services.live.serve(kinds, sockets.watched, sockets.push)
    for route in HTTP:
        app.router.add_route(route.method, route.path, endpoint(route))
    raw.add(app)
    upload.add(app)
    imports.add(app)
    sockets.attach(app)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(_say_goodbye)
    worker = config.worker.in_web if with_worker is None else with_worker
    app.cleanup_ctx.append(partial(_lifetime, worker, with_database))
    return app


async def _lifetime(with_worker: bool, with_database: bool, app: web.Application) -> AsyncIterator[None]:
    services = app[SERVICES]
    try:
        async with (
            running(services, with_worker=with_worker, with_database=with_database),
            measured(services, app[SOCKETS]),
        ):
            await app[SOCKETS].start()
            yield
    finally:
        await app[raw.HTTP_CLIENT].close()


@asynccontextmanager
async def running(
    services: Services, *, with_worker: bool, with_database: bool = True
) -> AsyncIterator[None]:
    """Database, bus and live streams open; with a worker, jobs are done meanwhile."""
    if with_database:
        await patiently(partial(db.connect, services.config.database.url))
    try:
        await services.bus.start()
        await services.live.start()
        worker = Worker(services) if with_worker else None
        if worker:
            await worker.start()
        yield
        if worker:
            await worker.stop()
        await services.live.stop()
        await services.bus.stop()
    finally:
        if with_database:
            await db.disconnect()
        if services.redis:
            await services.redis.aclose()


async def _say_goodbye(app: web.Application) -> None:
    await app[SOCKETS].stop()


def services_of(config: Config, secrets: Secrets, clock: Clock, http: aiohttp.ClientSession) -> Services:
    redis = connect(config.redis.url) if config.redis.url else None
    bus = RedisBus(redis, config.redis.prefix) if redis else LocalBus()
    live = Live(bus, coalesce_s=config.live.coalesce_ms / 1000, heartbeat_s=config.live.heartbeat_s)

    def hear(message: Message) -> None:
        if isinstance(message, ClockMoved) and isinstance(clock, SystemClock):
            clock.offset = timedelta(seconds=message.offset_s)

    bus.listen(hear)
    wechat = WeChatClient(
        http,
        appid=config.wechat.appid,
        secret=secrets.wechat_secret.get_secret_value(),
        base_url=config.wechat.base_url,
        clock=clock,
        miniprogram_state=config.wechat.miniprogram_state,
        lang=config.wechat.lang,
        checks_text=config.wechat.check_text,
        templates={name: Template(t.id, t.fields) for name, t in config.wechat.templates.items()},
        tokens=RedisTokens(redis, config.redis.prefix, config.wechat.appid) if redis else None,
    )
    return Services(
        config=config,
        secrets=secrets,
        clock=clock,
        redis=redis,
        bus=bus,
        live=live,
        sessions=Sessions(clock, bus),
        limits=Limits(
            config.limits,
            trusted=config.server.trusted_proxies,
            redis=redis,
            prefix=config.redis.prefix,
        ),
        wechat=wechat,
        zone=ZoneInfo(config.library.zone),
        patrons=PatronTable(),
        media=media_of(config, secrets),
        log_requests=config.log.level == "debug",
    )
