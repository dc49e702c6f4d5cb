"""A socket.io connection by hand, for stories in which it breaks at any moment: whoever waits hears of it at once."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import aiohttp
import orjson

ANSWERED_S: Final = 5.0  # what takes longer is a line that is broken
PATH: Final = "/socket.io/?EIO=4&transport=websocket"


class Line:
    """`heard` gets every push; it must not wait."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        websocket: aiohttp.ClientWebSocketResponse,
        heard: Callable[[str, Any], None],
    ) -> None:
        self.over = asyncio.Event()
        self._http, self._websocket, self._heard = http, websocket, heard
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Any]] = {}

    async def ask(self, event: str, payload: Any) -> Any:
        """What is answered, data or error; raises `ConnectionError` when no answer can come any more."""
        if self.over.is_set():
            raise ConnectionError("the line is over")
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWERED_S):
                await self._websocket.send_str(f"42{number}{orjson.dumps([event, payload]).decode()}")
                return await answer
        except (TimeoutError, aiohttp.ClientError) as error:
            await self.cut()
            raise ConnectionError("no answer") from error
        finally:
            self._asked.pop(number).cancel()

    async def cut(self) -> None:
        """The network is gone: no goodbye."""
        await self._http.close()

    async def greet(self, token: str) -> None:
        await self._websocket.send_str(f"40{orjson.dumps({'token': token}).decode()}")
        for sign in ("0", "40"):
            if not str((await self._websocket.receive()).data).startswith(sign):
                raise ConnectionError("not let in")

    async def listen(self) -> None:
        """Until the line is over."""
        try:
            while (message := await self._websocket.receive()).type is aiohttp.WSMsgType.TEXT:
                await self._take(message.data)
        except (ConnectionError, aiohttp.ClientError):
            pass
        finally:
            self.over.set()
            for asked in self._asked.values():
                if not asked.done():
                    asked.set_exception(ConnectionError("the line broke"))

    async def _take(self, packet: str) -> None:
        if packet == "2":
            await self._websocket.send_str("3")
        elif packet.startswith("43"):
            number, body = packet[2:].split("[", 1)
            asked = self._asked.get(int(number))
            if asked and not asked.done():
                asked.set_result(orjson.loads(f"[{body}")[0])
        elif packet.startswith("42"):
            self._heard(*orjson.loads(packet[2:]))


@asynccontextmanager
async def line(url: str, token: str, heard: Callable[[str, Any], None]) -> AsyncIterator[Line]:
    """Signed in. Raises `ConnectionError` or `aiohttp.ClientError` when nobody is there."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(url.replace("http", "ws") + PATH) as websocket,
    ):
        opened = Line(http, websocket, heard)
        async with asyncio.timeout(ANSWERED_S):
            await opened.greet(token)
        listening = asyncio.create_task(opened.listen())
        try:
            yield opened
        finally:
            await opened.cut()
            await listening
