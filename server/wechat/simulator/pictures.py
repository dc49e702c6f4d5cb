"""Content security: the check of a picture, where its colour stands in for WeChat's judgement."""

import asyncio
import io
from typing import Final

import aiohttp
from PIL import Image

from server.wechat.simulator import identifiers
from server.wechat.simulator.texts import SCENES, check_author
from server.wechat.simulator.tokens import admitted, posted
from server.wechat.simulator.world import Body, Call, Refusal, World

SOUND, IMAGE = 1, 2
LARGEST: Final = 10 * 1024 * 1024
FETCHED_S: Final = 5.0
UNREACHABLE: Final = -1008
EVENT: Final = "wxa_media_check"
LABELS: Final = {"pass": 100, "review": 20_001, "risky": 20_002}  # normal, politics, pornography


async def media_check_async(world: World, call: Call) -> Body:
    """`POST /wxa/media_check_async`: only a name; what the picture is, a push event says later.

    The faults of `/wxa_media_check` strike that event: `latency`, `drop` (it never comes) and `errcode`.
    """
    await admitted(world, call)
    asked = posted(call)
    if asked.get("version") != 2:
        raise Refusal(40097, "invalid args")
    if asked.get("media_type") not in (SOUND, IMAGE):
        raise Refusal(40004, "invalid media type")
    if asked.get("scene") not in SCENES:
        raise Refusal(40129, "invalid scene")
    url = str(asked.get("media_url", ""))
    if not url.startswith(("http://", "https://")):
        raise Refusal(40097, "invalid args")
    openid = str(asked.get("openid", ""))
    await check_author(world, openid)
    now = world.clock.now()
    trace_id = identifiers.request_id(now)
    await world.store.run(
        "INSERT INTO picture_check (at, openid, trace_id, url) VALUES (?, ?, ?, ?)",
        now,
        openid,
        trace_id,
        url,
    )
    world.pushes.beside(_judge(world, openid, trace_id, url))
    return {"errcode": 0, "errmsg": "ok", "trace_id": trace_id}


async def _judge(world: World, openid: str, trace_id: str, url: str) -> None:
    await asyncio.sleep(world.settings.picture_s)
    faults = world.faults.striking(f"/{EVENT}")
    if "latency" in faults:
        await asyncio.sleep(faults["latency"].seconds)
    if "drop" in faults:
        return
    picture = await _fetched(url)
    suggest = await asyncio.to_thread(_suggestion, picture) if picture else None
    errcode = faults["errcode"].errcode if "errcode" in faults else 0 if suggest else UNREACHABLE
    await world.store.run(
        "UPDATE picture_check SET errcode = ?, suggest = ? WHERE trace_id = ?", errcode, suggest, trace_id
    )
    told: Body = {
        "appid": world.settings.appid,
        "trace_id": trace_id,
        "version": 2,
        "errcode": errcode,
        "errmsg": "ok" if errcode == 0 else "system error",
    }
    if errcode == 0 and suggest:
        result = {"suggest": suggest, "label": LABELS[suggest]}
        told["detail"] = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
        told["result"] = result
    await world.pushes.send(EVENT, openid, [told])


async def _fetched(url: str) -> bytes | None:
    timeout = aiohttp.ClientTimeout(total=FETCHED_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
            picture = await answer.content.read(LARGEST + 1) if answer.status == 200 else b""
    except (aiohttp.ClientError, TimeoutError):
        return None
    return picture if 0 < len(picture) <= LARGEST else None


def _suggestion(picture: bytes) -> str | None:
    """Nearly all red is risky, nearly all yellow is for a person to look at, anything else passes."""
    try:
        with Image.open(io.BytesIO(picture)) as opened:
            pixel = opened.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    if red < 200 or blue > 60:
        return "pass"
    return "risky" if green < 60 else "review" if green > 200 else "pass"
