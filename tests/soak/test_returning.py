"""The long form; the short one is in tests/test_returning.py."""

import signal

import pytest

from tests.soak.returning import returning


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_after_a_restart_two_thousand_phones_are_back_and_see_what_changed(
    database_url: str, how: signal.Signals
) -> None:
    print(await returning(database_url, phones=2_000, first_delay_s=1.0, how=how))
