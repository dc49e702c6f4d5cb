"""`check-live`: what is still missing before readers can come, at WeChat and here."""

import secrets as chance
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from handlers.context import Clock, WeChatRefused
from models import db, schema
from server.clock import SystemClock
from server.config import Config, Secrets
from server.redis import AWAY, connect
from server.wechat import console
from server.wechat.push import signature
from server.wechat.tokens import MemoryTokens
from server.wechat.transport import TIMEOUT, Transport

MOST_SKEW_S: Final = 60

HINTS: Final = {
    40013: "the appid is not known: wechat.appid",
    40125: "the AppSecret is wrong: WENJIN_WECHAT_SECRET",
    40164: "this machine is not on the IP list: 开发管理 → 开发设置 → IP白名单",
    40243: "the AppSecret is frozen: thaw it in the console",
}


@dataclass(frozen=True)
class Finding:
    what: str
    missing: str | None  # and what to do about it; None when all is well


class _Missing(Exception):
    """The text says what, and what to do."""


class _Checks:
    def __init__(self, config: Config, secrets: Secrets, clock: Clock, http: aiohttp.ClientSession) -> None:
        self._config, self._secrets, self._clock, self._http = config, secrets, clock, http
        # Its own token, asked for anew, so that the IP list is really asked.
        self._wechat = Transport(
            http,
            appid=config.wechat.appid,
            secret=secrets.wechat_secret.get_secret_value(),
            base_url=config.wechat.base_url,
            clock=clock,
            tokens=MemoryTokens(),
            timeout=TIMEOUT,
        )

    async def mode(self) -> None:
        if self._config.mode != "production":
            raise _Missing('mode = "production"')

    async def database(self) -> None:
        try:
            await db.connect(self._config.database.url)
            try:
                pending = await schema.pending()
            finally:
                await db.disconnect()
        except Exception as error:
            raise _Missing(f"does not answer ({type(error).__name__}): WENJIN_DATABASE_URL") from None
        if pending:
            raise _Missing(f"{pending} migrations: run `migrate`")

    async def redis(self) -> None:
        if not self._config.redis.url:
            return
        client = connect(self._config.redis.url)
        try:
            await client.ping()
        except AWAY as error:
            raise _Missing(f"does not answer ({type(error).__name__}): WENJIN_REDIS_URL") from None
        finally:
            await client.aclose()

    async def domain(self) -> None:
        if not self._config.server.public_url.startswith("https://"):
            raise _Missing("server.public_url: the https address that phones ask for")
        await self._ask("/api/home")

    async def push(self) -> None:
        stamp, nonce, said = str(int(self._clock.now().timestamp())), chance.token_hex(8), chance.token_hex(8)
        signed = signature(self._secrets.push_token.get_secret_value(), stamp, nonce)
        query = {"signature": signed, "timestamp": stamp, "nonce": nonce, "echostr": said}
        if await self._ask("/wechat/push", query) != said:
            raise _Missing("/wechat/push does not answer as WeChat wants: is this server behind the address?")

    async def _ask(self, path: str, query: dict[str, str] | None = None) -> str:
        try:
            async with self._http.get(
                self._config.server.public_url + path, params=query, timeout=TIMEOUT, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise _Missing(f"{path} answers {answer.status}, with the secrets and settings of here")
                return await answer.text()
        except aiohttp.ClientConnectorDNSError:
            raise _Missing("the name of server.public_url is not in the DNS") from None
        except aiohttp.ClientSSLError:
            raise _Missing(
                "the certificate of server.public_url is not good: renew it at the proxy"
            ) from None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _Missing(f"server.public_url cannot be reached ({type(error).__name__})") from None

    async def clock(self) -> None:
        try:
            async with self._http.get(self._config.wechat.base_url, timeout=TIMEOUT) as answer:
                theirs = parsedate_to_datetime(answer.headers["Date"])
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            raise _Missing(f"WeChat cannot be reached ({type(error).__name__})") from None
        off_s = (self._clock.now() - theirs).total_seconds()
        if abs(off_s) > MOST_SKEW_S:
            raise _Missing(f"{off_s:+.0f} s beside WeChat's: let this machine set its clock (chrony)")

    async def token(self) -> None:
        await console.categories(self._wechat)

    async def templates(self) -> None:
        there = await console.templates(self._wechat)
        for purpose, template in self._config.wechat.templates.items():
            if template.id not in there:
                raise _Missing(f"{purpose}: the account has no template {template.id}")
            if unknown := set(template.fields.values()) - there[template.id]:
                raise _Missing(f"{purpose}: the template has no {', '.join(sorted(unknown))}")
        if not self._config.wechat.templates:
            raise _Missing("no [wechat.templates.…]: nobody is told anything in WeChat")

    async def categories(self) -> None:
        if not await console.categories(self._wechat):
            raise _Missing("the account has none: 设置 → 基本设置 → 服务类目")


async def findings(config: Config, secrets: Secrets, *, clock: Clock | None = None) -> list[Finding]:
    """Each thing that was looked at, in the order in which to mend it."""
    async with aiohttp.ClientSession() as http:
        checks = _Checks(config, secrets, clock or SystemClock(), http)
        return [
            await _found("mode", checks.mode),
            await _found("database", checks.database),
            await _found("redis", checks.redis),
            await _found("domain", checks.domain),
            await _found("push", checks.push),
            await _found("clock", checks.clock),
            await _found("token", checks.token),
            await _found("categories", checks.categories),
            await _found("templates", checks.templates),
        ]


async def _found(what: str, check: Callable[[], Awaitable[None]]) -> Finding:
    try:
        await check()
    except _Missing as missing:
        return Finding(what, str(missing))
    except WeChatRefused as refused:
        hint = HINTS.get(refused.errcode or 0, "WeChat gives no answer that can be used")
        return Finding(what, f"{hint} ({refused.errcode})" if refused.errcode else hint)
    return Finding(what, None)
