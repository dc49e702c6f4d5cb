"""The contract only grows: what phones of the previous release ask for and read stays."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.openapi import document
from tools.wire import narrowed

PREVIOUS: dict[str, Any] = json.loads(Path("contract/previous.json").read_text())


def test_nothing_that_the_previous_release_relies_on_was_taken_away() -> None:
    assert narrowed(PREVIOUS, json.loads(json.dumps(document()))) == []


def schema(contract: Any, name: str) -> Any:
    return contract["components"]["schemas"][name]


def sign_in(contract: Any) -> Any:
    """What one sends to sign in."""
    return contract["paths"]["/api/sign-in"]["post"]["requestBody"]["content"]["application/json"]["schema"]


def changed(change: Callable[[Any], object]) -> list[str]:
    contract = copy.deepcopy(PREVIOUS)
    change(contract)
    return narrowed(PREVIOUS, contract)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c["paths"].pop("/api/home"), "GET /api/home is gone"),
        (lambda c: schema(c, "Home")["properties"].pop("branches"), "Home.branches is gone"),
        (lambda c: schema(c, "Home")["required"].remove("branches"), "Home.branches may be missing now"),
        (lambda c: sign_in(c)["required"].append("phone"), "people_sign_in.phone is required now"),
        (
            lambda c: sign_in(c)["properties"]["code"].update(maxLength=3),
            "people_sign_in.code: maxLength is lower",
        ),
        (
            lambda c: schema(c, "Home")["properties"]["library_name"].update(type="integer"),
            "Home.library_name: may be integer now",
        ),
        (  # which a home page holds only sometimes
            lambda c: schema(c, "BookingView")["required"].remove("seat"),
            "BookingView.seat may be missing now",
        ),
    ],
)
def test_what_is_removed_or_narrowed_is_named(change: Callable[[Any], object], complaint: str) -> None:
    assert complaint in changed(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["paths"].update({"/api/new": {"get": {}}}),
        lambda c: schema(c, "Home")["properties"].update(weather={"type": "string"}),
        lambda c: schema(c, "Home")["required"].append("weather"),
        lambda c: sign_in(c)["properties"].update(phone={"type": "string"}),
    ],
)
def test_growing_is_allowed(change: Callable[[Any], object]) -> None:
    assert changed(change) == []
