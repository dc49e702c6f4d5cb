"""deploy/nginx.conf and deploy/Caddyfile before two web processes, by the real proxies where they are installed."""

import asyncio
import io
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import socketio

from tests.support.databases import dialect
from tests.support.library import Socket, new_key
from tests.support.ports import unused_port
from tests.support.redis import own_redis, redis_can_be_had
from tests.test_processes import Place, two_processes

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(dialect() == "sqlite", reason="two processes need PostgreSQL"),
    pytest.mark.skipif(not redis_can_be_had(), reason="needs a Redis server"),
]
DEPLOY = Path("deploy")
SETTINGS = """
[server]
trusted_proxies = ["127.0.0.1"]
[wechat]
base_url = "http://127.0.0.1:1/"
[limits]
sign_in = { burst = 5, per_minute = 1 }
"""


@dataclass
class Proxy:
    """HTTPS on a port of its own."""

    place: Place
    url: str

    def http(self, address: str = "127.0.0.1") -> aiohttp.ClientSession:
        """A caller from another address of this machine, who does not know the certificate."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=False, local_addr=(address, 0), force_close=True)
        )

    async def socket(self, reader: int) -> Socket:
        socket = Socket(socketio.AsyncClient(reconnection=False, ssl_verify=False))
        auth = {"token": self.place.tokens[reader], "client_version": "9.9.9"}
        await socket.sio.connect(self.url, auth=auth, transports=["websocket"], wait_timeout=20)
        return socket


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    """The file as it is, but for ports and certificate, in the least that nginx needs around it."""
    text = (DEPLOY / "nginx.conf").read_text()
    text = text.replace("listen 80;", f"listen 127.0.0.1:{unused_port()};")
    text = text.replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;").replace(":8080;", f":{upstream};")
    text = re.sub(r"/etc/ssl/\S+\.(pem|key);", rf"{folder}/\1;", text)
    around = f"user root root; pid {folder}/pid; daemon off; error_log stderr; events {{}} http {{ access_log off; "
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(around + temporary + text + "}")
    return ["nginx", "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    text = (
        (DEPLOY / "Caddyfile").read_text().replace("dynamic a server 8080", f"dynamic a localhost {upstream}")
    )
    text = text.replace(
        "{$WENJIN_DOMAIN} {\n", f"https://127.0.0.1:{port} {{\n\ttls {folder}/pem {folder}/key\n"
    )
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


async def certificate(folder: Path) -> None:
    words = (
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=test",
    )
    made = await asyncio.create_subprocess_exec(
        "openssl",
        *words,
        "-keyout",
        folder / "key",
        "-out",
        folder / "pem",
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0


@asynccontextmanager
async def behind(
    command: Callable[[Path, int, int], list[str]], folder: Path, database_url: str
) -> AsyncIterator[Proxy]:
    await certificate(folder)
    (folder / "config.toml").write_text(SETTINGS)
    (folder / "var").mkdir()
    with own_redis() as redis:
        async with two_processes(database_url, redis.url, folder=folder) as place:
            port = unused_port()
            process = await asyncio.create_subprocess_exec(
                *command(folder, port, place.server.port), env={**os.environ, "HOME": str(folder)}
            )
            try:
                await until_open(port)
                yield Proxy(place, f"https://127.0.0.1:{port}")
            finally:
                process.send_signal(signal.SIGTERM)
                await process.wait()


async def until_open(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                return writer.close()


@pytest.mark.parametrize("command", [nginx, caddy])
async def test_behind_the_proxy_all_works_and_nobody_says_who_they_are(
    command: Callable[[Path, int, int], list[str]], tmp_path: Path, database_url: str
) -> None:
    if not all(shutil.which(program) for program in (command.__name__, "openssl")):
        pytest.skip(f"needs {command.__name__} and openssl on the PATH")
    async with behind(command, tmp_path, database_url) as proxy:
        await talks_and_watches(proxy)
        await refuses_what_is_too_large_and_what_is_inside(proxy)
        await counts_callers_by_their_own_address(proxy)
        await outlives_a_process(proxy)


async def talks_and_watches(proxy: Proxy) -> None:
    reader, watcher = await proxy.socket(0), await proxy.socket(1)
    said = await reader.ask("chat_send", {"local_id": new_key(), "text": "请问几点闭馆？"})
    assert "data" in said, said
    watch = {"area_id": proxy.place.area_id, "date": str(proxy.place.starts.date())}
    assert "data" in await watcher.ask("area_watch", watch)
    assert await proxy.place.book(2, 0) == 201
    await watcher.next("seats_changed")
    for socket in (reader, watcher):
        await socket.sio.disconnect()


async def refuses_what_is_too_large_and_what_is_inside(proxy: Proxy) -> None:
    headers = {"Authorization": f"Bearer {proxy.place.tokens[0]}", "Content-Type": "application/json"}
    async with proxy.http() as http:
        async with http.post(
            f"{proxy.url}/api/feedback", data=io.BytesIO(b" " * 10_000_000), headers=headers
        ) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (413, "too_large")
        for path in ("/metrics", "/readyz", "/livez"):
            async with http.get(proxy.url + path) as answer:
                assert (path, answer.status) == (path, 404)


async def counts_callers_by_their_own_address(proxy: Proxy) -> None:
    """Of one address, whatever it says that it were; another address is another caller."""

    async def sign_in(http: aiohttp.ClientSession, claimed: str) -> int:
        headers = {"X-Forwarded-For": claimed, "X-Real-IP": claimed, "Forwarded": f"for={claimed}"}
        async with http.post(f"{proxy.url}/api/sign-in", json={"code": "c" * 32}, headers=headers) as answer:
            return answer.status

    async with proxy.http("127.0.0.2") as one, proxy.http("127.0.0.3") as another:
        tries = [await sign_in(one, f"203.0.113.{number}") for number in range(8)]
        assert tries == [503] * 5 + [429] * 3
        assert await sign_in(another, "127.0.0.2") == 503


async def outlives_a_process(proxy: Proxy) -> None:
    """While one is killed and replaced, whoever asks again is answered by the other."""
    os.kill(min(proxy.place.processes()), signal.SIGKILL)
    answered = 0
    async with proxy.http() as http, asyncio.timeout(40):
        while answered < 10 or len(proxy.place.processes()) < 2:
            async with http.get(f"{proxy.url}/api/home") as answer:
                assert answer.status in (200, 502, 503)
                answered += answer.status == 200
    socket = await proxy.socket(3)
    await socket.sio.disconnect()
