"""Calls to WeChat; the one exception is `WeChatRefused`."""

import re
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

import aiohttp
import structlog
from wechatpy.client.api import WeChatWxa

from handlers.context import (
    Clock,
    SubscribeMessage,
    Suggest,
    Template,
    Verdict,
    WeChatIdentity,
    WeChatRefused,
)
from server.wechat.tokens import MemoryTokens, TokenStore
from server.wechat.transport import TIMEOUT, Answer, Transport, refusals

MiniprogramState = Literal["developer", "trial", "formal"]
Language = Literal["zh_CN", "en_US", "zh_HK", "zh_TW"]

# What codes call the version of the mini-program that messages call otherwise.
VERSIONS: Final[Mapping[MiniprogramState, str]] = {
    "developer": "develop",
    "trial": "trial",
    "formal": "release",
}

# Of WeChat's four kinds of text (profile, comment, forum, social log) a question to the library is most like
# a comment: short, written to somebody who answers, and not published to everybody as in a forum or a log.
COMMENT = 2
IMAGE = 2  # of WeChat's kinds of media; the other is sound

PHONE: Final = re.compile(r"\+?\d{5,19}", re.ASCII)

log = structlog.get_logger()


def mask(openid: str) -> str:
    """Enough of an openid to find its lines in a log, too little to write to somebody."""
    return f"{openid[:4]}…{openid[-4:]}" if len(openid) > 12 else "…"


class Wxa(WeChatWxa):  # type: ignore[misc]
    """wechatpy's class, where a subscription message also names a version and a language.

    Its `check_text_security` is the first version of the check, which WeChat has given up.
    """

    def send_subscribe_message(
        self,
        user_id: str,
        template_id: str,
        data: Mapping[str, Mapping[str, str]],
        page: str,
        *,
        miniprogram_state: MiniprogramState,
        lang: Language,
    ) -> Coroutine[Any, Any, Answer]:
        message = {
            "touser": user_id,
            "template_id": template_id,
            "data": data,
            "miniprogram_state": miniprogram_state,
            "lang": lang,
        }
        if page:
            message["page"] = page
        answer: Coroutine[Any, Any, Answer] = self._post("cgi-bin/message/subscribe/send", data=message)
        return answer

    def get_user_phone_number(self, openid: str, code: str) -> Coroutine[Any, Any, Answer]:
        shown = {"code": code, "openid": openid}
        answer: Coroutine[Any, Any, Answer] = self._post("wxa/business/getuserphonenumber", data=shown)
        return answer

    def get_unlimited_code(
        self, scene: str, page: str, *, check_path: bool, env_version: str
    ) -> Coroutine[Any, Any, Answer]:
        wish = {"scene": scene, "page": page, "check_path": check_path, "env_version": env_version}
        answer: Coroutine[Any, Any, Answer] = self._post("wxa/getwxacodeunlimit", data=wish)
        return answer

    def msg_sec_check(self, openid: str, content: str, *, scene: int) -> Coroutine[Any, Any, Answer]:
        text = {"version": 2, "scene": scene, "openid": openid, "content": content}
        answer: Coroutine[Any, Any, Answer] = self._post("wxa/msg_sec_check", data=text)
        return answer

    def media_check_async(
        self, openid: str, media_url: str, *, media_type: int, scene: int
    ) -> Coroutine[Any, Any, Answer]:
        media = {"version": 2, "scene": scene, "openid": openid, "media_type": media_type}
        answer: Coroutine[Any, Any, Answer] = self._post(
            "wxa/media_check_async", data={**media, "media_url": media_url}
        )
        return answer


class WeChatClient:
    """`handlers.context.WeChat` over real HTTP.

    `miniprogram_state` is the version of the mini-program that a tap on a message opens. `checks_text` says
    whether texts and pictures are to be checked at all; `check_text` itself always asks.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        *,
        appid: str,
        secret: str,
        base_url: str = "https://api.weixin.qq.com/",
        clock: Clock,
        miniprogram_state: MiniprogramState = "formal",
        lang: Language = "zh_CN",
        checks_text: bool = True,
        templates: Mapping[str, Template] = MappingProxyType({}),
        tokens: TokenStore | None = None,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        transport = Transport(
            http,
            appid=appid,
            secret=secret,
            base_url=base_url,
            clock=clock,
            tokens=tokens or MemoryTokens(),
            timeout=timeout,
        )
        self._wxa = Wxa(transport)
        self._miniprogram_state: MiniprogramState = miniprogram_state
        self._lang: Language = lang
        self.checks_text = checks_text
        self.templates = templates

    async def identify(self, code: str) -> WeChatIdentity:
        """Turn the code of `wx.login` into who it is.

        The session key that comes along is dropped: nothing here needs it, and what is not kept cannot leak.
        Raises `WeChatRefused`: BAD_CODE when the phone must fetch a new code, RETRY_LATER, BLOCKED, …
        """
        with refusals():
            answer = await self._wxa.code_to_session(code)
        match answer:
            case {"openid": str(openid)} if openid:
                return WeChatIdentity(openid, answer.get("unionid") or None)
        raise WeChatRefused(None, Verdict.RETRY_LATER, message="no openid in the answer")

    async def phone_number(self, openid: str, code: str) -> str:
        """The number that WeChat knows of a person, with the country's code when it is not a Chinese one.

        Raises `WeChatRefused`: BAD_CODE when a new tap must bring a new code, UNREACHABLE when it is another's, …
        """
        with refusals():
            answer = await self._wxa.get_user_phone_number(openid, code)
        match answer:
            case {"phone_info": {"phoneNumber": str(number)}} if PHONE.fullmatch(number):
                return number
        raise WeChatRefused(None, Verdict.RETRY_LATER, message="no phone number in the answer")

    async def code_picture(self, scene: str, page: str) -> bytes:
        """A code of this mini-program as PNG or JPEG, good for ever; a version under trial opens that version.

        `scene` has at most 32 characters of WeChat's alphabet, which knows no `%`; `page` no query and no leading
        slash. Raises `WeChatRefused`: CONFIGURATION when the released version has no such page, RETRY_LATER, …
        """
        with refusals():
            answer = await self._wxa.get_unlimited_code(
                scene,
                page,
                check_path=self._miniprogram_state == "formal",
                env_version=VERSIONS[self._miniprogram_state],
            )
        match answer:
            case {"picture": bytes(picture)}:
                return picture
        raise WeChatRefused(None, Verdict.RETRY_LATER, message="no picture in the answer")

    async def send(self, message: SubscribeMessage) -> str | None:
        """Send a subscription message; answers WeChat's message id (64 bits, as text) if told.

        Raises `WeChatRefused`. UNKNOWN means that it may have arrived: sending again could use up a second
        consent or write twice, so this never repeats by itself.
        """
        try:
            with refusals(effect=True):
                answer = await self._wxa.send_subscribe_message(
                    message.openid,
                    message.template_id,
                    {key: {"value": text} for key, text in message.data.items()},
                    message.page,
                    miniprogram_state=self._miniprogram_state,
                    lang=self._lang,
                )
        except WeChatRefused as refused:
            log.warning(
                "wechat_send_refused",
                openid=mask(message.openid),
                template_id=message.template_id,
                errcode=refused.errcode,
                verdict=refused.verdict.value,
                field=refused.field,
                rid=refused.rid,
            )
            raise
        msgid = answer.get("msgid")
        log.info("wechat_sent", openid=mask(message.openid), template_id=message.template_id, msgid=msgid)
        return None if msgid is None else str(msgid)

    async def check_text(self, openid: str, text: str) -> Suggest:
        """What WeChat thinks of a text; REVIEW when its answer holds nothing that we know.

        `text` has at most 2,500 characters: WeChat judges no longer one, and ours end at 1,000. Asked up to
        three times when there is no answer, which can take half a minute. Raises `WeChatRefused`: STALE_VISIT
        when the author was not here within two hours, RETRY_LATER, TOMORROW, …
        """
        try:
            with refusals():
                answer = await self._wxa.msg_sec_check(openid, text, scene=COMMENT)
        except WeChatRefused as refused:
            log.warning(
                "wechat_check_refused",
                openid=mask(openid),
                errcode=refused.errcode,
                verdict=refused.verdict.value,
                rid=refused.rid,
            )
            raise
        suggest = suggestion(answer)
        log.info(
            "wechat_checked", openid=mask(openid), suggest=suggest.value, trace_id=answer.get("trace_id")
        )
        return suggest

    async def check_picture(self, openid: str, url: str) -> str:
        """Have WeChat fetch and judge a picture: the name under which its push event will tell what it thinks.

        Raises `WeChatRefused`: STALE_VISIT when the author was not here within two hours, RETRY_LATER, TOMORROW, …
        """
        with refusals():
            answer = await self._wxa.media_check_async(openid, url, media_type=IMAGE, scene=COMMENT)
        match answer:
            case {"trace_id": str(trace_id)} if 1 <= len(trace_id) <= 64:
                log.info("wechat_picture_asked", openid=mask(openid), trace_id=trace_id)
                return trace_id
        raise WeChatRefused(None, Verdict.RETRY_LATER, message="no trace_id in the answer")


def suggestion(answer: Answer) -> Suggest:
    """What an answer suggests. Its errcode 0 says only that the text was looked at, not that it is clean."""
    match answer:
        case {"result": {"suggest": "pass"}}:
            return Suggest.PASS
        case {"result": {"suggest": "risky"}}:
            return Suggest.RISKY
    return Suggest.REVIEW
