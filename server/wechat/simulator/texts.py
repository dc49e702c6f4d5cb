"""Content security: the check of a text, where lists of words stand in for WeChat's judgement."""

from dataclasses import dataclass

from server.wechat.simulator import identifiers
from server.wechat.simulator.store import Row
from server.wechat.simulator.tokens import admitted, posted
from server.wechat.simulator.world import Body, Call, Refusal, World

VISIT_COUNTS_S = 7_200
MOST_CHARACTERS = 2_500
SCENES = (1, 2, 3, 4)  # profile, comment, forum, social log
LABELS = {"pass": 100, "review": 10_001, "risky": 20_006}  # normal, advertising, crime
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """What is suggested, and the word that led to it."""

    suggest: str
    word: str | None = None

    @property
    def label(self) -> int:
        return LABELS[self.suggest]


async def msg_sec_check(world: World, call: Call) -> Body:
    """`POST /wxa/msg_sec_check`: errcode 0 whatever the text is; what to do with it says `result`."""
    await admitted(world, call)
    asked = posted(call)
    if asked.get("version") != 2:
        raise Refusal(40097, "invalid args")
    if asked.get("scene") not in SCENES:
        raise Refusal(40129, "invalid scene")
    text = asked.get("content")
    if not isinstance(text, str) or not 1 <= len(text) <= MOST_CHARACTERS:
        raise Refusal(47001, "data format error")
    openid = str(asked.get("openid", ""))
    await check_author(world, openid)
    judged = _judged(world, text)
    now = world.clock.now()
    await world.store.run(
        "INSERT INTO text_check (at, openid, text, suggest) VALUES (?, ?, ?, ?)",
        now,
        openid,
        text,
        judged.suggest,
    )
    return {
        "errcode": 0,
        "errmsg": "ok",
        "result": {"suggest": judged.suggest, "label": judged.label},
        "detail": _detail(judged),
        "trace_id": identifiers.request_id(now),
    }


async def newest(world: World) -> list[Row]:
    """The texts that were judged last, newest first, with who wrote them."""
    rows = await world.store.all(
        "SELECT text_check.id, at, name, text, suggest FROM text_check JOIN person USING (openid) "
        "ORDER BY text_check.id DESC LIMIT ?",
        MOST_SHOWN,
    )
    return [row | {"at": world.clock.at(row["at"]).isoformat(timespec="seconds")} for row in rows]


async def check_author(world: World, openid: str) -> None:
    person = await world.store.one("SELECT last_visit_at FROM person WHERE openid = ?", openid)
    if person is None:
        raise Refusal(40003, "invalid openid")
    visited_at = person["last_visit_at"]
    if visited_at is None or world.clock.now() - visited_at > VISIT_COUNTS_S:
        raise Refusal(61010, "code is expired")


def _judged(world: World, text: str) -> Judged:
    for suggest, words in (("risky", world.words.risky), ("review", world.words.review)):
        for word in words:
            if word in text:
                return Judged(suggest, word)
    return Judged("pass")


def _detail(judged: Judged) -> list[Body]:
    told = {"errcode": 0, "suggest": judged.suggest, "label": judged.label}
    detail = [{"strategy": "content_model", **told, "prob": 90}]
    if judged.word:
        detail.append({"strategy": "keyword", **told, "level": 20, "keyword": judged.word})
    return detail
