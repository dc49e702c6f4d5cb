"""Opening morning in short, with a real server process that is killed in the middle."""

import pytest

from tests.soak.opening import opening_morning


@pytest.mark.timeout(180)  # ten seconds alone; a server is started twice
async def test_an_opening_morning_loses_and_doubles_nothing_though_the_server_is_killed(
    database_url: str,
) -> None:
    told = await opening_morning(database_url, readers=40, seconds=6, kills=1)
    assert told["no answer"], "the kill came when nobody was asking"
