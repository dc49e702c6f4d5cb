"""What happened, hour by hour, for charts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from models.db import Row, dialect, fetch
from models.processes import OK

LOOKED_AT: Final = 200_000  # the latest messages; for all that were ever sent, an administrator would wait


def _hour(column: str) -> str:
    """SQL for the whole hour, by UTC, that an instant lies in."""
    if dialect() == "postgres":
        return f"date_trunc('hour', {column}, 'UTC')"
    return f"substr({column}, 1, 13) || ':00:00+00:00'"


async def wechat_calls(since: datetime) -> Sequence[Row]:
    """By `hour`: the `number` of calls to WeChat, and how many of them `failed`."""
    return await fetch(
        f"SELECT hour, SUM(number) AS number, SUM(CASE outcome WHEN '{OK}' THEN 0 ELSE number END) AS failed "
        "FROM wechat_calls WHERE hour >= $1 GROUP BY hour",
        since,
    )


async def jobs_done(since: datetime) -> Sequence[Row]:
    """By `hour`: the `number` of jobs that were done; those of the last two days are known."""
    return await fetch(
        f"SELECT {_hour('due_at')} AS hour, COUNT(*) AS number FROM job "
        "WHERE state = 'done' AND due_at >= $1 GROUP BY 1",
        since,
    )


async def readers_writing(since: datetime) -> Sequence[Row]:
    """By `hour`: the `number` of readers who wrote to the librarians; those of the sample do not count."""
    return await fetch(
        f"SELECT {_hour('m.at')} AS hour, COUNT(DISTINCT m.conversation_id) AS number "
        "FROM chat_message m JOIN reader r ON r.id = m.sender_id "
        f"WHERE m.id > (SELECT coalesce(MAX(id), 0) - {LOOKED_AT} FROM chat_message) "
        "AND m.at >= $1 AND m.side = 'reader' AND NOT r.sample GROUP BY 1",
        since,
    )
