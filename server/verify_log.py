"""`verify-log`: the chain over the audit from its beginning to its end, and the ends of it that a log has kept."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from models import db, seals
from models.seals import Broken, Extent, Head, Keys

PORTION: Final = 5000
SHOWN_AT_MOST: Final = 100
HEAD: Final = re.compile(r"(?<![\w:])([1-9]\d{0,17}):([a-z2-7]{52})(?!\w)", re.ASCII)

Told = Callable[[int, int], None]  # how many links are checked, of how many


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lacking`: ends that the log has and the chain does not go through any more."""

    broken: Sequence[Broken]
    lacking: Sequence[Head]
    extent: Extent

    @property
    def whole(self) -> bool:
        return not self.broken and not self.lacking


def heads_in(lines: Iterable[str]) -> list[Head]:
    """Every end of the chain that stands in lines of a log, whatever its format."""
    found = {(int(no), seal) for line in lines for no, seal in HEAD.findall(line)}
    return [Head(no, seal) for no, seal in sorted(found)]


async def verify(url: str, keys: Keys, now: datetime, heads: Sequence[Head], told: Told) -> Verdict:
    """Of a database that may be in use meanwhile."""
    await db.connect(url, patient=True)
    try:
        broken, after, seen = list[Broken](), 0, PORTION
        extent = await seals.extent(now)
        while seen:
            portion = await seals.check(keys, now, after=after, limit=PORTION)
            broken, after, seen = [*broken, *portion.broken], portion.to, portion.seen
            told(after, extent.head.no if extent.head else 0)
        return Verdict(broken, [head for head in heads if not await seals.holds(head)], extent)
    finally:
        await db.disconnect()


def lines(verdict: Verdict, heads: Sequence[Head], now: datetime) -> list[str]:
    """What an operator is told."""
    extent, shown = verdict.extent, verdict.broken[:SHOWN_AT_MOST]
    said = [f"[red]broken[/]  {_place(one)}: {one.kind}" for one in shown]
    if more := len(verdict.broken) - len(shown):
        said.append(f"[red]broken[/]  and {more:,} more")
    said += [f"[red]broken[/]  the log has {head}, the chain has not" for head in verdict.lacking]
    if verdict.whole:
        said.append(f"[green]whole[/]   to {extent.head or 'its beginning'}")
        if heads:
            said.append(f"[green]whole[/]   through {len(heads):,} ends that the log has")
    waiting = f", the oldest for {(now - extent.oldest).total_seconds():,.0f} s" if extent.oldest else ""
    return [*said, f"{extent.unsealed:,} entries are not sealed yet{waiting}"]


def _place(one: Broken) -> str:
    entry = "an entry" if one.entry_id is None else f"entry {one.entry_id}"
    return f"{entry} without a number" if one.no is None else f"{entry}, number {one.no}"
