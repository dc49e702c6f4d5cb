"""Phone numbers: a tap on WeChat's button gives a code, which tells the number once."""

import hashlib

from server.wechat.simulator import identifiers
from server.wechat.simulator.login import CODE_LIFETIME_S
from server.wechat.simulator.store import Row
from server.wechat.simulator.tokens import admitted, posted
from server.wechat.simulator.world import Body, Call, Refusal, World


def number_of(handle: str) -> str:
    """The number of a person without one of their own choice; the same after a reset."""
    return f"138{int(hashlib.sha256(handle.encode()).hexdigest(), 16) % 10**8:08}"


async def issue_code(world: World, person: Row, country: str, number: str | None) -> str:
    """What the button gives the mini-program when the person allows it."""
    code = identifiers.login_code()
    await world.store.run(
        "INSERT INTO phone_code (code, openid, country, number, issued_at) VALUES (?, ?, ?, ?, ?)",
        code,
        person["openid"],
        country,
        number or number_of(person["handle"]),
        world.clock.now(),
    )
    return code


async def getuserphonenumber(world: World, call: Call) -> Body:
    """`POST /wxa/business/getuserphonenumber`; who names an openid hears of that person only."""
    await admitted(world, call)
    asked = posted(call)
    code = str(asked.get("code", ""))
    row = await world.store.one("SELECT * FROM phone_code WHERE code = ?", code)
    now = world.clock.now()
    if row is None or now - row["issued_at"] > CODE_LIFETIME_S:
        raise Refusal(40029, "invalid code")
    if asked.get("openid", row["openid"]) != row["openid"]:
        raise Refusal(40003, "invalid openid")
    if await world.store.run("UPDATE phone_code SET used = 1 WHERE code = ? AND used = 0", code) == 0:
        raise Refusal(40029, "invalid code")
    country, number = row["country"], row["number"]
    return {
        "errcode": 0,
        "errmsg": "ok",
        "phone_info": {
            "phoneNumber": number if country == "86" else country + number,
            "purePhoneNumber": number,
            "countryCode": country,
            "watermark": {"timestamp": int(now), "appid": world.settings.appid},
        },
    }
