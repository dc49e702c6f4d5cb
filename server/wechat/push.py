"""What WeChat pushes to us: proven by its signature, read from JSON or XML, given on as one kind of event."""

import base64
import hashlib
import hmac
import json
import math
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.parsers.expat import ExpatError

import structlog
import xmltodict
from aiohttp import web
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from handlers.context import Clock

LARGEST_BODY = 64 * 1024  # bytes; WeChat's own events stay far below
OLDEST = timedelta(minutes=5)  # a signature older than this may have been overheard
ENVELOPE = frozenset({"ToUserName", "FromUserName", "CreateTime", "MsgType", "Event"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PushEvent:
    """One event, alike from JSON and XML.

    `items` are the entries of its list; an event without a list has its own fields as the one item, those of an
    object in it as `result.suggest`. All values are text. `key` is the same for every delivery of an event, and
    does not show whose it is.
    """

    name: str
    openid: str
    created_at: datetime
    items: tuple[Mapping[str, str], ...]
    key: str


Dispatch = Callable[[PushEvent], Awaitable[None]]


class Push:
    """The two handlers of the address that is entered in WeChat's console.

    `dispatch` should only write down what is to be done: WeChat waits five seconds, then tries twice more.
    When it raises, the answer is 500 and WeChat tries again.

    With `aes_key`, the console's EncodingAESKey, only sealed events count: the console's safe mode, and in its
    compatible mode the sealed half. Without it only open ones do: the plain mode, and the open half.
    """

    def __init__(
        self, token: str, dispatch: Dispatch, *, clock: Clock, appid: str, aes_key: str | None = None
    ) -> None:
        self._token = token
        self._dispatch = dispatch
        self._clock = clock
        self._appid = appid
        self._cipher = PrpCrypto(base64.b64decode(aes_key + "=")) if aes_key else None

    async def verify(self, request: web.Request) -> web.Response:
        """GET: prove to the console that the address is ours."""
        if not self._signed(request.query, "signature"):
            return web.Response(status=403, text="bad signature")
        return web.Response(text=request.query.get("echostr", ""))

    async def receive(self, request: web.Request) -> web.Response:
        """POST: one event. What we do not know is accepted too, or it would come again."""
        if self._cipher is None and not self._signed(request.query, "signature"):
            return web.Response(status=403, text="bad signature")
        body = await limited_body(request)
        if body is None:
            return web.Response(status=413, text="too large")
        try:
            if self._cipher is not None:
                sealed = str(read_fields(body).get("Encrypt", ""))
                if not sealed or not self._signed(request.query, "msg_signature", sealed):
                    return web.Response(status=403, text="bad signature")
                body = unsealed(self._cipher, sealed, self._appid)
            event = read_event(body)
        except ValueError as error:
            log.warning("wechat_push_unreadable", reason=str(error))
            return web.Response(status=400, text="unreadable")
        if event is not None:
            try:
                await self._dispatch(event)
            except Exception:
                log.exception("wechat_push_failed", event_name=event.name, key=event.key)
                return web.Response(status=500, text="try again")
        return web.Response(text="success")

    def _signed(self, query: Mapping[str, str], name: str, *more: str) -> bool:
        """Whether the signature of that name is WeChat's, of a time close to ours and of what else it covers."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = signature(self._token, timestamp, nonce, *more)
        if not hmac.compare_digest(expected.encode(), query.get(name, "").encode()):
            return False
        age_s = abs(self._clock.now().timestamp() - int(timestamp)) if timestamp.isdecimal() else math.inf
        return age_s <= OLDEST.total_seconds()


def signature(*parts: str) -> str:
    """WeChat's way to sign: the parts in byte order, joined, through SHA-1."""
    return hashlib.sha1(b"".join(sorted(part.encode() for part in parts))).hexdigest()


async def limited_body(request: web.Request) -> bytes | None:
    """The body, or None as soon as it proves larger than allowed."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(8_192):
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def unsealed(cipher: PrpCrypto, sealed: str, appid: str) -> bytes:
    """What WeChat sealed for this appid; raises `ValueError` for anything else."""
    try:
        return str(cipher.decrypt(sealed, appid)).encode()
    except (InvalidAppIdException, IndexError, struct.error) as error:
        raise ValueError(f"not sealed for us: {type(error).__name__}") from None


def read_event(body: bytes) -> PushEvent | None:
    """The event in a body; None for messages that are no events.

    Raises `ValueError` for what is neither WeChat's JSON nor its XML, and for XML with entities.
    """
    fields = read_fields(body)
    name = fields.get("Event")
    if not isinstance(name, str) or fields.get("MsgType") != "event":
        log.info("wechat_push_ignored", kind=str(fields.get("MsgType")), encrypted="Encrypt" in fields)
        return None
    # Withdrawn consents name the person in OpenID; the sender may then be somebody else.
    openid = str(fields.get("OpenID") or fields.get("FromUserName") or "")
    created = str(fields.get("CreateTime"))
    items = _items(fields)
    try:
        created_at = datetime.fromtimestamp(int(created), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"CreateTime {created}") from error
    sealed = json.dumps([name, openid, created, items], sort_keys=True).encode()
    return PushEvent(name, openid, created_at, items, f"{name}:{hashlib.sha256(sealed).hexdigest()[:32]}")


def read_fields(body: bytes) -> Mapping[str, Any]:
    """The fields of WeChat's JSON or XML, as they stand there; raises `ValueError`."""
    try:
        if body.lstrip().startswith(b"<"):
            fields = xmltodict.parse(body, disable_entities=True).get("xml")
        else:
            fields = json.loads(body)
    except (ExpatError, RecursionError) as error:
        raise ValueError(type(error).__name__) from error
    if not isinstance(fields, dict):
        raise ValueError("not an object")
    return fields


def _items(fields: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    holders = [fields, *(value for value in fields.values() if isinstance(value, dict))]
    entries = next((holder["List"] for holder in holders if "List" in holder), None)
    if entries is None:
        own = {key: value for key, value in fields.items() if key not in ENVELOPE}
        inner = {
            f"{name}.{key}": value
            for name, held in own.items()
            if isinstance(held, dict)
            for key, value in held.items()
        }
        return (_texts({**own, **inner}),) if own else ()
    several = entries if isinstance(entries, list) else [entries]
    return tuple(_texts(entry) for entry in several if isinstance(entry, dict))


def _texts(entry: Mapping[str, Any]) -> dict[str, str]:
    return {
        key: "" if value is None else str(value)
        for key, value in entry.items()
        if not isinstance(value, dict | list)
    }
