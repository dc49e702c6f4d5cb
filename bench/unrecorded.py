"""`python -m bench.unrecorded …`: the product, but what it writes together leaves no entry in the audit."""

from collections.abc import Sequence

from models import audit
from models.db import Row, Tx, Write
from server.__main__ import app

_together = Tx.together


async def _unrecorded(tx: Tx, first: Write, *others: Write) -> Sequence[Row]:
    return await _together(tx, first, *(write for write in others if write[0] != audit.ADD))


if __name__ == "__main__":
    Tx.together = _unrecorded  # type: ignore[method-assign, assignment]
    app()
