"""What was said and shown under an account that goes, lin: conversations, texts that are being checked, pictures."""

from models.db import fetch
from tests.support.chat import CHECK, claim, claimed, librarian, queue, said, say, stream, texts
from tests.support.feedback import box, mine, told
from tests.support.library import Library, Phone, at
from tests.support.merging import later, look, looked, merged, signed_out
from tests.support.pictures import sent


async def test_a_conversation_goes_on_with_its_numbers_and_the_desk_sees_whose_it_is(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    he = await librarian(library)
    await zhou.put("/api/me", {"nickname": "林新"})
    talk = await claimed(library, lin, he)
    await said(he, "有的", conversation_id=talk)
    await library.settled()
    await lin.post(f"/api/chats/{talk}/marks", {"delivered": 3, "read": 2})
    before = await stream(lin, talk)
    row = dict((await fetch("SELECT * FROM conversation"))[0])
    async with zhou.socket() as socket:
        await merged(admin, zhou, lin)
        assert (await socket.next("chat_unread"))["unread"] == 1
    after = await stream(zhou, talk)
    assert [event["seq"] for event in after] == [event["seq"] for event in before]
    assert dict((await fetch("SELECT * FROM conversation"))[0]) == {**row, "reader_id": zhou.reader_id}
    (line,) = await queue(he)
    assert (line["id"], line["reader_name"]) == (talk, "林新")
    await said(zhou, "谢谢", conversation_id=talk)
    await library.settled()
    assert (await texts(he, talk))[-1] == "谢谢"
    assert await library.until(lambda: signed_out(lin))
    assert (await say(lin, "我", conversation_id=talk)).code == "sign_in_needed"


async def test_of_two_open_conversations_the_one_with_a_librarian_goes_on(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    he = await librarian(library)
    talk = await claimed(library, lin, he)
    waiting = (await said(zhou, "另一件事"))["conversation_id"]
    await library.settled()
    assert any("两边各有一个" in line for line in (await looked(admin, zhou, lin))["ends"])
    await merged(admin, zhou, lin)
    states = {item["id"]: item["state"] for item in (await zhou.get("/api/chats")).body["items"]}
    assert states == {talk: "claimed", waiting: "closed"}
    assert (await stream(zhou, waiting))[-1]["kind"] == "closed"
    assert [line["id"] for line in await queue(he)] == [talk]


async def test_who_has_answered_the_other_account_is_not_merged_with_it(
    library: Library, admin: Phone, lin: Phone
) -> None:
    he = await librarian(library)
    talk = await claimed(library, lin, he)
    assert (await look(admin, he, lin)).code == "merge_answered"
    assert (await he.post(f"/api/desk/{talk}/hand-back")).status == 200
    await merged(admin, he, lin)
    (item,) = (await he.get("/api/chats")).body["items"]
    assert (item["id"], item["state"]) == (talk, "waiting")
    assert (await claim(he, talk)).code == "not_found"


async def test_a_text_that_is_being_checked_arrives_all_the_same(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    he = await librarian(library)
    await library.sim("faults", {"path": CHECK, "kind": "latency", "seconds": 3})
    talk = (await said(lin, "在吗"))["conversation_id"]
    await merged(admin, zhou, lin)
    await library.settled()
    assert await texts(he, talk) == ["在吗"]


# ---------------------------------------------------------------- pictures, and the end


async def test_pictures_are_shown_on_and_go_when_the_account_that_stays_is_closed(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    picture = await sent(lin)
    await told(library, lin, picture_ids=[picture["id"]])
    await merged(admin, zhou, lin)
    await later(library)
    (item,) = await mine(zhou)
    (shown,) = item["pictures"]
    assert shown["url"]
    assert (await zhou.get(f"/api/uploads/{picture['id']}")).status == 200
    he = await librarian(library)
    assert [line["id"] for line in await box(he)] == [item["id"]]
    await zhou.post("/api/me/closing")
    await library.advance(days=7)
    await library.settled()
    await later(library)
    assert await fetch("SELECT id FROM upload") == []


async def test_an_account_merged_on_takes_along_what_it_had_taken(
    library: Library, admin: Phone, lin: Phone, zhou: Phone
) -> None:
    third = await library.reader("third")
    await lin.booked("A-1", at(10), at(12))
    await merged(admin, third, lin)
    await merged(admin, zhou, third)
    await later(library)
    assert len((await zhou.get("/api/bookings")).body["items"]) == 1
    rows = await fetch("SELECT merged_into FROM reader WHERE merged_into IS NOT NULL")
    assert [row["merged_into"] for row in rows] == [zhou.reader_id] * 2
