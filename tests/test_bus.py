"""The bus between processes: what one says the others hear, and an outage ends with `Resync` for everybody."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.bus import Changed, ClockMoved, JobsDue, Message, Push, Resync, RolesChanged, SessionsEnded
from server.redis import connect
from server.redis_bus import RedisBus, decode, encode, join, split
from tests.support.redis import own_redis

EVERY: list[Message] = [
    Push("reader:7", "chat_event", '{"text":"一句话\\n第二行"}'.encode()),
    Changed("area:1:2026-11-23", ("4", "5")),
    SessionsEnded((1, 2)),
    RolesChanged(7),
    JobsDue(),
    ClockMoved(3600.0),
]


class Process:
    """One end of the bus, as a process has it, and what it hears."""

    def __init__(self, bus: RedisBus) -> None:
        self.bus = bus
        self.heard: list[Message] = []
        bus.listen(self.heard.append)

    async def hears(self, message: Message, *, times: int = 1, seconds: float = 15) -> None:
        async with asyncio.timeout(seconds):
            while self.heard.count(message) < times:  # noqa: ASYNC110 (it comes from another process)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def process(url: str, prefix: str = "test") -> AsyncIterator[Process]:
    redis = connect(url)
    one = Process(RedisBus(redis, prefix))
    await one.bus.start()
    try:
        yield one
    finally:
        await one.bus.stop()
        await redis.aclose()


@pytest.mark.parametrize("message", EVERY, ids=lambda message: type(message).__name__)
def test_a_message_is_the_same_on_the_other_side(message: Message) -> None:
    assert [decode(part) for part in split(join([encode(message), b"", encode(message)])) if part] == [
        message
    ] * 2


def test_a_kind_that_only_a_newer_version_knows_is_passed_over() -> None:
    assert decode(b'["Sung",{"tune":"high"}]\n') is None


async def test_each_process_hears_everything_once_and_in_the_order_of_its_sender() -> None:
    with own_redis() as server:
        async with (
            process(server.url) as one,
            process(server.url) as two,
            process(server.url, "x") as foreign,
            process(server.url, "x") as another,
        ):
            for number in range(200):
                one.bus.publish(Push("room", "event", b"%d" % number))
            for message in EVERY:
                two.bus.publish(message)
            await two.hears(Push("room", "event", b"199"))
            for message in EVERY:
                await one.hears(message)
            pushes = [Push("room", "event", b"%d" % number) for number in range(200)]
            for end in (one, two):
                assert [message for message in end.heard if message in pushes] == pushes
                assert [message for message in end.heard if message in EVERY] == EVERY
            another.bus.publish(JobsDue())  # the last of all, so that it comes after what should not come
            await foreign.hears(JobsDue())
            assert foreign.heard == [JobsDue()]


@pytest.mark.parametrize("frozen", [False, True], ids=["killed", "without an answer"])
async def test_after_an_outage_every_process_looks_for_itself(frozen: bool) -> None:
    with own_redis() as server:
        async with process(server.url) as one, process(server.url) as two:
            if frozen:
                server.freeze(True)
            else:
                server.end()
            one.bus.publish(RolesChanged(1))
            assert one.heard == [RolesChanged(1)]  # its own sockets hear it all the same
            async with asyncio.timeout(15):
                while not (one.bus.away and two.bus.away):
                    await asyncio.sleep(0.02)
                    one.bus.publish(JobsDue())
            if frozen:
                server.freeze(False)
            else:
                server.start()
            await one.hears(Resync())
            await two.hears(Resync())
            two.bus.publish(RolesChanged(2))
            await one.hears(RolesChanged(2))


async def test_a_process_starts_while_redis_is_away_and_joins_the_others_later() -> None:
    with own_redis() as server:
        server.end()
        async with process(server.url) as one:
            server.start()
            await one.hears(Resync())
            async with process(server.url) as two:
                name = secrets.token_hex(4)
                two.bus.publish(Push(name, "event", b"{}"))
                await one.hears(Push(name, "event", b"{}"))
