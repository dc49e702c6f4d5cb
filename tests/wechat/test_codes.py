"""Codes of the mini-program: a picture, or why there is none."""

import re

import pytest

from handlers.context import Verdict, WeChatRefused
from tests.wechat.conftest import Desk, Opening

PATH = "/wxa/getwxacodeunlimit"
PAGE = "pages/check-in/check-in"


async def test_a_code_is_a_picture_and_each_scene_has_its_own(desk: Desk) -> None:
    one, again = [await desk.client.code_picture("s=aaaa", PAGE) for _ in range(2)]
    other = await desk.client.code_picture("s=bbbb", PAGE)
    assert re.match(rb"\x89PNG\r\n", one)
    assert one == again != other


@pytest.mark.parametrize(
    ("scene", "page", "errcode"),
    [
        ("", PAGE, 40169),
        ("x" * 33, PAGE, 40169),
        ("s=%E5", PAGE, 40129),
        ("座位", PAGE, 40129),
        ("s=a", "/" + PAGE, 41030),
        ("s=a", PAGE + "?x=1", 41030),
    ],
)
async def test_what_wechat_cannot_encode_is_refused(desk: Desk, scene: str, page: str, errcode: int) -> None:
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.code_picture(scene, page)
    assert (refused.value.errcode, refused.value.verdict) == (errcode, Verdict.CONFIGURATION)


async def test_a_page_that_is_not_released_has_no_code(open_desk: Opening) -> None:
    desk: Desk = await open_desk(pages=frozenset({"pages/home/home"}))
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.code_picture("s=a", PAGE)
    assert refused.value.errcode == 41030


@pytest.mark.parametrize("kind", ["drop", "http_502", "text_plain"])
async def test_a_bad_moment_does_not_cost_the_code(desk: Desk, kind: str) -> None:
    await desk.fault(PATH, kind, times=1)
    assert await desk.client.code_picture("s=a", PAGE)


async def test_an_answer_without_a_picture_is_no_code(desk: Desk) -> None:
    await desk.fault(PATH, "errcode", errcode=0)
    with pytest.raises(WeChatRefused) as refused:
        await desk.client.code_picture("s=a", PAGE)
    assert refused.value.verdict is Verdict.RETRY_LATER
