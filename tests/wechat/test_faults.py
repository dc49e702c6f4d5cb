"""WeChat on a bad day: what each kind of failure means for signing in and for sending."""

import json
from collections.abc import Mapping

import aiohttp
import pytest
import structlog

from handlers.context import Verdict, WeChatRefused
from server.wechat.client import WeChatClient
from server.wechat.policy import POLICY, verdict_on
from tests.support.ports import unused_port
from tests.wechat.conftest import APPID, SECRET, Desk, FollowingClock, Opening, reminder

SEND = "/cgi-bin/message/subscribe/send"
LOGIN = "/sns/jscode2session"

AGREED: Mapping[Verdict, set[int]] = {
    Verdict.RETRY_LATER: {-1, 40001, 40014, 42001, 43108, 44990, 44991, 45011},
    Verdict.TOMORROW: {44993, 45009},
    Verdict.NO_CONSENT: {43101},
    Verdict.UNREACHABLE: {40003, 43104},
    Verdict.BLOCKED: {40226},
    Verdict.STALE_VISIT: {61010},
    Verdict.BAD_CODE: {40029, 40163, 41008},
    Verdict.CONFIGURATION: {40037, 40097, 41030, 43107, 47003, 40013, 40125, 40129, 40164, 48001},
    Verdict.PERMANENT: {45168, 47001, 87014, 99999},
}


@pytest.mark.parametrize(
    ("errcode", "verdict"), [(errcode, verdict) for verdict in AGREED for errcode in sorted(AGREED[verdict])]
)
def test_the_policy_is_what_was_agreed(errcode: int, verdict: Verdict) -> None:
    assert verdict_on(errcode) is verdict


async def test_every_number_of_the_table_reaches_the_caller_as_its_verdict(desk: Desk) -> None:
    openid = await desk.person()
    for errcode, verdict in POLICY.items():
        desk.advance(31)  # so that a stale token may be renewed by force again
        await desk.fault(SEND, "errcode", errcode=errcode, times=2)
        with pytest.raises(WeChatRefused) as refused:
            await desk.client.send(reminder(openid))
        assert (refused.value.errcode, refused.value.verdict) == (errcode, verdict)
        async with desk.http.delete(f"{desk.url}/sim/api/faults"):
            pass


@pytest.mark.parametrize("kind", ["drop", "truncate", "http_502", "latency"])
async def test_a_message_without_a_readable_answer_is_unknown_and_never_repeated(
    desk: Desk, kind: str
) -> None:
    openid = await desk.person()
    await desk.accept(times=3)
    await desk.client.send(reminder(openid))
    await desk.fault(SEND, kind, seconds=0.6)
    client = desk.waiting_only(0.3) if kind == "latency" else desk.client
    with pytest.raises(WeChatRefused) as refused:
        await client.send(reminder(openid))
    assert (refused.value.errcode, refused.value.verdict) == (None, Verdict.UNKNOWN)
    assert len(await desk.calls(SEND)) <= 2, "the first, and the one without an answer"


async def test_a_message_whose_answer_was_lost_has_arrived_once(desk: Desk) -> None:
    openid = await desk.person()
    await desk.accept(times=3)
    await desk.fault(SEND, "drop")
    with pytest.raises(WeChatRefused):
        await desk.client.send(reminder(openid))
    phone = await desk.phone()
    assert len(phone["messages"]) == 1
    assert phone["balances"][0]["balance"] == 2


async def test_text_plain_is_read_as_json(desk: Desk) -> None:
    openid = await desk.person()
    await desk.accept()
    for path in (SEND, LOGIN, "/cgi-bin/stable_token"):
        await desk.fault(path, "text_plain")
    assert (await desk.client.identify(await desk.code())).openid == openid
    assert await desk.client.send(reminder(openid))


@pytest.mark.parametrize("kind", ["truncate", "http_502"])
async def test_a_sign_in_code_is_not_shown_again_after_any_answer(desk: Desk, kind: str) -> None:
    await desk.person()
    await desk.fault(LOGIN, kind)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(await desk.code())
    assert refused.value.verdict is Verdict.RETRY_LATER
    assert len(await desk.calls(LOGIN)) == 1


async def test_a_sign_in_code_is_shown_once_more_after_silence(open_desk: Opening) -> None:
    desk: Desk = await open_desk(timeout_s=1.5)  # enough for the second answer on a machine that is busy
    openid = await desk.person()
    await desk.fault(LOGIN, "latency", seconds=3.0, times=1)
    assert (await desk.client.identify(await desk.code())).openid == openid


async def test_a_code_spent_by_a_lost_answer_needs_a_new_one(desk: Desk) -> None:
    await desk.person()
    await desk.fault(LOGIN, "drop", times=1)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(await desk.code())
    assert (refused.value.errcode, refused.value.verdict) == (40163, Verdict.BAD_CODE)


async def test_nobody_listening_means_that_nothing_was_sent(desk: Desk, http: aiohttp.ClientSession) -> None:
    client = WeChatClient(
        http,
        appid=APPID,
        secret=SECRET,
        base_url=f"http://127.0.0.1:{unused_port()}",
        clock=FollowingClock(desk.world),
    )
    with pytest.raises(WeChatRefused) as refused:
        await client.send(reminder("o" * 28))
    assert refused.value.verdict is Verdict.RETRY_LATER
    with pytest.raises(WeChatRefused) as refused:
        await client.identify("code")
    assert refused.value.verdict is Verdict.RETRY_LATER


async def test_logs_and_errors_hold_no_secret(desk: Desk) -> None:
    openid = await desk.person()
    await desk.accept()
    code = await desk.code()
    await desk.fault(LOGIN, "http_502", times=1)
    with structlog.testing.capture_logs() as logged:
        with pytest.raises(WeChatRefused) as refused:
            await desk.client.identify(code)
        await desk.client.send(reminder(openid))
        with pytest.raises(WeChatRefused):
            await desk.client.send(reminder(openid))
    tokens = await desk.world.store.all("SELECT value FROM token")
    written = json.dumps(logged) + str(refused.value)
    assert "latency_ms" in written
    for hidden in (SECRET, code, openid, *(token["value"] for token in tokens)):
        assert hidden not in written
