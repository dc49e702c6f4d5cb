"""The access token: one renewal however many need it, and never a needless forced one."""

import asyncio

import pytest

from handlers.context import Verdict, WeChatRefused
from tests.wechat.conftest import Desk, Opening, reminder

SEND = "/cgi-bin/message/subscribe/send"
TOKEN = "/cgi-bin/stable_token"


async def readers(desk: Desk, count: int) -> list[str]:
    openids = [await desk.person(f"reader{number}") for number in range(count)]
    for number in range(count):
        await desk.accept(handle=f"reader{number}")
    return openids


async def test_a_hundred_cold_callers_fetch_one_token(desk: Desk) -> None:
    openids = await readers(desk, 100)
    await asyncio.gather(*(desk.client.send(reminder(openid)) for openid in openids))
    assert len(await desk.calls(TOKEN)) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE token SET expires_at = 0",  # 42001
        "DELETE FROM token",  # 40001
    ],
)
async def test_a_hundred_callers_with_a_dead_token_renew_it_once(desk: Desk, spoil: str) -> None:
    openids = await readers(desk, 101)
    await desk.client.send(reminder(openids.pop()))
    await desk.world.store.run(spoil)
    await asyncio.gather(*(desk.client.send(reminder(openid)) for openid in openids))
    assert len(await desk.calls(TOKEN)) == 2


async def test_a_token_is_renewed_before_it_ends(desk: Desk) -> None:
    [openid] = await readers(desk, 1)
    await desk.accept(handle="reader0")
    await desk.client.send(reminder(openid))
    desk.advance(7_200 - 300)
    await desk.client.send(reminder(openid))
    assert len(await desk.calls(TOKEN)) == 2
    assert {call["errcode"] for call in await desk.calls(SEND)} == {0}


async def test_force_is_used_once_when_the_refused_token_comes_back(desk: Desk) -> None:
    [openid] = await readers(desk, 1)
    await desk.accept(handle="reader0", times=3)
    await desk.client.send(reminder(openid))

    await desk.fault(SEND, "errcode", errcode=40001, times=1)
    await desk.client.send(reminder(openid))
    assert len(await desk.calls(TOKEN)) == 3, "the first, a normal renewal, and a forced one"

    await desk.fault(SEND, "errcode", errcode=40001, times=1)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert refused.value.verdict is Verdict.RETRY_LATER
    assert len(await desk.calls(TOKEN)) == 3, "within 30 s of a forced renewal there is nothing to ask"

    desk.advance(31)
    await desk.client.send(reminder(openid))


async def test_a_token_that_cannot_be_had_leaves_the_message_unsent(desk: Desk) -> None:
    [openid] = await readers(desk, 1)
    await desk.fault(TOKEN, "drop")
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert refused.value.verdict is Verdict.RETRY_LATER
    assert await desk.calls(SEND) == []


@pytest.mark.parametrize("kind", ["http_502", "truncate", "drop"])
async def test_fetching_a_token_is_tried_three_times(desk: Desk, kind: str) -> None:
    [openid] = await readers(desk, 1)
    await desk.fault(TOKEN, kind, times=2)
    await desk.client.send(reminder(openid))
    assert len(await desk.calls(TOKEN)) == 3


async def test_a_wrong_secret_is_a_matter_of_configuration(open_desk: Opening) -> None:
    desk: Desk = await open_desk(secret="another secret")
    [openid] = await readers(desk, 1)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert (refused.value.errcode, refused.value.verdict) == (40125, Verdict.CONFIGURATION)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(await desk.code("reader0"))
    assert (refused.value.errcode, refused.value.verdict) == (40125, Verdict.CONFIGURATION)
