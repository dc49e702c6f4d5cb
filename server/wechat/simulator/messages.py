"""Subscription messages: `subscribe/send` and the list of templates."""

import asyncio
import json
import re
from collections.abc import Mapping

from models.wechat_fields import why_unfit
from server.wechat.simulator import identifiers
from server.wechat.simulator.store import Row
from server.wechat.simulator.templates import ONE_TIME
from server.wechat.simulator.tokens import admitted, posted
from server.wechat.simulator.world import Body, Call, Refusal, World

_LINE = re.compile(r"^(.*?):\{\{(\w+?)\.DATA\}\}$", re.MULTILINE)
STATES = ("developer", "trial", "formal")
LANGUAGES = ("zh_CN", "en_US", "zh_HK", "zh_TW")


def lines_of(content: str) -> list[tuple[str, str]]:
    """Label and key of each line of a template."""
    return _LINE.findall(content)


async def send(world: World, call: Call) -> Body:
    """`POST /cgi-bin/message/subscribe/send`: checks in WeChat's order, then one consent for one message."""
    await admitted(world, call)
    message = posted(call)
    openid = str(message.get("touser", ""))
    person = await world.store.one("SELECT * FROM person WHERE openid = ?", openid)
    if person is None:
        raise Refusal(40003, "invalid openid")
    template = await world.store.one("SELECT * FROM template WHERE id = ?", str(message.get("template_id")))
    if template is None:
        raise Refusal(40037, "invalid template_id")
    page = str(message.get("page", ""))
    _check_page(world, page)
    if template["banned"]:
        raise Refusal(43107, "template banned")
    data = _checked_data(world, template, message)
    if openid in world.on_the_way:
        raise Refusal(43108, "concurrent sends to the same user")
    world.on_the_way.add(openid)
    try:
        await asyncio.sleep(world.settings.send_s)
        await _use_consent(world, person, template)
        msgid = await _deliver(world, message, openid=openid, page=page, data=data)
    finally:
        world.on_the_way.discard(openid)
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


async def gettemplate(world: World, call: Call) -> Body:
    """`GET /wxaapi/newtmpl/gettemplate`."""
    await admitted(world, call)
    rows = await world.store.all("SELECT id AS priTmplId, title, content, example, type FROM template")
    return {"errcode": 0, "errmsg": "ok", "data": rows}


async def getcategory(world: World, call: Call) -> Body:
    """`GET /wxaapi/newtmpl/getcategory`."""
    await admitted(world, call)
    return {"errcode": 0, "errmsg": "ok", "data": [{"id": 387, "name": "图书馆"}]}


def _check_page(world: World, page: str) -> None:
    released = world.settings.pages
    if page.startswith("/") or (page and released and page.partition("?")[0] not in released):
        raise Refusal(41030, "invalid page")


def _checked_data(world: World, template: Row, message: Body) -> dict[str, str]:
    if (
        message.get("miniprogram_state", "formal") not in STATES
        or message.get("lang", "zh_CN") not in LANGUAGES
    ):
        raise Refusal(40097, "invalid args")
    given = message.get("data")
    data: dict[str, str] = {}
    for _, key in lines_of(template["content"]):
        field = given.get(key) if isinstance(given, dict) else None
        value = str(field.get("value", "")) if isinstance(field, dict) else ""
        unfit = why_unfit(key, value)
        if unfit:
            complaint = "is empty" if unfit == "empty" else "invalid"
            raise Refusal(47003, f"argument invalid! data.{key}.value {complaint}")
        data[key] = value
    if any(word in value for word in world.settings.sensitive_words for value in data.values()):
        raise Refusal(45168, "sensitive word in content")
    return data


async def _use_consent(world: World, person: Row, template: Row) -> None:
    price = 1 if template["type"] == ONE_TIME else 0
    paid = person["main_switch"] and await world.store.run(
        "UPDATE consent SET balance = balance - ? WHERE openid = ? AND template_id = ? AND balance > 0",
        price,
        person["openid"],
        template["id"],
    )
    if not paid:
        raise Refusal(43101, "user refuse to accept the msg")


async def _deliver(world: World, message: Body, *, openid: str, page: str, data: Mapping[str, str]) -> int:
    msgid = identifiers.message_id()
    await world.store.run(
        "INSERT INTO message (msgid, openid, template_id, data, page, state, lang, sent_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        msgid,
        openid,
        message["template_id"],
        json.dumps(data, ensure_ascii=False),
        page,
        message.get("miniprogram_state", "formal"),
        message.get("lang", "zh_CN"),
        world.clock.now(),
    )
    item = {
        "TemplateId": message["template_id"],
        "MsgID": str(msgid),
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }
    await world.pushes.send("subscribe_msg_sent_event", openid, [item])
    return msgid
