"""The mini-program's own codes: a picture that opens a page with a scene."""

import io
import re

import segno

from server.wechat.simulator.tokens import admitted, posted
from server.wechat.simulator.world import Body, Call, Refusal, World

SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
VERSIONS = ("release", "trial", "develop")


async def getwxacodeunlimit(world: World, call: Call) -> Body:
    """`POST /wxa/getwxacodeunlimit`: a QR code instead of WeChat's round one, saying `page?scene=`."""
    await admitted(world, call)
    asked = posted(call)
    scene, page = asked.get("scene"), asked.get("page", "")
    if not isinstance(scene, str) or not 1 <= len(scene) <= 32:
        raise Refusal(40169, "invalid length for scene, or the data is not json string")
    if not SCENE.fullmatch(scene):
        raise Refusal(40129, "invalid scene")
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        raise Refusal(41030, "invalid page")
    released = world.settings.pages
    if asked.get("check_path", True) and page and released and page not in released:
        raise Refusal(41030, "invalid page")
    if asked.get("env_version", "release") not in VERSIONS:
        raise Refusal(40097, "invalid args")
    picture = io.BytesIO()
    segno.make(f"{page}?scene={scene}", micro=False).save(picture, kind="png", scale=8)
    return {"picture": picture.getvalue()}
