"""A bad year in short: real processes, PostgreSQL and Redis, and each thing fails once."""

from pathlib import Path

import pytest

from tests.soak.everything import Crowd, everything
from tests.support.redis import redis_can_be_had


@pytest.mark.timeout(300)  # twenty seconds alone; everything in it is a process of its own
@pytest.mark.skipif(not redis_can_be_had(), reason="needs a Redis server")
async def test_nothing_that_was_acknowledged_is_lost_or_doubled_though_each_thing_fails_in_turn(
    tmp_path: Path,
) -> None:
    crowd = Crowd(readers=60, readers_pause_s=2.0, seats=40, talkers=6, librarians=2, talk_pause_s=0.8)
    told, memory = await everything(
        tmp_path, crowd, seconds=10, rounds=1, away_s=1.0, wrong=("latency", "drop"), to_the_end=False
    )
    assert told["no answer"], "everything failed when nobody was asking"
    assert told["pushed"]
    print(dict(told), dict(memory.peaks))
