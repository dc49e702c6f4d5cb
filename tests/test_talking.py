"""A day at the desk in short, with a real server process that is killed in the middle."""

from pathlib import Path

import pytest

from tests.soak.talking import talking


@pytest.mark.timeout(120)
@pytest.mark.parametrize("check_text", [True, False])
async def test_what_was_acknowledged_is_stored_once_and_every_phone_has_it_though_the_server_is_killed(
    database_url: str, tmp_path: Path, check_text: bool
) -> None:
    told = await talking(
        database_url,
        tmp_path,
        readers=5,
        librarians=2,
        seconds=5,
        kills=1,
        check_text=check_text,
        pause_s=0.3,
    )
    assert told["no answer"], "the kill came when nobody was talking"
    assert told["pushed"]
