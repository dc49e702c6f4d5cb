"""Carries wechatpy's API classes over aiohttp: token, timeouts, repetition, and reading of the answer."""

import asyncio
import json
import random
import re
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any

import aiohttp
import structlog
from wechatpy.exceptions import WeChatClientException

from handlers.context import Clock, Verdict, WeChatRefused
from server import metrics, tracing
from server.wechat.policy import POLICY, STALE_TOKEN, verdict_on
from server.wechat.tokens import AccessToken, TokenStore

Answer = dict[str, Any]  # what WeChat sends as JSON; read by one function each, never handed on

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3)
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")  # how PNG and JPEG begin
RID = re.compile(r"rid: ([0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8})")
FIELD = re.compile(r"data\.(\w+)\.value")

log = structlog.get_logger()


class Lost(Enum):
    """How far a call got that brought no readable answer."""

    UNSENT = auto()  # no connection: nothing has happened
    SILENT = auto()  # sent, no answer: it may have happened
    GARBLED = auto()  # an answer that is not WeChat's JSON: it may have happened


class Unanswered(Exception):
    """No readable answer. The text names no address: WeChat's addresses carry secrets and tokens."""

    def __init__(self, how: Lost, reason: str) -> None:
        super().__init__(reason)
        self.how = how


@dataclass(frozen=True, slots=True)
class Manner:
    """How a call may be repeated when it brought no answer."""

    repeats: int
    after: frozenset[Lost]


ONCE = Manner(0, frozenset())
MANNERS: Mapping[str, Manner] = {
    "cgi-bin/stable_token": Manner(2, frozenset(Lost)),
    # A sign-in code is spent by whatever answered, so that only silence permits to show it again.
    "sns/jscode2session": Manner(1, frozenset({Lost.UNSENT, Lost.SILENT})),
    "wxa/business/getuserphonenumber": Manner(1, frozenset({Lost.UNSENT, Lost.SILENT})),  # a code as well
    "wxa/getwxacodeunlimit": Manner(2, frozenset(Lost)),
    "wxa/msg_sec_check": Manner(2, frozenset(Lost)),
    "wxa/media_check_async": Manner(2, frozenset(Lost)),  # asked twice it is judged twice
}


@contextmanager
def refusals(*, effect: bool = False) -> Iterator[None]:
    """Turn every failure of a call into `WeChatRefused`.

    `effect` says that the call does something that must not be done twice: once sent, silence means
    `Verdict.UNKNOWN` instead of `RETRY_LATER`.
    """
    try:
        yield
    except WeChatClientException as refused:
        rid, field = RID.search(refused.errmsg), FIELD.search(refused.errmsg)
        raise WeChatRefused(
            refused.errcode,
            verdict_on(refused.errcode),
            message=refused.errmsg,
            rid=rid and rid[1],
            field=field[1] if field and refused.errcode == 47003 else None,
        ) from None
    except Unanswered as lost:
        unknown = effect and lost.how is not Lost.UNSENT
        raise WeChatRefused(
            None, Verdict.UNKNOWN if unknown else Verdict.RETRY_LATER, message=str(lost)
        ) from None


class Transport:
    """What wechatpy's API classes take for a client: `get` and `post` are coroutines here.

    Calls raise `WeChatClientException` when WeChat refuses, `Unanswered` when there is no readable answer,
    and `WeChatRefused` when no access token can be had.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        appid: str,
        secret: str,
        base_url: str,
        clock: Clock,
        tokens: TokenStore,
        timeout: aiohttp.ClientTimeout,
    ) -> None:
        self.appid = appid
        self.secret = secret
        self._http = http
        self._base_url = base_url.rstrip("/") + "/"
        self._timeout = timeout
        self._token = AccessToken(tokens, clock, self._fetch_token)

    def get(
        self, url: str, *, api_base_url: str, params: Mapping[str, str] | None = None
    ) -> Coroutine[Any, Any, Answer]:
        """Wanted by wechatpy; its own `api_base_url` gives way to ours."""
        return self._call("GET", url, params or {}, None)

    def post(
        self, url: str, *, api_base_url: str, data: Mapping[str, Any] | None = None
    ) -> Coroutine[Any, Any, Answer]:
        """Wanted by wechatpy; `data` is sent as JSON."""
        return self._call("POST", url, {}, data)

    async def _call(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        if path.startswith("sns/"):  # these prove themselves by appid and secret
            return await self._repeated(method, path, params, body)
        token = await self._token.current()
        try:
            return await self._repeated(method, path, {**params, "access_token": token}, body)
        except WeChatClientException as refused:
            if refused.errcode not in STALE_TOKEN:
                raise
        token = await self._token.current(refused=token)
        return await self._repeated(method, path, {**params, "access_token": token}, body)

    async def _fetch_token(self, force: bool) -> tuple[str, timedelta]:
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret,
            "force_refresh": force,
        }
        with refusals():
            answer = await self._repeated("POST", "cgi-bin/stable_token", {}, body)
            match answer:
                case {"access_token": str(value), "expires_in": int(lifetime_s)}:
                    return value, timedelta(seconds=lifetime_s)
            raise Unanswered(Lost.GARBLED, "no token in the answer")

    async def _repeated(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        manner = MANNERS.get(path, ONCE)
        attempt = 0
        while True:
            try:
                with tracing.span(path):
                    return await self._logged(method, path, params, body)
            except Unanswered as lost:
                if attempt == manner.repeats or lost.how not in manner.after:
                    raise
            await asyncio.sleep(random.uniform(0.1, 0.3) * 2**attempt)
            attempt += 1

    async def _logged(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Answer:
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            answer = read_answer(*await self._exchange(method, path, params, body))
        except Unanswered as lost:
            metrics.wechat_call(path, lost.how.name.lower(), loop.time() - began)
            log.warning(
                "wechat_unanswered",
                path=path,
                how=lost.how.name.lower(),
                reason=str(lost),
                latency_ms=round((loop.time() - began) * 1000),
            )
            raise
        errcode, errmsg = answer.get("errcode") or 0, str(answer.get("errmsg", ""))
        rid = RID.search(errmsg)
        took_s = loop.time() - began
        latency_ms = round(took_s * 1000)
        known = "ok" if errcode == 0 else str(errcode) if errcode in POLICY else "other"
        metrics.wechat_call(path, known, took_s)
        if errcode:
            log.info("wechat_refused", path=path, errcode=errcode, rid=rid and rid[1], latency_ms=latency_ms)
            raise WeChatClientException(errcode, errmsg)
        log.debug("wechat_answered", path=path, latency_ms=latency_ms)
        return answer

    async def _exchange(
        self, method: str, path: str, params: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> tuple[int, bytes]:
        # WeChat showed escaped \uXXXX literally in some messages: send the characters themselves.
        data = None if body is None else json.dumps(dict(body), ensure_ascii=False).encode()
        headers = {} if data is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self._http.request(
                method,
                self._base_url + path,
                params=params,
                data=data,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,  # the address carries the token
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unanswered(Lost.UNSENT, type(error).__name__) from None
        except aiohttp.ClientPayloadError as error:
            raise Unanswered(Lost.GARBLED, type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unanswered(Lost.SILENT, type(error).__name__) from None


def read_answer(status: int, body: bytes) -> Answer:
    """The JSON object that WeChat sent, whatever content type it wrote above (often text/plain); a picture, which it
    sends bare, as `picture`.

    Raises `Unanswered`. Business errors come with status 200, so any other status is a gateway's.
    """
    if status != 200:
        raise Unanswered(Lost.GARBLED, f"HTTP {status}")
    if body.startswith(PICTURES):
        return {"picture": body}
    try:
        answer: Answer = json.loads(body, strict=False)
    except (ValueError, RecursionError):
        raise Unanswered(Lost.GARBLED, "not JSON") from None
    match answer:
        case {"errcode": int()}:
            return answer
        case dict() if "errcode" not in answer:  # how several calls say that all is well
            return answer
    raise Unanswered(Lost.GARBLED, "not an answer of WeChat")
