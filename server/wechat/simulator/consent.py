"""What happens on the phone: the consent sheet, kept choices, and templates that are turned off."""

from collections.abc import Mapping, Sequence

from server.wechat.simulator.store import Row
from server.wechat.simulator.world import Body, World

MOST_TEMPLATES = 5

# errCode and errMsg of a failed `wx.requestSubscribeMessage`
NO_IDS = (10001, "TmplIds can't be empty")
UNKNOWN = (20001, "No template data return, verify the template id exist")
MIXED = (20002, "Templates type must be same")
TOO_MANY = (20003, "Templates count out of max bounds")
SWITCHED_OFF = (20004, "The main switch is switched off")


class AskFailed(Exception):
    """`wx.requestSubscribeMessage` calls `fail`; nothing is shown."""

    def __init__(self, error: tuple[int, str]) -> None:
        super().__init__(error[1])
        self.errcode, self.errmsg = error


async def ask(world: World, person: Row, ids: Sequence[str]) -> Body:
    """Either the sheet to show, or at once the result when the reader keeps a choice for every template.

    What the sheet leaves out (kept choices, banned templates, equal titles) is remembered and joins the
    result when the sheet is answered. Raises `AskFailed`.
    """
    templates = await _askable(world, person, ids)
    settled: dict[str, str] = {}
    titles: dict[str, str] = {}
    for template in templates:
        if template["title"] in titles.values():
            settled[template["id"]] = "filter"
        elif template["banned"]:
            settled[template["id"]] = "ban"
        elif template["kept"]:
            settled[template["id"]] = template["kept"]
        else:
            titles[template["id"]] = template["title"]
    if titles:
        world.asked[person["openid"]] = settled
        return {"popup": True, "titles": titles}
    await _apply(world, person, settled)
    return {"popup": False, "result": settled}


async def choose(world: World, person: Row, choices: Mapping[str, str], *, keep: bool) -> Body:
    """The reader answers the sheet. Raises `AskFailed`."""
    await _askable(world, person, list(choices))
    settled = world.asked.pop(person["openid"], {})
    result = settled | dict(choices)
    if keep:
        for template_id, choice in choices.items():
            await _keep(world, person, template_id, choice)
    await _apply(world, person, result)
    return {"result": result}


async def turn_off(world: World, person: Row, template_id: str) -> None:
    """In WeChat's settings: the rights are gone, and the choice stays "no" until it is changed there."""
    await _keep(world, person, template_id, "reject")
    await world.store.run(
        "UPDATE consent SET balance = 0 WHERE openid = ? AND template_id = ?", person["openid"], template_id
    )
    item = {"TemplateId": template_id, "SubscribeStatusString": "reject"}
    await world.pushes.send("subscribe_msg_change_event", person["openid"], [item])


async def ask_again(world: World, person: Row, template_id: str) -> None:
    """Forget a kept choice, so that the sheet is shown the next time."""
    await _keep(world, person, template_id, None)


async def _askable(world: World, person: Row, ids: Sequence[str]) -> list[Row]:
    if not ids:
        raise AskFailed(NO_IDS)
    if len(ids) > MOST_TEMPLATES:
        raise AskFailed(TOO_MANY)
    found = {
        row["id"]: row
        for row in await world.store.all(
            "SELECT template.*, kept FROM template "
            "LEFT JOIN consent ON template_id = template.id AND openid = ?",
            person["openid"],
        )
    }
    if any(template_id not in found for template_id in ids):
        raise AskFailed(UNKNOWN)
    templates = [found[template_id] for template_id in ids]
    if len({template["type"] for template in templates}) > 1:
        raise AskFailed(MIXED)
    if not person["main_switch"]:
        raise AskFailed(SWITCHED_OFF)
    return templates


async def _apply(world: World, person: Row, result: Mapping[str, str]) -> None:
    answered = {key: choice for key, choice in result.items() if choice in ("accept", "reject")}
    for template_id, choice in answered.items():
        if choice == "accept":
            await world.store.run(
                "INSERT INTO consent (openid, template_id, balance) VALUES (?, ?, 1) "
                "ON CONFLICT DO UPDATE SET balance = balance + 1",
                person["openid"],
                template_id,
            )
    items = [
        {"TemplateId": template_id, "SubscribeStatusString": choice, "PopupScene": "0"}
        for template_id, choice in answered.items()
    ]
    if items:
        await world.pushes.send("subscribe_msg_popup_event", person["openid"], items)


async def _keep(world: World, person: Row, template_id: str, choice: str | None) -> None:
    await world.store.run(
        "INSERT INTO consent (openid, template_id, kept) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET kept = excluded.kept",
        person["openid"],
        template_id,
        choice,
    )
