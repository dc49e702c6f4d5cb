"""The simulator refuses what WeChat refuses, in WeChat's order."""

import asyncio
import base64
from typing import Any

import pytest

from handlers.context import Verdict, WeChatRefused
from server.wechat.simulator import SEAT_REMINDER, Quota
from server.wechat.simulator.login import session_signature
from tests.wechat.conftest import APPID, REMINDER, SECRET, Desk, Opening, reminder

SEND = "/cgi-bin/message/subscribe/send"
TEMPLATES = "/wxaapi/newtmpl/gettemplate"
ACCOUNT = {"appid": APPID, "secret": SECRET, "grant_type": "client_credential"}


async def get(desk: Desk, path: str, **query: str) -> Any:
    async with desk.http.get(desk.url + path, params=query) as response:
        assert response.status == 200
        return await response.json(content_type=None)


async def post(desk: Desk, path: str, body: Any = None, *, text: str | None = None, **query: str) -> Any:
    async with desk.http.post(desk.url + path, params=query, json=body, data=text) as response:
        assert response.status == 200
        return await response.json(content_type=None)


async def token_of(desk: Desk) -> str:
    return str((await post(desk, "/cgi-bin/stable_token", ACCOUNT))["access_token"])


async def test_the_token_is_looked_at_before_the_verb_and_the_body(desk: Desk) -> None:
    assert (await get(desk, SEND))["errcode"] == 41001
    assert (await get(desk, SEND, access_token="nonsense"))["errcode"] == 40001
    token = await token_of(desk)
    assert (await get(desk, SEND, access_token=token))["errcode"] == 43002
    assert (await post(desk, SEND, access_token=token))["errcode"] == 44002
    assert (await post(desk, SEND, text="{", access_token=token))["errcode"] == 47001
    assert (await post(desk, SEND, {}, access_token=token))["errcode"] == 40003
    desk.advance(7_200)
    assert (await get(desk, SEND, access_token=token))["errcode"] == 42001


async def test_a_request_id_follows_a_comma_only_on_sign_in(desk: Desk) -> None:
    assert ", rid: " in (await get(desk, "/sns/jscode2session"))["errmsg"]
    assert "missing rid: " in (await get(desk, SEND))["errmsg"]


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"appid": "wxffffffffffffffff"}, 40013),
        ({"secret": ""}, 41004),
        ({"secret": "wrong"}, 40125),
        ({"grant_type": "wrong"}, 40002),
        ({"js_code": ""}, 41008),
        ({"js_code": "unknown"}, 40029),
    ],
)
async def test_sign_in_names_what_is_wrong_first(desk: Desk, change: dict[str, str], errcode: int) -> None:
    right = {**ACCOUNT, "grant_type": "authorization_code", "js_code": "0" * 32}
    assert (await get(desk, "/sns/jscode2session", **right | change))["errcode"] == errcode


async def test_a_plain_token_and_the_one_before_it_overlap_for_five_minutes(desk: Desk) -> None:
    first = (await get(desk, "/cgi-bin/token", **ACCOUNT))["access_token"]
    second = (await get(desk, "/cgi-bin/token", **ACCOUNT))["access_token"]
    stable = await token_of(desk)
    assert len({first, second, stable}) == 3
    assert (await get(desk, TEMPLATES, access_token=first))["errcode"] == 0
    desk.advance(301)
    assert (await get(desk, TEMPLATES, access_token=first))["errcode"] == 40001
    assert (await get(desk, TEMPLATES, access_token=second))["errcode"] == 0
    assert (await get(desk, TEMPLATES, access_token=stable))["errcode"] == 0


async def test_a_stable_token_stays_until_its_last_five_minutes(desk: Desk) -> None:
    first = await post(desk, "/cgi-bin/stable_token", ACCOUNT)
    desk.advance(6_000)
    same = await post(desk, "/cgi-bin/stable_token", ACCOUNT)
    assert same["access_token"] == first["access_token"]
    assert 1_190 < same["expires_in"] <= 1_200
    desk.advance(900)
    after = await post(desk, "/cgi-bin/stable_token", ACCOUNT)
    assert after["access_token"] != first["access_token"]
    assert (await get(desk, TEMPLATES, access_token=first["access_token"]))["errcode"] == 0


async def test_a_forced_renewal_kills_the_old_token_and_is_rationed(desk: Desk) -> None:
    forced = {**ACCOUNT, "force_refresh": True}
    desk.at_the_full_hour()
    first = (await post(desk, "/cgi-bin/stable_token", ACCOUNT))["access_token"]
    await post(desk, "/cgi-bin/stable_token", forced)
    assert (await get(desk, TEMPLATES, access_token=first))["errcode"] == 40001
    assert (await post(desk, "/cgi-bin/stable_token", forced))["errcode"] == 45011
    for _ in range(19):
        desk.advance(31)
        assert "access_token" in await post(desk, "/cgi-bin/stable_token", forced)
    desk.advance(31)
    assert (await post(desk, "/cgi-bin/stable_token", forced))["errcode"] == 45009


async def test_the_days_quota_opens_again_tomorrow(open_desk: Opening) -> None:
    desk: Desk = await open_desk(quotas={SEND: Quota(per_day=2)})
    desk.at_the_full_hour()
    openid = await desk.person()
    await desk.accept(times=4)
    for _ in range(2):
        await desk.client.send(reminder(openid))
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert (refused.value.errcode, refused.value.verdict) == (45009, Verdict.TOMORROW)
    desk.advance(86_400)
    await desk.client.send(reminder(openid))


async def test_the_minutes_quota_opens_again_in_the_next(open_desk: Opening) -> None:
    desk: Desk = await open_desk(quotas={SEND: Quota(per_minute=1)})
    desk.at_the_full_hour()
    openid = await desk.person()
    await desk.accept(times=2)
    await desk.client.send(reminder(openid))
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert (refused.value.errcode, refused.value.verdict) == (45011, Verdict.RETRY_LATER)
    desk.advance(60)
    await desk.client.send(reminder(openid))


async def test_two_messages_to_one_reader_at_once_get_in_each_others_way(open_desk: Opening) -> None:
    desk: Desk = await open_desk(send_s=1.0)
    openid = await desk.person()
    await desk.accept(times=2)
    answers = await asyncio.gather(
        *(desk.client.send(reminder(openid)) for _ in range(2)), return_exceptions=True
    )
    [refused] = [answer for answer in answers if isinstance(answer, WeChatRefused)]
    assert (refused.errcode, refused.verdict) == (43108, Verdict.RETRY_LATER)
    await desk.client.send(reminder(openid))


async def test_messages_are_checked_in_wechats_order(open_desk: Opening) -> None:
    desk: Desk = await open_desk(pages=frozenset({"pages/home/index"}), sensitive_words=("禁词",))
    openid = await desk.person()
    token = await token_of(desk)
    message: dict[str, Any] = {
        "touser": "nobody",
        "template_id": "unknown",
        "page": "/pages/home/index",
        "data": {key: {"value": text} for key, text in REMINDER.items()},
    }
    await desk.control("templates/ban", template=SEAT_REMINDER)

    async def errcode(**changes: Any) -> int:
        message.update(changes)
        return int((await post(desk, SEND, message, access_token=token))["errcode"])

    assert await errcode() == 40003
    assert await errcode(touser=openid) == 40037
    assert await errcode(template_id=SEAT_REMINDER) == 41030
    assert await errcode(page="pages/other/index") == 41030
    assert await errcode(page="pages/home/index?id=7") == 43107
    await desk.control("templates/ban", template=SEAT_REMINDER, banned=False)
    assert await errcode(data=message["data"] | {"thing1": {"value": ""}}) == 47003
    assert await errcode(data=message["data"] | {"thing1": {"value": "禁词"}}) == 45168
    assert await errcode(data=message["data"] | {"thing1": {"value": "总馆"}}) == 43101
    await desk.accept()
    assert await errcode() == 0


async def test_an_address_that_is_not_listed_gets_no_token(open_desk: Opening) -> None:
    desk: Desk = await open_desk(allowed_ips=frozenset({"203.0.113.7"}))
    assert (await post(desk, "/cgi-bin/stable_token", ACCOUNT))["errcode"] == 40164


async def test_a_session_is_checked_by_its_signature(desk: Desk) -> None:
    openid = await desk.person()
    query = {**ACCOUNT, "grant_type": "authorization_code", "js_code": await desk.code()}
    session = await get(desk, "/sns/jscode2session", **query)
    assert "errcode" not in session
    right = session_signature(session["session_key"], "")
    token = await token_of(desk)
    for signature, errcode in ((right, 0), ("0" * 64, 87009)):
        answer = await get(
            desk,
            "/wxa/checksession",
            access_token=token,
            openid=openid,
            signature=signature,
            sig_method="hmac_sha256",
        )
        assert answer["errcode"] == errcode


async def test_identifiers_weigh_what_wechats_weigh(desk: Desk) -> None:
    assert len(await desk.person()) == 28
    code = await desk.code()
    assert len(code) == 32
    query = {**ACCOUNT, "grant_type": "authorization_code", "js_code": code}
    session = await get(desk, "/sns/jscode2session", **query)
    assert len(base64.b64decode(session["session_key"])) == 16
    lengths = {len((await get(desk, "/cgi-bin/token", **ACCOUNT))["access_token"]) for _ in range(60)}
    assert lengths == {136, 512}
    templates = (await get(desk, TEMPLATES, access_token=await token_of(desk)))["data"]
    assert {len(template["priTmplId"]) for template in templates} == {43}


async def test_the_clock_is_set_from_outside(desk: Desk) -> None:
    await desk.person()
    code = await desk.code()
    await desk.control("clock", offset_s=600)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(code)
    assert refused.value.errcode == 40029


async def test_a_reset_forgets_people_and_keeps_openids(desk: Desk) -> None:
    openid = await desk.person()
    desk.advance(3_600)
    await desk.control("reset")
    assert (await get(desk, "/sim/api/persons"))["persons"] == []
    assert await desk.person() == openid
    assert desk.world.clock.offset_s == 0
    templates = (await get(desk, TEMPLATES, access_token=await token_of(desk)))["data"]
    assert len(templates) == len(desk.world.settings.templates)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("login", {"person": "nobody"}, 404),
        ("persons", {"handle": "Not A Handle", "name": "林溪"}, 400),
        ("subscribe", {"person": "nobody", "choices": {"x": "perhaps"}}, 400),
        ("faults", {"path": SEND, "kind": "unheard of"}, 400),
    ],
)
async def test_a_wrong_control_call_says_so(desk: Desk, path: str, body: Any, status: int) -> None:
    async with desk.http.post(f"{desk.url}/sim/api/{path}", json=body) as response:
        assert response.status == status
        assert response.content_type == "application/json"


async def test_what_is_stored_outlives_a_restart(open_desk: Opening, tmp_path: Any) -> None:
    file = str(tmp_path / "simulator.sqlite3")
    first: Desk = await open_desk(database=file)
    openid = await first.person()
    await first.accept()
    second: Desk = await open_desk(database=file)
    await second.client.send(reminder(openid))
    assert len((await first.phone())["messages"]) == 1
