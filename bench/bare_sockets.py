"""The baseline of `memory`: python-socketio on aiohttp as its manual shows it; everybody may come in."""

import os
from typing import Any

import socketio
import uvloop
from aiohttp import web


async def connect(_sid: str, _environ: dict[str, Any], _auth: Any) -> None:
    pass


async def ready(_request: web.Request) -> web.Response:
    return web.Response()


async def serve() -> web.Application:
    sio = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"])
    sio.on("connect", connect)
    app = web.Application()
    app.router.add_get("/", ready)
    sio.attach(app)
    return app


if __name__ == "__main__":
    uvloop.install()
    web.run_app(serve(), host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
