"""WeChat's reviewers and the sample: they see nothing else, and nobody else sees it."""

import asyncio

import pytest

from models.people import Reader
from server.seed import seed_sample
from tests.support import feedback, pictures
from tests.support.chat import DOUBTFUL, RISKY, librarian, queue, said, say, stream, texts
from tests.support.library import REVIEW_CODE, Answer, Library, Phone, at, new_key, running_library

REAL = {"area_id": "1", "branch_id": "1", "label": "A-1", "code": "codea1"}
Things = dict[str, str]


@pytest.fixture
async def sample(library: Library) -> Things:
    """The sample beside the library: what one may ask for in it."""
    seat = (await seed_sample(library.services.context("test")))[0]
    branch = (await seat.area).branch_id
    ids = {"area_id": str(seat.area_id), "branch_id": str(branch)}
    return {**ids, "label": seat.label, "code": seat.code}


@pytest.fixture
async def wang(library: Library, sample: Things) -> Phone:
    return await library.reviewer("wang")


async def enter(phone: Phone, code: str = REVIEW_CODE) -> Answer:
    return await phone.post("/api/review", {"code": code})


# ---------------------------------------------------------------- the way in and out


async def test_only_the_code_lets_somebody_in_and_wrong_ones_are_paced(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    assert (await enter(library.guest)).code == "sign_in_needed"
    for code in (REVIEW_CODE.upper(), REVIEW_CODE[:-1], "审核码"):
        answer = await enter(lin, code)
        assert (answer.status, answer.code) == (422, "review_code_refused")
    assert (await enter(lin, "wrong")).code == "too_many"
    assert (await enter(zhou, "wrong")).code == "too_many"  # they call from the same address
    assert await Reader.filter(sample=True).count() == 0
    assert (await library.guest.get("/api/me")).body["review_open"] is True
    assert (await enter(lin)).status == 200


async def test_without_a_code_nobody_gets_in_and_the_page_does_not_ask(database_url: str) -> None:
    async with running_library(database_url, review_code=None) as library:
        lin = await library.reader("lin")
        assert (await lin.get("/api/me")).body["review_open"] is False
        assert (await enter(lin)).code == "review_code_refused"


async def test_a_reviewer_is_an_account_apart_and_two_taps_are_one(library: Library, lin: Phone) -> None:
    booking = await lin.booked("A-1", at(12), at(13))
    answers = await asyncio.gather(*(enter(lin) for _ in range(5)))
    assert {answer.status for answer in answers} == {200}
    (reviewer,) = {answer.body["me"]["id"] for answer in answers}
    assert reviewer != str(lin.reader_id)
    me = (await Phone(library, "lin", answers[0].body["token"], int(reviewer)).get("/api/me")).body
    assert (me["roles"], me["reminders"]) == (["reviewer"], [])
    assert [one["id"] for one in (await lin.get("/api/bookings")).body["items"]] == [booking["id"]]
    again = await enter(Phone(library, "lin", answers[0].body["token"], int(reviewer)))
    assert again.code == "not_allowed"


async def test_a_review_ends_after_two_weeks_with_all_that_belongs_to_it(
    library: Library, sample: Things, lin: Phone
) -> None:
    token = (await enter(lin)).body["token"]
    wang = Phone(library, "lin", token, None)
    assert (await wang.post("/api/sign-out")).status == 200
    first = (await enter(lin)).body
    wang = Phone(library, "lin", first["token"], int(first["me"]["id"]))
    assert await Reader.filter(sample=True).count() == 1
    await said(wang, "这里能看书吗")
    await library.advance(days=13)
    last = ("2026-12-08T12:00:00+08:00", "2026-12-08T13:00:00+08:00")
    await wang.booked(sample["label"], *last)
    await library.advance(days=1)
    await library.settled()
    await library.until(lambda: gone(wang))
    await library.advance(minutes=2)
    await library.settled()
    (closed,) = await Reader.filter(sample=True)
    assert closed.openid == f"closed:{closed.id}"
    second = (await enter(lin)).body
    assert second["me"]["id"] != first["me"]["id"]
    await Phone(library, "lin", second["token"], None).booked(sample["label"], *last)
    assert (await lin.get("/api/me")).body["roles"] == ["reader"]


async def gone(phone: Phone) -> bool:
    return (await phone.get("/api/me")).status == 401


async def test_who_gives_up_their_wechat_account_is_no_reviewer_either(
    library: Library, sample: Things, lin: Phone, wang: Phone
) -> None:
    theirs = Phone(library, "lin", (await enter(lin)).body["token"], None)
    await library.sim("give_up_account", {"person": "lin"})
    for phone in (theirs, lin):  # at the other server a moment later
        await library.until(lambda phone=phone: gone(phone))
    assert not await gone(wang)


async def test_whoever_works_for_the_library_is_a_mere_reviewer_in_the_sample(
    library: Library, sample: Things, admin: Phone
) -> None:
    body = (await enter(admin)).body
    wang = Phone(library, "admin", body["token"], int(body["me"]["id"]))
    assert (await wang.get("/api/desk")).code == "not_allowed"
    assert (await wang.get("/api/admin/announcement")).code == "not_allowed"
    code = (await admin.post("/api/admin/invitations", {"role": "librarian"})).body["code"]
    assert (await wang.post("/api/invitations/accept", {"code": code})).code == "not_allowed"
    assert (await admin.get("/api/desk")).status == 200


# ---------------------------------------------------------------- what one sees


async def test_each_side_sees_its_own_and_nothing_of_the_other(
    library: Library, sample: Things, wang: Phone, lin: Phone
) -> None:
    for phone, branches, notice in (
        (wang, ["示例馆"], "这里是示例"),
        (lin, ["总馆"], "欢迎"),
        (library.guest, ["总馆"], "欢迎"),
    ):
        home = (await phone.get("/api/home")).body
        assert [branch["name"] for branch in home["branches"]] == branches
        assert home["announcement"]["title"] == notice
        spaces = (await phone.get("/api/spaces")).body["branches"]
        assert [branch["name"] for branch in spaces] == branches
        assert all(branch["areas"] for branch in spaces)
        written = (await phone.get("/api/articles?kind=faq")).body["items"]
        assert bool(written) == (phone is wang)


async def asked_for(phone: Phone, things: Things) -> dict[str, str]:
    """The code of each answer to a question about these things; "" where it was fulfilled."""
    area, branch = things["area_id"], things["branch_id"]
    words = {"local_id": new_key(), "text": "请问"}
    answers = {
        "area": await phone.get(f"/api/areas/{area}"),
        "day": await phone.get(f"/api/areas/{area}/days/2026-11-23"),
        "hours": await phone.get(f"/api/branches/{branch}/hours"),
        "book": await phone.book(things["label"], at(14), at(15)),
        "check in": await phone.check_in(things["code"]),
    }
    seat = str((await phone.library.seat(things["label"])).id)
    for kind, id_ in (("area", area), ("branch", branch), ("seat", seat)):
        about = {"kind": kind, "id": id_}
        answers[f"about {kind}"] = await phone.post("/api/chat-messages", {**words, "about": about})
    codes = {name: "" if answer.status < 300 else answer.code for name, answer in answers.items()}
    async with phone.socket() as socket:
        told = await socket.ask("area_watch", {"area_id": area, "date": "2026-11-23"})
        codes["watch"] = told.get("error", {}).get("code", "")
    return codes


@pytest.mark.parametrize("who", ["reviewer", "reader", "guest", "admin"])
async def test_what_belongs_to_the_other_side_does_not_exist(
    library: Library, sample: Things, who: str
) -> None:
    if who == "reviewer":
        phone, theirs = await library.reviewer("wang"), REAL
    elif who == "guest":
        phone, theirs = library.guest, sample
    else:
        phone, theirs = await library.reader(who, role="admin" if who == "admin" else None), sample
    codes = await asked_for(phone, theirs)
    needs_sign_in = {"book", "check in", *(name for name in codes if name.startswith("about"))}
    for name, code in codes.items():
        expected = {"check in": "unknown_code"}.get(name, "not_found")
        if who == "guest" and name in needs_sign_in:
            expected = "sign_in_needed"
        assert code == expected, name


async def test_the_staff_edits_what_is_real_and_prints_no_codes_of_the_sample(
    library: Library, sample: Things, admin: Phone
) -> None:
    area = sample["area_id"]
    seat = await library.seat(sample["label"])
    assert (await admin.get(f"/api/admin/areas/{area}/seat-codes")).code == "not_found"
    picture = await admin.get(f"/api/admin/seats/{seat.id}/code-picture")
    assert picture.status == 404
    (rules,) = (await admin.get("/api/admin/seat-rules")).body["items"]
    assert rules["name"] == "普通座位"
    foreign = (await seat.area).rules_id
    edit = {name: value for name, value in rules.items() if name != "id"}
    assert (await admin.put(f"/api/admin/seat-rules/{foreign}", edit)).code == "not_found"
    notice = (await admin.get("/api/admin/announcement")).body
    assert notice["title"] == "欢迎"
    changed = {"title": "新的", "text": "", "version": notice["version"]}
    assert (await admin.put("/api/admin/announcement", changed)).status == 200
    wang = await library.reviewer("wang")
    assert (await wang.get("/api/home")).body["announcement"]["title"] == "这里是示例"


# ---------------------------------------------------------------- what one does


async def test_a_reviewer_books_and_sits_in_the_sample_and_its_watchers_see_it(
    library: Library, sample: Things, wang: Phone
) -> None:
    li = await library.reviewer("li")
    async with li.socket() as socket:
        await socket.ask("area_watch", {"area_id": sample["area_id"], "date": "2026-11-23"})
        booking = await wang.booked(sample["label"], at(9), at(10))
        told = await socket.next("seats_changed")
        assert told["seats"][0]["seat_id"] == booking["seat"]["id"]
    assert (await li.book(sample["label"], at(9), at(10))).code == "seat_taken"
    assert (await wang.check_in(sample["code"])).body["state"] == "checked_in"
    assert (await li.get(f"/api/bookings/{booking['id']}")).code == "not_found"


async def test_what_a_reviewer_asks_and_tells_never_reaches_the_staff(
    library: Library, wang: Phone, lin: Phone
) -> None:
    he = await librarian(library)
    async with he.socket() as socket:
        await socket.ask("desk_watch", {})
        await socket.ask("feedback_watch", {})
        asked = await said(wang, "请问这里几点关门")
        await library.settled()
        held = await said(wang, DOUBTFUL)
        told = await feedback.told(library, wang, "灯有点暗")
        await feedback.told(library, wang, DOUBTFUL)
        await said(lin)
        await library.settled()
        await library.until(lambda: waits(he))
        news = [data for name, data in socket.heard if name in ("desk_changed", "feedback_news")]
        assert {item["reader_name"] for one in news for item in one["items"]} <= {None, "lin"}
        ids = {item["id"] for one in news for item in one["items"]}
        assert not ids & {asked["conversation_id"], told}
    assert len(await queue(he)) == 1
    assert await feedback.box(he) == []
    counts = (await he.get("/api/feedback-inbox")).body
    assert (counts["waiting"], counts["held"]) == (0, 0)
    assert (await he.get("/api/desk/held")).body["items"] == []
    assert (await he.get("/api/desk")).body["held"] == 0
    conversation = asked["conversation_id"]
    for answer in (
        await he.get(f"/api/chats/{conversation}"),
        await he.get(f"/api/chats/{conversation}/events?after=0"),
        await he.post(f"/api/desk/{conversation}/claim"),
        await say(he, "六点", conversation_id=conversation),
        await he.post(f"/api/desk/held/{held['message_id']}/show"),
        await he.post(f"/api/desk/held/{held['message_id']}/return"),
        await feedback.act(he, told, "take"),
        await feedback.act(he, told, "note"),
        await feedback.act(he, told, "show"),
        await feedback.answer(he, told, "谢谢"),
    ):
        assert (answer.status, answer.code) == (404, "not_found")
    assert await texts(wang, conversation) == ["请问这里几点关门", DOUBTFUL]


async def waits(phone: Phone) -> bool:
    return bool(await queue(phone))


async def test_a_reviewers_stars_are_not_counted(library: Library, sample: Things, wang: Phone) -> None:
    he = await librarian(library)
    visit = await feedback.visit(wang.reader_id, seat=sample["label"])
    assert (await feedback.rate(wang, visit, 1)).status == 200
    assert (await he.get("/api/feedback-inbox")).body["ratings"]["visits"]["total"] == 0


async def test_texts_of_a_reviewer_are_checked_as_those_of_the_person_that_they_are(
    library: Library, wang: Phone
) -> None:
    sent = await said(wang, RISKY)
    await library.settled()
    (event, *_) = await stream(wang, sent["conversation_id"])
    assert event["message"]["state"] == "returned"


async def test_so_are_their_pictures(library: Library, wang: Phone) -> None:
    await pictures.state(library, (await pictures.sent(wang))["id"], "shown")


async def test_news_of_the_library_does_not_reach_a_reviewer(
    library: Library, wang: Phone, lin: Phone, admin: Phone
) -> None:
    async with wang.socket() as reviewer, lin.socket() as reader:
        await librarian(library)
        notice = {"title": "新的", "text": "", "version": 1}
        assert (await admin.put("/api/admin/announcement", notice)).status == 200
        await reader.next("staffed_changed")
        await reader.next("home_changed")
        assert (await wang.get("/api/chat-state")).body["staffed"] is False
        assert (await lin.get("/api/chat-state")).body["staffed"] is True
        await asyncio.sleep(0.1)
        assert reviewer.heard == []
