"""The long form; the short one is in tests/test_returning.py."""

import signal

import pytest

from tests.soak.returning import returning


@pytest.mark.parametrize(("how", "first_delay_s"), [(signal.SIGTERM, 8.0), (signal.SIGKILL, 3.0)])
async def test_after_a_restart_two_thousand_phones_are_back_and_see_what_changed(
    database_url: str, how: signal.Signals, first_delay_s: float
) -> None:
    print(await returning(database_url, phones=2_000, first_delay_s=first_delay_s, how=how))
