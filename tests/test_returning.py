"""A restart in short: every phone comes back by itself and misses nothing."""

import signal

import pytest

from tests.soak.returning import returning


@pytest.mark.timeout(120)
async def test_after_a_restart_every_phone_is_back_and_sees_what_changed(database_url: str) -> None:
    await returning(database_url, phones=150, first_delay_s=0.3, how=signal.SIGTERM)
