"""The chain over the audit: a sealer binds each committed entry to all before it, and a check finds what was touched.

Entries are sealed after their commit, because a chain that each writer extends would make all writers wait for each
other. The chain has numbers of its own: an entry whose transaction commits late has a smaller id than one that is
sealed already, and gets the next number all the same.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from tortoise import fields
from tortoise.models import Model

from models.db import MAX_ID, Row, Tx, fetch
from models.instants import UtcDatetimeField, instant, instant_or_none, utc_text

BATCH: Final = 1000
# Longer than any transaction takes: what is not there by then was put there afterwards.
COMMITTED_WITHIN: Final = timedelta(minutes=10)
TOLD_AT_MOST: Final = 50  # of what is broken, in one portion
LOCK: Final = 7_461_093  # any number, the same in every process


class AuditSeal(Model):
    """No foreign key to the entry: that it is gone must be found, and its number told.

    `until`: what was recorded before that was sealed then. `late`: it should have been, but was not there.
    """

    no = fields.BigIntField(primary_key=True, generated=False)
    entry_id = fields.BigIntField(unique=True)
    seal = fields.CharField(52)
    late = fields.BooleanField(default=False)
    until = UtcDatetimeField()

    class Meta:
        table = "audit_seal"


class Keys:
    """What seals: the first of some words between commas. The others are of before, and only what is older bears them.

    An empty word is no key: then whoever can write the database can also make the chain anew.
    """

    def __init__(self, words: str = "") -> None:
        self._keys = [word.encode() for word in words.split(",")]

    def seal(self, before: str, words: bytes) -> str:
        return _seal(self._keys[0], before, words)

    def which(self, seal: str, before: str, words: bytes, *, at_most: int = MAX_ID) -> int | None:
        """The place of the key that made this seal; None: none up to that place did."""
        for place, key in enumerate(self._keys):
            if place <= at_most and hmac.compare_digest(_seal(key, before, words), seal):
                return place
        return None


def _seal(key: bytes, before: str, words: bytes) -> str:
    # Base 32 has no 1, so that no seal looks like a phone number to the log, and is masked.
    digest = hmac.digest(key, before.encode() + b"\n" + words, "sha256")
    return base64.b32encode(digest).decode().rstrip("=").lower()


def _words(entry: Row, link: Row) -> bytes:
    """What is sealed of an entry, alike in both dialects, and of its link.

    Without the entry's id, so that two that were exchanged are recognised.
    """
    said = [entry[name] for name in ("action", "actor_id", "subject", "details")]
    said += [utc_text(instant(entry["at"])), utc_text(instant(link["until"])), bool(link["late"])]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


# ---------------------------------------------------------------- sealing


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain; as text it is what the log keeps."""

    no: int
    seal: str

    def __str__(self) -> str:
        return f"{self.no}:{self.seal}"


# What is older than this entry was committed long ago, or never.
SETTLED: Final = (
    "COALESCE((SELECT entry_id FROM audit_seal WHERE until < $1 ORDER BY entry_id DESC LIMIT 1), 0)"
)
NO_SEAL: Final = "NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.entry_id = e.id)"
LAST: Final = "FROM audit_seal ORDER BY no DESC LIMIT 1"
UNSEALED: Final = f"FROM audit_entry e WHERE e.id > {SETTLED} AND {NO_SEAL}"


async def extend(tx: Tx, keys: Keys, now: datetime) -> tuple[Head | None, int]:
    """Seal the oldest entries that are not: the new end of the chain, and how many (`BATCH`: there may be more).

    Two sealers at once come one after the other.
    """
    await tx.hold("SELECT pg_advisory_xact_lock($1)", LOCK)
    last = await tx.fetch(f"SELECT no, seal, until {LAST}")
    no, seal, due = 0, "", None
    if last:
        no, seal, until = last[0]["no"], last[0]["seal"], instant(last[0]["until"])
        due = until - COMMITTED_WITHIN if until <= now else None  # else the clock was set back
    entries = await tx.fetch(f"SELECT e.* {UNSEALED} ORDER BY e.id LIMIT $2", now - COMMITTED_WITHIN, BATCH)
    until = now if len(entries) < BATCH else min(now, instant(entries[-1]["at"]))
    links = []
    for entry in entries:
        late = due is not None and instant(entry["at"]) < due
        no, seal = no + 1, keys.seal(seal, _words(entry, {"until": until, "late": late}))
        links.append((no, entry["id"], seal, late, until))
    await tx.each(
        "INSERT INTO audit_seal (no, entry_id, seal, late, until) VALUES ($1, $2, $3, $4, $5)", links
    )
    return Head(no, seal) if no else None, len(links)


@dataclass(frozen=True, slots=True)
class Extent:
    """How far the chain goes, and what it does not hold yet: how many entries, and since when."""

    head: Head | None
    unsealed: int
    oldest: datetime | None


EXTENT: Final = f"""
SELECT COUNT(*) AS number, MIN(e.at) AS oldest, (SELECT no {LAST}) AS no, (SELECT seal {LAST}) AS seal {UNSEALED}
"""


async def extent(now: datetime) -> Extent:
    row = (await fetch(EXTENT, now - COMMITTED_WITHIN))[0]
    head = Head(row["no"], row["seal"]) if row["no"] else None
    return Extent(head, row["number"], instant_or_none(row["oldest"]))


async def holds(head: Head) -> bool:
    """Whether the chain still goes through where it once ended."""
    return bool(await fetch("SELECT 1 FROM audit_seal WHERE no = $1 AND seal = $2", head.no, head.seal))


# ---------------------------------------------------------------- checking


class Kind(StrEnum):
    CHANGED = "changed"  # it, or what stood before it
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Broken:
    """`no` is its place in the chain, null for an entry without one; `entry_id` is null where both are gone."""

    kind: Kind
    no: int | None
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class Portion:
    """Checked up to the number `to`; `seen` is how many links that were, 0 at the end of the chain."""

    to: int
    seen: int
    broken: Sequence[Broken]


LINKS: Final = """
SELECT s.no, s.entry_id, s.seal, s.late, s.until, e.id, e.action, e.actor_id, e.subject, e.details, e.at
FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id WHERE s.no > $1 ORDER BY s.no LIMIT $2
"""
STRAYS: Final = f"""
SELECT e.id FROM audit_entry e WHERE e.id > $2 AND e.id <= $3 AND e.id <= {SETTLED}
AND {NO_SEAL} ORDER BY e.id LIMIT $4
"""


async def check(keys: Keys, now: datetime, *, after: int, limit: int) -> Portion:
    """Look at the links behind a number, and for entries among theirs that have no link."""
    rows = await fetch(LINKS, after - 2, limit + 2)  # two of before: what the first ones are bound to
    seen = [row for row in rows if row["no"] > after]
    if not seen:
        return Portion(after, 0, ())
    ids = [row["entry_id"] for row in rows]
    strays = await fetch(
        STRAYS, now - COMMITTED_WITHIN, min(ids) if after else -MAX_ID, max(ids), TOLD_AT_MOST
    )
    walk = _Walk(keys, after)
    for row in rows:
        walk.step(row)
    broken = [*walk.end(), *(Broken(Kind.INSERTED, None, row["id"]) for row in strays)]
    return Portion(seen[-1]["no"], len(seen), broken[:TOLD_AT_MOST])


@dataclass(slots=True)
class _Suspect:
    """A link that does not fit on the seal `before` it."""

    link: Row
    before: str
    intruder: bool = False  # the next one fits on what stands before it


class _Walk:
    """Goes along the links of a portion, from one or two that were checked before, and notes what does not fit."""

    def __init__(self, keys: Keys, after: int) -> None:
        self._keys, self._after = keys, after
        begins = after <= 2
        self._no: int | None = 0 if begins else None
        self._seal: str | None = "" if begins else None
        self._before: str | None = None  # the seal before that one
        self._previous: Row | None = None
        self._key = MAX_ID
        self._suspects: list[_Suspect] = []
        self.broken: list[Broken] = []

    def step(self, link: Row) -> None:
        if self._no is not None and link["no"] != self._no + 1:
            missing = range(self._no + 1, min(link["no"], self._no + 1 + TOLD_AT_MOST))
            self.broken += [Broken(Kind.DELETED, no, None) for no in missing if no > self._after]
            self._seal = self._before = None  # what this one was bound to is gone
        if link["id"] is None:
            self._note(Kind.DELETED, link)
        elif self._seal is not None:
            self._fit(link, self._seal)
        if link["late"]:
            self._note(Kind.INSERTED, link)
        self._before, self._seal, self._no, self._previous = self._seal, link["seal"], link["no"], link

    def _note(self, kind: Kind, link: Row) -> None:
        if link["no"] > self._after:
            self.broken.append(Broken(kind, link["no"], link["entry_id"]))

    def _fit(self, link: Row, before: str) -> None:
        words = _words(link, link)
        if (key := self._keys.which(link["seal"], before, words, at_most=self._key)) is not None:
            self._key = key
        elif self._before is not None and self._keys.which(link["seal"], self._before, words) is not None:
            if not (self._suspects and self._suspects[-1].link is self._previous):
                assert self._previous is not None
                self._suspects.append(_Suspect(self._previous, self._before))
            self._suspects[-1].intruder = True
        else:
            self._suspects.append(_Suspect(link, before))

    def end(self) -> Sequence[Broken]:
        for suspect in self._suspects[:TOLD_AT_MOST]:
            if self._stood_elsewhere(suspect):
                self._note(Kind.REORDERED, suspect.link)
            else:
                self._note(Kind.INSERTED if suspect.intruder else Kind.CHANGED, suspect.link)
        return self.broken

    def _stood_elsewhere(self, suspect: _Suspect) -> bool:
        """Whether it fits on another seal, or the entry of another link fits in its place."""
        link, others = suspect.link, [other for other in self._suspects if other is not suspect]
        seals = {seal for other in self._suspects for seal in (other.before, other.link["seal"])}
        seals.discard(suspect.before)
        return any(
            self._keys.which(link["seal"], seal, _words(link, link)) is not None for seal in seals
        ) or any(
            self._keys.which(link["seal"], suspect.before, _words(other.link, link)) is not None
            for other in others[:TOLD_AT_MOST]
        )
