"""Traces for OpenTelemetry: a span for each request, socket event, job and call to WeChat.

Off, and nothing of OpenTelemetry imported, while `tracing.endpoint` is empty; the packages that it needs stand in
requirements-tracing.txt. Spans hold names of rows and ids of requests, never what somebody sent.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

_OFF: AbstractContextManager[None] = nullcontext()
_tracer: Any = None


def set_up(endpoint: str) -> None:
    """Send spans in batches to a collector's OTLP address over HTTP, such as http://127.0.0.1:4318/v1/traces."""
    global _tracer
    if not endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # Its own end of the process sends what still waits.
    provider = TracerProvider(resource=Resource.create({"service.name": "wenjin"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    _tracer = provider.get_tracer("wenjin")


def span(name: str, **attributes: str) -> AbstractContextManager[None]:
    """A span around a block, within the one that is open now."""
    return _traced(name, attributes) if _tracer else _OFF


@contextmanager
def _traced(name: str, attributes: dict[str, str]) -> Iterator[None]:
    # Without the error's words, which may quote what somebody typed.
    with _tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_attribute("error.type", type(error).__name__)
            raise
