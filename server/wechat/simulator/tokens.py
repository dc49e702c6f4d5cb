"""Access tokens: two issuers whose tokens do not touch each other, and the gate that checks them."""

import json
from collections.abc import Mapping

from server.wechat.simulator import identifiers
from server.wechat.simulator.world import Body, Call, Refusal, World

LIFETIME_S = 7_200
OVERLAP_S = 300  # how long a superseded plain token still works, and how early a stable one changes
FORCED_APART_S = 30
FORCED_PER_DAY = 20
CONTENT_SECURITY = frozenset({"/wxa/msg_sec_check", "/wxa/media_check_async"})


async def plain_token(world: World, call: Call) -> Body:
    """`GET /cgi-bin/token`: a new token each time; the one before works five more minutes."""
    check_account(world, call.query, call)
    await check_quota(world, call.path)
    now = world.clock.now()
    async with world.issuing:
        await world.store.run(
            "UPDATE token SET dies_at = ? WHERE kind = 'plain' AND dies_at IS NULL", now + OVERLAP_S
        )
        return await _issued(world, "plain")


async def stable_token(world: World, call: Call) -> Body:
    """`POST /cgi-bin/stable_token`: the same token while it lasts; forced, the old one dies at once."""
    body = posted(call)
    check_account(world, body, call)
    await check_quota(world, call.path)
    async with world.issuing:
        now = world.clock.now()
        if body.get("force_refresh") is True:
            await _check_forcing(world, now)
            await world.store.run("UPDATE token SET dies_at = ? WHERE kind = 'stable'", now)
            return await _issued(world, "stable", forced=True)
        current = await world.store.one(
            "SELECT value, expires_at FROM token WHERE kind = 'stable' AND dies_at IS NULL "
            "ORDER BY issued_at DESC LIMIT 1"
        )
        if current and current["expires_at"] - now > OVERLAP_S:
            return {"access_token": current["value"], "expires_in": int(current["expires_at"] - now)}
        return await _issued(world, "stable")


async def admitted(world: World, call: Call) -> None:
    """The first checks of every call that needs a token."""
    value = call.query.get("access_token", "")
    if not value:
        raise Refusal(41001, "access_token missing")
    token = await world.store.one("SELECT expires_at, dies_at FROM token WHERE value = ?", value)
    stale = "invalid credential, access_token is invalid or not latest"
    if token is None:
        raise Refusal(40001, stale)
    now = world.clock.now()
    if token["expires_at"] <= now:
        raise Refusal(42001, "access_token expired")
    if token["dies_at"] is not None and token["dies_at"] <= now:
        raise Refusal(40001, stale)
    await check_quota(world, call.path)


def posted(call: Call) -> Body:
    """The JSON object of a POST."""
    if call.method != "POST":
        raise Refusal(43002, "require POST method")
    if not call.body.strip():
        raise Refusal(44002, "empty post data")
    try:
        body = json.loads(call.body)
    except ValueError:
        raise Refusal(47001, "data format error") from None
    if not isinstance(body, dict):
        raise Refusal(47001, "data format error")
    return body


def check_account(world: World, given: Mapping[str, object], call: Call) -> None:
    """Appid, secret, grant type and address, in the order in which WeChat complains."""
    if not given.get("appid"):
        raise Refusal(41002, "appid missing")
    if not given.get("secret"):
        raise Refusal(41004, "appsecret missing")
    if given["appid"] != world.settings.appid:
        raise Refusal(40013, "invalid appid")
    if given["secret"] != world.settings.secret:
        raise Refusal(40125, "invalid appsecret")
    if given.get("grant_type") != "client_credential":
        raise Refusal(40002, "invalid grant_type")
    allowed = world.settings.allowed_ips
    if allowed and call.ip not in allowed:
        raise Refusal(40164, f"invalid ip {call.ip} ipv6 ::ffff:{call.ip}, not in whitelist")


async def check_quota(world: World, path: str) -> None:
    quota = world.settings.quotas.get(path)
    if quota is None:
        return
    today, this_minute = world.clock.day(), world.clock.minute()
    if quota.per_day is not None and await world.store.count(path, today) > quota.per_day:
        raise Refusal(45009, "reach max api daily quota limit")
    if quota.per_minute is not None and await world.store.count(path, this_minute) > quota.per_minute:
        if path in CONTENT_SECURITY:
            raise Refusal(44991, "reach max api minute frequence limit")
        raise Refusal(45011, "api minute-quota reach limit, must slower, retry next minute")


async def _check_forcing(world: World, now: float) -> None:
    last = await world.store.one("SELECT max(issued_at) AS at FROM token WHERE forced = 1")
    last_at = last["at"] if last else None
    if last_at is not None and abs(now - last_at) < FORCED_APART_S:
        raise Refusal(45011, "api minute-quota reach limit, must slower, retry next minute")
    if await world.store.count("force_refresh", world.clock.day()) > FORCED_PER_DAY:
        raise Refusal(45009, "reach max api daily quota limit")


async def _issued(world: World, kind: str, *, forced: bool = False) -> Body:
    value, now = identifiers.access_token(), world.clock.now()
    await world.store.run(
        "INSERT INTO token (value, kind, forced, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)",
        value,
        kind,
        forced,
        now,
        now + LIFETIME_S,
    )
    return {"access_token": value, "expires_in": LIFETIME_S}
