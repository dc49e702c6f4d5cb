"""The consent sheet on the phone, and what WeChat tells us of it."""

from typing import Any

import pytest

from server.wechat.simulator import ANSWERED, BOOKING_LAPSED, LIBRARY_NOTICE, SEAT_REMINDER
from server.wechat.simulator.templates import LONG_TERM, TEMPLATES, Template
from tests.wechat.conftest import Desk, Opening

SAME_TITLE = Template("S" * 43, TEMPLATES[0].title, "提示:{{thing1.DATA}}\n", "提示:您好\n")
FOR_LONG = Template("L" * 43, "公共通知", "提示:{{thing1.DATA}}\n", "提示:您好\n", LONG_TERM)


async def ask(desk: Desk, *templates: str) -> Any:
    return await desk.control("subscribe/ask", person="lin", templates=list(templates))


async def balances(desk: Desk) -> dict[str, int]:
    return {entry["template_id"]: entry["balance"] for entry in (await desk.phone())["balances"]}


async def test_a_first_question_shows_a_sheet_with_titles(desk: Desk) -> None:
    await desk.person()
    assert await ask(desk, SEAT_REMINDER, BOOKING_LAPSED) == {
        "popup": True,
        "titles": {SEAT_REMINDER: "预约签到提醒", BOOKING_LAPSED: "预约失效提醒"},
    }


async def test_each_yes_is_the_right_to_one_message(desk: Desk) -> None:
    await desk.person()
    choices = {SEAT_REMINDER: "accept", BOOKING_LAPSED: "reject"}
    for _ in range(2):
        answer = await desk.control("subscribe", person="lin", choices=choices)
        assert answer == {"result": choices}
    assert await balances(desk) == {SEAT_REMINDER: 2, BOOKING_LAPSED: 0, ANSWERED: 0, LIBRARY_NOTICE: 0}


async def test_a_kept_choice_answers_without_a_sheet_and_still_adds_a_right(desk: Desk) -> None:
    await desk.person()
    await desk.control("subscribe", person="lin", choices={SEAT_REMINDER: "accept"}, keep=True)
    assert await ask(desk, SEAT_REMINDER) == {"popup": False, "result": {SEAT_REMINDER: "accept"}}
    assert (await balances(desk))[SEAT_REMINDER] == 2


async def test_what_the_sheet_leaves_out_joins_its_result(desk: Desk) -> None:
    await desk.person()
    await desk.control("subscribe", person="lin", choices={SEAT_REMINDER: "accept"}, keep=True)
    sheet = await ask(desk, SEAT_REMINDER, BOOKING_LAPSED)
    assert list(sheet["titles"]) == [BOOKING_LAPSED]
    answer = await desk.control("subscribe", person="lin", choices={BOOKING_LAPSED: "reject"})
    assert answer["result"] == {SEAT_REMINDER: "accept", BOOKING_LAPSED: "reject"}
    assert (await balances(desk))[SEAT_REMINDER] == 2


async def test_turning_a_template_off_ends_its_rights_until_asked_again(desk: Desk) -> None:
    await desk.person()
    await desk.accept(times=3)
    await desk.control("templates/off", person="lin", template=SEAT_REMINDER)
    assert (await balances(desk))[SEAT_REMINDER] == 0
    assert await ask(desk, SEAT_REMINDER) == {"popup": False, "result": {SEAT_REMINDER: "reject"}}
    await desk.control("templates/ask_again", person="lin", template=SEAT_REMINDER)
    assert (await ask(desk, SEAT_REMINDER))["popup"]


async def test_banned_and_equally_titled_templates_are_left_out(open_desk: Opening) -> None:
    desk: Desk = await open_desk(templates=(*TEMPLATES, SAME_TITLE))
    await desk.person()
    await desk.control("templates/ban", template=BOOKING_LAPSED)
    sheet = await ask(desk, SEAT_REMINDER, SAME_TITLE.id, BOOKING_LAPSED)
    assert list(sheet["titles"]) == [SEAT_REMINDER]
    answer = await desk.control("subscribe", person="lin", choices={SEAT_REMINDER: "accept"})
    assert answer["result"] == {
        SEAT_REMINDER: "accept",
        SAME_TITLE.id: "filter",
        BOOKING_LAPSED: "ban",
    }


@pytest.mark.parametrize(
    ("templates", "errcode"),
    [
        ([], 10001),
        (["nothing"], 20001),
        ([SEAT_REMINDER, FOR_LONG.id], 20002),
        ([SEAT_REMINDER] * 6, 20003),
    ],
)
async def test_a_wrong_question_fails(open_desk: Opening, templates: list[str], errcode: int) -> None:
    desk: Desk = await open_desk(templates=(*TEMPLATES, FOR_LONG))
    await desk.person()
    assert (await ask(desk, *templates))["errCode"] == errcode


async def test_nothing_is_asked_or_sent_while_the_main_switch_is_off(desk: Desk) -> None:
    await desk.person()
    await desk.accept()
    await desk.control("settings", person="lin", main_switch=False)
    assert (await ask(desk, SEAT_REMINDER))["errCode"] == 20004
    assert (await desk.phone())["main_switch"] is False
    assert (await balances(desk))[SEAT_REMINDER] == 1
