"""Signing in: a code counts once, for five minutes."""

import asyncio

import pytest

from handlers.context import Verdict, WeChatRefused
from tests.wechat.conftest import Desk, Opening


async def test_a_code_says_who_it_is(desk: Desk) -> None:
    openid = await desk.person()
    identity = await desk.client.identify(await desk.code())
    assert identity.openid == openid
    assert identity.unionid is None
    assert len(openid) == 28
    assert openid.startswith("o")


async def test_an_account_bound_to_an_open_platform_tells_the_unionid(open_desk: Opening) -> None:
    desk: Desk = await open_desk(union_ids=True)
    openid = await desk.person()
    identity = await desk.client.identify(await desk.code())
    assert identity.unionid
    assert identity.unionid != openid


async def test_a_code_counts_once_even_when_two_show_it_together(desk: Desk) -> None:
    await desk.person()
    code = await desk.code()
    answers = await asyncio.gather(*(desk.client.identify(code) for _ in range(8)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, WeChatRefused)]
    assert len(refused) == 7
    assert {(refusal.errcode, refusal.verdict) for refusal in refused} == {(40163, Verdict.BAD_CODE)}


async def test_a_code_ends_after_five_minutes(desk: Desk) -> None:
    await desk.person()
    code = await desk.code()
    desk.advance(301)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(code)
    assert (refused.value.errcode, refused.value.verdict) == (40029, Verdict.BAD_CODE)
    assert refused.value.rid


async def test_wechat_may_refuse_a_person(desk: Desk) -> None:
    await desk.person()
    code = await desk.code()
    await desk.control("settings", person="lin", blocked=True)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(code)
    assert refused.value.verdict is Verdict.BLOCKED


async def test_too_many_sign_ins_in_a_minute_wait_for_the_next(open_desk: Opening) -> None:
    desk: Desk = await open_desk(logins_per_minute=2)
    desk.at_the_full_hour()
    await desk.person()
    for _ in range(2):
        await desk.client.identify(await desk.code())
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.identify(await desk.code())
    assert (refused.value.errcode, refused.value.verdict) == (45011, Verdict.RETRY_LATER)
    desk.advance(60)
    await desk.client.identify(await desk.code())
