"""What `/metrics` and `/readyz` tell the operator, and whom they do not."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from models import jobs
from models.db import fetch, transaction
from server.config import load, load_secrets
from server.imports import EXPORTS
from server.routes import EVENTS, HTTP, JOBS
from tests.support.library import MONDAY_9, Library, Phone, at, new_key, running_library

ROOT = Path(__file__).parents[1]
TOKEN = "a-token-of-prometheus"
Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def told(phone: Phone) -> Series:
    answer = await phone.get("/metrics")
    assert answer.status == 200, answer.body
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families(answer.body.decode())
        for sample in family.samples
    }


def of(series: Series, name: str, **labels: str) -> float:
    return series.get((f"wenjin_{name}", frozenset(labels.items())), 0.0)


BOOK = "POST /api/seats/{seat_id}/bookings"


async def test_a_booking_and_a_refused_one_are_counted_by_row_status_and_code(
    library: Library, lin: Phone, zhou: Phone
) -> None:
    before = await told(library.guest)
    await lin.booked("A-1", at(10), at(11))
    assert (await zhou.book("A-1", at(10), at(11))).code == "seat_taken"
    after = await told(library.guest)
    for status, code in (("201", ""), ("409", "seat_taken")):
        labels = {"row": BOOK, "status": status, "code": code}
        assert of(after, "requests_total", **labels) - of(before, "requests_total", **labels) == 1
    name = "request_seconds_count"
    assert of(after, name, row=BOOK) - of(before, name, row=BOOK) == 2


async def test_events_jobs_and_calls_to_wechat_are_counted(library: Library, lin: Phone) -> None:
    before = await told(library.guest)
    async with lin.socket() as socket:
        assert "data" in await socket.ask("chat_send", {"local_id": new_key(), "text": "请问几点关门？"})
        assert "error" in await socket.ask("chat_send", {"local_id": 7})
        assert "error" in await socket.ask("nobody_knows_this\n", {})
    await library.settled()
    after = await told(library.guest)
    for name, labels in (
        ("socket_events_total", {"event": "chat_send", "code": ""}),
        ("socket_events_total", {"event": "chat_send", "code": "invalid_input"}),
        ("socket_events_total", {"event": "unknown", "code": "unknown_event"}),
        ("jobs_total", {"kind": "check_text", "outcome": "done"}),
        ("wechat_calls_total", {"call": "wxa/msg_sec_check", "outcome": "ok"}),
    ):
        assert of(after, name, **labels) - of(before, name, **labels) >= 1, (name, labels)


async def test_a_failing_wechat_is_counted_by_its_number(library: Library) -> None:
    labels = {"call": "sns/jscode2session", "outcome": "40029"}
    before = of(await told(library.guest), "wechat_calls_total", **labels)
    assert (await library.guest.post("/api/sign-in", {"code": "nobody's code"})).status == 422
    assert of(await told(library.guest), "wechat_calls_total", **labels) == before + 1


async def test_no_label_holds_what_somebody_sent(library: Library, lin: Phone) -> None:
    for path in ("/api/seats/4711/bookings", "/nobody/knows/this", "/wenjin%22%0a", "/api/../x"):
        await lin.get(path)
        await lin.call("BREW", path)
    rows = {f"{row.method} {row.path}" for row in HTTP}
    rows |= {f"GET /api/admin/exports/{name}" for name, *_ in EXPORTS}
    by_hand = "".join(path.read_text() for path in (ROOT / "server").glob("*.py"))  # not JSON in, JSON out
    written = re.findall(r"router\.add_(get|post)\(\s*\"([^\"]+)\"", by_hand)
    rows |= {f"{method.upper()} {path}" for method, path in written}
    for (name, labels), _ in (await told(library.guest)).items():
        values = dict(labels)
        assert not re.search(r"4711|nobody|BREW|\"", "".join(values.values())), (name, values)
        if " /api/" in values.get("row", ""):
            method, path = values["row"].split(" ")
            assert f"{method} {path}" in rows or f"GET {path}" in rows  # HEAD comes with each GET
        assert values.get("event", "unknown") in {"unknown", *(event.name for event in EVENTS)}
        assert values.get("kind", "tidy") in {job.kind for job in JOBS}


# ---------------------------------------------------------------- who may read it


@pytest.fixture
async def guarded(database_url: str) -> AsyncIterator[Library]:
    """A library whose metrics only the token opens: every caller comes by a proxy."""
    async with running_library(database_url, redis_url="") as library:
        secrets = load_secrets(library.config, {"WENJIN_METRICS_TOKEN": TOKEN} | KEPT)
        proxied = library.config.server.model_copy(update={"trusted_proxies": ["127.0.0.1"]})
        library.services.secrets = secrets
        library.services.config = library.config.model_copy(update={"server": proxied})
        yield library


KEPT = {"WENJIN_WECHAT_SECRET": "s" * 32, "WENJIN_PUSH_TOKEN": "a-push-token"}


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer x", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer 问津"]
)
async def test_who_does_not_bring_the_token_finds_nothing(guarded: Library, given: str) -> None:
    answer = await guarded.guest.call("GET", "/metrics", headers={"Authorization": given} if given else {})
    assert (answer.status, answer.code) == (404, "not_found")


async def test_the_token_opens_it_and_nobody_elses_does(guarded: Library) -> None:
    opened = await guarded.guest.call("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert opened.status == 200
    admin = await guarded.reader("admin", role="admin")
    assert (await admin.get("/metrics")).status == 404


async def test_what_a_proxy_of_this_machine_hands_on_is_not_from_this_machine(library: Library) -> None:
    for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        answer = await library.guest.call("GET", "/metrics", headers={name: "127.0.0.1"})
        assert (name, answer.status) == (name, 404)


# ---------------------------------------------------------------- the dashboard and the alarms


def asked_for(text: str) -> set[str]:
    return set(re.findall(r"\bwenjin_\w+", text))


async def test_the_dashboard_and_the_alarms_ask_only_for_what_is_told(library: Library, lin: Phone) -> None:
    await lin.booked("A-1", at(10), at(11))
    async with lin.socket() as socket:
        await socket.ask("chat_state", {})
    await library.settled()
    await library.until(lambda: fetch("SELECT 1 FROM process"))  # whoever says it has measured everything
    series = await told(library.guest)
    there = {name for name, _ in series}
    dashboard = json.loads((ROOT / "deploy/grafana/wenjin.json").read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    assert len(asked) > 10
    assert asked_for("\n".join(asked)) <= there
    alarms = (ROOT / "deploy/prometheus/alerts.yaml").read_text(encoding="utf-8")
    assert asked_for(alarms) <= there
    assert asked_for(alarms)


# ---------------------------------------------------------------- ready


async def ready(library: Library) -> tuple[int, Any]:
    answer = await library.guest.get("/readyz")
    return answer.status, answer.body


async def test_a_worker_that_does_not_keep_up_is_said_and_takes_nobody_out(database_url: str) -> None:
    async with running_library(database_url, with_worker=False) as library:
        async with transaction() as tx:
            await jobs.add(tx, "tidy", "late", {}, MONDAY_9 - timedelta(seconds=61))
        assert await ready(library) == (200, {"status": "degraded", "degraded": ["worker"]})


async def test_whoever_stops_says_so_first(library: Library) -> None:
    assert await ready(library) == (200, {"status": "ready"})
    library.services.stopping = True
    assert await ready(library) == (503, {"status": "stopping"})
    assert (await library.guest.get("/livez")).status == 200


def test_the_token_comes_from_the_environment_only() -> None:
    secrets = load_secrets(load(ROOT / "config.toml", {}), {**KEPT, "WENJIN_METRICS_TOKEN": TOKEN})
    assert secrets.metrics_token
    assert secrets.metrics_token.get_secret_value() == TOKEN
    assert TOKEN not in repr(secrets)
