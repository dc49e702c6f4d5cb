"""Spans reach a collector: a real process, and a collector that reads what it is sent."""

import asyncio
import signal
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.soak.opening import ROOT, Server


async def test_a_request_and_what_it_asked_of_wechat_are_one_trace(database_url: str, tmp_path: Path) -> None:
    sent = ExportTraceServiceRequest()

    async def collect(request: web.Request) -> web.Response:
        sent.MergeFromString(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    async with TestServer(app) as collector:
        config = (ROOT / "config.toml").read_text(encoding="utf-8")
        endpoint = str(collector.make_url("/v1/traces"))
        (tmp_path / "config.toml").write_text(
            config.replace('endpoint = ""', f'endpoint = "{endpoint}"', 1), encoding="utf-8"
        )
        server = Server(database_url, folder=tmp_path)
        await server.start()
        async with aiohttp.ClientSession() as http:
            async with http.post(f"{server.url}/api/sign-in", json={"code": "a-code-of-nobody"}) as answer:
                asked = answer.headers["X-Request-Id"]
                await answer.read()
        await asyncio.sleep(0)
        await server.end(signal.SIGTERM)
    spans = [span for found in sent.resource_spans for scope in found.scope_spans for span in scope.spans]
    [signing] = [span for span in spans if span.name == "POST /api/sign-in"]
    assert {key.key: key.value.string_value for key in signing.attributes}["request_id"] == asked
    assert any(span.name == "sns/jscode2session" and span.parent_span_id == signing.span_id for span in spans)
    assert "a-code-of-nobody" not in str(sent)
