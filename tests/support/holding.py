"""WeChat as slow as a test wants: what is asked of it waits until the test goes on."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from handlers.context import Suggest
from tests.support.library import Library


@contextmanager
def held(library: Library, *texts: str) -> Iterator[None]:
    """Within, nobody hears what WeChat thinks of these texts; of all, when none is named."""
    wechat = library.services.wechat  # of the server that does the jobs
    ask, go_on = wechat.check_text, asyncio.Event()

    async def check_text(openid: str, text: str) -> Suggest:
        if not texts or text in texts:
            await go_on.wait()
        return await ask(openid, text)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(wechat, "check_text", check_text)
        try:
            yield
        finally:
            go_on.set()
