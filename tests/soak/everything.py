"""A deployment in a bad year: readers book, cancel and watch, people talk, and everything fails in turn.

Two web processes, a worker, PostgreSQL, Redis and a simulated WeChat, each a process or a server of its own; see
tests/soak/troubles.py. Afterwards only the clients' own records, the phones at WeChat and the database are compared.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiohttp
from aiohttp.test_utils import TestServer

from bench.crowd import Ask
from models.db import fetch
from models.notices import Consent, Purpose, Sending
from models.people import Reader as StoredReader
from models.spaces import Spot
from server.wechat.simulator.faults import Kind
from server.wechat.simulator.world import WORLD
from tests.soak import opening, talking
from tests.soak.opening import Server, open_database
from tests.soak.returning import Phone, all_watching, book, bookable
from tests.soak.talkers import Librarian, Person, Reader
from tests.soak.troubles import Deployment, Memory, Troubles
from tests.support.library import DEFAULTS, PUSH_TOKEN, SECRET, fill
from tests.support.postgres import own_postgres
from tests.support.redis import own_redis

TOLD_WITHIN_S: Final = 180.0  # a lease of a killed worker, then WeChat's being busy, then some
HEARD_WITHIN_S: Final = 20.0
CONSENTS: Final = 1_000  # more than anybody uses up
TOLD_OF_BOOKINGS: Final = (Purpose.SEAT_REMINDER, Purpose.BOOKING_LAPSED)
SETTINGS: Final = """
[wechat]
base_url = "{wechat}"
[live]
heartbeat_s = 2.0
[worker]
in_web = false
"""
TEMPLATE: Final = """
[wechat.templates.{purpose}]
id = "{id}"
fields = {{ {fields} }}
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many, and how busy: `pause_s` is the longest from one act to the next, `seats` what there is to book."""

    readers: int
    readers_pause_s: float
    seats: int
    talkers: int
    librarians: int
    talk_pause_s: float


async def everything(
    folder: Path,
    crowd: Crowd,
    *,
    seconds: float,
    rounds: int,
    away_s: float,
    wrong: Sequence[Kind],
    to_the_end: bool,
) -> tuple[Counter[str], Memory]:
    """Run it, then prove what was promised; raises AssertionError. What the clients were told, and the memory.

    `to_the_end`: wait until every due notice is sent or given up; otherwise what a killed worker held may still wait.
    """
    async with (
        _deployment(folder) as all_of_it,
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=200, force_close=True),
            timeout=aiohttp.ClientTimeout(total=10),
        ) as http,
    ):
        url, server = all_of_it.postgres.url, all_of_it.web
        tokens, seats = await _sign_in_readers(all_of_it, crowd)
        people = await _talkers(all_of_it, crowd)
        await server.start()
        working = asyncio.create_task(all_of_it.worker.keep())
        starts = bookable(timedelta(seconds=seconds + TOLD_WITHIN_S))
        asked = Ask("area_watch", {"area_id": "1", "date": f"{starts.date()}"})
        watchers = [Phone(n, token, server, asked, first_delay_s=1.0) for n, token in enumerate(tokens)]
        watching = asyncio.gather(*(phone.live() for phone in watchers))
        readers = [
            opening.Reader(n, token, seats[:-1], server, http, pause_s=crowd.readers_pause_s, quarters=8)
            for n, token in enumerate(tokens[:-1])
        ]
        try:
            async with talking.present(people):
                await all_watching(watchers)
                troubles = Troubles(all_of_it, away_s=away_s, wrong=wrong)
                until = asyncio.get_running_loop().time() + seconds
                await asyncio.gather(
                    troubles.come(seconds=seconds, rounds=rounds),
                    *(reader.live(until) for reader in readers),
                    *(person.live(until) for person in people),
                )
                async with open_database(url):
                    await _told(to_the_end=to_the_end)
                    working.cancel()  # from now on nothing changes by itself
                    await asyncio.wait([working])
                    await talking.agreed(people)
            async with open_database(url):
                await opening.prove(readers)
                await talking.prove(people)
                await _prove_told(all_of_it.wechat, to_the_end=to_the_end)
            await all_watching(watchers)
            for phone in watchers:
                phone.heard.clear()
            await book(server, tokens[-1], seats[-1], starts)
            await _all_heard(watchers)
        finally:
            working.cancel()
            watching.cancel()
            await asyncio.gather(working, watching, return_exceptions=True)
    told = sum((reader.record.told for reader in readers), Counter[str]())
    return sum((device.told for person in people for device in person.devices), told), troubles.memory


@asynccontextmanager
async def _deployment(folder: Path) -> AsyncIterator[Deployment]:
    """The database and Redis run, and WeChat; the product's processes are still to be started."""
    with own_redis() as redis, own_postgres() as postgres:
        secrets = {
            "WENJIN_REDIS_URL": redis.url,
            "WENJIN_WECHAT_SECRET": SECRET,
            "WENJIN_PUSH_TOKEN": PUSH_TOKEN,
        }
        web = Server(postgres.url, folder=folder, words=("run", "--processes", "2"), **secrets)
        worker = Server(postgres.url, folder=folder, words=("worker",), **secrets)
        try:
            await Server(postgres.url, words=("migrate",)).finish()
            async with open_database(postgres.url):
                await fill()
            async with talking.simulated_wechat(f"{web.url}/wechat/push") as wechat:
                (folder / "config.toml").write_text(_settings(wechat), encoding="utf-8")
                yield Deployment(web, worker, postgres, redis, wechat)
        finally:
            await web.end(signal.SIGTERM)


def _settings(wechat: TestServer) -> str:
    templates = [
        TEMPLATE.format(
            purpose=purpose,
            id=template.id,
            fields=", ".join(f'{name} = "{key}"' for name, key in template.fields.items()),
        )
        for purpose, template in DEFAULTS.wechat.templates.items()
    ]
    return SETTINGS.format(wechat=wechat.make_url("/")) + "".join(templates)


async def _sign_in_readers(all_of_it: Deployment, crowd: Crowd) -> tuple[list[str], list[int]]:
    """Those who book, and one more, whose seat, the last, nobody else wants. All of them want to be reminded."""
    url = all_of_it.postgres.url
    async with open_database(url):
        await Spot.bulk_create(
            Spot(kind="seat", area_id=1, label=f"S-{n}", x=12, y=12, slot_minutes=15, code=f"soak{n:06}")
            for n in range(crowd.seats + 1)
        )
    tokens, _ = await opening.sign_in_many(url, crowd.readers + 1)
    templates, store = DEFAULTS.wechat.templates, all_of_it.wechat.app[WORLD].store
    async with open_database(url):
        seats = [spot.id for spot in await Spot.filter(label__startswith="S-").order_by("id")]
        for reader in await StoredReader.all():
            handle = reader.openid.removeprefix("o-")
            await store.run(
                "INSERT INTO person (openid, handle, name, session_key, session_used_at) VALUES (?, ?, ?, '', 0)",
                *(reader.openid, handle, handle),
            )
            for purpose in TOLD_OF_BOOKINGS:
                await store.run(
                    "INSERT INTO consent (openid, template_id, balance) VALUES (?, ?, ?)",
                    *(reader.openid, templates[purpose].id, CONSENTS),
                )
                await Consent.create(reader_id=reader.id, purpose=purpose.value, balance=CONSENTS)
    return tokens, seats


async def _talkers(all_of_it: Deployment, crowd: Crowd) -> list[Person]:
    names = (
        [f"reader{n}" for n in range(crowd.talkers)],
        [f"librarian{n}" for n in range(crowd.librarians)],
    )
    tokens = await talking.sign_in_all(all_of_it.postgres.url, all_of_it.wechat, names)
    return [
        kind(name, all_of_it.web.url, tokens[name], checked=True, pause_s=crowd.talk_pause_s)
        for kind, group in zip((Reader, Librarian), names, strict=True)
        for name in group
    ]


# ---------------------------------------------------------------- what must hold

UNTOLD: Final = """
SELECT (SELECT count(*) FROM notice WHERE sending IN ('waiting', 'sending'))
    + (SELECT count(*) FROM job WHERE kind IN ('remind', 'lapse') AND state <> 'done' AND due_at < $1) AS n
"""
NOT_REMINDED: Final = """
SELECT count(*) AS n FROM booking k LEFT JOIN job j ON j.key = 'remind:' || k.id
WHERE k.state = 'booked' AND (j.id IS NULL
    OR j.state = 'done' AND NOT EXISTS (SELECT 1 FROM notice t WHERE t.key = 'remind:' || k.id))
"""
NOTICES: Final = """
SELECT t.key, t.purpose, t.sending, t.link, r.openid FROM notice t JOIN reader r ON r.id = t.reader_id
WHERE t.purpose IN ('seat_reminder', 'booking_lapsed')
"""
ARRIVED: Final = {
    Sending.SENT: {1},
    Sending.DELIVERED: {1},
    Sending.UNKNOWN: {0, 1},
    Sending.SENDING: {0, 1},
    Sending.WAITING: {0},
}


async def _told(*, to_the_end: bool) -> None:
    """Until somebody was told something; `to_the_end`: until nothing that is due is still to be sent."""
    async with asyncio.timeout(TOLD_WITHIN_S):
        while not await fetch(NOTICES):  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.5)
        while to_the_end and (await fetch(UNTOLD, datetime.now(UTC)))[0]["n"]:  # noqa: ASYNC110 (another process)
            await asyncio.sleep(0.5)


async def _prove_told(wechat: TestServer, *, to_the_end: bool) -> None:
    """Every booking has its reminder, which is a notice once it was due; each notice is on its reader's phone as often
    as it says."""
    assert (await fetch(NOT_REMINDED))[0]["n"] == 0, "due, and nobody was told"
    arrived = Counter(
        (row["openid"], row["template_id"], f"/{row['page']}")
        for row in await wechat.app[WORLD].store.all("SELECT openid, template_id, page FROM message")
    )
    notices = await fetch(NOTICES)
    for notice in notices:
        phone = notice["openid"], DEFAULTS.wechat.templates[notice["purpose"]].id, notice["link"]
        times, sending = arrived.pop(phone, 0), Sending(notice["sending"])
        assert times in ARRIVED[sending], (notice["key"], sending, times)
        assert not to_the_end or sending not in (Sending.WAITING, Sending.SENDING), notice["key"]
    assert not arrived, "on a phone, and not among the notices"


async def _all_heard(watchers: Sequence[Phone]) -> None:
    async with asyncio.timeout(HEARD_WITHIN_S):
        while not all(phone.heard for phone in watchers):  # noqa: ASYNC110 (another process tells them)
            await asyncio.sleep(0.05)
