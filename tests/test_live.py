"""Live: the seat map of an area, numbered and complete; what reaches whose phone; and a model of all of it."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import socketio
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.support.databases import Databases
from tests.support.library import (
    MONDAY_9,
    WITHIN_S,
    Library,
    Phone,
    Socket,
    at,
    new_key,
    running_library,
)

AREA = {"area_id": "1", "date": "2026-11-23"}


async def watch(socket: Socket, what: dict[str, str] = AREA) -> Any:
    answer = await socket.ask("area_watch", what)
    assert "data" in answer, answer
    return answer["data"]


# ---------------------------------------------------------------- watching an area


async def test_a_watcher_sees_each_change_with_the_next_number(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    async with zhou.socket() as socket:
        before = await watch(socket)
        assert (before["number"], before["seats"], before["slot_minutes"]) == (0, [], 15)
        assert before["open"] == [{"first": 32, "until": 88}]

        booking = await lin.booked("A-1", at(14), at(17))
        booked = await socket.next("seats_changed")
        seat = booking["seat"]["id"]
        held = {"first": 56, "until": 68, "lapses_at": at(14, 15)}
        assert booked == {**AREA, "number": 1, "seats": [{"seat_id": seat, "busy": [held]}]}

        await lin.post(f"/api/bookings/{booking['id']}/cancel", {"idempotency_key": new_key()})
        freed = await socket.next("seats_changed")
        assert freed == {**AREA, "number": 2, "seats": [{"seat_id": seat, "busy": []}]}
        assert (await watch(socket))["number"] == 2


async def test_a_snapshot_tells_ones_own_and_not_whose_the_others_are(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    booking = await lin.booked("A-1", at(14), at(15))
    async with lin.socket() as mine, zhou.socket() as other, library.guest.socket() as guest:
        own, theirs, anybodys = [await watch(socket) for socket in (mine, other, guest)]
    assert [span["booking_id"] for span in own["mine"]] == [booking["id"]]
    assert theirs["mine"] == anybodys["mine"] == []
    assert own["seats"] == theirs["seats"] == anybodys["seats"] != []
    assert own["seats"] == (await library.guest.get("/api/areas/1/days/2026-11-23")).body["seats"]


async def test_ten_changes_at_once_are_one_event_with_the_last_states(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    async with library.guest.socket() as socket:
        await watch(socket)
        changed = await asyncio.gather(
            *(phone.book(f"A-{n}", at(9 + n), at(10 + n)) for n in range(1, 5) for phone in (lin, zhou))
        )
        assert sum(answer.status == 201 for answer in changed) == 4
        day = (await library.guest.get("/api/areas/1/days/2026-11-23")).body
        events, last = list[Any](), dict[str, Any]()
        while len(last) < 4:
            events.append(await socket.next("seats_changed"))
            last |= {seat["seat_id"]: seat["busy"] for seat in events[-1]["seats"]}
        assert [event["number"] for event in events] == list(range(1, len(events) + 1))
        assert last == {seat["seat_id"]: seat["busy"] for seat in day["seats"]}

        socket.heard.clear()
        for number in range(10):  # in one turn of the loop, so that no load spreads them
            library.services.live.changed("area:1:2026-11-23", str(number % 4 + 1))
        told = await socket.next("seats_changed")
        assert {seat["seat_id"]: seat["busy"] for seat in told["seats"]} == last
        await asyncio.sleep(0.2)
        assert not [data for name, data in socket.heard if name == "seats_changed"]


async def test_the_last_number_is_repeated_so_that_a_lost_change_shows(library: Library, lin: Phone) -> None:
    async with library.guest.socket() as socket:
        await watch(socket)
        assert await socket.next("area_number") == {**AREA, "number": 0}
        await lin.booked("A-1", at(14), at(15))
        await socket.next("seats_changed")
        socket.heard.clear()
        assert await socket.next("area_number") == {**AREA, "number": 1}


async def test_only_what_is_watched_is_told_and_leaving_ends_it(library: Library, lin: Phone) -> None:
    async with library.guest.socket() as socket:
        await watch(socket)
        await lin.booked("B-1", at(10), at(11))
        assert await socket.ask("area_leave", AREA) == {"data": {}}
        await lin.booked("A-1", at(14), at(15))
        await asyncio.sleep(0.4)
        assert [name for name, _ in socket.heard if name == "seats_changed"] == []


async def test_a_lapse_reaches_the_watchers(library: Library, lin: Phone) -> None:
    await lin.booked("A-1", at(10), at(11))
    async with library.guest.socket() as socket:
        await watch(socket)
        await library.advance(hours=1, minutes=15)
        held = [{"first": 40, "until": 44, "lapses_at": at(10, 15)}]
        told = [held]
        while told == [held]:  # the booking itself, when it was made a moment before the watch began
            told = [seat["busy"] for seat in (await socket.next("seats_changed"))["seats"]]
        assert told == [[]]


async def test_a_check_in_reaches_the_watchers_as_held_for_good(library: Library, lin: Phone) -> None:
    await lin.booked("A-1", at(9), at(10))
    async with library.guest.socket() as socket:
        await watch(socket)
        await lin.check_in("codea1")
        async with asyncio.timeout(5):
            # The booking itself may be told first, when it was made a moment before the watch began.
            told = [at(9, 15)]
            while told == [at(9, 15)]:
                (seat,) = (await socket.next("seats_changed"))["seats"]
                told = [span["lapses_at"] for span in seat["busy"]]
        assert told == [None]


# ---------------------------------------------------------------- connecting and asking


@pytest.mark.parametrize("token", ["nobody's", "x" * 5000])
async def test_a_bad_token_is_refused_at_the_door_with_its_code(library: Library, token: str) -> None:
    told: list[Any] = []
    sio = socketio.AsyncClient(reconnection=False)
    sio.on("connect_error", told.append)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await sio.connect(library.url, auth={"token": token}, transports=["websocket"], wait_timeout=WITHIN_S)
    assert told[0]["data"]["code"] == "sign_in_needed"
    assert told[0]["message"] == "请先登录，再继续。"
    await sio.disconnect()


@pytest.mark.parametrize("auth", [None, {}, {"token": None}, {"token": ""}, {"token": 7}, "text", [1]])
async def test_without_a_token_one_is_a_guest(library: Library, auth: Any) -> None:
    socket = Socket()
    await socket.sio.connect(library.url, auth=auth, transports=["websocket"], wait_timeout=WITHIN_S)
    assert (await watch(socket))["mine"] == []
    await socket.sio.disconnect()


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("area_paint", AREA, "unknown_event"),
        ("x" * 500, {}, "unknown_event"),
        ("area_watch", None, "invalid_input"),
        ("area_watch", "text", "invalid_input"),
        ("area_watch", [AREA], "invalid_input"),
        ("area_watch", {}, "invalid_input"),
        ("area_watch", {**AREA, "area_id": 1}, "invalid_input"),
        ("area_watch", {**AREA, "date": "2026-02-30"}, "invalid_input"),
        ("area_watch", {**AREA, "more": 1}, "invalid_input"),
        ("area_watch", {**AREA, "area_id": "999"}, "not_found"),
        ("area_leave", {}, "invalid_input"),
    ],
)
async def test_what_is_no_question_is_answered_with_a_code_and_nothing_is_watched(
    library: Library, lin: Phone, event: str, payload: Any, code: str
) -> None:
    async with library.guest.socket() as socket:
        error = (await socket.ask(event, payload))["error"]
        assert error["code"] == code
        assert error["message"]
        assert error["request_id"]
        await lin.booked("A-1", at(14), at(15))
        await asyncio.sleep(0.1)
        assert [name for name, _ in socket.heard if name != "area_number"] == []
        assert (await watch(socket))["number"] == 0  # the line still works


async def test_the_events_of_one_socket_are_answered_in_the_order_sent(library: Library) -> None:
    answered: list[int] = []

    def note(number: int, _task: Any) -> None:
        answered.append(number)

    async with library.guest.socket() as socket:
        tasks = []
        for number in range(30):
            event = ("area_watch", "area_leave", "no_such_event")[number % 3]
            tasks.append(asyncio.create_task(socket.ask(event, AREA)))
            tasks[-1].add_done_callback(partial(note, number))
            await asyncio.sleep(0)
        await asyncio.gather(*tasks)
    assert answered == list(range(30))


# ---------------------------------------------------------------- whose phone


async def test_what_is_ones_own_reaches_ones_own_phones_only(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    tablet = await library.sign_in("lin")
    async with tablet.socket() as own, zhou.socket() as others, library.guest.socket() as guest:
        booking = await lin.booked("A-1", at(9), at(11))  # and its reminder is due at once
        assert await own.next("bookings_changed") == {"booking_id": booking["id"]}
        assert await own.next("inbox_changed") == {"unread": 1}
        item = (await lin.get("/api/inbox")).body["items"][0]
        await lin.post("/api/inbox/read", {"up_to_id": item["id"]})
        assert await own.next("inbox_changed") == {"unread": 0}
        assert others.heard == guest.heard == []


async def test_a_new_notice_or_rule_reaches_everybody(library: Library, admin: Phone, lin: Phone) -> None:
    async with lin.socket() as reader, library.guest.socket() as guest:
        notice = {"title": "闭馆", "text": "周三闭馆。", "version": 1}
        assert (await admin.put("/api/admin/announcement", notice)).status == 200
        rules = (await admin.get("/api/admin/seat-rules")).body["items"][0]
        rules_id = rules.pop("id")
        await admin.put(f"/api/admin/seat-rules/{rules_id}", {**rules, "at_once": 1})
        for socket in (reader, guest):
            for _ in range(2):
                assert await socket.next("home_changed") == {}
    assert (await lin.get("/api/home")).body["announcement"]["text"] == "周三闭馆。"
    await lin.booked("A-1", at(10), at(11))
    assert (await lin.book("A-2", at(12), at(13))).code == "too_many_at_once"


# ---------------------------------------------------------------- a model of it all

SEATS, READERS = ("A-1", "A-2", "A-3"), ("lin", "zhou", "wang")
DAY_STARTS = datetime.fromisoformat(at(0))

step = some.one_of(
    some.tuples(
        some.just("book"), some.sampled_from(READERS), some.sampled_from(SEATS), some.integers(36, 48)
    ),
    some.tuples(some.sampled_from(["cancel", "finish", "check_in"]), some.sampled_from(READERS)),
    some.tuples(some.just("advance"), some.sampled_from([5, 15, 40])),
)


class Model:
    """What should be true, kept as plainly as can be: one list of holdings per reader."""

    def __init__(self) -> None:
        self.now = MONDAY_9
        self.held: dict[str, dict[str, Any]] = {}

    def alive(self) -> dict[str, dict[str, Any]]:
        return {
            who: one for who, one in self.held.items() if one["checked_in"] or one["lapses_at"] > self.now
        }

    def free(self, seat: str, first: int, until: int) -> bool:
        return not any(
            one["seat"] == seat and one["first"] < until and first < one["until"]
            for one in self.alive().values()
        )

    def day(self) -> dict[str, list[tuple[int, int, bool]]]:
        busy: dict[str, list[tuple[int, int, bool]]] = {}
        for one in self.alive().values():
            busy.setdefault(one["seat"], []).append((one["first"], one["until"], one["checked_in"]))
        return {seat: sorted(spans) for seat, spans in busy.items()}


def slot_now(now: datetime) -> int:
    return int((now - DAY_STARTS) / timedelta(minutes=15))


async def take_step(library: Library, model: Model, phones: dict[str, Phone], move: Any) -> None:
    match move:
        case ("advance", minutes):
            await library.advance(minutes=minutes)
            model.now += timedelta(minutes=minutes)
        case ("book", who, seat, first):
            await book(model, phones[who], who, seat, first)
        case (act, who):
            await act_on(model, phones[who], who, act)


async def book(model: Model, phone: Phone, who: str, seat: str, first: int) -> None:
    """Two hours from a slot on; the model knows one booking per reader at a time."""
    if who in model.alive() or first < slot_now(model.now):
        return
    starts = DAY_STARTS + timedelta(minutes=15 * first)
    answer = await phone.book(seat, starts.isoformat(), (starts + timedelta(hours=2)).isoformat())
    if model.free(seat, first, first + 8):
        if answer.status == 409 and answer.code == "too_many_today":
            return
        assert answer.status == 201, answer.body
        lapses = max(starts, model.now) + timedelta(minutes=15)
        model.held[who] = {
            "id": answer.body["id"],
            "seat": seat,
            "first": first,
            "until": first + 8,
            "lapses_at": lapses,
            "checked_in": False,
        }
    else:
        assert answer.code in ("seat_taken", "too_many_today")


async def act_on(model: Model, phone: Phone, who: str, act: str) -> None:
    one = model.alive().get(who)
    if one is None:
        return
    if act == "check_in":
        answer = await phone.check_in("code" + one["seat"].lower().replace("-", ""))
        opens = DAY_STARTS + timedelta(minutes=15 * one["first"] - 30)
        allowed = not one["checked_in"] and opens <= model.now
        assert (answer.status == 200) == allowed, answer.body
        one["checked_in"] = one["checked_in"] or allowed
        return
    answer = await phone.post(f"/api/bookings/{one['id']}/{act}", {"idempotency_key": new_key()})
    over = model.now >= DAY_STARTS + timedelta(minutes=15 * one["until"])
    allowed = not over and one["checked_in"] == (act == "finish")
    assert (answer.status == 200) == allowed, answer.body
    if allowed:
        # What lies behind stays as it was; the running slot and the rest are free.
        one["until"] = min(one["until"], max(one["first"], slot_now(model.now)))
        one["checked_in"], one["lapses_at"] = True, None
        model.held[f"past {one['id']}"] = model.held.pop(who)
        if one["until"] <= one["first"]:
            del model.held[f"past {one['id']}"]


async def live_story(url: str, moves: list[Any]) -> None:
    async with running_library(url, with_worker=False) as library:
        phones = {name: await library.reader(name) for name in READERS}
        labels = {
            seat["id"]: seat["label"] for seat in (await library.guest.get("/api/areas/1")).body["seats"]
        }
        model = Model()
        for move in moves:
            await take_step(library, model, phones, move)
            day = (await library.guest.get("/api/areas/1/days/2026-11-23")).body
            shown = {
                labels[seat["seat_id"]]: sorted(
                    (span["first"], span["until"], span["lapses_at"] is None) for span in seat["busy"]
                )
                for seat in day["seats"]
            }
            assert shown == model.day(), move
            for spans in shown.values():
                assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))


@pytest.mark.timeout(180)  # two seconds alone; twenty libraries are opened
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(moves=some.lists(step, min_size=6, max_size=25))
def test_whatever_three_readers_do_the_map_is_what_a_plain_model_says(
    all_databases: Databases, moves: list[Any]
) -> None:
    with all_databases.new() as url:
        asyncio.run(live_story(url, moves))
