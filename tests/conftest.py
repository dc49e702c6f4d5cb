"""Fixtures of the whole suite: `databases` for the session, `library` for a test."""

import os
from collections.abc import AsyncIterator, Generator, Iterator

import pytest
from blockbuster import blockbuster_ctx

from server import logs
from tests.support import private
from tests.support.databases import Databases, databases, dialect
from tests.support.library import Library, Phone, fill, running_library
from tests.support.redis import redis_can_be_had, shared_redis

# The bench compares with a baseline that speaks to PostgreSQL alone; several processes need it, and it can be away.
OF_POSTGRES = ["test_bench.py", "test_database_away.py", "test_everything.py", "test_processes.py"]
collect_ignore = OF_POSTGRES if dialect() == "sqlite" else []


def pytest_configure() -> None:
    """The product logs as an operator would see it, all of it."""
    logs.set_up("console", "debug")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test fails when something private that it made stands unmasked in what was printed meanwhile."""
    report = yield
    if report.when == "teardown" and (found := private.found_in(report.capstdout + report.capstderr)):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} printed what nobody may read: {', '.join(found)}"
    return report


@pytest.fixture(autouse=True)
def _nothing_blocks_the_loop() -> Iterator[None]:
    """What blocks the event loop fails the test; only the product is watched, not the tests themselves."""
    with blockbuster_ctx(["server", "handlers", "models"]) as watch:
        for call in watch.functions.values():
            call.can_block_in("structlog/dev.py", "__call__")  # prints a traceback with its sources
            call.can_block_in("structlog/_output.py", "msg")  # a line of the log, into a file of pytest
            call.can_block_in("logging/__init__.py", "emit")
            call.can_block_in("models/schema.py", "pending")  # Tortoise looks through a few migrations
            call.can_block_in("asyncpg/connect_utils.py", "_connect")  # looks for a password file
            call.can_block_in("server/raw.py", "_inside")  # the preview, for one developer
        yield


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    with databases(fill) as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def _two_servers() -> Iterator[None]:
    """TEST_SERVERS=2: `library` is two servers over a real Redis, and people are spread over both."""
    if os.environ.get("TEST_SERVERS") != "2" or not redis_can_be_had():
        yield
        return
    with shared_redis() as url:
        os.environ["TEST_SERVERS_REDIS"] = url
        yield
        del os.environ["TEST_SERVERS_REDIS"]


@pytest.fixture
def database_url(all_databases: Databases) -> Iterator[str]:
    """A small library of this test's own."""
    with all_databases.new() as url:
        yield url


@pytest.fixture
def empty_database_url(all_databases: Databases) -> str:
    return all_databases.empty()


@pytest.fixture
async def library(database_url: str) -> AsyncIterator[Library]:
    async with running_library(database_url) as running:
        yield running


@pytest.fixture
async def lin(library: Library) -> Phone:
    return await library.reader("lin")


@pytest.fixture
async def zhou(library: Library) -> Phone:
    return await library.reader("zhou")


@pytest.fixture
async def admin(library: Library) -> Phone:
    return await library.reader("admin", role="admin")
