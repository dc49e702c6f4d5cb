"""Imports of cards: staged, checked without a change, applied once, taken back."""

from typing import Any

import pytest

from models.db import fetch, transaction
from models.patrons import save_group
from tests.support.library import Library, Phone
from tests.support.tables import IMPORTS, applied, checked, csv_of, problems, state, xlsx_of


@pytest.fixture
async def manager(library: Library) -> Phone:
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
    return await library.reader("manager", role="manager")


async def cards() -> list[Any]:
    return list(await fetch("SELECT card_no, name, phone, state, version FROM patron ORDER BY card_no"))


ROWS = (
    ("20230001", "林小满", "138 1234 1234", "学生", "2027-06-30"),
    ("20230002", "周一", "", "student", "2027/6/30"),
    ("20230003", "", "138", "校友", "明天"),
)


async def test_a_table_is_checked_then_applied(library: Library, manager: Phone) -> None:
    view = await checked(manager, csv_of(*ROWS))
    assert (view["rows"], view["problems"], view["created"]) == (3, 1, 2)
    assert await cards() == []
    assert await problems(manager, view) == {
        4: [
            ("姓名", "empty"),
            ("手机号", "not_a_phone"),
            ("读者类别", "unknown_group"),
            ("有效期到", "not_a_day"),
        ]
    }
    done = (await manager.post(f"{IMPORTS}/{view['id']}/apply", {"version": view["version"]})).body
    assert done["state"] == "applying"
    done = await state(manager, view["id"], "done")
    assert (done["created"], done["changed"], done["step"]) == (2, 0, 2)
    assert [(row["card_no"], row["phone"]) for row in await cards()] == [
        ("20230001", "13812341234"),
        ("20230002", None),
    ]
    again = await applied(manager, xlsx_of(*ROWS[:1], ("20230002", "周一一", "", "student", "2027/6/30")))
    assert (again["created"], again["changed"], again["same"]) == (0, 1, 1)
    await manager.post(f"{IMPORTS}/{again['id']}/undo")
    assert (await state(manager, again["id"], "undone"))["kept"] == 0
    assert [row["name"] for row in await cards()] == ["林小满", "周一"]
