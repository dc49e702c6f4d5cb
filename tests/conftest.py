"""Fixtures of the whole suite: `databases` for the session, `library` for a test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.databases import Databases, databases
from tests.support.library import Library, Phone, fill, running_library


@pytest.fixture(scope="session")
def all_databases() -> Iterator[Databases]:
    with databases(fill) as made:
        yield made


@pytest.fixture
def database_url(all_databases: Databases) -> str:
    """A small library of this test's own."""
    return all_databases.new()


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
