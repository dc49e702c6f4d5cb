"""Departments: kept by administrators, chosen by readers, and what staff hand on to another."""

import asyncio
from typing import Any

import pytest

from models.audit import AuditEntry
from tests.support.chat import claim, claimed, librarian, queue, said, say, stream
from tests.support.departments import PATH, close, made, make
from tests.support.feedback import act, answer, audited, box, shown, tell, told
from tests.support.library import Answer, Library, Phone, new_key


async def offered(phone: Phone) -> list[str]:
    return [one["name"] for one in (await phone.get("/api/departments")).body["items"]]


async def hand_on(phone: Phone, conversation_id: str, department: Any) -> Answer:
    return await phone.post(f"/api/desk/{conversation_id}/hand-on", {"department_id": department["id"]})


def of(department: Any) -> dict[str, str]:
    return {"id": department["id"], "name": department["name"]}


# ---------------------------------------------------------------- keeping them


async def test_readers_are_offered_the_open_ones_in_order_and_staff_all(
    library: Library, admin: Phone, lin: Phone
) -> None:
    assert await offered(lin) == []
    last = await made(admin, "技术部", place=9)
    first = await made(admin, "流通部", place=1)
    assert await offered(library.guest) == ["流通部", "技术部"]
    await close(admin, first)
    assert await offered(lin) == ["技术部"]
    everything = (await admin.get("/api/departments")).body["items"]
    assert [(one["name"], one["closed"]) for one in everything] == [("流通部", True), ("技术部", False)]
    reviewer = await library.reviewer("a-reviewer")
    assert await offered(reviewer) == []

    page = (await admin.get(f"{PATH}?limit=1")).body
    assert [one["name"] for one in page["items"]] == ["流通部"]
    rest = (await admin.get(f"{PATH}?limit=1&after={page['next']}")).body
    assert (rest["items"], rest["next"]) == ([last], None)


async def test_a_department_is_made_once_per_key_and_changed_by_the_one_who_saw_it_last(admin: Phone) -> None:
    wish = {"idempotency_key": new_key(), "name": "参考咨询部", "asks": "查资料"}
    first, again = await asyncio.gather(admin.post(PATH, wish), admin.post(PATH, wish))
    assert (first.status, first.body) == (again.status, again.body)
    assert (first.body["place"], first.body["closed"], first.body["version"]) == (0, False, 1)
    department = f"{PATH}/{first.body['id']}"
    assert (await admin.get(department)).body == first.body

    change = {"name": "参考部", "asks": "查资料", "place": 3, "closed": False, "version": 1}
    changed = await admin.put(department, change)
    assert changed.body == {**change, "id": first.body["id"], "version": 2}
    late = await admin.put(department, change)
    assert (late.status, late.code) == (409, "changed_meanwhile")
    entries = await AuditEntry.filter(subject=f"department:{first.body['id']}").order_by("id")
    assert [entry.action for entry in entries] == ["department.make", "department.edit"]


async def test_two_departments_never_have_one_name(admin: Phone) -> None:
    first, refused = sorted(await asyncio.gather(make(admin), make(admin)), key=lambda one: one.status)
    assert (first.status, refused.status, refused.code) == (201, 409, "department_name_taken")
    second = await made(admin, "技术部")
    taken = await admin.put(
        f"{PATH}/{second['id']}",
        {"name": "参考咨询部", "asks": "电脑", "place": 0, "closed": False, "version": 1},
    )
    assert (taken.status, taken.code) == (409, "department_name_taken")


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": " \u200b"},
        {"name": "长" * 21},
        {"asks": "长" * 61},
        {"asks": "两\n行"},
        {"place": -1},
        {"place": "1"},
        {"closed": 1},
        {"librarian": "x"},
    ],
)
async def test_what_is_no_department_is_refused(admin: Phone, wrong: dict[str, Any]) -> None:
    assert (await make(admin, **wrong)).code == "invalid_input"


async def test_only_administrators_keep_departments(library: Library, admin: Phone) -> None:
    department = await made(admin)
    manager = await library.reader("manager", role="manager")
    assert (await make(manager, "别的部")).code == "not_allowed"
    assert (await manager.get(f"{PATH}/{department['id']}")).code == "not_allowed"
    assert (await admin.get(f"{PATH}/987654")).code == "not_found"


# ---------------------------------------------------------------- conversations


async def test_a_new_conversation_goes_where_its_reader_says(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department = await made(admin)
    he = await librarian(library)
    key = new_key()
    first = await say(lin, "这篇论文找不到", local_id=key, department_id=department["id"])
    assert first.status == 200, first.body
    again = await say(lin, "这篇论文找不到", local_id=key, department_id=department["id"])
    assert {**again.body, "state": "checking"} == first.body  # WeChat may have looked at it meanwhile
    await library.settled()
    [mine] = (await lin.get("/api/chats")).body["items"]
    [line] = await queue(he)
    assert mine["department"] == line["department"] == of(department)

    # What goes on is not moved by the reader, and who chooses nothing asks everybody.
    other = await made(admin, "技术部")
    await said(lin, "在吗", department_id=other["id"])
    assert (await queue(he))[0]["department"] == of(department)
    zhou = await library.reader("zhou")
    await said(zhou, "您好", department_id=None)
    await library.settled()
    assert (await queue(he))[1]["department"] is None


async def test_nothing_new_goes_to_a_department_that_is_closed_or_none(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department = await close(admin, await made(admin))
    reviewer = await library.reviewer("a-reviewer")
    open_one = await made(admin, "技术部")
    for phone, department_id in ((lin, department["id"]), (lin, "987654"), (reviewer, open_one["id"])):
        for refused in (
            await say(phone, "在吗", department_id=department_id),
            await tell(phone, department_id=department_id),
        ):
            assert (refused.status, refused.code) == (409, "department_closed")
    assert (await lin.get("/api/chats")).body["items"] == []
    assert (await say(lin, "在吗", department_id="1 OR 1=1")).code == "invalid_input"


async def test_a_conversation_that_is_handed_on_keeps_its_history_and_its_reader_is_told(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department = await made(admin)
    he = await librarian(library)
    conversation = await claimed(library, lin, he, "这篇论文找不到")
    async with lin.socket() as socket:
        line = (await hand_on(he, conversation, department)).body
        while (push := await socket.next("chat_event"))["event"]["kind"] != "transferred":
            pass  # what happened before may come late from another server
    assert (line["state"], line["librarian"], line["first_place"]) == ("waiting", None, True)
    assert line["department"] == of(department)
    assert (push["event"]["kind"], push["event"]["words"]) == ("transferred", "参考咨询部")
    history = (await lin.get(f"/api/chats/{conversation}")).body["events"]
    assert [event["kind"] for event in history] == ["posted", "claimed", "transferred"]
    assert history[-1]["who"]["name"] == "何馆员"
    twice = await hand_on(he, conversation, department)
    assert twice.body == line
    assert [event["kind"] for event in await stream(he, conversation)].count("transferred") == 1
    [entry] = await AuditEntry.filter(action="chat.hand_on")
    assert (entry.subject, entry.details) == (
        f"conversation:{conversation}",
        f'{{"department":{department["id"]}}}',
    )


async def test_only_who_has_a_conversation_hands_it_on_and_anybody_one_that_waits(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department, other = await made(admin), await made(admin, "技术部")
    he, li = await librarian(library), await librarian(library, "li", "李馆员")
    conversation = await claimed(library, lin, he)
    refused = await hand_on(li, conversation, department)
    assert (refused.status, refused.code) == (409, "not_with_you")
    assert (await hand_on(lin, conversation, department)).code == "not_allowed"
    # One tap of two is in time: the other finds it with nobody, and may hand it on as well.
    both = await asyncio.gather(hand_on(he, conversation, department), claim(li, conversation))
    assert 200 in [one.status for one in both]
    assert (await queue(he))[0]["department"] in (None, of(department))
    zhou = await library.reader("zhou")
    waiting = str((await said(zhou, "您好"))["conversation_id"])
    await library.settled()
    line = (await hand_on(li, waiting, other)).body
    assert (line["department"], line["first_place"]) == (of(other), False)
    own = str((await said(li, "我也想问"))["conversation_id"])
    assert (await hand_on(li, own, other)).code == "not_found"
    assert (await hand_on(he, waiting, {"id": "987654"})).code == "department_closed"


async def test_what_a_closed_department_has_is_there_for_the_whole_desk(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department = await made(admin)
    he = await librarian(library)
    conversation = str((await said(lin, department_id=department["id"]))["conversation_id"])
    feedback_id = await told(library, lin, department_id=department["id"])
    await close(admin, department)
    assert (await queue(he))[0]["department"] == of(department)
    assert (await claim(he, conversation)).status == 200
    assert (await answer(he, feedback_id, "谢谢")).status == 200
    await he.post(f"/api/desk/{conversation}/close", {})
    [line] = (await he.get(f"/api/desk/closed?department_id={department['id']}")).body["items"]
    assert line["id"] == conversation
    assert (await he.get("/api/desk/closed?department_id=987654")).body["items"] == []
    await said(lin, "还有一件", conversation_id=conversation)  # opened again, it is where it was
    assert (await queue(he))[0]["department"] == of(department)


# ---------------------------------------------------------------- feedback


async def test_feedback_is_found_by_its_department_and_handed_on_with_a_line_for_its_author(
    library: Library, admin: Phone, lin: Phone
) -> None:
    department, other = await made(admin), await made(admin, "技术部")
    he, li = await librarian(library), await librarian(library, "li", "李馆员")
    feedback_id = await told(library, lin, department_id=department["id"])
    await told(library, lin, "别的事")
    lines = (await he.get(f"/api/feedback-inbox/lines?department_id={department['id']}")).body["items"]
    assert [(line["id"], line["department"]) for line in lines] == [(feedback_id, of(department))]
    assert len(await box(he)) == 2

    await act(he, feedback_id, "take")
    wish = {"department_id": other["id"]}
    assert (await act(li, feedback_id, "hand-on", wish)).code == "feedback_with_another"
    async with lin.socket() as socket:
        line = (await act(he, feedback_id, "hand-on", wish)).body
        await socket.next("feedback_changed")
    assert (line["state"], line["librarian"], line["department"]) == ("received", None, of(other))
    view = await shown(lin, feedback_id)
    assert (view["department"], view["handed_on_at"]) == (of(other), line["handed_on_at"])
    assert (await act(he, feedback_id, "hand-on", wish)).body == line
    mine = (await he.get(f"/api/feedback-inbox/lines?box=mine&department_id={other['id']}")).body["items"]
    assert mine == []

    await answer(li, feedback_id, "修好了")
    assert (
        await act(li, feedback_id, "hand-on", {"department_id": department["id"]})
    ).code == "feedback_over"
    assert await audited(f"feedback:{feedback_id}") == [
        "feedback.send",
        "feedback.take",
        "feedback.hand_on",
        "feedback.take",
        "feedback.answer",
    ]
