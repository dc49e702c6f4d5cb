"""Several SQL statements as one message to PostgreSQL, as text: nothing here knows a connection."""

import re
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any

Write = tuple[str, Sequence[Any]]  # a statement and its values


@lru_cache(maxsize=512)
def numbered(sql: str) -> str:
    """The same with the parameters of SQLite: `$1` becomes `?1`."""
    return re.sub(r"\$(\d+)", r"?\1", sql)


def joined(writes: Sequence[Write], answers: int, then: Sequence[Write]) -> tuple[Any, ...]:
    """One statement that is all of these, and their values: it returns what that number of `writes` does.

    Each of `then` is an INSERT of one row, made only when that one returns something. What the n-th of `writes`
    returns, a later one can read from `wn`.
    """
    sql = _one_statement(tuple(sql for sql, _ in writes), answers, tuple(sql for sql, _ in then))
    return sql, *(value for _, values in (*writes, *then) for value in values)


@lru_cache(maxsize=256)
def _one_statement(writes: tuple[str, ...], answers: int, then: tuple[str, ...]) -> str:
    parts, used = [], 0
    for place, sql in enumerate((*writes, *(_if_any(sql, f"w{answers}") for sql in then))):
        numbers = [int(number) for number in re.findall(r"\$(\d+)", sql)]
        shifted = re.sub(r"\$(\d+)", partial(_shift, used), sql)
        parts.append(f"w{place} AS ({shifted})")
        used += max(numbers)
    return f"WITH {', '.join(parts)} SELECT * FROM w{answers}"


def _shift(by: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + by}"


def _if_any(insert: str, source: str) -> str:
    changed, found = re.subn(r"VALUES \(([^()]*)\)", rf"SELECT \1 FROM {source}", insert)
    if found != 1:
        raise ValueError(f"one row of plain values can be written under a condition, not {insert}")
    return changed
