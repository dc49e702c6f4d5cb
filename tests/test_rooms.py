"""Who leaves is in no room any more, at a cost that does not grow with those who stay."""

import asyncio
import time

import socketio

from server.rooms import Rooms
from tests.support.library import Library, Phone
from tests.support.raw import raw

PHONES = 1500


async def test_a_phone_that_goes_is_in_no_room_and_the_others_are_in_theirs(
    library: Library, lin: Phone
) -> None:
    rooms = library.sockets.sio.manager.rooms
    async with raw(library, lin):
        there = set(rooms["/"])
        async with raw(library, lin) as second:
            await second.send('420["area_watch",{"area_id":"1","date":"2026-11-23"}]')
            await second.packet()
            assert "area:1:2026-11-23" in rooms["/"]
        async with asyncio.timeout(5):
            while set(rooms["/"]) != there:  # noqa: ASYNC110 (the server hears of it by itself)
                await asyncio.sleep(0.02)


async def leaving_took_s(manager: socketio.AsyncManager) -> float:
    socketio.AsyncServer(client_manager=manager, async_mode="aiohttp")
    sids = [await manager.connect(f"phone-{number}", "/") for number in range(PHONES)]
    for sid in sids:
        await manager.enter_room(sid, "/", f"reader:{sid}")
    began = time.thread_time()  # not of the clock on the wall: the machine does other things as well
    for sid in sids:
        await manager.disconnect(sid, "/")
    assert not manager.rooms.get("/")
    return time.thread_time() - began


async def test_a_crowd_that_goes_does_not_look_through_the_rooms_of_all_others() -> None:
    assert await leaving_took_s(Rooms()) < await leaving_took_s(socketio.AsyncManager()) / 5
