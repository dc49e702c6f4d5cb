"""Two official clients of socket.io behind one face: Node's and Python's."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import orjson
import socketio

from tests.support.library import WITHIN_S, Library
from tools.shell import NODE, ROOT

SCRIPT: Final = ROOT / "tests" / "support" / "talker.mjs"


class Client(Protocol):
    """A connected phone; `refused` is what the server said at the door."""

    heard: list[tuple[str, Any]]
    refused: Any

    async def ask(self, event: str, payload: Any) -> Any:
        """What the server answers; without a connection it waits for the next one."""

    async def mention(self, event: str, payload: Any) -> None:
        """Send what wants no answer, and is lost without a connection."""

    async def go_away(self) -> None:
        """The connection breaks, and stays so."""

    async def come_back(self) -> None: ...


async def next_push(client: Client, event: str) -> Any:
    """The next push of that name, which is taken out of `heard`."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            for entry in client.heard:
                if entry[0] == event:
                    client.heard.remove(entry)
                    return entry[1]
            await asyncio.sleep(0.01)


class PythonClient:
    def __init__(self, url: str, token: str) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.refused: Any = None
        self._url, self._token = url, token
        self._there = asyncio.Event()
        self._sio = socketio.AsyncClient(reconnection=False)
        self._sio.on("*", self._hear)
        self._sio.on("connect_error", self._refuse)

    async def _hear(self, event: str, data: Any = None) -> None:
        self.heard.append((event, data))

    async def _refuse(self, said: Any) -> None:
        self.refused = said

    async def ask(self, event: str, payload: Any) -> Any:
        async with asyncio.timeout(WITHIN_S):
            await self._there.wait()
            return await self._sio.call(event, payload)

    async def mention(self, event: str, payload: Any) -> None:
        if self._there.is_set():
            await self._sio.emit(event, payload)

    async def go_away(self) -> None:
        self._there.clear()
        await self._sio.eio.disconnect(abort=True)
        await self._sio.wait()

    async def come_back(self) -> None:
        try:
            await self._sio.connect(
                self._url, auth={"token": self._token}, transports=["websocket"], wait_timeout=WITHIN_S
            )
            self._there.set()
        except socketio.exceptions.ConnectionError:
            assert self.refused

    async def end(self) -> None:
        await self._sio.disconnect()


class NodeClient:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.refused: Any = None
        self._process = process
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._state: asyncio.Queue[str] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout
        async for line in self._process.stdout:
            said = orjson.loads(line)
            if "push" in said:
                self.heard.append((said["push"], said.get("data")))
            elif "to" in said:
                self._asked.pop(said["to"]).set_result(said["answer"])
            else:
                self.refused = said if said["state"] == "refused" else None
                self._state.put_nowait(said["state"])

    async def _tell(self, command: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(orjson.dumps(command) + b"\n")
        await self._process.stdin.drain()

    async def ask(self, event: str, payload: Any) -> Any:
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._tell({"ask": number, "event": event, "payload": payload})
        return await asyncio.wait_for(answer, WITHIN_S)

    async def mention(self, event: str, payload: Any) -> None:
        await self._tell({"volatile": event, "payload": payload})

    async def arrived(self) -> None:
        state = await asyncio.wait_for(self._state.get(), 2 * WITHIN_S)
        assert state in ("connected", "refused")

    async def go_away(self) -> None:
        await self._tell({"away": True})
        assert await asyncio.wait_for(self._state.get(), WITHIN_S) == "away"

    async def come_back(self) -> None:
        await self._tell({"away": False})
        await self.arrived()

    async def end(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), WITHIN_S)
        await self._reading


@asynccontextmanager
async def connected(kind: str, library: Library, token: str | None) -> AsyncIterator[Client]:
    """`kind` is `node` or `python`."""
    assert token
    client: PythonClient | NodeClient
    if kind == "python":
        client = PythonClient(library.url, token)
        await client.come_back()
    else:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            NODE, SCRIPT, library.url, token, stdin=pipe, stdout=pipe, limit=2**22
        )
        client = NodeClient(process)
        await client.arrived()
    try:
        yield client
    finally:
        await client.end()
