"""The load generator: keep-alive connections that send what was prepared and read whole answers."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import orjson

from bench.servers import Server


@dataclass(frozen=True, slots=True)
class Load:
    """What a server did: answers of the expected status, and what they took."""

    answers: int
    cpu_s: float
    wall_s: float
    times_s: Sequence[float]

    @property
    def per_cpu_s(self) -> float:
        return self.answers / self.cpu_s


def request(method: str, path: str, *, token: str | None = None, body: object = None) -> bytes:
    """One request as bytes, with the headers that the mini-program sends."""
    sent = b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(sent)}"]
    if sent:
        lines.append("Content-Type: application/json")
    if token:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode() + sent


async def drive(server: Server, stories: Iterable[Sequence[bytes]], *, connections: int, status: int) -> Load:
    """Tell every story, request by request, on whichever connection is free; another status raises."""
    waiting, times = iter(stories), list[float]()
    cpu, began = server.cpu_s, time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(_connection(server.port, waiting, status, times))
    return Load(len(times), server.cpu_s - cpu, time.perf_counter() - began, times)


async def _connection(port: int, waiting: Iterator[Sequence[bytes]], status: int, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for story in waiting:
            for sent in story:
                began = time.perf_counter()
                writer.write(sent)
                answered, body = await answer(reader)
                if answered != status:
                    raise RuntimeError(f"answered {answered}, not {status}: {body[:300]!r}")
                times.append(time.perf_counter() - began)
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]
    return int(head[9:12]), await reader.readexactly(int(length))
