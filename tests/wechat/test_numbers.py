"""Phone numbers: a code tells one number, once, and only of whom it was given to."""

import asyncio
import json

import pytest

from handlers.context import Verdict, WeChatRefused
from tests.wechat.conftest import Desk

PATH = "/wxa/business/getuserphonenumber"


async def code(desk: Desk, **number: str) -> str:
    return str((await desk.control("phone_code", person="lin", **number))["code"])


async def test_a_person_has_the_same_number_until_another_is_chosen(desk: Desk) -> None:
    openid = await desk.person()
    first, again = [await desk.client.phone_number(openid, await code(desk)) for _ in range(2)]
    assert first == again
    assert len(first) == 11
    assert await desk.client.phone_number(openid, await code(desk, number="13912345678")) == "13912345678"
    foreign = await code(desk, country="853", number="61234567")
    assert await desk.client.phone_number(openid, foreign) == "85361234567"


async def test_of_many_who_show_a_code_one_hears_the_number(desk: Desk) -> None:
    openid = await desk.person()
    shown = await code(desk)
    answers = await asyncio.gather(
        *(desk.client.phone_number(openid, shown) for _ in range(6)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, WeChatRefused)]
    assert [refusal.verdict for refusal in refused] == [Verdict.BAD_CODE] * 5


async def test_a_code_whose_answer_was_lost_is_spent(desk: Desk) -> None:
    openid = await desk.person()
    await desk.fault(PATH, "drop", times=1)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.phone_number(openid, await code(desk))
    assert refused.value.verdict is Verdict.BAD_CODE


async def test_an_answer_without_a_number_is_none(desk: Desk) -> None:
    openid = await desk.person()
    await desk.fault(PATH, "errcode", errcode=0)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.phone_number(openid, await code(desk))
    assert refused.value.verdict is Verdict.RETRY_LATER


async def test_the_answer_has_the_fields_of_wechat(desk: Desk) -> None:
    await desk.person()
    await desk.client.phone_number(await desk.person(), await code(desk))  # there is a token now
    token = (await desk.world.store.one("SELECT value FROM token") or {})["value"]
    url = f"{desk.url}{PATH}?access_token={token}"
    async with desk.http.post(
        url, json={"code": await code(desk, country="1", number="2025550123")}
    ) as answer:
        told = json.loads(await answer.read())["phone_info"]
    assert (told["phoneNumber"], told["purePhoneNumber"], told["countryCode"]) == (
        "12025550123",
        "2025550123",
        "1",
    )
    assert told["watermark"]["appid"]
