"""A whole running product for one test: server, worker, simulated WeChat, a clock that the test moves."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import socketio
from aiohttp.test_utils import TestServer, get_unused_port_socket
from pydantic import SecretStr

from handlers import invitations
from models.announcements import Announcement
from models.bookings import Rules
from models.db import fetch
from models.spaces import Area, Branch, SeatRules, Spot, WeeklyHours
from server import metrics
from server.app import SOCKETS, build
from server.bus import JobsDue
from server.config import Config, Secrets, Section, load
from server.services import SERVICES, Services
from server.sockets import Sockets
from server.wechat.simulator import SimulatorSettings, simulator_app
from tests.support import private

MONDAY_9 = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
PUSH_TOKEN = "test-push-token"
SECRET = "0123456789abcdef0123456789abcdef"
S3_KEY, S3_SECRET = "test-s3-key", "test-s3-secret"
REVIEW_CODE = "for-the-reviewers-of-wechat"
DEFAULTS = load()
WITHIN_S = 15.0  # what is waited for comes at once, but for a machine that is busy with something else
_keys = itertools.count(1)


def at(hour: int, minute: int = 0, *, day: int = 23) -> str:
    """A time of November 2026 in the library's zone, as the wire has it. The 23rd is a Monday."""
    return f"2026-11-{day:02}T{hour:02}:{minute:02}:00+08:00"


def new_key() -> str:
    return f"key-{next(_keys):08}"


RULES = Rules(
    advance_days=1,
    release_minute=7 * 60,
    min_minutes=30,
    max_minutes=240,
    at_once=2,
    per_day=3,
    checkin_before_minutes=30,
    checkin_after_minutes=15,
    remind_before_minutes=20,
    needs_card=False,
    groups="",
)


async def fill() -> None:
    """One branch, open 8–22 every day; area 1 with seats A-1 … A-6 (A-6 closed), area 2 with B-1, B-2."""
    now = MONDAY_9
    branch = await Branch.create(name="总馆", address="书院路 1 号", place=0)
    for weekday in range(7):
        await WeeklyHours.create(branch=branch, weekday=weekday, opens_minute=8 * 60, closes_minute=22 * 60)
    rules = await SeatRules.create(name="普通座位", **asdict(RULES), saved_at=now)
    for place, (prefix, seats) in enumerate((("A", 6), ("B", 2))):
        area = await Area.create(
            branch=branch,
            rules=rules,
            name=f"{prefix} 区",
            floor="1层",
            width=84,
            height=36,
            shapes="[]",
            place=place,
        )
        for number in range(1, seats + 1):
            await Spot.create(
                kind="seat",
                area=area,
                label=f"{prefix}-{number}",
                x=number * 12,
                y=12,
                slot_minutes=15,
                code=f"code{prefix.lower()}{number}",
                closed=number == 6,
            )
    await Announcement.create(id=1, title="欢迎", text="欢迎来到图书馆。", saved_at=now)


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self._now = MONDAY_9.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def move(self, by: timedelta) -> None:
        self._now += by


@dataclass
class Answer:
    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        """The error's code; an answer that is no error fails the test."""
        assert "error" in self.body, self.body
        assert set(self.body["error"]) == {"code", "message", "details", "request_id"}
        return str(self.body["error"]["code"])

    @property
    def details(self) -> dict[str, Any]:
        return dict(self.body["error"]["details"])


class Phone:
    """Somebody with the mini-program: signed in, or a guest when `token` is None."""

    def __init__(
        self, library: "Library", handle: str | None, token: str | None, reader_id: int | None
    ) -> None:
        self.library = library
        self.url = library.next_url()
        self.handle = handle
        self.token = token
        self.reader_id = reader_id

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if raw is not None:
            sent.setdefault("Content-Type", "application/json")
            kwargs: dict[str, Any] = {"data": raw}
        else:
            kwargs = {"json": body} if body is not None else {}
        async with self.library.http.request(method, self.url + path, headers=sent, **kwargs) as answer:
            content = await answer.read()
            parsed = await answer.json() if answer.content_type == "application/json" else content
            private.note(parsed)
            return Answer(answer.status, parsed, answer.headers)

    async def get(self, path: str) -> Answer:
        return await self.call("GET", path)

    async def post(self, path: str, body: Any = None) -> Answer:
        return await self.call("POST", path, {} if body is None else body)

    async def put(self, path: str, body: Any) -> Answer:
        return await self.call("PUT", path, body)

    async def book(self, label: str, starts: str, ends: str, *, key: str | None = None) -> Answer:
        seat = await self.library.seat(label)
        wish = {"starts_at": starts, "ends_at": ends, "idempotency_key": key or new_key()}
        return await self.post(f"/api/seats/{seat.id}/bookings", wish)

    async def booked(self, label: str, starts: str, ends: str) -> Any:
        """Book, which must succeed: the booking."""
        answer = await self.book(label, starts, ends)
        assert answer.status == 201, answer.body
        return answer.body

    async def check_in(self, code: str, *, key: str | None = None) -> Answer:
        return await self.post("/api/check-ins", {"code": code, "idempotency_key": key or new_key()})

    async def accept(self, *purposes: str, choice: str = "accept") -> None:
        """Answer WeChat's question about reminders; the server hears of it by a push event."""
        templates = self.library.config.wechat.templates
        choices = {templates[purpose].id: choice for purpose in purposes}
        await self.library.sim("subscribe", {"person": self.handle, "choices": choices, "keep": False})

    async def messages(self) -> list[Any]:
        """What WeChat shows on this person's phone, newest first."""
        shown = await self.library.sim(f"phone/{self.handle}")
        return list(shown["messages"])

    @asynccontextmanager
    async def socket(self, *, token: str | None = "own") -> AsyncIterator["Socket"]:
        socket = Socket()
        auth = {"token": self.token if token == "own" else token, "client_version": "0.1.0"}
        await socket.sio.connect(self.url, auth=auth, transports=["websocket"], wait_timeout=WITHIN_S)
        try:
            yield socket
        finally:
            await socket.sio.disconnect()


@dataclass
class Socket:
    """A socket.io client that keeps what it hears."""

    sio: socketio.AsyncClient = field(default_factory=lambda: socketio.AsyncClient(reconnection=False))
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        async def hear(event: str, data: Any = None) -> None:
            self.heard.append((event, data))

        self.sio.on("*", hear)

    async def ask(self, event: str, payload: Any) -> Any:
        return await self.sio.call(event, payload, timeout=WITHIN_S)

    async def next(self, event: str, *, seconds: float = WITHIN_S) -> Any:
        """The next push of that name, which is taken out of `heard`."""
        async with asyncio.timeout(seconds):
            while True:
                for entry in self.heard:
                    if entry[0] == event:
                        self.heard.remove(entry)
                        return entry[1]
                await asyncio.sleep(0.01)


class Library:
    """The running product, and what a test does with it."""

    def __init__(
        self,
        config: Config,
        clock: TestClock,
        url: str,
        sim_url: str,
        http: aiohttp.ClientSession,
        services: Services,
        sockets: Sockets,
        other_urls: tuple[str, ...] = (),
    ) -> None:
        self.config, self.clock, self.url, self.sim_url = config, clock, url, sim_url
        self.http, self.services, self.sockets = http, services, sockets
        self._urls = itertools.cycle((url, *other_urls))
        self.guest = Phone(self, None, None, None)

    def next_url(self) -> str:
        """Of several servers each in its turn: neighbours in a test use different ones."""
        return next(self._urls)

    async def sim(self, path: str, body: Any = None) -> Any:
        """A control call to the simulated WeChat."""
        method = "GET" if body is None else "POST"
        async with self.http.request(method, f"{self.sim_url}/sim/api/{path}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            told = await answer.json()
            private.note(told)
            return told

    async def reader(self, handle: str, *, role: str | None = None) -> Phone:
        """Somebody who signs in now, with a role if one is named."""
        openid = (await self.sim("persons", {"handle": handle, "name": handle}))["openid"]
        phone = await self.sign_in(handle)
        if role:
            await invitations.grant(self.services.context("test"), openid, role)
        return phone

    async def sign_in(self, handle: str) -> Phone:
        code = (await self.sim("login", {"person": handle}))["code"]
        answer = await self.guest.post("/api/sign-in", {"code": code})
        assert answer.status == 200, answer.body
        return Phone(self, handle, answer.body["token"], int(answer.body["me"]["id"]))

    async def reviewer(self, handle: str) -> Phone:
        """Somebody who signs in now and enters the code for WeChat's reviewers."""
        person = await self.reader(handle)
        answer = await person.post("/api/review", {"code": REVIEW_CODE})
        assert answer.status == 200, answer.body
        return Phone(self, handle, answer.body["token"], int(answer.body["me"]["id"]))

    async def seat(self, label: str) -> Spot:
        return await Spot.get(label=label)

    async def advance(self, **by: float) -> None:
        """Move the time of server and simulator, and let the worker look."""
        self.clock.move(timedelta(**by))
        await self._tell_simulator_the_time()
        self.services.bus.publish(JobsDue())

    async def _tell_simulator_the_time(self) -> None:
        offset = (self.clock.now() - datetime.now(UTC)).total_seconds()
        await self.sim("clock", {"offset_s": offset})

    async def settled(self, *, seconds: float = 2 * WITHIN_S) -> None:
        """Until every job that is due has been done."""
        async with asyncio.timeout(seconds):
            while await fetch(  # noqa: ASYNC110 (the database tells nobody)
                "SELECT 1 FROM job WHERE state = 'run' OR (state = 'new' AND due_at <= $1) LIMIT 1",
                self.clock.now(),
            ):
                await asyncio.sleep(0.01)

    async def until(self, holds: Any, *, seconds: float = WITHIN_S) -> Any:
        """Until an async function answers something true: that answer."""
        async with asyncio.timeout(seconds):
            for asked in itertools.count():
                if found := await holds():
                    return found
                # Nobody may ask for long as often as at first.
                await asyncio.sleep(0.02 if asked < 50 else 0.1)


@asynccontextmanager
async def running_library(
    database_url: str,
    *,
    with_worker: bool = True,
    redis_url: str | None = None,
    review_code: str | None = REVIEW_CODE,
    **sections: Section | str,
) -> AsyncIterator[Library]:
    """Everything opened on free ports of this machine, in this test's own event loop; `sections` replace those
    of config.toml.

    `redis_url`, or TEST_SERVERS_REDIS in the environment: two servers that share nothing but database, Redis and
    clock; the first one does the jobs.
    """
    redis_url = os.environ.get("TEST_SERVERS_REDIS") if redis_url is None else redis_url
    metrics.wechat_lately.clear()  # what a library of before called in this process is not this one's
    clock = TestClock()
    listening = get_unused_port_socket("127.0.0.1")  # kept, so that no other test takes it
    port = listening.getsockname()[1]
    simulated = SimulatorSettings(
        database=":memory:",
        appid=DEFAULTS.wechat.appid,
        secret=SECRET,
        push_url=f"http://127.0.0.1:{port}/wechat/push",
        push_token=PUSH_TOKEN,
        push_pauses_s=(0.05, 0.1),
        picture_s=0.05,
    )
    async with (
        TestServer(simulator_app(simulated)) as simulator,
        aiohttp.ClientSession() as http,
        _folder() as folder,
    ):
        sim_url = str(simulator.make_url("/"))
        here = _at(_config(DEFAULTS, database_url, sim_url, redis_url or ""), port, folder)
        config = here.model_copy(update=sections)
        secrets = Secrets(
            wechat_secret=SecretStr(SECRET),
            push_token=SecretStr(PUSH_TOKEN),
            s3_key=SecretStr(S3_KEY),
            s3_secret=SecretStr(S3_SECRET),
            review_code=SecretStr(review_code) if review_code else None,
        )
        app = await build(config, secrets, clock=clock, with_worker=with_worker)
        async with TestServer(app, socket_factory=lambda *_: listening) as server:
            url = str(server.make_url("/")).rstrip("/")
            async with _second(config, secrets, clock) if redis_url else nullcontext(()) as others:
                library = Library(
                    config, clock, url, sim_url.rstrip("/"), http, app[SERVICES], app[SOCKETS], others
                )
                await library._tell_simulator_the_time()
                yield library
    for _ in range(3):  # a connection that was closed at the last moment is gone some turns of the loop later
        await asyncio.sleep(0)


@asynccontextmanager
async def _second(config: Config, secrets: Secrets, clock: TestClock) -> AsyncIterator[tuple[str, ...]]:
    app = await build(config, secrets, clock=clock, with_worker=False, with_database=False)
    async with TestServer(app) as server:
        yield (str(server.make_url("/")).rstrip("/"),)


@asynccontextmanager
async def _folder() -> AsyncIterator[str]:
    with TemporaryDirectory(prefix="wenjin-media-") as folder:
        yield folder


def _at(config: Config, port: int, folder: str) -> Config:
    """Reached at this port, with its pictures in this folder."""
    server = config.server.model_copy(update={"public_url": f"http://127.0.0.1:{port}"})
    media = config.media.model_copy(update={"directory": folder})
    return config.model_copy(update={"server": server, "media": media})


def _config(defaults: Config, database_url: str, wechat_url: str, redis_url: str) -> Config:
    """config.toml, with the addresses of this test and without its pauses."""
    return defaults.model_copy(
        update={
            "database": defaults.database.model_copy(update={"url": database_url}),
            "redis": defaults.redis.model_copy(update={"url": redis_url, "prefix": f"test-{token_hex(4)}"}),
            "wechat": defaults.wechat.model_copy(update={"base_url": wechat_url}),
            "live": defaults.live.model_copy(update={"coalesce_ms": 20, "heartbeat_s": 0.3}),
            "worker": defaults.worker.model_copy(update={"poll_s": 0.2}),
        }
    )
