"""Filling a database for a newcomer: the library, its people at the simulated WeChat, their roles."""

import asyncio
from contextlib import AsyncExitStack

import aiohttp
from rich.console import Console

from handlers import invitations, people
from handlers.access import GUEST
from handlers.people import NameMyself, SignIn
from models.db import connect, disconnect
from models.people import Reader
from server.app import services_of
from server.clock import SystemClock
from server.config import Config, Secrets
from server.seed import PEOPLE, seed, seed_sample
from server.services import Services


async def fill(config: Config, secrets: Secrets, told: Console) -> None:
    """Seed the library, and its people when WeChat is simulated; what is there already stays."""
    async with AsyncExitStack() as stack:
        services = await _services(stack, config, secrets)
        with told.status("demo library …") as status:
            await seed(services.context("seed"), lambda step: status.update(f"demo library: {step}"))
            if config.wechat.simulator:
                status.update("demo library: people")
                await _people(services, stack)


async def fill_sample(config: Config, secrets: Secrets) -> list[str]:
    """Seed the sample of WeChat's reviewers; what is there already stays. Each seat's label and code."""
    async with AsyncExitStack() as stack:
        services = await _services(stack, config, secrets)
        return [f"{seat.label}  {seat.code}" for seat in await seed_sample(services.context("seed"))]


async def _services(stack: AsyncExitStack, config: Config, secrets: Secrets) -> Services:
    http = await stack.enter_async_context(aiohttp.ClientSession())
    await connect(config.database.url)
    stack.push_async_callback(disconnect)
    return services_of(config, secrets, SystemClock(), http)


async def _people(services: Services, stack: AsyncExitStack) -> None:
    base = services.config.wechat.base_url + "sim/api/"
    http = await stack.enter_async_context(aiohttp.ClientSession(base))
    for handle, name, role in PEOPLE:
        async with http.post("persons", json={"handle": handle, "name": name}) as answer:
            openid = (await answer.json())["openid"]
        ctx = services.context("seed")
        if role and await invitations.grant(ctx, openid, role):
            continue  # has signed in before
        if await Reader.exists(openid=openid):
            continue
        async with http.post("login", json={"person": handle}) as answer:
            code = (await answer.json())["code"]
        signed_in = await people.sign_in(ctx, GUEST, SignIn(code=code))
        caller = await services.sessions.caller(signed_in.token)
        await people.name_myself(ctx, caller, NameMyself(nickname=name))
        await people.sign_out(ctx, caller, people.SignOut(everywhere=True))
        if role:
            await invitations.grant(ctx, openid, role)


async def grant(config: Config, secrets: Secrets, openid: str, role: str) -> bool:
    async with AsyncExitStack() as stack:
        services = await _services(stack, config, secrets)
        return await invitations.grant(services.context("grant"), openid, role)


async def wait_for(url: str, *, seconds: float) -> bool:
    """Until somebody answers there with 200; False: nobody did."""
    async with aiohttp.ClientSession() as http:
        for _ in range(int(seconds / 0.05)):
            try:
                async with http.get(url) as answer:
                    if answer.status == 200:
                        return True
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
    return False
