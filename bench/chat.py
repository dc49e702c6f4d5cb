"""`chat`: a message over socket.io, sent, stored and acknowledged on PostgreSQL; beside Node's socket.io and pg.

Two hundred readers talk, each in a conversation of their own; some of them at a time, each after the answer to
what they said before. The peer locks the conversation, stores with the product's own statements, and commits.
"""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Final

import orjson

from bench.crowd import Client
from bench.load import Load
from bench.people import add_people, token
from bench.postgres import Postgres
from bench.report import Outcome, Side
from bench.servers import Server, node, product
from models import db
from models.chat_messages import COUNT

# What the peer inserts, plainly: it knows the numbers from the row that it has locked.
INSERT: Final = """
INSERT INTO chat_message (conversation_id, sender_id, side, local_id, text, state, unchecked, at, reader_seq, staff_seq)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id
"""
TARGET: Final = 0.5
ROUNDS: Final = 5
SENDERS: Final = 200
MESSAGES_A_ROUND: Final = 6_000
WARM_UP: Final = 600
AT_ONCE: Final = 24
ANSWERS_WITHIN_S: Final = 30.0
TEXT: Final = "您好，请问三楼靠窗的自习座位今天下午还有空的吗？"

# The conversation of reader `n` has the id `n`.
CONVERSATIONS: Final = f"""
INSERT INTO conversation (id, reader_id, state, opened_at, waiting_since, first_place,
    reader_seq, staff_seq, reader_delivered, reader_read, staff_delivered, staff_read)
SELECT n, n, 'waiting', now(), now(), false, 0, 0, 0, 0, 0, 0 FROM generate_series(1, {SENDERS}) n
"""


class Sender(Client):
    """A socket that sends one message after the other."""

    def __init__(self, reader: int) -> None:
        super().__init__(token(reader), None, lambda _push: None)
        self._reader = reader
        self._answer: asyncio.Future[bytes] | None = None

    async def say(self, number: int) -> None:
        """Until it is acknowledged; an error raises."""
        wish = {"conversation_id": str(self._reader), "local_id": f"bench-{number:08}", "text": TEXT}
        self._answer = asyncio.get_running_loop().create_future()
        self._send(b"421" + orjson.dumps(["chat_send", wish]))
        answer = await asyncio.wait_for(self._answer, ANSWERS_WITHIN_S)
        if not answer.startswith(b'431[{"data"'):
            raise RuntimeError(answer.decode())

    def _take(self, packet: bytes) -> None:
        if packet.startswith(b"43") and self._answer:
            self._answer.set_result(packet)
        else:
            super()._take(packet)


async def run(postgres: Postgres) -> Outcome:
    urls = [await postgres.library(name) for name in ("chat_product", "chat_node")]
    for name in ("chat_product", "chat_node"):
        await add_people(postgres, name, SENDERS)
        await postgres.run(name, CONVERSATIONS, "ANALYZE")
    numbers = itertools.count()
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(product(urls[0]))
        statements = {"STORE": INSERT, "COUNT": COUNT, "POOL": str(db.POOL_SIZE)}
        theirs = await stack.enter_async_context(node("chat.mjs", urls[1], own=statements))
        here, there = [await connected(stack, server) for server in (ours, theirs)]
        we_did, they_did = list[Load](), list[Load]()
        for count in (WARM_UP, *[MESSAGES_A_ROUND] * ROUNDS):
            we_did.append(await talk(ours, here, itertools.islice(numbers, count)))
            they_did.append(await talk(theirs, there, itertools.islice(numbers, count)))
    return _outcome(we_did[1:], they_did[1:])


async def connected(stack: AsyncExitStack, server: Server) -> list[Sender]:
    """Everybody, one after the other."""
    senders = []
    for reader in range(1, SENDERS + 1):
        loop = asyncio.get_running_loop()
        _, sender = await loop.create_connection(partial(Sender, reader), "127.0.0.1", server.port)
        stack.callback(sender.transport.abort)
        await asyncio.wait_for(sender.ready, ANSWERS_WITHIN_S)
        senders.append(sender)
    return senders


async def talk(
    server: Server, senders: Sequence[Sender], numbers: Iterator[int], *, at_once: int = AT_ONCE
) -> Load:
    """Send the messages of these numbers, by whoever has nothing under way."""
    times = list[float]()
    idle = asyncio.Queue[Sender]()
    for sender in senders:
        idle.put_nowait(sender)

    async def one_after_the_other() -> None:
        for number in numbers:
            sender, began = await idle.get(), time.perf_counter()
            await sender.say(number)
            times.append(time.perf_counter() - began)
            idle.put_nowait(sender)

    cpu, began = server.cpu_s, time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(one_after_the_other())
    return Load(len(times), server.cpu_s - cpu, time.perf_counter() - began, times)


def _outcome(ours: Sequence[Load], theirs: Sequence[Load]) -> Outcome:
    return Outcome(
        name="chat",
        work="a message sent → stored → acknowledged, PostgreSQL",
        unit="messages per CPU second of the server",
        sides=(
            Side("Wenjin", [load.per_cpu_s for load in ours]),
            Side("Node, socket.io 4.8 and pg, same transaction", [load.per_cpu_s for load in theirs]),
        ),
        target=TARGET,
        at_least=True,
        further=(
            Side("Wenjin, messages per second", [load.answers / load.wall_s for load in ours]),
            Side("Node, messages per second", [load.answers / load.wall_s for load in theirs]),
        ),
    )
