"""`/sim/api/*`: what people do on their phones, and what an operator of the simulator may set.

Nothing of this exists at WeChat; the preview, the tests and the page `/sim` use it.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from functools import wraps
from typing import Annotated, Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.wechat.simulator import consent, identifiers, login, numbers, texts
from server.wechat.simulator.faults import Kind
from server.wechat.simulator.phones import phone, phones
from server.wechat.simulator.settings import Words
from server.wechat.simulator.store import Row
from server.wechat.simulator.world import WORLD, Body, World

Choice = Literal["accept", "reject"]
Word = Annotated[str, Field(min_length=1, max_length=32)]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Person(Input):
    handle: str = Field(pattern=r"^[a-z0-9_-]{1,32}$")
    name: str = Field(min_length=1, max_length=32)


class OnePerson(Input):
    person: str


class AllowPhone(Input):
    """Without a number the person's own is given."""

    person: str
    country: str = Field(default="86", pattern=r"^[1-9]\d{0,2}$")
    number: str | None = Field(default=None, pattern=r"^\d{5,15}$")


class Ask(Input):
    person: str
    templates: list[str]


class Choose(Input):
    person: str
    choices: dict[str, Choice]
    keep: bool = False


class ChangeSettings(Input):
    person: str
    main_switch: bool | None = None
    blocked: bool | None = None


class OneTemplate(Input):
    person: str
    template: str


class Withdraw(Input):
    """`what` is WeChat's number of the kind of data: 6 nickname and picture, 8 phone number, …"""

    person: str
    what: int = Field(ge=1, le=20)


class Ban(Input):
    template: str
    banned: bool = True


class AddFault(Input):
    path: str = Field(pattern="^/")
    kind: Kind
    errcode: int = -1
    seconds: float = Field(default=3.0, ge=0, le=600)
    times: int | None = Field(default=None, ge=1)


class SetWords(Input):
    risky: tuple[Word, ...]
    review: tuple[Word, ...]


class SetClock(Input):
    offset_s: float


In = TypeVar("In", bound=Input)
Act = Callable[[World, In], Awaitable[Body]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def taking(model: type[In]) -> Callable[[Act[In]], Handler]:
    """Read the input, or answer 400 with what is wrong in it."""

    def wrap(act: Act[In]) -> Handler:
        @wraps(act)
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                wish = model.model_validate_json(await request.read())
            except ValidationError as error:
                wrong = error.errors(include_url=False, include_input=False, include_context=False)
                raise refused(web.HTTPBadRequest, wrong) from None
            try:
                return web.json_response(await act(request.app[WORLD], wish))
            except consent.AskFailed as failed:
                return web.json_response({"errCode": failed.errcode, "errMsg": failed.errmsg})

        return handler

    return wrap


def refused(status: type[web.HTTPError], why: object) -> web.HTTPError:
    return status(text=json.dumps({"error": why}, ensure_ascii=False), content_type="application/json")


async def known(world: World, handle: str) -> Row:
    """Raises `HTTPNotFound`."""
    person = await world.person(handle)
    if person is None:
        raise refused(web.HTTPNotFound, f"no person {handle}")
    return person


@taking(Person)
async def add_person(world: World, wish: Person) -> Body:
    """A person with this handle; the name is taken over when the person is there already."""
    openid = identifiers.openid_of(world.settings.appid, wish.handle)
    await world.store.run(
        "INSERT INTO person (openid, handle, name, session_key, session_used_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (openid) DO UPDATE SET name = excluded.name",
        openid,
        wish.handle,
        wish.name,
        identifiers.session_key(),
        world.clock.now(),
    )
    return {"handle": wish.handle, "name": wish.name, "openid": openid}


async def list_persons(request: web.Request) -> web.StreamResponse:
    rows = await request.app[WORLD].store.all("SELECT handle, name, openid FROM person ORDER BY rowid")
    return web.json_response({"persons": rows})


@taking(OnePerson)
async def give_code(world: World, wish: OnePerson) -> Body:
    return {"code": await login.issue_code(world, await known(world, wish.person))}


@taking(AllowPhone)
async def give_phone_code(world: World, wish: AllowPhone) -> Body:
    """A tap on the button for the phone number, and yes to WeChat's question."""
    person = await known(world, wish.person)
    return {"code": await numbers.issue_code(world, person, wish.country, wish.number)}


@taking(OnePerson)
async def visit(world: World, wish: OnePerson) -> Body:
    """The mini-program is opened, or comes back to the front, without a sign-in."""
    await login.visit(world, await known(world, wish.person))
    return {}


@taking(Ask)
async def ask(world: World, wish: Ask) -> Body:
    return await consent.ask(world, await known(world, wish.person), wish.templates)


@taking(Choose)
async def choose(world: World, wish: Choose) -> Body:
    return await consent.choose(world, await known(world, wish.person), wish.choices, keep=wish.keep)


@taking(ChangeSettings)
async def set_person(world: World, wish: ChangeSettings) -> Body:
    person = await known(world, wish.person)
    await world.store.run(
        "UPDATE person SET main_switch = coalesce(?, main_switch), blocked = coalesce(?, blocked) "
        "WHERE openid = ?",
        wish.main_switch,
        wish.blocked,
        person["openid"],
    )
    return {}


@taking(OneTemplate)
async def turn_off(world: World, wish: OneTemplate) -> Body:
    await consent.turn_off(world, await known(world, wish.person), wish.template)
    return {}


@taking(OneTemplate)
async def ask_again(world: World, wish: OneTemplate) -> Body:
    await consent.ask_again(world, await known(world, wish.person), wish.template)
    return {}


@taking(Withdraw)
async def withdraw(world: World, wish: Withdraw) -> Body:
    """Somebody takes back what they let the mini-program know."""
    openid = (await known(world, wish.person))["openid"]
    told = {"OpenID": openid, "AppID": world.settings.appid, "RevokeInfo": str(wish.what)}
    await world.pushes.send("user_authorization_revoke", openid, [told])
    return {}


@taking(OnePerson)
async def give_up_account(world: World, wish: OnePerson) -> Body:
    """Somebody closes their WeChat account."""
    openid = (await known(world, wish.person))["openid"]
    told = {"OpenID": openid, "AppID": world.settings.appid}
    await world.pushes.send("user_authorization_cancellation", openid, [told])
    return {}


@taking(Ban)
async def ban(world: World, wish: Ban) -> Body:
    await world.store.run("UPDATE template SET banned = ? WHERE id = ?", wish.banned, wish.template)
    return {}


@taking(AddFault)
async def add_fault(world: World, wish: AddFault) -> Body:
    fault = world.faults.add(
        wish.path, wish.kind, errcode=wish.errcode, seconds=wish.seconds, times=wish.times
    )
    return asdict(fault)


async def list_faults(request: web.Request) -> web.StreamResponse:
    return web.json_response({"faults": [asdict(fault) for fault in request.app[WORLD].faults.all()]})


async def clear_faults(request: web.Request) -> web.StreamResponse:
    """All of them, or those of `?path=`."""
    request.app[WORLD].faults.clear(request.query.get("path"))
    return web.json_response({})


@taking(SetWords)
async def set_words(world: World, wish: SetWords) -> Body:
    world.words = Words(wish.risky, wish.review)
    return asdict(world.words)


@taking(SetClock)
async def set_clock(world: World, wish: SetClock) -> Body:
    world.clock.offset_s = wish.offset_s
    return {"offset_s": wish.offset_s}


async def show_phone(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    return web.json_response(await phone(world, await known(world, request.match_info["handle"])))


async def overview(request: web.Request) -> web.StreamResponse:
    """All that the page shows, in one answer."""
    world = request.app[WORLD]
    shown: dict[str, Any] = {
        "phones": await phones(world),
        "faults": [asdict(fault) for fault in world.faults.all()],
        "offset_s": world.clock.offset_s,
        "now": world.clock.at(world.clock.now()).isoformat(timespec="seconds"),
        "preview_url": world.settings.preview_url,
        "words": asdict(world.words),
        "texts": await texts.newest(world),
    }
    return web.json_response(shown)


async def show_log(request: web.Request) -> web.StreamResponse:
    """The newest 200 calls and 200 pushes."""
    store = request.app[WORLD].store
    calls = await store.all("SELECT * FROM call ORDER BY id DESC LIMIT 200")
    pushes = await store.all("SELECT * FROM push ORDER BY id DESC LIMIT 200")
    return web.json_response({"calls": calls, "pushes": pushes})


async def reset(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    await world.pushes.give_up()
    await world.store.clear(world.settings.templates)
    world.faults.clear()
    world.asked.clear()
    world.words = world.settings.words
    world.clock.offset_s = 0.0
    return web.json_response({})


ROUTES = (
    web.post("/sim/api/persons", add_person),
    web.get("/sim/api/persons", list_persons),
    web.post("/sim/api/login", give_code),
    web.post("/sim/api/phone_code", give_phone_code),
    web.post("/sim/api/visit", visit),
    web.post("/sim/api/subscribe/ask", ask),
    web.post("/sim/api/subscribe", choose),
    web.post("/sim/api/settings", set_person),
    web.post("/sim/api/templates/off", turn_off),
    web.post("/sim/api/templates/ask_again", ask_again),
    web.post("/sim/api/withdraw", withdraw),
    web.post("/sim/api/give_up_account", give_up_account),
    web.post("/sim/api/templates/ban", ban),
    web.get("/sim/api/phone/{handle}", show_phone),
    web.get("/sim/api/overview", overview),
    web.post("/sim/api/faults", add_fault),
    web.get("/sim/api/faults", list_faults),
    web.delete("/sim/api/faults", clear_faults),
    web.post("/sim/api/words", set_words),
    web.post("/sim/api/clock", set_clock),
    web.get("/sim/api/log", show_log),
    web.post("/sim/api/reset", reset),
)
