"""Mini-programs that are too old are told so, by every row and by the socket; whoever names no version is served."""

from collections.abc import AsyncIterator

import pytest
import socketio

from server.config import ClientSection
from server.routes import HTTP
from tests.support.library import Library, running_library


@pytest.fixture
async def demanding(database_url: str) -> AsyncIterator[Library]:
    """A server that wants 1.10.0 at least."""
    async with running_library(database_url, client=ClientSection(oldest="1.10.0")) as library:
        yield library


@pytest.mark.parametrize("version", ["0.1.0", "1.9.99", "1.9.0"])
async def test_an_old_client_is_refused_by_every_row(demanding: Library, version: str) -> None:
    for route in HTTP:
        path = route.path.replace("{", "").replace("}", "")
        answer = await demanding.guest.call(route.method, path, headers={"X-Client-Version": version})
        assert (answer.status, answer.code) == (400, "client_too_old"), route.path
        assert answer.details == {"oldest": "1.10.0"}


@pytest.mark.parametrize("version", ["1.10.0", "1.10.1", "2.0.0", "", "new", "1.9", "-1.0.0", "9" * 500])
async def test_a_present_client_and_whoever_names_no_version_are_served(
    demanding: Library, version: str
) -> None:
    answer = await demanding.guest.call("GET", "/api/home", headers={"X-Client-Version": version})
    assert answer.status == 200
    assert (await demanding.guest.get("/api/home")).status == 200


async def _opens(library: Library, auth: object) -> object:
    """None when the socket opens, else what it is refused with."""
    sio = socketio.AsyncClient(reconnection=False)
    refused: list[object] = []
    sio.on("connect_error", refused.append)
    try:
        await sio.connect(library.url, auth=auth, transports=["websocket"], wait_timeout=20)
        await sio.disconnect()
    except socketio.exceptions.ConnectionError:
        return refused[0]
    return None


async def test_an_old_client_opens_no_socket(demanding: Library) -> None:
    said = await _opens(demanding, {"client_version": "1.9.0"})
    assert isinstance(said, dict)
    assert said["data"]["code"] == "client_too_old"
    assert said["data"]["details"] == {"oldest": "1.10.0"}


@pytest.mark.parametrize("auth", [{"client_version": "1.10.0"}, {"client_version": ["0.1.0"]}, {}, None])
async def test_the_others_open_one(demanding: Library, auth: object) -> None:
    assert await _opens(demanding, auth) is None


async def test_without_a_demand_everybody_is_served(library: Library) -> None:
    answer = await library.guest.call("GET", "/api/home", headers={"X-Client-Version": "0.0.0"})
    assert answer.status == 200
