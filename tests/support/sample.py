"""The sample program of `miniprogram/tests/sample` in a browser, and a server that plays what it asks of ours."""

import asyncio
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from playwright.async_api import Page, ViewportSize

from tools.shell import NODE, ROOT

SAMPLE = ROOT / "miniprogram/tests/sample/src"
PHONE = ViewportSize(width=375, height=812)
DESK = ViewportSize(width=1280, height=900)

Open = Callable[..., Awaitable[Page]]


@dataclass
class World:
    """A server that plays what the preview asks of the real one, and remembers it."""

    url: str = ""
    simulated: bool = True
    asked: list[tuple[str, Any]] = field(default_factory=list)
    running: int = 0
    most_running: int = 0


def build_sample(room: Path) -> Path:
    src, out = room / "src", room / "out"
    shutil.copytree(SAMPLE, src)
    for script, *args in (
        ("build/client.mjs", f"--src={src}"),
        ("preview/build.mjs", f"--src={src}", f"--out={out}"),
    ):
        subprocess.run([str(NODE), f"miniprogram/{script}", *args], check=True, cwd=ROOT)
    return out


def application(world: World, built: Path) -> web.Application:
    async def persons(_request: web.Request) -> web.Response:
        if not world.simulated:
            raise web.HTTPNotFound
        names = {"amy": "林晓", "bo": "陈波"}
        return web.json_response({"persons": [{"handle": k, "name": v} for k, v in names.items()]})

    async def simulator(request: web.Request) -> web.Response:
        body = await request.json()
        world.asked.append((request.path, body))
        answers: dict[str, Any] = {
            "/sim/api/login": {"code": f"code-of-{body['person']}"},
            "/sim/api/subscribe/ask": {"popup": True, "titles": {"template-1": "预约开始提醒"}},
            "/sim/api/subscribe": {"result": body.get("choices")},
        }
        return web.json_response(answers[request.path])

    async def slow(_request: web.Request) -> web.Response:
        world.running += 1
        world.most_running = max(world.most_running, world.running)
        await asyncio.sleep(0.1)
        world.running -= 1
        return web.json_response({})

    async def socket(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse()
        await response.prepare(request)
        async for message in response:
            if message.type is WSMsgType.TEXT:
                await response.send_str(f"heard {message.data}")
        return response

    app = web.Application()
    app.router.add_get("/sim/api/persons", persons)
    app.router.add_post("/sim/api/{rest:.*}", simulator)
    app.router.add_get("/api/slow", slow)
    app.router.add_get("/socket", socket)
    app.router.add_static("/preview/", built)
    return app


async def call(page: Page, expression: str) -> str:
    """The errMsg of a `wx` call, refused or not."""
    message: str = await page.evaluate(f"() => {expression}.then((r) => r.errMsg, (e) => e.errMsg)")
    return message
