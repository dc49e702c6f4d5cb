"""How one simulated account is set up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.wechat.simulator.templates import TEMPLATES, Template


@dataclass(frozen=True, slots=True)
class Quota:
    """How often a path may be called; the day begins at midnight in Beijing."""

    per_minute: int | None = None
    per_day: int | None = None


QUOTAS: Mapping[str, Quota] = {
    "/cgi-bin/token": Quota(per_day=2_000),
    "/cgi-bin/stable_token": Quota(per_minute=10_000, per_day=500_000),
    "/cgi-bin/message/subscribe/send": Quota(per_day=10_000_000),
    "/wxa/getwxacodeunlimit": Quota(per_minute=5_000),
    "/wxa/msg_sec_check": Quota(per_minute=4_000, per_day=2_000_000),
    "/wxa/media_check_async": Quota(per_minute=2_000, per_day=200_000),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A text that holds one of these is risky, or is for a person to look at; any other text passes."""

    risky: tuple[str, ...] = ("赌博", "代考")
    review: tuple[str, ...] = ("转账", "加微信")


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    database: str  # path of the SQLite file, or ":memory:"
    appid: str
    secret: str = field(repr=False)
    push_url: str | None = None  # None: push events are recorded, not delivered
    push_token: str = field(default="", repr=False)
    push_format: Literal["json", "xml"] = "json"
    push_mode: Literal["plain", "compatible", "safe"] = "plain"
    push_aes_key: str = field(default="", repr=False)  # 43 letters and digits; for the modes that seal
    push_timeout_s: float = 5.0
    push_pauses_s: tuple[float, ...] = (1.0, 3.0)  # between the attempts; one attempt more than pauses
    preview_url: str = "/preview/"  # where a tap on a message leads
    pages: frozenset[str] = frozenset()  # the released pages; empty: any
    templates: tuple[Template, ...] = TEMPLATES
    quotas: Mapping[str, Quota] = field(default_factory=lambda: QUOTAS)
    logins_per_minute: int = 100  # of one person
    sensitive_words: tuple[str, ...] = ()  # of messages; those of checked texts are `words`
    words: Words = Words()
    allowed_ips: frozenset[str] = frozenset()  # empty: any
    union_ids: bool = (
        False  # True: the account is bound to an open platform, which knows people across accounts
    )
    original_id: str = "gh_0123456789ab"
    picture_s: float = 1.0  # how long a picture is looked at, before the push event says what it is
    send_s: float = 0.0  # how long a message is on its way; another to the same reader is refused meanwhile
    session_days: int = 3  # a session key unused for so long is replaced at the next sign-in
