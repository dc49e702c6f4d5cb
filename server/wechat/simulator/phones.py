"""A simulated person's phone: the service notifications it shows and the consents behind them."""

import json

from server.wechat.simulator.messages import lines_of
from server.wechat.simulator.store import Row
from server.wechat.simulator.world import Body, World

MOST_MESSAGES = 50


async def phone(world: World, person: Row) -> Body:
    """Messages newest first; ids are text, because they do not fit a number of JavaScript."""
    messages = await world.store.all(
        "SELECT msgid, template_id, data, page, sent_at, title, content "
        "FROM message JOIN template ON template.id = template_id "
        "WHERE openid = ? ORDER BY message.id DESC LIMIT ?",
        person["openid"],
        MOST_MESSAGES,
    )
    consents = await world.store.all(
        "SELECT template.id AS template_id, title, coalesce(balance, 0) AS balance, kept, banned "
        "FROM template LEFT JOIN consent ON template_id = template.id AND openid = ? ORDER BY template.rowid",
        person["openid"],
    )
    return {
        "handle": person["handle"],
        "name": person["name"],
        "openid": person["openid"],
        "main_switch": bool(person["main_switch"]),
        "blocked": bool(person["blocked"]),
        "balances": [entry | {"banned": bool(entry["banned"])} for entry in consents],
        "messages": [_shown(world, message) for message in messages],
    }


async def phones(world: World) -> list[Body]:
    persons = await world.store.all("SELECT * FROM person ORDER BY rowid")
    return [await phone(world, person) for person in persons]


def _shown(world: World, message: Row) -> Body:
    data = json.loads(message["data"])
    return {
        "id": str(message["msgid"]),
        "template_id": message["template_id"],
        "title": message["title"],
        "lines": [{"label": label, "value": data[key]} for label, key in lines_of(message["content"])],
        "page": message["page"],
        "sent_at": world.clock.at(message["sent_at"]).isoformat(timespec="seconds"),
    }
