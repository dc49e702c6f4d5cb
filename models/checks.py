"""A text that waits for a judgement, whatever it is part of."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unjudged:
    """`openid` is its author's, `at` the moment in which it was stored."""

    id: int
    openid: str
    text: str
    at: datetime
