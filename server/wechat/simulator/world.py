"""What every call of the simulator can reach, and how it refuses."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from server.wechat.simulator.clock import SimulatorClock
from server.wechat.simulator.faults import Faults
from server.wechat.simulator.pushes import Pushes
from server.wechat.simulator.settings import SimulatorSettings, Words
from server.wechat.simulator.store import Row, Store

Body = dict[str, Any]


class Refusal(Exception):
    """An answer with an errcode, worded as WeChat words it."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(errmsg)
        self.errcode = errcode


@dataclass(frozen=True, slots=True)
class Call:
    """A request to api.weixin.qq.com."""

    method: str
    path: str
    query: Mapping[str, str]
    body: bytes
    ip: str


@dataclass(slots=True)
class World:
    settings: SimulatorSettings
    clock: SimulatorClock
    store: Store
    pushes: Pushes
    faults: Faults
    words: Words  # in force now; a reset brings back those of the settings
    issuing: asyncio.Lock = field(default_factory=asyncio.Lock)  # one token at a time
    on_the_way: set[str] = field(default_factory=set)  # openids with a message being delivered
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # openid → what the open popup leaves out

    async def person(self, handle: str) -> Row | None:
        return await self.store.one("SELECT * FROM person WHERE handle = ?", handle)


WORLD = web.AppKey("world", World)
