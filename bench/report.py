"""What a row found, as lines for a terminal and as a section of docs/benchmarks.md."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

DOCUMENT: Final = Path("docs/benchmarks.md")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: a figure per round, in the unit of its name."""

    name: str
    figures: Sequence[float]

    def __str__(self) -> str:
        return f"{median(self.figures):,.0f} ({min(self.figures):,.0f}–{max(self.figures):,.0f})"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`sides` are the product's and what it is beside, round by round; the ratio is first ÷ second.

    `further` are absolute figures to print beside, never judged.
    """

    name: str
    work: str
    unit: str
    sides: tuple[Side, Side]
    target: float
    at_least: bool
    further: Sequence[Side] = ()

    @property
    def ratios(self) -> list[float]:
        ours, beside = self.sides
        return [mine / other for mine, other in zip(ours.figures, beside.figures, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: a pair runs one after the other, so that the machine's moods cancel."""
        return median(self.ratios)

    @property
    def met(self) -> bool:
        return self.ratio >= self.target if self.at_least else self.ratio <= self.target

    @property
    def verdict(self) -> str:
        """The line that ends the output: name, ratio, target, met or short."""
        sign = "≥" if self.at_least else "≤"
        return f"{self.name} {self.ratio:.2f} {sign}{self.target:g} {'met' if self.met else 'short'}"

    def table(self) -> str:
        sign = "≥" if self.at_least else "≤"
        rows = [f"| {side.name} | {side} |" for side in (*self.sides, *self.further)]
        spread = f"{min(self.ratios):.2f}–{max(self.ratios):.2f}"
        rows.append(f"| **ratio** (to reach {sign} {self.target:g}) | **{self.ratio:.2f}** ({spread}) |")
        head = f"| {self.work} | {self.unit}: median of {len(self.ratios)} rounds (min–max) |"
        return "\n".join([head, "| --- | --- |", *rows])


def write(outcomes: Sequence[Outcome], machine: str, document: Path = DOCUMENT) -> None:
    """Put each row's table in place of its last one, between the marks that bear its name."""
    text = document.read_text(encoding="utf-8")
    for outcome in outcomes:
        begins, ends = f"<!-- {outcome.name} -->", f"<!-- /{outcome.name} -->"
        section = f"{begins}\n\n`make bench ONLY={outcome.name}` on {machine}\n\n{outcome.table()}\n\n{ends}"
        found = re.compile(f"{re.escape(begins)}.*?{re.escape(ends)}", re.DOTALL)
        if not found.search(text):
            raise ValueError(f"{document} has no place for {outcome.name}: {begins} … {ends}")
        text = found.sub(lambda _, section=section: section, text)  # type: ignore[misc]
    document.write_text(text, encoding="utf-8")
