"""The long form, on PostgreSQL and Redis whatever the suite uses; the short one is in tests/test_everything.py."""

import os
from pathlib import Path

import pytest

from tests.soak.everything import Crowd, everything
from tests.support.redis import redis_can_be_had


@pytest.mark.skipif(not redis_can_be_had(), reason="needs a Redis server")
async def test_a_bad_year_of_twenty_minutes_loses_and_doubles_nothing_and_no_process_grows(
    tmp_path: Path,
) -> None:
    crowd = Crowd(readers=2_000, readers_pause_s=80, seats=200, talkers=50, librarians=12, talk_pause_s=9)
    told, memory = await everything(
        tmp_path,
        crowd,
        seconds=float(os.environ.get("WENJIN_SOAK_SECONDS", "1200")),
        rounds=int(os.environ.get("WENJIN_SOAK_ROUNDS", "5")),
        away_s=5.0,
        wrong=("latency", "errcode", "drop", "http_502", "truncate"),
        to_the_end=True,
    )
    print(dict(told), dict(memory.peaks))
    memory.prove_flat()
