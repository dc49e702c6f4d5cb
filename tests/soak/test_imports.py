"""As many rows as a file may have; a few thousand are in tests/test_imports.py."""

import time

from models.db import fetch, transaction
from models.patrons import save_group
from tests.support.library import Library
from tests.support.tables import IMPORTS, many, send, state

MOST = 100_000


async def test_a_hundred_thousand_cards_are_imported_and_taken_back(library: Library) -> None:
    async with transaction() as tx:
        await save_group(tx, "student", "学生")
    manager = await library.reader("manager", role="manager")
    began = time.monotonic()
    run_id = (await send(manager, many(MOST))).body["id"]
    view = await state(manager, run_id, "checked", seconds=300)
    assert (view["created"], view["problems"]) == (MOST, 0)
    print(f"staged and checked in {time.monotonic() - began:.0f} s")
    for deed, becomes, left in (("apply", "done", MOST), ("undo", "undone", 0)):
        began = time.monotonic()
        wish = {"version": view["version"]} if deed == "apply" else {}
        assert (await manager.post(f"{IMPORTS}/{run_id}/{deed}", wish)).status == 200
        await state(manager, run_id, becomes, seconds=300)
        assert (await fetch("SELECT count(*) AS n FROM patron"))[0]["n"] == left
        print(f"{becomes} after {time.monotonic() - began:.0f} s")
