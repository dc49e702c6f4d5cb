"""`/sim`: the phones of the simulated persons, side by side."""

from pathlib import Path

from aiohttp import web

STATIC = Path(__file__).parent / "static"
TYPES = {"page.css": "text/css", "phone.css": "text/css", "page.js": "text/javascript"}


async def show(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(STATIC / "page.html")


async def part(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in TYPES:
        raise web.HTTPNotFound
    return web.FileResponse(STATIC / name, headers={"Content-Type": f"{TYPES[name]}; charset=utf-8"})


ROUTES = (web.get("/sim", show), web.get("/sim/static/{name}", part))
