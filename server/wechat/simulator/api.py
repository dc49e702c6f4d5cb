"""The calls of api.weixin.qq.com: one table, one adapter that also injects faults and keeps the log."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from server.wechat.simulator import codes, identifiers, login, messages, numbers, pictures, texts, tokens
from server.wechat.simulator.faults import Fault, Kind
from server.wechat.simulator.world import WORLD, Body, Call, Refusal, World

Answerer = Callable[[World, Call], Awaitable[Body]]

CALLS: dict[str, Answerer] = {
    "/sns/jscode2session": login.jscode2session,
    "/cgi-bin/token": tokens.plain_token,
    "/cgi-bin/stable_token": tokens.stable_token,
    "/cgi-bin/message/subscribe/send": messages.send,
    "/wxaapi/newtmpl/gettemplate": messages.gettemplate,
    "/wxaapi/newtmpl/getcategory": messages.getcategory,
    "/wxa/checksession": login.checksession,
    "/wxa/business/getuserphonenumber": numbers.getuserphonenumber,
    "/wxa/getwxacodeunlimit": codes.getwxacodeunlimit,
    "/wxa/msg_sec_check": texts.msg_sec_check,
    "/wxa/media_check_async": pictures.media_check_async,
}


def add_calls(app: web.Application) -> None:
    for path in CALLS:
        app.router.add_route("*", path, answer)


async def answer(request: web.Request) -> web.StreamResponse:
    """Always status 200 with JSON or a picture, but for the faults that are switched on."""
    world = request.app[WORLD]
    call = Call(
        request.method, request.path, dict(request.query), await request.read(), ip=request.remote or ""
    )
    faults = world.faults.striking(call.path)
    if "latency" in faults:
        await asyncio.sleep(faults["latency"].seconds)
    if "http_502" in faults:
        await _log(world, call, None, faults)
        return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
    body = await _answered(world, call, faults)
    await _log(world, call, body.get("errcode", 0), faults)
    return _rendered(request, body, faults)


async def _answered(world: World, call: Call, faults: dict[Kind, Fault]) -> Body:
    try:
        if "errcode" in faults:
            raise Refusal(faults["errcode"].errcode, "system error")
        return await CALLS[call.path](world, call)
    except Refusal as refusal:
        comma = "," if call.path.startswith("/sns/") else ""
        rid = identifiers.request_id(world.clock.now())
        return {"errcode": refusal.errcode, "errmsg": f"{refusal}{comma} rid: {rid}"}


def _rendered(request: web.Request, body: Body, faults: dict[Kind, Fault]) -> web.StreamResponse:
    whole = body["picture"] if "picture" in body else json.dumps(body, ensure_ascii=False).encode()
    if "drop" in faults and request.transport:
        request.transport.abort()
    if "truncate" in faults:
        whole = whole[: len(whole) // 2]
    kind = "image/png" if "picture" in body else "application/json"
    return web.Response(body=whole, content_type="text/plain" if "text_plain" in faults else kind)


async def _log(world: World, call: Call, errcode: int | None, faults: dict[Kind, Fault]) -> None:
    await world.store.run(
        "INSERT INTO call (at, method, path, errcode, fault) VALUES (?, ?, ?, ?, ?)",
        world.clock.now(),
        call.method,
        call.path,
        errcode,
        ",".join(sorted(faults)) or None,
    )
