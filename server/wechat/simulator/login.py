"""Sign-in: codes that count once, and the session they open."""

import hashlib
import hmac

from server.wechat.simulator import identifiers
from server.wechat.simulator.store import Row
from server.wechat.simulator.tokens import admitted
from server.wechat.simulator.world import Body, Call, Refusal, World

CODE_LIFETIME_S = 300


async def visit(world: World, person: Row) -> None:
    """The person opens the mini-program."""
    await world.store.run(
        "UPDATE person SET last_visit_at = ? WHERE openid = ?", world.clock.now(), person["openid"]
    )


async def issue_code(world: World, person: Row) -> str:
    """What `wx.login` gives the phone; only an open mini-program can ask for it, so it counts as a visit."""
    await visit(world, person)
    code = identifiers.login_code()
    await world.store.run(
        "INSERT INTO login_code (code, openid, issued_at) VALUES (?, ?, ?)",
        code,
        person["openid"],
        world.clock.now(),
    )
    return code


async def jscode2session(world: World, call: Call) -> Body:
    """`GET /sns/jscode2session`: the answer carries no errcode when all is well."""
    _check_caller(world, call)
    person = await _owner(world, call.query["js_code"])
    if person["blocked"]:
        raise Refusal(40226, "code blocked")
    if await world.store.count(person["openid"], world.clock.minute()) > world.settings.logins_per_minute:
        raise Refusal(45011, "api minute-quota reach limit, must slower, retry next minute")
    used = "UPDATE login_code SET used = 1 WHERE code = ? AND used = 0"
    if await world.store.run(used, call.query["js_code"]) == 0:
        raise Refusal(40163, "code been used")
    answer = {"session_key": await _session(world, person), "openid": person["openid"]}
    if world.settings.union_ids:
        answer["unionid"] = identifiers.openid_of("the open platform", person["handle"])
    return answer


async def checksession(world: World, call: Call) -> Body:
    """`GET /wxa/checksession`: is this still the session key of this person."""
    await admitted(world, call)
    person = await world.store.one(
        "SELECT session_key FROM person WHERE openid = ?", call.query.get("openid", "")
    )
    expected = session_signature(person["session_key"], "") if person else ""
    if not person or not hmac.compare_digest(expected, call.query.get("signature", "")):
        raise Refusal(87009, "invalid signature")
    return {"errcode": 0, "errmsg": "ok"}


def session_signature(session_key: str, message: str) -> str:
    """The key is used as its base64 text, not decoded."""
    return hmac.new(session_key.encode(), message.encode(), hashlib.sha256).hexdigest()


def _check_caller(world: World, call: Call) -> None:
    given = call.query
    if not given.get("appid"):
        raise Refusal(41002, "appid missing")
    if given["appid"] != world.settings.appid:
        raise Refusal(40013, "invalid appid")
    if not given.get("secret"):
        raise Refusal(41004, "appsecret missing")
    if given["secret"] != world.settings.secret:
        raise Refusal(40125, "invalid appsecret")
    if given.get("grant_type") != "authorization_code":
        raise Refusal(40002, "invalid grant_type")
    if not given.get("js_code"):
        raise Refusal(41008, "missing code")


async def _owner(world: World, code: str) -> Row:
    row = await world.store.one(
        "SELECT person.*, issued_at, used FROM login_code JOIN person USING (openid) WHERE code = ?", code
    )
    if row is None or world.clock.now() - row["issued_at"] > CODE_LIFETIME_S:
        raise Refusal(40029, "invalid code")
    if row["used"]:
        raise Refusal(40163, "code been used")
    return row


async def _session(world: World, person: Row) -> str:
    """The key lives as long as it is used; left alone for some days it is replaced."""
    now = world.clock.now()
    idle = now - person["session_used_at"] > world.settings.session_days * 86_400
    key: str = identifiers.session_key() if idle else person["session_key"]
    await world.store.run(
        "UPDATE person SET session_key = ?, session_used_at = ? WHERE openid = ?", key, now, person["openid"]
    )
    return key
