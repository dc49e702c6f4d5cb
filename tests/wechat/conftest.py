"""A simulator over real HTTP, a client that calls it, and a small receiver of its pushes."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers.context import SubscribeMessage
from server.wechat.client import WeChatClient
from server.wechat.simulator import SEAT_REMINDER, SimulatorSettings, simulator_app
from server.wechat.simulator.world import WORLD, World
from server.wechat.tokens import MemoryTokens

APPID = "wx0000000000000001"
SECRET = "a secret of the simulated account"
PUSH_TOKEN = "pushtoken"

REMINDER = {
    "thing1": "总馆三层阅览区",
    "thing2": "A-12",
    "time3": "2026年11月22日 14:00~17:00",
    "thing4": "请在 14:15 前签到",
}


class FollowingClock:
    """Our own clock, moved together with the simulator's."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._world.clock.now(), UTC)


@dataclass
class Desk:
    """One simulated account, with all that a test does to it."""

    http: aiohttp.ClientSession
    url: str
    world: World
    client: WeChatClient
    tokens: MemoryTokens

    def waiting_only(self, seconds: float) -> WeChatClient:
        """A client that soon gives up, for a call that is to have no answer: it has the token of the other."""
        return _client(self.http, self.url, self.world, self.tokens, seconds)

    async def control(self, path: str, /, **body: Any) -> Any:
        async with self.http.post(f"{self.url}/sim/api/{path}", json=body) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def person(self, handle: str = "lin") -> str:
        """The openid of a person, made when new."""
        answer = await self.control("persons", handle=handle, name="林溪")
        return str(answer["openid"])

    async def code(self, handle: str = "lin") -> str:
        return str((await self.control("login", person=handle))["code"])

    async def accept(self, template: str = SEAT_REMINDER, *, times: int = 1, handle: str = "lin") -> None:
        for _ in range(times):
            await self.control("subscribe", person=handle, choices={template: "accept"})

    async def phone(self, handle: str = "lin") -> Any:
        async with self.http.get(f"{self.url}/sim/api/phone/{handle}") as response:
            return await response.json()

    async def fault(self, path: str, kind: str, /, **more: Any) -> None:
        await self.control("faults", path=path, kind=kind, **more)

    async def calls(self, path: str) -> list[Any]:
        """What the simulator answered on a path."""
        return await self.world.store.all("SELECT * FROM call WHERE path = ?", path)

    def advance(self, seconds: float) -> None:
        self.world.clock.offset_s += seconds

    def at_the_full_hour(self) -> None:
        """A minute, an hour or a day that counts something does not end in the middle of a test."""
        self.advance(3_600 - self.world.clock.now() % 3_600)


def _client(
    http: aiohttp.ClientSession, url: str, world: World, tokens: MemoryTokens, timeout_s: float
) -> WeChatClient:
    return WeChatClient(
        http,
        appid=APPID,
        secret=SECRET,
        base_url=url,
        clock=FollowingClock(world),
        tokens=tokens,
        timeout=aiohttp.ClientTimeout(total=timeout_s, connect=timeout_s),
    )


Opening = Callable[..., Any]


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def open_desk(http: aiohttp.ClientSession) -> AsyncIterator[Opening]:
    """Opens a desk on a fresh account; keywords change its settings."""
    servers: list[TestServer] = []

    async def opened(*, timeout_s: float = 10.0, **changes: Any) -> Desk:
        settings = replace(SimulatorSettings(":memory:", APPID, SECRET, push_token=PUSH_TOKEN), **changes)
        app: web.Application = simulator_app(settings)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        url = str(server.make_url("")).rstrip("/")
        tokens = MemoryTokens()
        return Desk(http, url, app[WORLD], _client(http, url, app[WORLD], tokens, timeout_s), tokens)

    yield opened
    for server in servers:
        await server.close()


@pytest.fixture
async def desk(open_desk: Opening) -> Desk:
    opened: Desk = await open_desk()
    return opened


def reminder(openid: str, **changes: str) -> SubscribeMessage:
    """A message that fits; keywords change its fields."""
    return SubscribeMessage(openid, SEAT_REMINDER, "pages/booking/index?id=7", REMINDER | changes)


@pytest.fixture(autouse=True)
def _logged() -> Iterator[None]:
    """Keep the log out of the way; a test that looks at it captures it again."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(autouse=True)
def _no_blocking_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """wechatpy imports `requests`; nothing of ours may ever call it."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a call through requests would block the event loop")

    monkeypatch.setattr("requests.Session.request", refuse)
