"""The picture for a seat's desk: for staff only, and what it says checks in at that very seat."""

import pytest

from tests.support.library import Library, Phone

FAULT = {"path": "/wxa/getwxacodeunlimit", "kind": "errcode", "errcode": 41030}


async def path(library: Library, label: str = "A-1") -> str:
    return f"/api/admin/seats/{(await library.seat(label)).id}/code"


async def test_staff_get_a_picture_and_each_seat_has_its_own(library: Library, admin: Phone) -> None:
    one, other = [await admin.get(await path(library, label)) for label in ("A-1", "A-2")]
    assert (one.status, one.headers["Content-Type"]) == (200, "image/png")
    assert one.headers["Cache-Control"].startswith("private")
    assert one.body.startswith(b"\x89PNG")
    assert one.body != other.body


async def test_others_get_none(library: Library, lin: Phone) -> None:
    assert (await lin.get(await path(library))).code == "not_allowed"
    assert (await library.guest.get(await path(library))).code == "sign_in_needed"
    stale = Phone(library, None, "x" * 43, None)
    assert (await stale.get(await path(library))).code == "sign_in_needed"


async def test_the_codes_of_an_area_come_in_parts_and_are_found_by_their_label(
    library: Library, admin: Phone
) -> None:
    area = (await admin.get("/api/admin/seat-codes/areas")).body["items"][0]["id"]
    codes = f"/api/admin/areas/{area}/seat-codes"
    whole = (await admin.get(codes)).body
    assert (len(whole["items"]), whole["next"]) == (len({seat["code"] for seat in whole["items"]}), None)
    first = (await admin.get(f"{codes}?limit=2")).body
    rest = (await admin.get(f"{codes}?limit=50&after={first['next']}")).body
    assert (first["items"] + rest["items"], rest["next"]) == (whole["items"], None)
    [found] = (await admin.get(f"{codes}?text=a-2&limit=1")).body["items"]
    assert found["label"] == "A-2"
    for nothing in ("%25", "_", "z", "A-2%00"):
        answer = await admin.get(f"{codes}?text={nothing}")
        assert answer.status == 422 or answer.body["items"] == []


@pytest.mark.parametrize("seat", ["987654321", "0", "-1", "x", "1%27", "9" * 40, "..%2f1"])
async def test_what_is_no_seat_has_no_code(library: Library, admin: Phone, seat: str) -> None:
    answer = await admin.get(f"/api/admin/seats/{seat}/code")
    assert (answer.status, answer.code) in ((404, "not_found"), (422, "invalid_input"))


async def test_a_query_changes_no_seat(library: Library, admin: Phone) -> None:
    answer = await admin.get(f"{await path(library)}?seat_id=2")
    assert answer.body == (await admin.get(await path(library))).body
    assert (await admin.get(f"{await path(library)}?page=x")).code == "invalid_input"


async def test_when_wechat_makes_none_it_is_said(library: Library, admin: Phone) -> None:
    await library.sim("faults", FAULT)
    assert (await admin.get(await path(library))).code == "try_later"
