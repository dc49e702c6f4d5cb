"""The surface as a whole: what the document says is what the server does, and every code has its sentence."""

import asyncio
import inspect
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import Context
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

import handlers.bookings
import handlers.errors
import handlers.people
import handlers.seats
from handlers.errors import Detail, KeyReused, Refused
from handlers.shapes import Input, Repeatable, Typed
from handlers.words import SENTENCES, sentence
from models import bookings as rules
from models import merging_rules, patrons
from models.calendar import local_day
from server.adapter import Bound
from server.openapi import document, errors_of
from server.routes import EVENTS, HTTP, JOBS, WECHAT
from tests.support.library import MONDAY_9, Library, Phone, running_library

CONTRACT = Path("contract/openapi.json")
# Codes that no Refused class carries: rules are refused by their own code, two belong to the protocol.
OF_RULES = {
    "seat_taken",
    "seat_closed",
    "not_on_step",
    "in_the_past",
    "too_short",
    "too_long",
    "not_open_yet",
    "closed_then",
    "too_many_at_once",
    "too_many_today",
    "overlaps_yours",
    "card_needed",
    "card_closed",
    "card_expired",
    "card_not_yet",
    "group_not_allowed",
    "merge_own",
    "merge_closed",
    "merge_sample",
    "merge_staff",
    "merge_closing",
    "merge_answered",
    "merge_two_cards",
}
OF_THE_PROTOCOL = {"method_not_allowed", "our_fault", "unknown_event"}
# That a stay ends after it begins, or that a name has something to see, no JSON schema can say: such a
# request is refused with 422 though it fits the schema.
LEFT_OUT = {"positive_data_acceptance"}


def refusals(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for child in kind.__subclasses__():
        yield child
        yield from refusals(child)


def codes_of_rules() -> set[str]:
    """The codes that the pure rules and the handler of bookings name."""
    sources = map(inspect.getsource, (rules, handlers.seats, patrons, merging_rules))
    named = {word for source in sources for word in source.split('"') if word in SENTENCES}
    return named & OF_RULES


# ---------------------------------------------------------------- words


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    codes = {kind.code for kind in refusals()} | codes_of_rules() | OF_THE_PROTOCOL
    assert codes == set(SENTENCES)
    assert codes_of_rules() == OF_RULES


@pytest.mark.parametrize("code", sorted(SENTENCES))
def test_a_sentence_can_be_said_with_full_details_and_with_none(code: str) -> None:
    details: dict[str, Detail] = {
        "label": "A-1",
        "nearest_label": "A-2",
        "other_label": "A-3",
        "limit": 2,
        "minutes": 90,
        "day": "2026-11-22",
        "until": "2026-11-24T12:00:00+08:00",
        "reason": "占座",
        "group": "学生",
        "groups": "教工",
        "opens_at": "2026-11-24T07:00:00+08:00",
        "closes_at": "2026-11-24T22:00:00+08:00",
        "closed_at": "2026-11-23T09:15:00+08:00",
    }
    for said in (sentence(code, details, MONDAY_9.date()), sentence(code, {}, MONDAY_9.date())):
        assert said.endswith("。")
        assert "!" not in said
        assert "！" not in said
        assert "{" not in said


def test_numbers_and_times_are_said_in_words() -> None:
    today = local_day(MONDAY_9, MONDAY_9.tzinfo)  # type: ignore[arg-type]
    assert sentence("too_long", {"minutes": 240}, today) == "一次最多约 4 小时。"
    assert sentence("too_short", {"minutes": 90}, today) == "一次至少约 1 小时 30 分钟。"
    opens = {"opens_at": "2026-11-24T07:00:00+08:00"}
    assert sentence("not_open_yet", opens, today) == "这一天还没开放预约，明天 07:00 起可以约。"


# ---------------------------------------------------------------- tables and document


def test_no_row_stands_twice() -> None:
    assert len({(row.method, row.path) for row in HTTP}) == len(HTTP)
    assert len({row.handler for row in HTTP}) == len(HTTP)
    assert len({row.name for row in EVENTS}) == len(EVENTS)
    assert len({row.kind for row in JOBS}) == len(JOBS)


def test_a_row_that_can_be_repeated_says_what_a_reused_key_answers() -> None:
    for row in HTTP:
        repeatable = issubclass(Bound.of(row.handler).input, Repeatable | Typed)
        assert repeatable == (KeyReused in errors_of(row)), row.path


def test_every_handler_says_what_it_takes_and_gives() -> None:
    asked = [*(row.handler for row in HTTP), *(event.handler for event in EVENTS)]
    for handler in (*asked, *WECHAT.values()):
        assert issubclass(Bound.of(handler).input, Input)
    for handler in asked:
        assert Bound.of(handler).output is not None, handler


def test_the_document_is_valid_and_names_every_operation_once() -> None:
    OpenAPIV31SpecValidator(document()).validate()
    operations = [one for path in document()["paths"].values() for one in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(ids) == len(set(ids)) == len(HTTP)
    for operation in operations:
        assert {"500", "401", "422"} <= set(operation["responses"])
        assert operation["summary"]


def test_the_stored_contract_is_the_present_document() -> None:
    assert json.loads(CONTRACT.read_text(encoding="utf-8")) == document(), "run `make contract`"


async def test_the_server_gives_its_document(library: Library) -> None:
    assert (await library.guest.get("/openapi.json")).body == document()
    page = await library.guest.get("/docs")
    assert page.status == 200
    assert b"http" not in page.body.replace(b"/openapi.json", b"")  # nothing comes from another host


# ---------------------------------------------------------------- whatever anybody sends


class Running:
    """A library in a thread of its own, for a tool that calls without asyncio."""

    def __init__(self, library: Library, loop: asyncio.AbstractEventLoop) -> None:
        self.library, self.loop = library, loop
        self._admin: Phone | None = None

    def admin_token(self) -> str:
        """A token that is good now, whatever was signed out meanwhile."""
        # In a context of its own: this thread's may still hold the closed database of another test.
        asked = Context().run(asyncio.run_coroutine_threadsafe, self._good_token(), self.loop)
        return asked.result(30)

    async def _good_token(self) -> str:
        if self._admin is None or (await self._admin.get("/api/me")).status == 401:
            self._admin = await self.library.reader("admin", role="admin")
        assert self._admin.token
        return self._admin.token


@contextmanager
def running(database_url: str) -> Iterator[Running]:
    ready: Future[Running] = Future()
    over = threading.Event()

    async def serve() -> None:
        async with running_library(database_url) as library:
            ready.set_result(Running(library, asyncio.get_running_loop()))
            await asyncio.to_thread(over.wait)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield ready.result(40)
    finally:
        over.set()
        thread.join(20)


def headers_of_nobody(_: Running) -> dict[str, str]:
    return {}


def headers_of_an_admin(running: Running) -> dict[str, str]:
    return {"Authorization": f"Bearer {running.admin_token()}"}


def cases(operation: Any) -> Any:
    """Requests that fit the schema, and such that do not, where there is something to get wrong."""
    modes = [GenerationMode.POSITIVE]
    if operation.body or operation.query or operation.path_parameters:
        modes.append(GenerationMode.NEGATIVE)
    return strategies.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))


@pytest.mark.parametrize("headers", [headers_of_nobody, headers_of_an_admin])
@pytest.mark.timeout(240)
def test_whatever_is_sent_the_server_does_as_its_document_says(
    database_url: str, headers: Callable[[Running], dict[str, str]]
) -> None:
    with running(database_url) as library:
        checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
        schema: Any = schemathesis.openapi.from_dict(document())
        for result in schema.get_all_operations():
            operation = result.ok()

            @hypothesis.settings(
                max_examples=8,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
                suppress_health_check=list(hypothesis.HealthCheck),
            )
            @hypothesis.given(case=cases(operation))
            def try_it(case: Any) -> None:
                case.call_and_validate(base_url=library.library.url, headers=headers(library), checks=checks)

            try_it()
