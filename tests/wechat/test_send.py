"""Sending a subscription message."""

import pytest

from handlers.context import Verdict, WeChatRefused
from tests.wechat.conftest import Desk, reminder


async def test_a_message_arrives_on_the_phone_and_uses_one_consent(desk: Desk) -> None:
    openid = await desk.person()
    await desk.accept(times=2)
    msgid = await desk.client.send(reminder(openid))
    assert msgid is not None
    assert int(msgid) > 2**53
    phone = await desk.phone()
    assert phone["messages"][0]["id"] == msgid
    assert phone["messages"][0]["title"] == "预约签到提醒"
    assert phone["messages"][0]["page"] == "pages/booking/index?id=7"
    assert phone["messages"][0]["lines"][1] == {"label": "座位", "value": "A-12"}
    assert phone["balances"][0]["balance"] == 1


async def test_without_consent_nothing_is_sent(desk: Desk) -> None:
    openid = await desk.person()
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid))
    assert (refused.value.errcode, refused.value.verdict) == (43101, Verdict.NO_CONSENT)
    assert (await desk.phone())["messages"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("thing1", ""), ("thing2", "长" * 21), ("time3", "明天下午"), ("thing4", "第一行\n第二行")],
)
async def test_a_field_that_does_not_fit_is_named(desk: Desk, field: str, value: str) -> None:
    openid = await desk.person()
    await desk.accept()
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.send(reminder(openid, **{field: value}))
    assert (refused.value.errcode, refused.value.verdict) == (47003, Verdict.CONFIGURATION)
    assert refused.value.field == field
    assert (await desk.phone())["balances"][0]["balance"] == 1
