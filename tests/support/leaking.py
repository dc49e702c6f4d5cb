"""Tests whose output is searched by tests/test_masking.py: the first and the second print what nobody may read."""

import logging
import os
import sys

import pytest
import structlog

from tests.support.library import Library, Phone


@pytest.mark.parametrize("what", ["token", "openid"])
async def test_says_it(library: Library, lin: Phone, what: str) -> None:
    openid = (await library.sim("persons", {"handle": "lin", "name": "lin"}))["openid"]
    said = str(lin.token if what == "token" else openid)
    os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, said.encode())  # as a process of its own would


async def test_says_it_to_the_log(lin: Phone) -> None:
    structlog.get_logger().error("said", text=f"Bearer {lin.token}")
    logging.getLogger("library").error("said %s", lin.token)
