"""A room whose people come and go while it is told."""

import asyncio
from contextlib import AsyncExitStack

from engineio.async_socket import AsyncSocket

from server.websocket import LOOK_EVERY_S
from tests.support.library import Library
from tests.support.raw import DAYS, ROOMS, nobody, numbers, only, publish, raw


async def test_clients_that_leave_while_a_room_is_told_disturb_nobody(library: Library) -> None:
    async with asyncio.timeout(30), AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(raw(library)) for _ in range(40)]
        staying, leaving = sockets[:20], sockets[20:]

        async def leave() -> None:
            for number, socket in enumerate(leaving):
                if number % 2:
                    await socket.websocket.close()
                else:
                    socket.websocket._response.connection.transport.abort()  # type: ignore[union-attr]
                await asyncio.sleep(0.001)

        gone = asyncio.create_task(leave())
        for number in range(200):
            publish(library, number, size=3_000)
            await asyncio.sleep(0.001)
        await gone
        for socket in staying:
            assert await numbers(socket, 200) == list(range(200))
        await library.until(lambda: only(library, 20))


async def test_a_client_that_was_gone_before_its_websocket_opened_is_forgotten(library: Library) -> None:
    engine = library.sockets.sio.eio
    engine.ping_timeout = 0.4
    engine.sockets["gone"] = AsyncSocket(engine, "gone")  # as engine.io leaves it
    await library.until(lambda: nobody(library), seconds=15 + LOOK_EVERY_S)


async def test_who_left_a_room_is_told_no_more(library: Library) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        for event in ("area_watch", "area_leave"):
            await socket.ask(1, event, DAYS[0])
            await socket.answer()
            publish(library, 1, room=ROOMS[0])
            publish(library, 2)
            assert (await numbers(socket, 1) == [1]) == (event == "area_watch")
            if event == "area_watch":
                assert await numbers(socket, 1) == [2]


async def test_there_is_one_namespace_and_knocking_at_another_harms_nothing(library: Library) -> None:
    async with asyncio.timeout(20), raw(library) as socket:
        await socket.send("40/staff,{}")
        assert (await socket.packet() or "").startswith("44/staff,")
        await socket.send('42/staff,5["area_watch",{}]')
        await socket.ask(6, "area_leave", DAYS[0])
        assert await socket.answer() == (6, {"data": {}})
        publish(library, 1)
        assert await numbers(socket, 1) == [1]


async def test_a_client_whose_leaving_takes_a_while_is_told_no_more(library: Library) -> None:
    leaving, may_go = asyncio.Event(), asyncio.Event()

    async def goodbye(_sid: str, _reason: str) -> None:
        leaving.set()
        await may_go.wait()

    library.sockets.sio.on("disconnect", goodbye)
    async with asyncio.timeout(20), raw(library) as socket:
        [client] = library.sockets.sio.eio.sockets.values()
        closing = asyncio.create_task(client.close(wait=False))
        await leaving.wait()
        publish(library, 1)
        await asyncio.sleep(0.05)
        may_go.set()
        await closing
        assert await socket.packet() == "1"
