"""Signing in and out, and what a reader knows of themselves."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from handlers import audit
from handlers.access import STAFF, Caller, caller_of
from handlers.context import Context, Verdict, WeChatRefused
from handlers.errors import NotFound, Refused, TryLater
from handlers.grants import StaffRoleName
from handlers.shapes import Flag, Id, Input, Line, Moment, NoInput, Nothing, Output
from models import chat_streams, notices, people, staff
from models.db import Tx, transaction
from models.notices import Purpose
from models.people import Reader, Session

REMINDER_TITLES = {
    Purpose.SEAT_REMINDER: "签到提醒",
    Purpose.BOOKING_LAPSED: "预约失效",
    Purpose.ANSWERED: "答复提醒",
}


class CodeRefused(Refused):
    """WeChat does not know this code any more: ask the phone for a new one (422)."""

    code = "code_refused"
    status = 422


class SignIn(Input):
    """`code` is the answer of `wx.login`: five minutes, once."""

    code: Annotated[Line, Field(min_length=1, max_length=128)]


class SignOut(Input):
    everywhere: Flag = False


class Reminder(Output):
    """A purpose that WeChat may remind of, with how many sends are left."""

    purpose: str
    title: str
    template_id: str
    balance: int


class MyRole(Output):
    """A role of the staff, and where and when it holds; `place` null is the whole library, dates that are null leave it
    open."""

    role: StaffRoleName
    place: str | None
    starts_at: Moment | None
    ends_at: Moment | None


class Me(Output):
    """Who the caller is; a guest has no id. `phone` shows some of the digits; `closes_at`: they want the account
    closed then; `review_open`: a code lets reviewers into the sample; `held`: as what they work here."""

    id: Id | None
    nickname: str | None
    phone: str | None
    roles: list[str]
    held: list[MyRole]
    permissions: list[str]
    unread: int
    chat_unread: int
    closes_at: Moment | None
    review_open: bool
    reminders: list[Reminder]


class SignedIn(Output):
    """`token` is shown this once; it goes into the Authorization header."""

    token: str
    me: Me


@dataclass(frozen=True, slots=True)
class Begun:
    """A session whose transaction is still open; `is_new`: its reader came for the first time."""

    token: str
    reader_id: int
    session_id: int
    is_new: bool


class NameMyself(Input):
    nickname: Annotated[Line, Field(min_length=1, max_length=people.NICKNAME_LENGTH)] | None


class SignedInPhone(Output):
    id: Id
    made_at: Moment
    last_used_at: Moment
    current: bool


class SignedInPhones(Output):
    items: list[SignedInPhone]


class EndSession(Input):
    session_id: Id


async def sign_in(ctx: Context, _caller: Caller, wish: SignIn) -> SignedIn:
    """A session for a code of `wx.login`; who comes for the first time is known from then on.

    Raises `code_refused` when the code is used up, `try_later` when WeChat is away.
    """
    try:
        who = await ctx.wechat.identify(wish.code)
    except WeChatRefused as refused:
        raise (CodeRefused() if refused.verdict is Verdict.BAD_CODE else TryLater()) from refused
    async with transaction() as tx:
        begun = await begin_session(ctx, tx, who.openid)
    return await welcome(ctx, begun)


async def begin_session(ctx: Context, tx: Tx, openid: str) -> Begun:
    """A session for whoever has this openid; who comes for the first time is made."""
    now, token = ctx.clock.now(), people.new_secret()
    reader_id, is_new = await people.reader_for(tx, openid, now)
    session = await Session.create(
        token_hash=people.secret_hash(token),
        reader_id=reader_id,
        made_at=now,
        last_used_at=now,
        expires_at=now + people.SESSION_LIFE,
    )
    caller = caller_of(reader_id, session.id, ())
    await audit.add(tx, caller, "session.start", f"session:{session.id}", now)
    if is_new:
        await audit.add(tx, caller, "reader.join", f"reader:{reader_id}", now)
    return Begun(token, reader_id, session.id, is_new)


async def welcome(ctx: Context, begun: Begun) -> SignedIn:
    """The answer to a session that was begun, after the commit."""
    caller = caller_of(
        begun.reader_id, begun.session_id, await people.grants_of(begun.reader_id, ctx.clock.now())
    )
    return SignedIn(token=begun.token, me=await shown(ctx, caller))


async def sign_out(ctx: Context, caller: Caller, wish: SignOut) -> Nothing:
    """End this session, or with `everywhere` all of the reader's; their sockets are cut."""
    async with transaction() as tx:
        ended = await people.end_sessions(tx, caller.me, only=None if wish.everywhere else caller.session_id)
        await audit.add(tx, caller, "session.end", f"reader:{caller.me}", ctx.clock.now(), count=len(ended))
        tx.after_commit(lambda: ctx.live.sessions_ended(ended))
    return Nothing()


async def me(ctx: Context, caller: Caller, _wish: NoInput) -> Me:
    """Who asks: name, permissions, unread messages, reminders. A guest hears that they are one."""
    return await shown(ctx, caller)


async def shown(ctx: Context, caller: Caller) -> Me:
    """The caller as they are now, for every answer that tells it."""
    name, phone, unread, chat_unread, closes_at, balances = None, None, 0, 0, None, dict[str, int]()
    if caller.reader_id is not None:
        reader = await Reader.get(id=caller.reader_id)
        closes_at = ctx.local(reader.closes_at) if reader.closes_at else None
        name, unread = reader.nickname, await notices.unread(reader.id)
        phone = f"{reader.phone[:-8]}****{reader.phone[-4:]}" if reader.phone else None
        balances = await notices.balances(reader.id)
        chat_unread = await chat_streams.unread_of(reader.id)
    return Me(
        id=caller.reader_id,
        nickname=name,
        phone=phone,
        roles=sorted(caller.roles),
        held=await _held(ctx, caller),
        permissions=caller.permissions,
        unread=unread,
        chat_unread=chat_unread,
        closes_at=closes_at,
        review_open=ctx.library.review_code is not None,
        reminders=[
            Reminder(
                purpose=purpose,
                title=REMINDER_TITLES[purpose],
                template_id=ctx.wechat.templates[purpose].template_id,
                balance=balances.get(purpose, 0),
            )
            for purpose in Purpose
            if purpose in ctx.wechat.templates and not caller.sample  # what WeChat counts is the person's own
        ],
    )


async def _held(ctx: Context, caller: Caller) -> list[MyRole]:
    if not caller.roles & {*STAFF}:
        return []
    given = [(one.place, one.held) for one in await staff.given_to(caller.me, ctx.clock.now())]
    return [
        MyRole(
            role=StaffRoleName(held.grant.role),
            place=place,
            starts_at=ctx.local(held.term.starts_at) if held.term.starts_at else None,
            ends_at=ctx.local(held.term.ends_at) if held.term.ends_at else None,
        )
        for place, held in given
    ]


async def name_myself(ctx: Context, caller: Caller, wish: NameMyself) -> Me:
    """Set what the reader is called; null takes the name away."""
    async with transaction() as tx:
        await Reader.filter(id=caller.me, closed_at__isnull=True).update(nickname=wish.nickname)
        await audit.add(tx, caller, "reader.rename", f"reader:{caller.me}", ctx.clock.now())
    return await shown(ctx, caller)


async def phones(ctx: Context, caller: Caller, _wish: NoInput) -> SignedInPhones:
    """Where the caller is signed in, the latest used first."""
    now = ctx.clock.now()
    sessions = await Session.filter(reader_id=caller.me, expires_at__gt=now).order_by("-last_used_at", "-id")
    return SignedInPhones(
        items=[
            SignedInPhone(
                id=session.id,
                made_at=ctx.local(session.made_at),
                last_used_at=ctx.local(session.last_used_at),
                current=session.id == caller.session_id,
            )
            for session in sessions
        ]
    )


async def end_session(ctx: Context, caller: Caller, wish: EndSession) -> Nothing:
    """Sign one phone out; somebody else's session does not exist (404)."""
    async with transaction() as tx:
        ended = await people.end_sessions(tx, caller.me, only=wish.session_id)
        if not ended:
            raise NotFound()
        await audit.add(tx, caller, "session.end", f"session:{wish.session_id}", ctx.clock.now())
        tx.after_commit(lambda: ctx.live.sessions_ended(ended))
    return Nothing()
