"""The access token of several processes: one renewal for all of them, also after Redis was away."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from server.redis import connect
from server.wechat.client import WeChatClient
from server.wechat.redis_tokens import RedisTokens
from tests.support.redis import RedisServer, own_redis
from tests.wechat.conftest import APPID, SECRET, Desk, FollowingClock, reminder
from tests.wechat.test_tokens import SEND, TOKEN, readers


@asynccontextmanager
async def processes(desk: Desk, server: RedisServer, count: int = 3) -> AsyncIterator[list[WeChatClient]]:
    """Clients that share nothing but Redis."""
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(count):
            redis = connect(server.url)
            stack.push_async_callback(redis.aclose)
            clients.append(
                WeChatClient(
                    desk.http,
                    appid=APPID,
                    secret=SECRET,
                    base_url=desk.url,
                    clock=FollowingClock(desk.world),
                    tokens=RedisTokens(redis, "test", APPID),
                )
            )
        yield clients


async def all_send(desk: Desk, clients: list[WeChatClient], openids: list[str]) -> None:
    """Everybody is written to at once, by the processes in turn."""
    for number in range(len(openids)):
        await desk.accept(handle=f"reader{number}")
    await asyncio.gather(
        *(clients[number % len(clients)].send(reminder(openid)) for number, openid in enumerate(openids))
    )


async def test_three_processes_fetch_one_token(desk: Desk) -> None:
    openids = await readers(desk, 30)
    with own_redis() as server:
        async with processes(desk, server) as clients:
            await all_send(desk, clients, openids)
    assert len(await desk.calls(TOKEN)) == 1


async def test_three_processes_with_a_dead_token_renew_it_once(desk: Desk) -> None:
    openids = await readers(desk, 30)
    with own_redis() as server:
        async with processes(desk, server) as clients:
            await all_send(desk, clients, openids)
            await desk.world.store.run("DELETE FROM token")
            await all_send(desk, clients, openids)
    assert len(await desk.calls(TOKEN)) == 2


async def test_a_process_that_starts_later_takes_the_token_of_the_others(desk: Desk) -> None:
    openids = await readers(desk, 3)
    with own_redis() as server:
        for _ in range(2):
            async with processes(desk, server, 1) as clients:
                await all_send(desk, clients, openids)
    assert len(await desk.calls(TOKEN)) == 1


async def test_without_redis_each_process_asks_for_itself_and_all_get_the_same_token(desk: Desk) -> None:
    openids = await readers(desk, 9)
    with own_redis() as server:
        server.end(signal.SIGKILL)
        async with processes(desk, server) as clients:
            await all_send(desk, clients, openids)
            await all_send(desk, clients, openids)
            assert len(await desk.calls(TOKEN)) == 3
            issued = await desk.world.store.all("SELECT value FROM token")
            assert len(issued) == 1
            await server.restart()
            await all_send(desk, clients, openids)
    assert len(await desk.calls(TOKEN)) == 4, "one asks again, for the others"
    assert {call["errcode"] for call in await desk.calls(SEND)} == {0}
