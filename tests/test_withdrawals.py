"""What a reader takes back at WeChat: the product forgets it, once, and only theirs."""

from datetime import timedelta
from typing import Any

import pytest

from models.db import fetch
from server.wechat.push import signature
from tests.support.library import PUSH_TOKEN, Library, Phone


async def named(library: Library, handle: str) -> Phone:
    phone = await library.reader(handle)
    assert (await phone.put("/api/me", {"nickname": f"名字{handle}"})).status == 200
    return phone


async def nickname(phone: Phone) -> Any:
    return (await phone.get("/api/me")).body["nickname"]


@pytest.mark.parametrize("what", [6, 19])
async def test_a_withdrawn_name_is_forgotten(library: Library, what: int) -> None:
    lin, bo = await named(library, "lin"), await named(library, "bo")
    await library.sim("withdraw", {"person": "lin", "what": what})

    async def gone() -> bool:
        return await nickname(lin) is None

    await library.until(gone)
    assert await nickname(bo) == "名字bo"


async def test_what_we_do_not_keep_changes_nothing(library: Library) -> None:
    lin = await named(library, "lin")
    await library.sim("withdraw", {"person": "lin", "what": 13})
    await library.until(lambda: fetch("SELECT 1 FROM wechat_event"))
    assert await nickname(lin) == "名字lin"


async def test_a_repeated_withdrawal_leaves_a_later_name(library: Library) -> None:
    lin = await named(library, "lin")
    openid = (await fetch("SELECT openid FROM reader"))[0]["openid"]
    now = str(int(library.clock.now().timestamp()))
    event = {
        "ToUserName": "gh_x",
        "FromUserName": "o_somebody_else",
        "CreateTime": now,
        "MsgType": "event",
        "Event": "user_authorization_revoke",
        "OpenID": openid,
        "RevokeInfo": "6",
    }

    async def push() -> int:
        query = f"signature={signature(PUSH_TOKEN, now, '42')}&timestamp={now}&nonce=42"
        return (await library.guest.post(f"/wechat/push?{query}", event)).status

    assert await push() == 200
    assert await nickname(lin) is None
    await lin.put("/api/me", {"nickname": "新名字"})
    library.clock.move(timedelta(minutes=4))
    assert await push() == 200
    assert await nickname(lin) == "新名字"


async def test_a_wechat_account_given_up_closes_the_account_here(library: Library) -> None:
    lin, bo = await named(library, "lin"), await named(library, "bo")
    await library.sim("give_up_account", {"person": "lin"})

    async def signed_out() -> bool:
        return (await lin.get("/api/bookings")).status == 401

    await library.until(signed_out)
    assert (await bo.get("/api/bookings")).status == 200
    [row] = await fetch("SELECT openid, nickname FROM reader WHERE closed_at IS NOT NULL")
    assert (row["openid"], row["nickname"]) == (f"closed:{lin.reader_id}", None)
    again = await library.sign_in("lin")
    assert again.reader_id != lin.reader_id
