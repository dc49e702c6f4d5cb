"""The phone number on the page 我的: given with WeChat's button, shown in part, taken away."""

from playwright.async_api import Browser

from models.people import Reader
from tests.support.library import Library
from tests.support.phones import screen

ME = "pages/me/me"
ADD = "添加"
KEPT = "****"


async def number() -> str | None:
    return (await Reader.all())[0].phone


async def test_a_number_is_refused_given_and_taken_away(library: Library, chromium: Browser) -> None:
    async with screen(chromium, library, "lin", page=ME) as lin:
        await lin.tap("用微信登录")
        await lin.sees(ADD)
        await lin.look("phone-none")
        await lin.tap(ADD)
        await lin.tap("不允许")
        await lin.is_told("没有拿到手机号")
        assert await number() is None

        await lin.tap(ADD)
        await lin.tap("允许", exact=True)
        await lin.sees(KEPT)
        kept = await number()
        assert kept
        await lin.sees(f"{kept[:3]}****{kept[-4:]}")
        await lin.does_not_see(kept)
        await lin.look("phone-kept")

        await lin.page.get_by_role("button", name="删除手机号").click()
        await lin.page.get_by_role("button", name="删除", exact=True).click()
        await lin.is_told("手机号删掉了")
        await lin.sees(ADD)
        assert await number() is None


async def test_without_a_network_there_is_no_number_and_the_page_says_so(
    library: Library, chromium: Browser
) -> None:
    async with screen(chromium, library, "lin", page=ME, allowed=("ERR_INTERNET_DISCONNECTED",)) as lin:
        await lin.tap("用微信登录")
        await lin.sees(ADD)
        await lin.offline(True)
        await lin.tap(ADD)
        await lin.is_told("没有拿到手机号")


async def test_a_refusal_of_wechat_is_told_and_the_button_stays(library: Library, chromium: Browser) -> None:
    fault = {"path": "/wxa/business/getuserphonenumber", "kind": "errcode", "errcode": 40029, "times": 1}
    await library.sim("faults", fault)
    async with screen(chromium, library, "lin", page=ME, allowed=("422",)) as lin:
        await lin.tap("用微信登录")
        await lin.tap(ADD)
        await lin.tap("允许", exact=True)
        await lin.sees("再点一次")
        await lin.tap("知道了")
        await lin.tap(ADD)
        await lin.tap("允许", exact=True)
        await lin.sees(KEPT)
