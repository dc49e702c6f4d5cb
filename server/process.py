"""Starting and stopping processes: listen, serve, be gone in a bounded time after SIGTERM."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Final
from urllib.parse import urlsplit

import aiohttp
import structlog
import uvloop
from aiohttp import web
from rich.console import Console

from models import schema
from server import demo as demo_library
from server import logs, tracing
from server.app import build, running, services_of
from server.bus import Resync
from server.clock import SystemClock
from server.config import Config, Secrets
from server.measuring import measured, told_apart
from server.services import SERVICES, Services
from server.wechat.simulator import SimulatorSettings, simulator_app

BACKLOG: Final = 1024  # connections that wait to be taken, at a restart of all phones
LAST_S: Final = 1.0  # for what follows the last answer: jobs, bus and database

log = structlog.get_logger()


def run(config: Config, secrets: Secrets, *, demo: bool, told: Console, supervised: bool = False) -> int:
    """Serve until SIGTERM or SIGINT; the exit code. `supervised`: one of several, see server/supervisor.py."""
    logs.set_up(config.log.format, config.log.level)
    tracing.set_up(config.tracing.endpoint)
    listening = listen(config, told, shared=supervised)
    if listening is None:
        return 1
    with contextlib.ExitStack() as stack:
        if demo:
            config = _demo(config, stack)
        return uvloop.run(_serve(config, secrets, listening, told if demo else None, supervised))


def listen(config: Config, told: Console, *, shared: bool = False) -> socket.socket | None:
    """The socket to serve on; None, with the reason told, when there is none.

    `shared`: others listen there too. Then it takes no connections before it is served: they would wait for this
    process to start, while the others have time.
    """
    host, port = config.server.host, config.server.port
    try:
        return _bound(host, port) if shared else socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            told.print(f"[red]Port {port} is taken.[/] Choose another: PORT=8081 make run")
        else:
            told.print(f"[red]Cannot listen on {host}:{port}: {error.strerror}[/]")
        return None


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(address)
    return bound


def _demo(config: Config, stack: contextlib.ExitStack) -> Config:
    """Give the simulator a free port beside ours, so that two demos do not meet, and start it."""
    sim_port = int(os.environ.get("SIM_PORT") or _free_port(config.server.port + 10))
    wechat = config.wechat.model_copy(update={"base_url": f"http://127.0.0.1:{sim_port}/"})
    child = subprocess.Popen(
        [sys.executable, "-m", "server", "simulator"],
        env={**os.environ, "SIM_PORT": str(sim_port), "PORT": str(config.server.port)},
        start_new_session=True,
    )
    stack.callback(_end, child)
    return config.model_copy(update={"wechat": wechat})


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)) as found:
            return int(found.getsockname()[1])
    raise OSError("no free port")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(3)
    except subprocess.TimeoutExpired:
        child.kill()


async def _serve(
    config: Config, secrets: Secrets, listening: socket.socket, told: Console | None, supervised: bool
) -> int:
    await schema.migrate(config.database.url) if told else None
    if told and not await _filled(config, secrets, told):
        return 1
    app = await build(config, secrets)
    # aiohttp takes the time twice: to wait for a request, and to cancel it.
    answering_s = (config.server.shutdown_s - LAST_S) / 2
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=answering_s)
    await runner.setup()
    stop = _stop_signal()
    if supervised:
        _stop_with_parent(stop)
    try:
        await web.SockSite(runner, listening, backlog=BACKLOG).start()
        log.info("listening", host=config.server.host, port=config.server.port)
        _look_again(app[SERVICES])
        if told:
            _print_links(config, told)
        elif config.wechat.simulator:
            log.warning("simulated_wechat", meaning="whoever reaches this server can be anybody")
        gc.freeze()  # what is loaded now stays until the end; the collector need not look at it again
        gc.set_threshold(10_000, 10, 10)  # what many requests in flight hold, they free by themselves
        await stop.wait()
        log.info("stopping")
        _gone_within(config.server.stops_within_s)
        app[SERVICES].stopping = True
        await asyncio.sleep(config.server.drain_s)
    finally:
        await runner.cleanup()
    return 0


async def _filled(config: Config, secrets: Secrets, told: Console) -> bool:
    if not await demo_library.wait_for(config.wechat.base_url + "sim/api/persons", seconds=10):
        told.print("[red]The WeChat simulator did not start.[/] Its lines are above.")
        return False
    await demo_library.fill(config, secrets, told)
    return True


def _print_links(config: Config, told: Console) -> None:
    base = f"http://{config.server.host}:{config.server.port}"
    told.print("\n[bold]Wenjin runs.[/] Open these side by side; each link is another person:")
    for who, handle in (
        ("a reader       ", "lin"),
        ("another reader ", "zhou"),
        ("a librarian    ", "librarian"),
        ("administrator  ", "admin"),
    ):
        told.print(f"  {who} {base}/preview/?person={handle}", soft_wrap=True)
    told.print(f"  their phones    {base}/sim", soft_wrap=True)
    told.print(f"  the API         {base}/docs\n", soft_wrap=True)


def _look_again(services: Services) -> None:
    """One that was killed may have stored what it did not come to say: the others' sockets are told to fetch."""
    services.bus.publish(Resync())


def _stop_signal() -> asyncio.Event:
    """Set by SIGTERM and SIGINT; to be had before anybody hears that the process is up."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _gone_within(seconds: float) -> None:
    """End this process then by force; a thread does it, for the event loop may be what is busy.

    What is lost by then was not promised: requests without an answer, and jobs, whose leases run out.
    """
    timer = threading.Timer(seconds, _end_by_force)
    timer.daemon = True
    timer.start()


def _end_by_force() -> None:
    log.error("ended_by_force", meaning="it was not done in the time of server.shutdown_s")
    os._exit(1)


def _stop_with_parent(stop: asyncio.Event) -> None:
    """The supervisor holds the other end of our standard input: when it closes, nobody would replace us."""
    loop, stdin = asyncio.get_running_loop(), sys.stdin.fileno()

    def closed() -> None:
        loop.remove_reader(stdin)
        stop.set()

    loop.add_reader(stdin, closed)


def run_worker(config: Config, secrets: Secrets) -> None:
    logs.set_up(config.log.format, config.log.level)
    tracing.set_up(config.tracing.endpoint)

    async def work() -> None:
        async with aiohttp.ClientSession() as http:
            services = services_of(config, secrets, SystemClock(), http)
            async with running(services, with_worker=True), measured(services, None), told_apart(services):
                stop = _stop_signal()
                log.info("working")
                _look_again(services)
                await stop.wait()
                _gone_within(config.server.shutdown_s)

    uvloop.run(work())


def run_simulator(config: Config, secrets: Secrets) -> None:
    """Listens on SIM_PORT, or the port of `wechat.base_url`; its state is var/simulator.sqlite3."""
    logs.set_up(config.log.format, "warning")
    port = int(os.environ.get("SIM_PORT") or urlsplit(config.wechat.base_url).port or 8090)
    simulated = SimulatorSettings(
        database="var/simulator.sqlite3",
        appid=config.wechat.appid,
        secret=secrets.wechat_secret.get_secret_value(),
        push_url=f"http://127.0.0.1:{config.server.port}/wechat/push",
        push_token=secrets.push_token.get_secret_value(),
        push_mode="safe" if secrets.push_aes_key else "plain",
        push_aes_key=secrets.push_aes_key.get_secret_value() if secrets.push_aes_key else "",
        preview_url="/preview/",
    )
    web.run_app(simulator_app(simulated), host="127.0.0.1", port=port, print=None, access_log=None)
