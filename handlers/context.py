"""What a use case may reach besides the database, as small protocols. At most eight members."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretStr

from models.calendar import local_day
from models.seals import Keys


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class Live(Protocol):
    """Tells those who have a page open; nothing that must arrive depends on it."""

    def push(self, room: str, event: str, payload: BaseModel) -> None:
        """Send one event to everybody in a room, soon; never raises."""

    def changed(self, stream: str, key: str) -> None:
        """Say that one item of a numbered stream changed, or of all that are of a kind; its state is read later, once
        for many."""

    def wake_workers(self) -> None:
        """Say that a job is due now, so that it need not wait for the next poll."""

    def sessions_ended(self, session_ids: list[int]) -> None:
        """Forget these sessions at once, everywhere, and cut their sockets."""

    def roles_changed(self, reader_id: int) -> None:
        """Forget what is remembered of this reader's permissions."""

    async def number(self, stream: str) -> int:
        """The number of the stream's last published change; read it before the state."""


class Verdict(StrEnum):
    """What to do about a call that WeChat did not fulfil."""

    RETRY_LATER = "retry_later"  # passing: too fast, busy, or not reached at all
    TOMORROW = "tomorrow"  # the day's quota is used up; opens again at midnight in Beijing
    NO_CONSENT = "no_consent"  # 43101: the reader's send right is gone; the inbox remains
    UNKNOWN = "unknown"  # no answer came: it may or may not have happened; never send again
    UNREACHABLE = "unreachable"  # this openid cannot be written to
    CONFIGURATION = "configuration"  # template, field, page, appid or secret is wrong: an operator must act
    BAD_CODE = "bad_code"  # the sign-in code is used, expired or foreign: ask the phone for a new one
    BLOCKED = "blocked"  # WeChat itself refuses this person or account
    STALE_VISIT = "stale_visit"  # the author was not here within two hours: WeChat will not judge their text
    PERMANENT = "permanent"  # anything else: do not try again


class WeChatRefused(Exception):
    """The one exception of the WeChat client.

    `errcode` is WeChat's number, or None when there was no readable answer; `verdict` is the policy;
    `field` names the template field that a 47003 complains of; `rid` is WeChat's own request id.
    """

    def __init__(
        self,
        errcode: int | None,
        verdict: Verdict,
        *,
        message: str = "",
        rid: str | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(f"{errcode} {verdict}: {message}")
        self.errcode = errcode
        self.verdict = verdict
        self.rid = rid
        self.field = field


@dataclass(frozen=True, slots=True)
class WeChatIdentity:
    """Who signed in: opaque ids of this mini-program (and of the open platform, if bound)."""

    openid: str
    unionid: str | None


@dataclass(frozen=True, slots=True)
class SubscribeMessage:
    """One message to one reader: `data` is template key → text, already fitted to WeChat's rules."""

    openid: str
    template_id: str
    page: str
    data: Mapping[str, str]


class Suggest(StrEnum):
    """What WeChat suggests to do with a text that somebody typed."""

    PASS = "pass"
    REVIEW = "review"  # a person should look at it first
    RISKY = "risky"  # not to be shown to anybody


@dataclass(frozen=True, slots=True)
class Template:
    """Where a purpose goes: the account's template id, and our field name → WeChat's key (`thing1`)."""

    template_id: str
    fields: Mapping[str, str]


class WeChat(Protocol):
    """Calls to WeChat; every one raises `WeChatRefused` and nothing else."""

    @property
    def checks_text(self) -> bool:
        """Whether a text or picture is to be checked before another person sees it."""

    @property
    def templates(self) -> Mapping[str, Template]:
        """Purpose → where its messages go; nobody is sent what is not named here."""

    async def identify(self, code: str) -> WeChatIdentity:
        """Turn the code of `wx.login` (5 minutes, single use) into who it is."""

    async def phone_number(self, openid: str, code: str) -> str:
        """The phone number for the code of this person's tap (5 minutes, single use): at most 20 characters."""

    async def code_picture(self, scene: str, page: str) -> bytes:
        """A code that opens `page` with `scene` (32 characters at most) when WeChat scans it, as PNG or JPEG."""

    async def send(self, message: SubscribeMessage) -> str | None:
        """Send a subscription message; answers WeChat's message id (64 bits, as text) if told."""

    async def check_text(self, openid: str, text: str) -> Suggest:
        """What WeChat thinks of a text of up to 2,500 characters whose author was here within two hours.

        STALE_VISIT when the author was not.
        """

    async def check_picture(self, openid: str, url: str) -> str:
        """Have WeChat judge a picture that it can fetch; a push event tells of it under the name answered here.

        STALE_VISIT when its author was not here within two hours.
        """


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture drawn anew as JPEG: nothing of the file that was sent is left in it."""

    width: int
    height: int
    body: bytes


class Unreadable(Exception):
    """No picture can be made of it."""


class TooManyPixels(Exception):
    """It would be too large to hold when it is drawn; `limit` is the number of pixels that is taken."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class Media(Protocol):
    """Where pictures are, and who may fetch them."""

    @property
    def per_day(self) -> int:
        """How many pictures a reader may send in a day."""

    async def draw(self, sent: bytes) -> Drawn:
        """Raises `Unreadable` or `TooManyPixels`; hostile bytes do no harm."""

    async def keep(self, name: str, body: bytes) -> None:
        """Stored when it returns; the same name again with the same body is the same file."""

    async def read(self, name: str) -> bytes | None:
        """None: there is no such file."""

    async def remove(self, name: str) -> None:
        """Gone; nothing when it was gone before."""

    def link(self, upload_id: int, now: datetime) -> str:
        """A path that lets whoever has it see this picture for one to two hours; the same for an hour."""

    def address(self, upload_id: int, now: datetime) -> str:
        """The same as a whole address, for WeChat."""

    def opens(self, upload_id: int, until_s: int, seal: str, now: datetime) -> bool:
        """Whether a link is ours and not over."""


class PatronSource(Protocol):
    """Who knows the library's cards. What it answers is an id of the table `patron`, as fresh as the source has it:
    one that is another system writes there what it learns, for the rules of booking are read in one statement.

    Both raise `TryLater` when the source is away.
    """

    async def find(self, card_no: str) -> int | None:
        """The patron with this card number; None: there is none."""

    async def verify(self, card_no: str, secret: str) -> int | None:
        """The same if this is the secret of the card; as slow when it is not, or when there is no such card."""


@dataclass(frozen=True, slots=True)
class Library:
    """What it is called, what seals its audit, and the code that lets WeChat's reviewers into the sample; None: nobody
    gets in."""

    name: str
    review_code: SecretStr | None
    seal_keys: Keys


@dataclass(frozen=True, slots=True)
class Context:
    request_id: str
    clock: Clock
    live: Live
    wechat: WeChat
    zone: ZoneInfo
    library: Library
    patrons: PatronSource
    media: Media

    def local(self, moment: datetime) -> datetime:
        """An instant as it is told on the wire: with the library's offset."""
        return moment.astimezone(self.zone)

    def today(self) -> date:
        """The library's date now."""
        return local_day(self.clock.now(), self.zone)
