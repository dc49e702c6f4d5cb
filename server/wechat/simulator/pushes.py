"""Delivers push events as WeChat does: signed, sealed if wanted, three attempts, five seconds each."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import aiohttp
import xmltodict
from wechatpy.crypto import PrpCrypto

from server.wechat.simulator.clock import SimulatorClock
from server.wechat.simulator.settings import SimulatorSettings
from server.wechat.simulator.store import Store

WRAPPERS: Mapping[str, str] = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}
Item = Mapping[str, object]


def signature(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


class Pushes:
    """Every event is recorded; delivery goes on beside the call that caused it."""

    def __init__(self, settings: SimulatorSettings, clock: SimulatorClock, store: Store) -> None:
        self._settings = settings
        self._clock = clock
        self._store = store
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=settings.push_timeout_s))
        self._under_way: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        await self.give_up()
        await self._http.close()

    async def give_up(self) -> None:
        """Stop what is being delivered; it is not taken up again."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until nothing is being delivered."""
        while self._under_way:
            await asyncio.wait(set(self._under_way))

    async def send(self, event: str, openid: str, items: Sequence[Item]) -> None:
        body = self.body(event, openid, items)
        rows = await self._store.all(
            "INSERT INTO push (event, openid, body, created_at, state) VALUES (?, ?, ?, ?, ?) RETURNING id",
            event,
            openid,
            body,
            self._clock.now(),
            "on_the_way" if self._settings.push_url else "no_url",
        )
        if self._settings.push_url:
            self.beside(self._deliver(self._settings.push_url, rows[0]["id"], openid, body))

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Goes on beside the call that caused it."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def body(self, event: str, openid: str, items: Sequence[Item]) -> str:
        """One item is an object in JSON, several are an array; XML wraps them; numbers are text, but in what
        WeChat says of a picture."""
        fields: dict[str, object] = {
            "ToUserName": self._settings.original_id,
            "FromUserName": openid,
            "CreateTime": str(int(self._clock.now())),
            "MsgType": "event",
            "Event": event,
        }
        entries = [dict(item) for item in items]
        if event not in WRAPPERS:  # these have no list, but the fields of the one item
            return self._rendered(fields | entries[0])
        if self._settings.push_format == "json":
            return self._rendered(fields | {"List": entries[0] if len(entries) == 1 else entries})
        return self._rendered(fields | {WRAPPERS[event]: {"List": entries}})

    def _rendered(self, fields: Mapping[str, object]) -> str:
        if self._settings.push_format == "json":
            return json.dumps(fields, ensure_ascii=False)
        text: str = xmltodict.unparse({"xml": fields}, full_document=False)
        return text

    def _sealed(self, body: str) -> tuple[str, str]:
        """What is delivered in place of an open body, and what its signature covers."""
        cipher = PrpCrypto(base64.b64decode(self._settings.push_aes_key + "="))
        secret = cipher.encrypt(body, self._settings.appid).decode()
        beside: Mapping[str, object] = {"ToUserName": self._settings.original_id}
        if self._settings.push_mode == "compatible":
            beside = (
                json.loads(body) if self._settings.push_format == "json" else xmltodict.parse(body)["xml"]
            )
        return self._rendered({**beside, "Encrypt": secret}), secret

    async def _deliver(self, url: str, push_id: int, openid: str, body: str) -> None:
        pauses = [*self._settings.push_pauses_s, None]
        for attempt, pause_s in enumerate(pauses, start=1):
            accepted, reply = await self._attempt(url, openid, body)
            state = "delivered" if accepted else "on_the_way" if pause_s is not None else "failed"
            await self._store.run(
                "UPDATE push SET attempts = ?, state = ?, reply = ? WHERE id = ?",
                attempt,
                state,
                reply,
                push_id,
            )
            if accepted or pause_s is None:
                return
            await asyncio.sleep(pause_s)

    async def _attempt(self, url: str, openid: str, body: str) -> tuple[bool, str]:
        timestamp, nonce = str(int(self._clock.now())), str(secrets.randbelow(10**9))
        query = {
            "signature": signature(self._settings.push_token, timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            "openid": openid,
        }
        if self._settings.push_mode != "plain":
            body, secret = self._sealed(body)
            query["encrypt_type"] = "aes"
            query["msg_signature"] = signature(self._settings.push_token, timestamp, nonce, secret)
        kind = "application/json" if self._settings.push_format == "json" else "text/xml"
        try:
            async with self._http.post(
                url, params=query, data=body.encode(), headers={"Content-Type": kind}
            ) as response:
                reply = await response.text()
                return response.status == 200 and reply in ("", "success"), f"{response.status} {reply[:200]}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return False, type(error).__name__
