"""Notices: in the inbox always, on the phone with consent, never twice, whatever WeChat does."""

import time
from typing import Any

from models.db import fetch
from models.notices import Notice
from server.wechat.push import signature
from tests.support.library import PUSH_TOKEN, Library, Phone, at, new_key

REMINDER, LAPSED = "seat_reminder", "booking_lapsed"
SEND = "/cgi-bin/message/subscribe/send"


async def balance(phone: Phone, purpose: str = REMINDER) -> int:
    reminders = (await phone.get("/api/me")).body["reminders"]
    return next(int(one["balance"]) for one in reminders if one["purpose"] == purpose)


async def consented(phone: Phone, *, times: int = 1) -> None:
    told_at = time.monotonic()
    for _ in range(times):
        # Events have no number, and within one second they are one; WeChat's own time goes on meanwhile.
        passed_s, told_at = int(time.monotonic() - told_at), time.monotonic()
        await phone.library.advance(seconds=1 + passed_s)
        await phone.accept(REMINDER)
    await phone.library.until(lambda: _has_balance(phone, times))


async def test_a_consent_that_comes_before_its_reader_has_signed_in_is_kept(library: Library) -> None:
    await library.sim("persons", {"handle": "lin", "name": "lin"})
    unknown = Phone(library, "lin", None, None)
    await unknown.accept(REMINDER)
    await library.until(lambda: fetch("SELECT 1 FROM job WHERE kind = 'keep_consents'"))
    await library.advance(seconds=3)
    lin = await library.sign_in("lin")
    assert await balance(lin) == 0
    await library.advance(seconds=3)
    await library.until(lambda: _has_balance(lin, 1))
    await library.settled()
    assert await balance(lin) == 1  # once


async def test_the_consent_of_somebody_who_never_comes_is_forgotten(library: Library) -> None:
    await library.sim("persons", {"handle": "lin", "name": "lin"})
    await Phone(library, "lin", None, None).accept(REMINDER)
    await library.until(lambda: fetch("SELECT 1 FROM job WHERE kind = 'keep_consents'"))
    await library.advance(minutes=11)
    await library.settled()
    lin = await library.sign_in("lin")
    await library.advance(seconds=3)
    await library.settled()
    assert await balance(lin) == 0


async def _has_balance(phone: Phone, wanted: int) -> bool:
    return await balance(phone) == wanted


async def inbox(phone: Phone) -> list[Any]:
    return list((await phone.get("/api/inbox")).body["items"])


async def sending(phone: Phone) -> list[str]:
    rows = await fetch("SELECT sending FROM notice WHERE reader_id = $1 ORDER BY id", phone.reader_id)
    return [row["sending"] for row in rows]


async def reminded(library: Library, phone: Phone, label: str = "A-1") -> Any:
    """Book from ten to noon and let the time of the reminder come."""
    booking = await phone.booked(label, at(10), at(12))
    await library.advance(minutes=40)
    await library.settled()
    return booking


async def settled_as(phone: Phone, *states: str) -> None:
    async def are() -> bool:
        return await sending(phone) == list(states)

    try:
        await phone.library.until(are)
    except TimeoutError:
        assert await sending(phone) == list(states)


# ---------------------------------------------------------------- the good day


async def test_a_reminder_arrives_on_the_phone_and_in_the_inbox_once(library: Library, lin: Phone) -> None:
    await consented(lin)
    booking = await reminded(library, lin)
    await settled_as(lin, "delivered")

    (message,) = await lin.messages()
    shown = {line["label"]: line["value"] for line in message["lines"]}
    assert shown == {
        "地点": "总馆1层A 区",
        "座位": "A-1",
        "时间": "2026年11月23日 10:00~12:00",
        "提示": "请在 10:15 前扫码签到",
    }
    assert message["page"] == f"pages/bookings/detail?id={booking['id']}"
    (item,) = await inbox(lin)
    assert (item["purpose"], item["title"], item["read"]) == (REMINDER, "A-1 该签到了", False)
    assert item["page"] == f"/pages/bookings/detail?id={booking['id']}"
    assert "11月23日 10:00–12:00" in item["text"]
    assert await balance(lin) == 0

    await library.advance(minutes=5)
    await library.settled()
    assert len(await lin.messages()) == len(await inbox(lin)) == 1


async def test_a_clock_that_jumps_over_a_lease_starts_no_job_twice(library: Library, lin: Phone) -> None:
    await consented(lin)
    await library.sim("faults", {"path": SEND, "kind": "latency", "seconds": 3})
    await lin.booked("A-1", at(9), at(11))  # its reminder is due at once
    await settled_as(lin, "sending")
    await library.advance(minutes=1)  # the worker looks, and its own job seems to be nobody's
    await library.settled()
    await settled_as(lin, "delivered")


async def test_without_consent_the_inbox_has_it_and_wechat_is_not_asked(library: Library, lin: Phone) -> None:
    await lin.accept(REMINDER, choice="reject")
    await reminded(library, lin)
    assert len(await inbox(lin)) == 1
    assert await sending(lin) == ["no_consent"]
    calls = (await library.sim("log"))["calls"]
    assert not [call for call in calls if call["path"] == SEND]


async def test_a_consent_given_while_the_reminder_was_made_still_sends_it(
    library: Library, lin: Phone
) -> None:
    await lin.booked("A-1", at(9), at(11))  # its reminder is due at once, before the question is answered
    await settled_as(lin, "no_consent")
    await lin.accept(REMINDER)
    await settled_as(lin, "delivered")
    assert (len(await lin.messages()), await balance(lin)) == (1, 0)


async def test_what_was_read_stays_read_and_the_count_follows(library: Library, lin: Phone) -> None:
    await reminded(library, lin)
    (item,) = await inbox(lin)
    assert (await lin.get("/api/home")).body["unread"] == 1
    assert (await lin.post("/api/inbox/read", {"up_to_id": item["id"]})).body == {"unread": 0}
    assert [one["read"] for one in await inbox(lin)] == [True]
    assert (await lin.get("/api/me")).body["unread"] == 0


async def test_the_inbox_is_read_in_pages_and_is_only_ones_own(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    for number in range(5):
        await Notice.create(
            reader_id=lin.reader_id,
            purpose="seat_reminder",
            key=f"n:{number}",
            title=f"第 {number} 条",
            text="…",
            values="{}",
            made_at=library.clock.now(),
        )
    first = (await lin.get("/api/inbox?limit=2")).body
    second = (await lin.get(f"/api/inbox?limit=2&after={first['next']}")).body
    third = (await lin.get(f"/api/inbox?limit=2&after={second['next']}")).body
    titles = [item["title"] for page in (first, second, third) for item in page["items"]]
    assert titles == [f"第 {number} 条" for number in (4, 3, 2, 1, 0)]
    assert (third["next"], third["unread"]) == (None, 5)
    assert await inbox(zhou) == []


# ---------------------------------------------------------------- consent


async def test_the_ledger_counts_accepts_and_sends(library: Library, lin: Phone) -> None:
    await consented(lin, times=2)
    await reminded(library, lin)
    await settled_as(lin, "delivered")
    assert await balance(lin) == 1
    assert await balance(lin, LAPSED) == 0


async def test_a_push_event_that_comes_again_counts_once(library: Library, lin: Phone) -> None:
    await consented(lin)
    (event,) = [push for push in (await library.sim("log"))["pushes"] if "popup" in push["event"]]
    for _ in range(2):
        assert await _pushed(library, event["body"]) == 200
    assert await balance(lin) == 1


async def _pushed(library: Library, body: str) -> int:
    """Deliver an event as WeChat does, signed."""
    timestamp = str(int(library.clock.now().timestamp()))
    query = {"timestamp": timestamp, "nonce": "7", "signature": signature(PUSH_TOKEN, timestamp, "7")}
    async with library.http.post(f"{library.url}/wechat/push", params=query, data=body.encode()) as answer:
        return answer.status


async def test_a_push_event_with_a_wrong_signature_changes_nothing(library: Library, lin: Phone) -> None:
    await consented(lin)
    query = {"timestamp": "1795000000", "nonce": "7", "signature": "0" * 40}
    async with library.http.post(f"{library.url}/wechat/push", params=query, data=b"{}") as answer:
        assert answer.status == 403


async def test_templates_switched_off_in_wechat_are_zero_at_once(library: Library, lin: Phone) -> None:
    await consented(lin, times=2)
    template = library.config.wechat.templates[REMINDER].id
    await library.sim("templates/off", {"person": "lin", "template": template})
    await library.until(lambda: _has_balance(lin, 0))


async def test_a_refusal_for_want_of_consent_sets_the_ledger_to_zero(library: Library, lin: Phone) -> None:
    await consented(lin, times=3)
    await library.sim("settings", {"person": "lin", "main_switch": False})  # 43101, and nobody told us
    await reminded(library, lin)
    assert await sending(lin) == ["no_consent"]
    assert await balance(lin) == 0
    assert len(await inbox(lin)) == 1


# ---------------------------------------------------------------- the bad day


async def test_while_wechat_is_away_a_notice_waits_and_is_then_sent_once(
    library: Library, lin: Phone
) -> None:
    await consented(lin)
    await library.sim("faults", {"path": SEND, "kind": "errcode", "errcode": -1})
    await reminded(library, lin)
    for _ in range(6):
        await library.advance(minutes=1, seconds=1)
        await library.settled()
    assert await sending(lin) == ["waiting"]
    assert await lin.messages() == []
    async with library.http.delete(f"{library.sim_url}/sim/api/faults"):
        pass
    await library.advance(hours=1)
    await library.settled()
    await library.advance(seconds=2)  # by now there is word of the lapse too, which waits its turn
    await library.settled()
    await settled_as(lin, "delivered", "no_consent")
    assert len(await lin.messages()) == 1
    assert await balance(lin) == 0


async def test_after_the_days_quota_a_notice_goes_out_at_beijings_midnight(
    library: Library, lin: Phone
) -> None:
    await consented(lin)
    await library.sim("faults", {"path": SEND, "kind": "errcode", "errcode": 45009, "times": 1})
    await reminded(library, lin)
    due = (await fetch("SELECT due_at FROM job WHERE kind = 'send_notice' AND state = 'new'"))[0]["due_at"]
    assert str(due).startswith("2026-11-23 16:00:00")


async def test_when_no_answer_comes_it_is_never_sent_again_and_the_event_settles_it(
    library: Library, lin: Phone
) -> None:
    await consented(lin, times=2)
    # The message goes out and the connection breaks before the answer: the event about it may come first.
    await library.sim("faults", {"path": SEND, "kind": "drop", "times": 1})
    await reminded(library, lin)
    await settled_as(lin, "delivered")
    assert await balance(lin) == 1
    await library.advance(minutes=10)
    await library.settled()
    assert len(await lin.messages()) == 1


async def test_a_notice_of_unknown_fate_is_left_alone_until_its_event_comes(
    library: Library, lin: Phone
) -> None:
    await consented(lin)
    await library.sim("faults", {"path": SEND, "kind": "http_502", "times": 1})  # not sent, but who knows
    await reminded(library, lin)
    assert await sending(lin) == ["unknown"]
    await library.advance(minutes=4)
    await library.settled()
    assert await lin.messages() == []
    assert (await sending(lin))[0] == "unknown"
    assert len(await inbox(lin)) == 1


async def test_an_event_settles_the_message_that_was_sent_last_and_none_that_was_lost_before(
    library: Library, lin: Phone
) -> None:
    await consented(lin, times=3)
    await library.sim("faults", {"path": SEND, "kind": "http_502", "times": 1})
    booking = await reminded(library, lin)
    assert await sending(lin) == ["unknown"]
    await library.sim("faults", {"path": SEND, "kind": "drop", "times": 1})
    await lin.post(f"/api/bookings/{booking['id']}/cancel", {"idempotency_key": new_key()})  # else it lapses
    await lin.booked("A-2", at(12), at(13))
    await library.advance(hours=2)
    await library.settled()
    await settled_as(lin, "unknown", "delivered")


async def test_an_event_that_could_be_about_either_of_two_messages_settles_neither(
    library: Library, lin: Phone
) -> None:
    await consented(lin, times=2)
    for hour, kind in ((9, "http_502"), (10, "drop")):
        await library.sim("faults", {"path": SEND, "kind": kind, "times": 1})
        await lin.booked("A-1", at(hour), at(hour + 1))
        await fetch("UPDATE job SET due_at = $1 WHERE kind = 'remind'", library.clock.now())
        await library.advance(seconds=5)
        await library.settled()
    await library.until(_has_heard_of_a_message)
    assert await sending(lin) == ["unknown", "unknown"]


async def _has_heard_of_a_message() -> bool:
    return bool(
        (await fetch("SELECT count(*) > 2 AS heard FROM wechat_event"))[0]["heard"]
    )  # two are of consents


async def test_a_worker_that_died_while_sending_leaves_a_notice_that_is_not_sent_again(
    library: Library, lin: Phone
) -> None:
    await consented(lin)
    await reminded(library, lin)
    await settled_as(lin, "delivered")
    await fetch("UPDATE notice SET sending = 'sending', msgid = NULL")
    await fetch("UPDATE job SET state = 'new', due_at = $1 WHERE kind = 'send_notice'", library.clock.now())
    await library.advance(seconds=1)
    await library.settled()
    assert await sending(lin) == ["unknown"]
    assert len(await lin.messages()) == 1


async def test_what_cannot_be_mended_by_waiting_is_not_tried_again(library: Library, lin: Phone) -> None:
    await consented(lin)
    await library.sim("faults", {"path": SEND, "kind": "errcode", "errcode": 47003, "times": 1})
    await reminded(library, lin)
    assert await sending(lin) == ["failed"]
    await library.advance(minutes=4)
    await library.settled()
    assert await lin.messages() == []


async def test_one_reader_is_written_to_one_at_a_time(library: Library, lin: Phone) -> None:
    await consented(lin, times=2)
    # Slow enough that the second notice comes while the first is on its way.
    await library.sim("faults", {"path": SEND, "kind": "latency", "seconds": 0.3})
    await lin.booked("A-1", at(10), at(11))
    await lin.booked("A-2", at(11), at(12))
    await library.advance(hours=1, minutes=40)
    await lin.library.until(lambda: _one_at_a_time(library, lin))
    assert await balance(lin) >= 0
    calls = (await library.sim("log"))["calls"]
    assert not [call for call in calls if call["path"] == SEND and call.get("errcode") == 43108]


async def _one_at_a_time(library: Library, phone: Phone) -> bool:
    states = await sending(phone)
    assert states.count("sending") <= 1
    await library.advance(seconds=1)
    return bool(states) and not {"sending", "waiting"} & set(states)


# ---------------------------------------------------------------- when there is nothing to say


async def test_a_booking_that_was_cancelled_reminds_nobody(library: Library, lin: Phone) -> None:
    await consented(lin)
    booking = await lin.booked("A-1", at(10), at(12))
    await lin.post(f"/api/bookings/{booking['id']}/cancel", {"idempotency_key": new_key()})
    await library.advance(hours=2)
    await library.settled()
    assert (await inbox(lin), await lin.messages()) == ([], [])


async def test_a_reader_who_sits_already_is_not_reminded(library: Library, lin: Phone) -> None:
    await consented(lin)
    await lin.booked("A-1", at(10), at(12))
    await library.advance(minutes=35)
    assert (await lin.check_in("codea1")).status == 200
    await library.advance(hours=1)
    await library.settled()
    assert await inbox(lin) == []


async def test_a_lapse_is_told_once_even_when_somebody_took_the_seat_first(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    booking = await lin.booked("A-1", at(10), at(12))
    await library.advance(hours=1, minutes=15)
    await zhou.booked("A-1", at(10, 15), at(12))
    await library.settled()
    for _ in range(2):
        await fetch("UPDATE job SET state = 'new', due_at = $1 WHERE kind = 'lapse'", library.clock.now())
        await library.advance(seconds=1)
        await library.settled()
    told = [item for item in await inbox(lin) if item["purpose"] == LAPSED]
    assert [item["title"] for item in told] == ["A-1 的预约已失效"]
    assert told[0]["page"] == f"/pages/bookings/detail?id={booking['id']}"
    owners = await fetch("SELECT DISTINCT reader_id FROM slot JOIN booking ON booking.id = booking_id")
    assert [row["reader_id"] for row in owners] == [zhou.reader_id]
