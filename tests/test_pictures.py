"""Pictures in feedback: WeChat judges them before anybody else sees them, and what nothing shows leaves."""

import asyncio
from typing import Any

import pytest

from models.db import fetch
from server.wechat.push import signature
from tests.support.feedback import audited, box, librarian, mine, shown, tell
from tests.support.library import PUSH_TOKEN, Library, Phone, Socket, new_key
from tests.support.pictures import RED, YELLOW, files, picture, seen, send, sent, state

CHECK, EVENT = "/wxa/media_check_async", "/wxa_media_check"


@pytest.fixture
async def he(library: Library) -> Phone:
    return await librarian(library, "he", "何馆员")


async def told_with(library: Library, phone: Phone, *bodies: bytes) -> tuple[str, list[str]]:
    """(id of feedback with these pictures, theirs)."""
    ids = [(await sent(phone, body))["id"] for body in bodies]
    answer = await tell(phone, picture_ids=ids)
    assert answer.status == 200, answer.body
    return answer.body["feedback_id"], ids


async def pictures(phone: Phone) -> list[tuple[str, bool]]:
    """Of the only feedback in the inbox: (state, whether it can be seen)."""
    [line] = await box(phone)
    return [(one["state"], one["url"] is not None) for one in line["pictures"]]


async def told_states(desk: Socket) -> list[str]:
    """The pictures of the only feedback in the next news."""
    [line] = (await desk.next("feedback_news"))["items"]
    return [one["state"] for one in line["pictures"]]


async def fault(library: Library, path: str, kind: str, **more: Any) -> None:
    await library.sim("faults", {"path": path, "kind": kind, **more})


async def calls(library: Library) -> int:
    return [call["path"] for call in (await library.sim("log"))["calls"]].count(CHECK)


async def asked_again(library: Library, *, minutes: float) -> None:
    """WeChat is well again, and the author there, when it is time to ask once more."""
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        pass
    await library.sim("visit", {"person": "lin"})
    await library.advance(minutes=minutes)


async def job(kind: str) -> Any:
    [found] = await fetch("SELECT * FROM job WHERE kind = $1", kind)
    return found


async def event(library: Library, body: str) -> int:
    """A push event, signed as WeChat does."""
    stamp = str(int(library.clock.now().timestamp()))
    query = {"timestamp": stamp, "nonce": "1", "signature": signature(PUSH_TOKEN, stamp, "1")}
    async with library.http.post(f"{library.url}/wechat/push", params=query, data=body) as answer:
        return answer.status


# ---------------------------------------------------------------- judged


async def test_the_staff_sees_a_picture_when_wechat_has_let_it_pass_and_its_author_at_once(
    library: Library, lin: Phone, he: Phone
) -> None:
    await fault(library, EVENT, "drop")
    number, [own] = await told_with(library, lin, picture())
    await library.settled()
    assert await pictures(he) == [("checking", False)]
    [view] = (await shown(lin, number))["pictures"]
    assert (view["id"], view["state"]) == (own, "checking")
    assert (await seen(library, view["url"])).status == 200
    await library.until(lambda: calls(library))
    [asked] = await fetch("SELECT * FROM upload WHERE id = $1", int(own))
    body = "<xml><MsgType>event</MsgType><Event>wxa_media_check</Event><FromUserName>o</FromUserName>{}</xml>"
    xml = body.format(
        f"<CreateTime>1</CreateTime><trace_id>{asked['trace_id']}</trace_id><errcode>0</errcode>"
        "<result><suggest>pass</suggest><label>100</label></result>"
    )
    async with he.socket() as desk:
        await desk.ask("feedback_watch", {})
        assert [await event(library, xml) for _ in range(2)] == [200, 200]
        await state(library, own, "shown")
        # News of before may come late: from another server, it is on its way for a moment.
        while await told_states(desk) != ["shown"]:
            pass
    [(there, visible)] = await pictures(he)
    assert (there, visible) == ("shown", True)
    [line] = await box(he)
    assert (await seen(library, line["pictures"][0]["url"])).status == 200


async def test_what_wechat_wants_looked_at_only_the_staff_sees(
    library: Library, lin: Phone, he: Phone
) -> None:
    _, [own] = await told_with(library, lin, picture(YELLOW))
    await state(library, own, "held")
    await library.settled()
    assert await pictures(he) == [("held", True)]


async def test_a_risky_picture_is_removed_its_author_is_told_and_it_cannot_come_again(
    library: Library, lin: Phone, he: Phone
) -> None:
    await fault(library, EVENT, "drop")
    number, [bad, good] = await told_with(library, lin, picture(RED), picture())
    await library.until(lambda: calls(library))
    await library.settled()
    own = (await shown(lin, number))["pictures"][0]["url"]  # by its time it is good for an hour
    assert (await seen(library, own)).status == 200
    await asked_again(library, minutes=31)
    await state(library, bad, "removed")
    await state(library, good, "shown")
    await library.settled()
    assert await pictures(he) == [("removed", False), ("shown", True)]
    assert (await seen(library, own)).code == "not_found"
    await library.until(lambda: asyncio.sleep(0, len(files(library)) == 1))
    [notice] = (await lin.get("/api/inbox")).body["items"]
    assert (notice["title"], notice["page"]) == (
        "有一张图片没有通过检查",
        f"/pages/feedback/one?id={number}",
    )
    assert (await send(lin, picture(RED))).code == "picture_refused"
    assert (await tell(lin, picture_ids=[bad])).code == "picture_gone"
    assert await audited(f"upload:{bad}") == ["upload.remove"]


@pytest.mark.parametrize(
    ("path", "kind", "again"),
    [(CHECK, "errcode", 10), (CHECK, "http_502", 10), (EVENT, "drop", 30), (EVENT, "errcode", 30)],
)
async def test_while_wechat_does_not_judge_nobody_else_sees_it_and_it_is_asked_again(
    library: Library, lin: Phone, he: Phone, path: str, kind: str, again: int
) -> None:
    await fault(library, path, kind, errcode=-1008)
    _, [own] = await told_with(library, lin, picture())
    await library.until(lambda: calls(library))
    await library.settled()
    asked = await calls(library)
    await library.advance(minutes=again - 1)
    await library.settled()
    assert (await calls(library), await pictures(he)) == (asked, [("checking", False)])
    await asked_again(library, minutes=1.1)
    await state(library, own, "shown")
    assert await pictures(he) == [("shown", True)]


async def test_whose_author_was_away_too_long_waits_for_them_and_is_given_up_after_a_week(
    library: Library, lin: Phone, he: Phone
) -> None:
    await fault(library, CHECK, "errcode", errcode=61010)
    _, [own] = await told_with(library, lin, picture())
    await library.settled()
    await library.advance(days=6, hours=23)
    await library.settled()
    assert (await job("check_picture"))["state"] == "new"
    await library.advance(hours=2)
    await library.settled()
    assert (await job("check_picture"))["state"] == "done"
    assert await pictures(he) == [("checking", False)]
    await state(library, own, "checking")


async def test_an_event_about_nothing_we_asked_does_nothing(library: Library, lin: Phone) -> None:
    own = (await sent(lin))["id"]
    await state(library, own, "shown")
    head = '"MsgType": "event", "Event": "wxa_media_check", "FromUserName": "o", "CreateTime": 1'
    for more in (
        '"trace_id": "x", "errcode": 0, "result": {"suggest": "risky"}',
        '"trace_id": "y", "errcode": 0, "result": "risky"',
        '"errcode": 0, "result": {"suggest": "risky"}',
        f'"trace_id": "{"z" * 500}", "errcode": 0, "result": {{"suggest": ["risky"]}}',
        '"trace_id": {"a": {"b": 1}}, "errcode": -1008',
    ):
        assert await event(library, f"{{{head}, {more}}}") == 200, more
    await library.advance(minutes=2)
    await library.settled()
    await state(library, own, "shown")


async def test_an_event_that_comes_before_its_name_was_stored_is_not_lost(
    library: Library, lin: Phone
) -> None:
    await fault(library, EVENT, "drop")
    own = (await sent(lin))["id"]
    await library.until(lambda: calls(library))
    head = '"MsgType": "event", "Event": "wxa_media_check", "FromUserName": "o", "CreateTime": 1'
    await event(library, f'{{{head}, "trace_id": "early", "errcode": 0, "result": {{"suggest": "pass"}}}}')
    await library.settled()
    await fetch("UPDATE upload SET trace_id = 'early', asked_at = at WHERE id = $1", int(own))
    await library.advance(seconds=5)
    await library.settled()
    assert [row["state"] for row in await fetch("SELECT state FROM upload")] == ["shown"]


# ---------------------------------------------------------------- told


async def test_the_same_feedback_again_has_the_same_pictures_and_others_are_refused(
    library: Library, lin: Phone
) -> None:
    one, other = (await sent(lin))["id"], (await sent(lin, picture(size=(9, 9))))["id"]
    wish: dict[str, Any] = {"local_id": new_key(), "picture_ids": [other, one]}
    first, again = await tell(lin, **wish), await tell(lin, **wish)
    assert first.body["feedback_id"] == again.body["feedback_id"]
    for changed in ([one, other], [one], []):
        assert (await tell(lin, **{**wish, "picture_ids": changed})).code == "idempotency_key_reused"
    [view] = await mine(lin)
    assert [one["id"] for one in view["pictures"]] == [other, one]
    more = await tell(lin, picture_ids=[one])  # what came back is sent once more
    assert more.status == 200


# ---------------------------------------------------------------- leaving


async def test_what_nothing_shows_leaves_after_a_day_and_what_is_shown_stays(
    library: Library, lin: Phone
) -> None:
    _, [used] = await told_with(library, lin, picture())
    left = (await sent(lin, picture(size=(9, 9))))["id"]
    bad = (await sent(lin, picture(RED)))["id"]
    await state(library, bad, "removed")
    await library.advance(hours=23)
    await library.settled()
    assert len(files(library)) == 2
    await library.advance(hours=25)
    for gone in (left, bad):
        await state(library, gone, "gone")
    assert len(files(library)) == 1
    await state(library, used, "shown")
    assert (await lin.get(f"/api/uploads/{left}")).code == "not_found"
    await sent(lin, picture(size=(9, 9)))  # the same again is taken as new


async def test_who_takes_back_their_pictures_at_wechat_leaves_none(
    library: Library, lin: Phone, zhou: Phone, he: Phone
) -> None:
    await told_with(library, lin, picture())
    kept = (await sent(zhou))["id"]
    await library.sim("withdraw", {"person": "lin", "what": 14})
    await library.until(lambda: fetch("SELECT 1 WHERE (SELECT count(*) FROM upload) = 1"))  # after the files
    assert [row["id"] for row in await fetch("SELECT id FROM upload")] == [int(kept)]
    assert len(files(library)) == 1
    assert await pictures(he) == []


async def test_a_closed_account_leaves_no_picture(library: Library, lin: Phone, he: Phone) -> None:
    await told_with(library, lin, picture())
    await sent(lin, picture(size=(9, 9)))
    await library.settled()
    await lin.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await library.advance(minutes=1)
    await library.settled()
    assert (await fetch("SELECT id FROM upload"), files(library)) == ([], [])
    [line] = await box(he)
    assert line["pictures"] == []
