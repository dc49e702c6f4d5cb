"""The phone number: only what WeChat vouches for, only one's own, shown in part, gone when it is taken back."""

import asyncio
from typing import Any

import pytest

from models.db import fetch
from tests.support.library import Answer, Library, Phone

PATH = "/api/me/phone"


async def code(library: Library, handle: str, **number: str) -> str:
    return str((await library.sim("phone_code", {"person": handle, **number}))["code"])


async def add(phone: Phone, **number: str) -> Answer:
    return await phone.put(PATH, {"code": await code(phone.library, str(phone.handle), **number)})


async def stored(phone: Phone) -> Any:
    return (await fetch("SELECT phone FROM reader WHERE id = $1", phone.reader_id))[0]["phone"]


async def test_the_number_is_kept_and_its_owner_sees_some_of_it(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    assert (await lin.get("/api/me")).body["phone"] is None
    answer = await add(lin, number="13812341234")
    assert (answer.status, answer.body["phone"]) == (200, "138****1234")
    assert (await lin.get("/api/me")).body["phone"] == "138****1234"
    assert await stored(lin) == "13812341234"
    assert (await zhou.get("/api/me")).body["phone"] is None


async def test_a_foreign_number_keeps_its_country(library: Library, lin: Phone) -> None:
    answer = await add(lin, country="852", number="51234567")
    assert (answer.body["phone"], await stored(lin)) == ("852****4567", "85251234567")


async def test_a_later_number_takes_the_place_of_an_earlier_one(library: Library, lin: Phone) -> None:
    await add(lin, number="13812341234")
    assert (await add(lin, number="13912345678")).body["phone"] == "139****5678"


async def test_it_can_be_taken_back_and_that_said_twice(library: Library, lin: Phone) -> None:
    await add(lin)
    for _ in range(2):
        answer = await lin.call("DELETE", PATH)
        assert (answer.status, answer.body["phone"]) == (200, None)
    assert await stored(lin) is None
    rows = await fetch("SELECT id FROM audit_entry WHERE action = 'reader.remove_phone'")
    assert len(rows) == 1


# ---------------------------------------------------------------- what is refused


async def test_a_code_counts_once_and_for_five_minutes(library: Library, lin: Phone) -> None:
    used, old = await code(library, "lin"), await code(library, "lin")
    answers = await asyncio.gather(*(lin.put(PATH, {"code": used}) for _ in range(3)))
    assert sorted(answer.status for answer in answers) == [200, 422, 422]
    await library.advance(
        minutes=6
    )  # WeChat's clock, which gave the code, may have run on since the test began
    refused = await lin.put(PATH, {"code": old})
    assert (refused.status, refused.code) == (422, "phone_refused")


async def test_anothers_code_gives_nobody_their_number(library: Library, lin: Phone, zhou: Phone) -> None:
    taken = await code(library, "lin")
    assert (await zhou.put(PATH, {"code": taken})).code == "phone_refused"
    assert await stored(zhou) is None
    assert (await lin.put(PATH, {"code": taken})).status == 200  # the theft did not use it up


async def test_a_code_for_signing_in_is_none_for_the_number(library: Library, lin: Phone) -> None:
    login = (await library.sim("login", {"person": "lin"}))["code"]
    assert (await lin.put(PATH, {"code": login})).code == "phone_refused"


@pytest.mark.parametrize("hostile", ["", " ", "x" * 129, "\u0000", "' OR 1=1 --", "<b>", "😀", 7, None])
async def test_nonsense_for_a_code_is_refused(library: Library, lin: Phone, hostile: object) -> None:
    assert (await lin.put(PATH, {"code": hostile})).code in ("phone_refused", "invalid_input")
    assert await stored(lin) is None


async def test_a_number_cannot_be_named_by_oneself(library: Library, lin: Phone) -> None:
    wish = {"code": await code(library, "lin"), "phone": "13800000000"}
    assert (await lin.put(PATH, wish)).code == "invalid_input"


async def test_a_guest_has_no_number(library: Library, lin: Phone) -> None:
    assert (await library.guest.put(PATH, {"code": await code(library, "lin")})).code == "sign_in_needed"
    assert (await library.guest.call("DELETE", PATH)).code == "sign_in_needed"


@pytest.mark.parametrize("errcode", [-1, 45011, 48001, 50007])
async def test_when_wechat_cannot_tell_the_earlier_number_stays(
    library: Library, lin: Phone, errcode: int
) -> None:
    await add(lin, number="13812341234")
    fault = {"path": "/wxa/business/getuserphonenumber", "kind": "errcode", "errcode": errcode}
    await library.sim("faults", fault)
    assert (await add(lin)).code == "try_later"
    assert await stored(lin) == "13812341234"


# ---------------------------------------------------------------- what makes it go


async def test_a_number_withdrawn_at_wechat_is_forgotten_and_the_name_stays(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    await lin.put("/api/me", {"nickname": "小林"})
    await add(lin)
    await add(zhou)
    await library.sim("withdraw", {"person": "lin", "what": 8})

    async def gone() -> bool:
        return await stored(lin) is None

    await library.until(gone)
    assert (await lin.get("/api/me")).body["nickname"] == "小林"
    assert await stored(zhou) is not None


async def test_a_closed_account_keeps_no_number(library: Library, lin: Phone) -> None:
    await add(lin)
    await library.sim("give_up_account", {"person": "lin"})

    async def gone() -> bool:
        return await stored(lin) is None

    await library.until(gone)


async def test_a_number_that_comes_after_the_end_is_not_kept(
    library: Library, lin: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, ended = asyncio.Event(), asyncio.Event()
    ask = library.services.wechat.phone_number

    async def tell_late(openid: str, code: str) -> str:
        number = await ask(openid, code)
        told.set()
        await ended.wait()
        return number

    async def gone() -> Any:
        return await fetch("SELECT 1 FROM reader WHERE closed_at IS NOT NULL")

    monkeypatch.setattr(library.services.wechat, "phone_number", tell_late)
    lin.url = library.url
    adding = asyncio.create_task(add(lin))
    async with asyncio.timeout(20):
        await told.wait()
    await library.sim("give_up_account", {"person": "lin"})
    await library.until(gone)
    ended.set()
    await adding
    assert await stored(lin) is None


async def test_it_stands_in_no_trail(library: Library, lin: Phone) -> None:
    await add(lin, number="13812341234")
    await lin.call("DELETE", PATH)
    assert "13812341234" not in repr([dict(row) for row in await fetch("SELECT * FROM audit_entry")])
