"""What the operator sees in numbers, as Prometheus reads it: counted here, told by `/metrics`.

Every label comes from a table of ours (rows, codes, kinds, calls), never from what somebody sends, so that the
number of series is bounded. The children of a label are resolved once: counting one request costs microseconds.

Several processes of one machine count into files of one folder, which whoever is asked adds up.
"""

import os
import shutil
from collections import Counter as Counted
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"  # read by prometheus-client when it is imported
FAST_S: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
WECHAT_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)

_own = CollectorRegistry()

_requests = Counter("wenjin_requests", "Answered requests.", ("row", "status", "code"), registry=_own)
_request_s = Histogram(
    "wenjin_request_seconds",
    "From a request to its answer; a websocket's life is none.",
    ("row",),
    buckets=FAST_S,
    registry=_own,
)
_events = Counter("wenjin_socket_events", "Answered events of sockets.", ("event", "code"), registry=_own)
_event_s = Histogram(
    "wenjin_socket_event_seconds",
    "From an event to its acknowledgement.",
    ("event",),
    buckets=FAST_S,
    registry=_own,
)
_jobs = Counter("wenjin_jobs", "Runs of jobs: done, postponed, failed.", ("kind", "outcome"), registry=_own)
_wechat = Counter(
    "wenjin_wechat_calls",
    "Calls to WeChat: ok, its errcode, or how the answer was lost.",
    ("call", "outcome"),
    registry=_own,
)
_wechat_s = Histogram(
    "wenjin_wechat_call_seconds", "Calls to WeChat.", ("call",), buckets=WECHAT_S, registry=_own
)
loop_lag_s = Histogram(
    "wenjin_loop_lag_seconds", "How late the event loop wakes a sleeper.", buckets=FAST_S, registry=_own
)


def _gauge(name: str, words: str, *labels: str, mode: str = "livesum") -> Gauge:
    return Gauge(f"wenjin_{name}", words, labels, registry=_own, multiprocess_mode=mode)  # type: ignore[arg-type]


sockets_open = _gauge("sockets_open", "Open sockets.")
pushes_waiting = _gauge("pushes_waiting", "Pushes that no socket's queue has yet.")
packets_waiting = _gauge("packets_waiting", "Packets in the queues of sockets.")
connections_used = _gauge("database_connections_used", "Connections to the database in use.")
connections_most = _gauge("database_connections_limit", "Connections to the database that there may be.")
memory_bytes = _gauge("memory_resident_bytes", "Memory of each process.", mode="liveall")
bus_away = _gauge("bus_away", "Processes that do not hear the others.")
# Of the whole deployment, so that each process says the same.
job_age_s = _gauge("job_oldest_due_seconds", "How long the oldest due job waits.", "kind", mode="livemax")
jobs_due = _gauge("jobs_due", "Jobs that are due.", "kind", mode="livemax")
jobs_dead = _gauge("jobs_dead", "Jobs that were given up.", mode="livemax")


@cache
def _request(row: str, status: int, code: str) -> Counter:
    return _requests.labels(row, status, code)


@cache
def _request_took(row: str) -> Histogram:
    return _request_s.labels(row)


def request(row: str, status: int, code: str, took_s: float) -> None:
    """`row`: method and path of a row, as the table has them; `code`: of the error, empty when there is none."""
    _request(row, status, code).inc()
    if status != 101:
        _request_took(row).observe(took_s)


@cache
def _event(name: str, code: str) -> Counter:
    return _events.labels(name, code)


@cache
def _event_took(name: str) -> Histogram:
    return _event_s.labels(name)


def socket_event(name: str, code: str, took_s: float) -> None:
    _event(name, code).inc()
    _event_took(name).observe(took_s)


def job(kind: str, outcome: str) -> None:
    _jobs.labels(kind, outcome).inc()


# Since the process last told the others of them: see measuring.py.
wechat_lately: Final = Counted[tuple[str, str]]()


def wechat_call(call: str, outcome: str, took_s: float) -> None:
    wechat_lately[call, outcome] += 1
    _wechat.labels(call, outcome).inc()
    _wechat_s.labels(call).observe(took_s)


def text() -> bytes:
    """Everything, in Prometheus' text format. It reads files: not for the event loop."""
    if FOLDER not in os.environ:
        return generate_latest(_own)
    everybody = CollectorRegistry()
    MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
    return generate_latest(everybody)


# ---------------------------------------------------------------- for the supervisor


def folder_for_processes(folder: Path = Path("var/metrics")) -> dict[str, str]:
    """A fresh folder in which several processes count, as their environment."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return {FOLDER: str(folder.absolute())}


def forget(pid: int, folder: Path = Path("var/metrics")) -> None:
    """A process has died: what it counted stays, what it held does not."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
