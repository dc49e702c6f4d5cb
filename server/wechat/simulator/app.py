"""Builds the simulator: WeChat's calls, the phones' control calls, and the page that shows them."""

from collections.abc import AsyncIterator

from aiohttp import web

from server.wechat.simulator import control, page
from server.wechat.simulator.api import add_calls
from server.wechat.simulator.clock import SimulatorClock
from server.wechat.simulator.faults import Faults
from server.wechat.simulator.pushes import Pushes
from server.wechat.simulator.settings import SimulatorSettings
from server.wechat.simulator.store import Store
from server.wechat.simulator.world import WORLD, World


def simulator_app(settings: SimulatorSettings) -> web.Application:
    """An application of its own, to be run as a process or inside a test's loop."""

    async def world(app: web.Application) -> AsyncIterator[None]:
        clock = SimulatorClock()
        store = await Store.opened(settings.database, settings.templates)
        try:
            pushes = Pushes(settings, clock, store)
            app[WORLD] = World(settings, clock, store, pushes, Faults(), settings.words)
            yield
            await pushes.close()
        finally:
            await store.close()  # an open connection keeps a thread that keeps the process

    app = web.Application()
    app.cleanup_ctx.append(world)
    add_calls(app)
    app.add_routes(control.ROUTES)
    app.add_routes(page.ROUTES)
    return app
