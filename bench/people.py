"""Readers with a session each: reader `n` has the token `token-n`."""

from typing import Final

from bench.postgres import Postgres
from server.clock import SystemClock

PEOPLE: Final = """
INSERT INTO reader (id, openid, made_at) SELECT n, 'bench-' || n, $now$ FROM generate_series(1, $count$) n
"""
SESSIONS: Final = """
INSERT INTO session (token_hash, reader_id, made_at, last_used_at, expires_at)
SELECT encode(sha256(('token-' || n)::bytea), 'hex'), n, $now$, $now$, $now$ + interval '1 day'
FROM generate_series(1, $count$) n
"""


async def add_people(postgres: Postgres, name: str, count: int) -> None:
    now = f"timestamptz '{SystemClock().now().isoformat()}'"
    people = (sql.replace("$now$", now).replace("$count$", str(count)) for sql in (PEOPLE, SESSIONS))
    await postgres.run(name, *people, "ANALYZE")


def token(reader: int) -> str:
    return f"token-{reader}"
