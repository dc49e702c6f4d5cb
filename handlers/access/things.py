"""The only fetch of what is somebody's or lies somewhere: it asks whether the caller may have it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from handlers.access.callers import PRODUCT, Caller
from handlers.access.permissions import Permission
from handlers.errors import NotAllowed, NotFound, NotHelping
from models import articles, bookings, chat, chat_messages, helpers, imports
from models import feedback as told
from models.chat import Side
from models.db import Row, Tx, transaction
from models.feedback import Passage
from models.imports import Target
from models.spaces import Area, Branch, SeatRules, Spot

Thing = TypeVar("Thing")


async def branch(caller: Caller, branch_id: int) -> Branch:
    """A branch of what the caller sees: the library, or for a reviewer the sample; the other is 404."""
    return _there(await Branch.get_or_none(id=branch_id, sample=caller.sample))


async def area(caller: Caller, area_id: int) -> Area:
    """An area of such a branch, with it and its rules."""
    found = Area.get_or_none(id=area_id, branch__sample=caller.sample)
    return _there(await found.select_related("branch", "rules"))


async def area_of(caller: Caller, permission: Permission, area_id: int) -> Area:
    """An area in which the caller may do this; any other is `not_allowed`, for everybody sees that it is there."""
    found = await area(caller, area_id)
    if not caller.reach(permission).has_area(found.branch_id, found.id):
        raise NotAllowed()
    return found


async def areas_of(caller: Caller, permission: Permission) -> list[Area]:
    """All in which the caller may do this, with their branches and rules, in the order of lists."""
    reach = caller.reach(permission)
    found = Area.filter(branch__sample=caller.sample).select_related("branch", "rules")
    return [
        one
        for one in await found.order_by("branch__place", "branch_id", "place", "id")
        if reach.has_area(one.branch_id, one.id)
    ]


async def seat_rules(caller: Caller) -> list[SeatRules]:
    """The sets of rules that the caller may edit, because every area of theirs lies inside. A set of no area is the
    whole library's."""
    reach = caller.reach(Permission.RULES_EDIT)
    where: dict[int, list[Area]] = {}
    for one in await Area.all():
        where.setdefault(one.rules_id, []).append(one)

    def is_theirs(areas: list[Area]) -> bool:
        return bool(areas) and all(reach.has_area(one.branch_id, one.id) for one in areas)

    sets = await SeatRules.filter(sample=caller.sample).order_by("id")
    return [rules for rules in sets if reach.whole or is_theirs(where.get(rules.id, []))]


async def seat_rules_of(caller: Caller, rules_id: int) -> SeatRules:
    """One of these; any other does not exist (404)."""
    return _there(next((rules for rules in await seat_rules(caller) if rules.id == rules_id), None))


async def seat(caller: Caller, seat_id: int) -> Spot:
    """A seat of such a branch."""
    return _there(await Spot.get_or_none(id=seat_id, kind="seat", area__branch__sample=caller.sample))


async def seat_of(caller: Caller, permission: Permission, seat_id: int) -> Spot:
    """A seat of an area in which the caller may do this; any other is `not_allowed`."""
    found = await seat(caller, seat_id)
    await area_of(caller, permission, found.area_id)
    return found


def _there(found: Thing | None) -> Thing:
    if found is None:
        raise NotFound()
    return found


async def whose(caller: Caller, for_reader_id: int | None, tx: Tx | None = None) -> int:
    """For whom the caller acts: themselves, or a reader who lets them; for anybody else `not_helping`."""
    if for_reader_id is None or for_reader_id == caller.me:
        return caller.me
    if not await helpers.helps(tx, caller.me, for_reader_id):
        raise NotHelping()
    return for_reader_id


@asynccontextmanager
async def acting(caller: Caller, for_reader_id: int | None) -> AsyncIterator[tuple[Tx, int]]:
    """A transaction that holds the caller's row, and for whom they act, whose row it holds as well."""
    if for_reader_id is None:
        async with transaction(lock=("reader", caller.me)) as tx:
            yield tx, caller.me
    else:
        async with transaction() as tx:
            await tx.lock("reader", caller.me, for_reader_id)
            yield tx, await whose(caller, for_reader_id, tx)


async def booking(
    caller: Caller, booking_id: int, tx: Tx | None = None, *, reader_id: int | None = None
) -> Row:
    """A booking of the caller's own, or of the reader for whom they act; anybody else's does not exist (404)."""
    row = await bookings.view(tx, booking_id)
    if row is None or row["reader_id"] != (reader_id or caller.me):
        raise NotFound()
    return row


def side_in(caller: Caller, conversation: Row) -> Side:
    """On which side somebody stands in a conversation: their own, or as staff in any of theirs, but never in a
    reviewer's; else 404."""
    if conversation["reader_id"] == caller.me:
        return Side.READER
    if not conversation["sample"] and _is_theirs(caller, conversation):
        return Side.STAFF
    raise NotFound()


def _is_theirs(caller: Caller, conversation: Row) -> bool:
    about = conversation["branch_id"], conversation["area_id"]
    return caller.reach(Permission.CHAT_ANSWER).has_inbox(conversation["department_id"], *about)


async def held_text(caller: Caller, message_id: int, tx: Tx | None = None) -> Row:
    """A text in a conversation of the inbox, whatever has become of it; any other does not exist (404)."""
    row = _there(await chat_messages.message(message_id, tx))
    if row["sample"] or not _is_theirs(caller, row):
        raise NotFound()
    return row


async def conversation(caller: Caller, conversation_id: int, tx: Tx | None = None) -> tuple[Row, Side]:
    """A conversation that the caller may see, and on which side of it they stand."""
    row = await chat.get(conversation_id, tx)
    if row is None:
        raise NotFound()
    return row, side_in(caller, row)


async def article(caller: Caller, article_id: int) -> Row:
    """What is published where the caller reads; a draft does not exist (404)."""
    row = _there(await articles.get(article_id, sample=caller.sample))
    if row["state"] != articles.ArticleState.PUBLISHED:
        raise NotFound()
    return row


async def article_written(article_id: int, tx: Tx | None = None) -> Row:
    """Any article of the library, for its editors."""
    return _there(await articles.get(article_id, tx, sample=False))


IMPORTED_WITH: Final[Mapping[Target, Permission]] = {
    Target.CARDS: Permission.PATRONS_IMPORT,
    Target.ARTICLES: Permission.ARTICLES_EDIT,
}


def imported_by(caller: Caller) -> list[Target]:
    """What the caller imports; at the command line, everything."""
    return [target for target, needs in IMPORTED_WITH.items() if caller == PRODUCT or caller.may(needs)]


async def import_run(caller: Caller, run_id: int, tx: Tx | None = None) -> Row:
    """An import of what the caller imports; any other does not exist (404)."""
    row = _there(await imports.get(run_id, tx))
    if row["target"] not in imported_by(caller):
        raise NotFound()
    return row


async def feedback(caller: Caller, feedback_id: int, tx: Tx | None = None) -> Row:
    """What the caller has told the library; anybody else's does not exist (404)."""
    row = await told.get(feedback_id, tx)
    if row is None or row["reader_id"] != caller.me:
        raise NotFound()
    return row


async def feedback_in_inbox(caller: Caller, feedback_id: int, tx: Tx, *, returned: bool = False) -> Row:
    """What any reader has told, for the staff whose it is: 404 for others, while it is being checked, when it was
    returned, or a sample."""
    row = await told.get(feedback_id, tx)
    hidden = (Passage.CHECKING,) if returned else (Passage.CHECKING, Passage.RETURNED)
    if row is None or row["sample"] or row["passage"] in hidden:
        raise NotFound()
    if not caller.reach(Permission.FEEDBACK_ANSWER).has_inbox(row["department_id"]):
        raise NotFound()
    return row
