"""A day at the desk: readers and librarians talk, lines break, and the server is killed in the middle.

A real server process on a database of its own. Everybody has two phones, repeats what got no answer, and keeps a
copy of every conversation from pushes and from what was missed. Afterwards only these copies, what was acknowledged,
and the database are compared: every acknowledged message is stored once, every copy is the stored stream.
"""

import asyncio
import itertools
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
from aiohttp.test_utils import TestServer

from models import grants, people
from models.chat import Side
from models.db import fetch, transaction
from models.grants import Held
from models.reach import Grant
from server.wechat.simulator import SimulatorSettings, simulator_app
from tests.soak.opening import Server, open_database
from tests.soak.talkers import Librarian, Person, Reader
from tests.support.library import DEFAULTS, PUSH_TOKEN, SECRET

AGREE_WITHIN_S: Final = 30.0  # a phone looks by itself every fifteen
JUDGED_WITHIN_S: Final = 60.0  # the lease of a job whose worker was killed, and then some
SETTINGS: Final = """
[wechat]
base_url = "{wechat}"
check_text = {check_text}
[live]
heartbeat_s = 2.0
"""
Events = list[tuple[str, str | None]]
Streams = dict[tuple[str, Side], list[tuple[int, str, str | None]]]


async def talking(
    database_url: str,
    folder: Path,
    *,
    readers: int,
    librarians: int,
    seconds: float,
    kills: int,
    check_text: bool,
    pause_s: float,
    absent_s: float = 0.0,
    judged: bool = False,
) -> Counter[str]:
    """Run it, then prove what was promised; raises AssertionError. Answers what the phones were told.

    `pause_s`: the longest from one act of a phone to the next. `absent_s`: for so long one librarian after the
    other is gone. `judged`: wait for the last text's judgement.
    """
    async with simulated_wechat() as wechat:
        server = server_on(database_url, folder, wechat=wechat, check_text=check_text)
        names = [f"reader{n}" for n in range(readers)], [f"librarian{n}" for n in range(librarians)]
        tokens = await sign_in_all(database_url, wechat, names)
        here = [
            Reader(name, server.url, tokens[name], checked=check_text, pause_s=pause_s) for name in names[0]
        ]
        staff = [
            Librarian(name, server.url, tokens[name], checked=check_text, pause_s=pause_s)
            for name in names[1]
        ]
        async with _connected(server, crowd := [*here, *staff]):
            until = asyncio.get_running_loop().time() + seconds
            talk = asyncio.gather(*(person.live(until) for person in crowd), _absences(staff, absent_s))
            for _ in range(kills):
                await asyncio.sleep(seconds / (kills + 1))
                await server.end(signal.SIGKILL)
                await server.start()
            await talk
            async with open_database(database_url):
                if judged:
                    await _all_judged()
                await agreed(crowd)
        async with open_database(database_url):
            await prove(crowd)
    return sum((device.told for person in crowd for device in person.devices), Counter[str]())


def server_on(database_url: str, folder: Path, *, wechat: TestServer, check_text: bool) -> Server:
    settings = SETTINGS.format(wechat=wechat.make_url("/"), check_text=str(check_text).lower())
    (folder / "config.toml").write_text(settings, encoding="utf-8")
    return Server(database_url, folder=folder, WENJIN_WECHAT_SECRET=SECRET, WENJIN_PUSH_TOKEN=PUSH_TOKEN)


@asynccontextmanager
async def _connected(server: Server, crowd: Sequence[Person]) -> AsyncIterator[None]:
    await server.start()
    try:
        async with present(crowd):
            yield
    finally:
        await server.end(signal.SIGTERM)


@asynccontextmanager
async def present(crowd: Sequence[Person]) -> AsyncIterator[None]:
    """Every phone is there but for the breaks of its line."""
    async with asyncio.TaskGroup() as group:
        staying = [group.create_task(device.stay()) for person in crowd for device in person.devices]
        yield
        for task in staying:
            task.cancel()


@asynccontextmanager
async def simulated_wechat(push_url: str | None = None) -> AsyncIterator[TestServer]:
    settings = SimulatorSettings(
        ":memory:", DEFAULTS.wechat.appid, SECRET, push_url=push_url, push_token=PUSH_TOKEN
    )
    wechat = TestServer(simulator_app(settings))
    async with wechat:
        yield wechat


async def sign_in_all(
    database_url: str, wechat: TestServer, names: tuple[Sequence[str], Sequence[str]]
) -> dict[str, list[str]]:
    """Two sessions for each reader and each librarian, who all have the mini-program open."""
    now, tokens = datetime.now(UTC), defaultdict[str, list[str]](list)
    async with open_database(database_url), aiohttp.ClientSession(wechat.make_url("/")) as http:
        for name, role in [(name, None) for name in names[0]] + [(name, "librarian") for name in names[1]]:
            async with http.post("sim/api/persons", json={"handle": name, "name": name}) as answer:
                openid = (await answer.json())["openid"]
            async with http.post("sim/api/visit", json={"person": name}) as answer:
                assert answer.status == 200
            async with transaction() as tx:
                reader_id, _ = await people.reader_for(tx, openid, now)
                if role:
                    given = Held(Grant(role))
                    await grants.give(tx, reader_id, given, granted_by=None, now=now)
                for _ in range(2):
                    tokens[name].append(people.new_secret())
                    await people.Session.create(
                        token_hash=people.secret_hash(tokens[name][-1]),
                        reader_id=reader_id,
                        made_at=now,
                        last_used_at=now,
                        expires_at=now + people.SESSION_LIFE,
                    )
    return tokens


async def _absences(librarians: Sequence[Librarian], seconds: float) -> None:
    for librarian in librarians if seconds else ():
        await asyncio.sleep(seconds)
        await librarian.vanish(seconds)


# ---------------------------------------------------------------- what must hold

MESSAGES: Final = "SELECT * FROM chat_message ORDER BY id"
EVENTS: Final = "SELECT conversation_id, kind, message_id, reader_seq, staff_seq FROM chat_event"
CHECKING: Final = "SELECT count(*) AS n FROM chat_message WHERE state = 'checking'"


async def _streams() -> Streams:
    """What the database has for each audience of each conversation, by number."""
    found: Streams = defaultdict(list)
    messages, events = await fetch(MESSAGES), await fetch(EVENTS)
    rows = [(row, "posted", row["id"]) for row in messages]
    rows += [(row, row["kind"], row["message_id"]) for row in events]
    for row, kind, message_id in rows:
        for side in Side:
            if (seq := row[f"{side}_seq"]) is not None:
                about = None if message_id is None else str(message_id)
                found[str(row["conversation_id"]), side].append((seq, kind, about))
    for stream in found.values():
        stream.sort()
    return found


async def _all_judged() -> None:
    async with asyncio.timeout(JUDGED_WITHIN_S):
        while (await fetch(CHECKING))[0]["n"]:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.2)


async def agreed(crowd: Sequence[Person]) -> None:
    """Until every phone has what is stored, without being asked to look; those who never get there fail `_prove`."""
    until = asyncio.get_running_loop().time() + AGREE_WITHIN_S
    while asyncio.get_running_loop().time() < until:
        if not _differences(crowd, await _streams(), await _readers()):
            return
        await asyncio.sleep(0.2)


async def _readers() -> dict[str, str]:
    """Whose conversations there are, by the names with which local ids begin."""
    rows = await fetch("SELECT DISTINCT conversation_id, local_id FROM chat_message WHERE side = 'reader'")
    return {str(row["conversation_id"]): row["local_id"].split("-")[0] for row in rows}


def _differences(crowd: Sequence[Person], streams: Streams, readers: dict[str, str]) -> list[str]:
    """Each phone of a reader has all that is theirs, each phone of a librarian all that the staff may see."""
    found = []
    for person in crowd:
        theirs = {
            conversation_id: [event[1:] for event in stream]
            for (conversation_id, side), stream in streams.items()
            if side is person.side and (side is Side.STAFF or readers[conversation_id] == person.name)
        }
        if person.side is Side.STAFF:
            theirs = {name: events for name, events in theirs.items() if ("posted" in dict(events))}
        for number, device in enumerate(person.devices):
            has = {name: copy.events for name, copy in device.copies.items() if name in theirs}
            if has != theirs:
                wrong = [_parting(name, has.get(name, []), theirs[name]) for name in theirs]
                found.append(f"{person.name}, phone {number}: {'; '.join(filter(None, wrong))}")
    return found


def _parting(conversation_id: str, has: Events, theirs: Events) -> str:
    """From where on a phone has something else than is stored; nothing when it has the same."""
    if has == theirs:
        return ""
    at = next((n for n, (one, other) in enumerate(zip(has, theirs, strict=False)) if one != other), len(has))
    return (
        f"conversation {conversation_id} from {at + 1} on: {has[at : at + 3]}, stored {theirs[at : at + 3]}"
    )


async def prove(crowd: Sequence[Person]) -> None:
    messages, streams = await fetch(MESSAGES), await _streams()
    _prove_stored(crowd, messages)
    counters = {str(row["id"]): row for row in await fetch("SELECT * FROM conversation")}
    for (conversation_id, side), stream in streams.items():
        numbers = [seq for seq, _, _ in stream]
        assert numbers == list(range(1, counters[conversation_id][f"{side}_seq"] + 1)), (
            "a gap or a number twice",
            conversation_id,
            side,
        )
    behind = _differences(crowd, streams, await _readers())
    assert not behind, behind
    as_stored = {str(row["id"]): _as_told(row) for row in messages}
    for person, number in itertools.product(crowd, range(2)):
        for copy in person.devices[number].copies.values():
            old = copy.messages.items() - as_stored.items()
            assert not old, ("an old state", person.name, number, old, [as_stored[name] for name, _ in old])


def _as_told(row: Any) -> tuple[str, str]:
    state = "checking" if row["state"] == "passed" else row["state"]  # its author waits for those before it
    return state, "" if state == "withdrawn" else row["text"]


def _prove_stored(crowd: Sequence[Person], messages: Sequence[Any]) -> None:
    """Acknowledged is stored, once and as it was said, in the order in which each phone said it."""
    stored = {row["local_id"]: row for row in messages}
    assert len(stored) == len(messages), "stored twice"
    said = {local_id: one for person in crowd for phone in person.said for local_id, one in phone.items()}
    assert said, "nobody said anything"
    assert stored.keys() == said.keys(), "acknowledged and gone, or stored and nobody was told"
    assert not any(person.refused & stored.keys() for person in crowd), "refused and stored"
    for person in crowd:
        for phone in person.said:
            last = Counter[str]()
            for local_id, one in phone.items():
                row = stored[local_id]
                told = (one.conversation_id, one.message_id, one.seq, one.text)
                kept = (str(row["conversation_id"]), str(row["id"]), row[f"{person.side}_seq"], row["text"])
                assert told == kept, "not as it was acknowledged"
                assert one.seq > last[one.conversation_id], "not in the order in which it was said"
                last[one.conversation_id] = one.seq
