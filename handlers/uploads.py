"""Pictures that readers send: taken once, drawn anew, seen by nobody else before WeChat has judged them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from handlers.access import Caller
from handlers.context import Context, TooManyPixels, Unreadable
from handlers.errors import NotFound, Refused, TryLater
from handlers.shapes import Id, Input, Output, Whole
from models import jobs, uploads
from models.calendar import day_span, local_day
from models.db import Row, Tx, transaction
from models.uploads import State


class PictureUnreadable(Refused):
    """No picture can be made of what was sent."""

    code = "picture_unreadable"
    status = 422


class PictureTooLarge(Refused):
    """More pixels than `details.megapixels` millions."""

    code = "picture_too_large"
    status = 422


class PictureRefused(Refused):
    """WeChat found it risky when it was sent before."""

    code = "picture_refused"


class PicturesUsedUp(Refused):
    """The day's `details.limit` pictures were sent; tomorrow there are as many again."""

    code = "pictures_used_up"


class PictureGone(Refused):
    """One of the pictures is not the author's, was named twice, found risky, or has left unused."""

    code = "picture_gone"


class Picture(Output):
    """`state`: checking (nobody else sees it yet), shown, held (a person should look first), removed. `url` is a path
    that whoever has it may fetch for one to two hours; null where the caller may not see it.
    """

    id: Id
    state: str
    url: str | None
    width: int
    height: int


class KnownUpload(Input):
    """The file as it would be sent: SHA-256 in lower-case hex, and its length in bytes."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bytes: Annotated[Whole, Field(ge=1, le=uploads.LARGEST)]


class UploadFound(Output):
    """Null: it must be sent."""

    picture: Picture | None


class OfUpload(Input):
    upload_id: Id


def picture_of(ctx: Context, row: Row, *, seen: bool) -> Picture:
    there = seen and row["state"] not in (State.REMOVED, State.LEAVING)
    return Picture(
        id=row["id"],
        state=row["state"],
        url=ctx.media.link(row["id"], ctx.clock.now()) if there else None,
        width=row["width"],
        height=row["height"],
    )


async def known(ctx: Context, caller: Caller, wish: KnownUpload) -> UploadFound:
    """What the caller has sent before need not be sent again.

    Only their own counts, or it would tell what others have. Raises `picture_refused`.
    """
    async with transaction(lock=("reader", caller.me)) as tx:
        row = await _known(ctx, tx, caller, wish.sha256)
    there = row and row["state"] != State.STORING and row["bytes"] == wish.bytes
    return UploadFound(picture=picture_of(ctx, row, seen=True) if row and there else None)


async def show(ctx: Context, caller: Caller, wish: OfUpload) -> Picture:
    """A picture of the caller's own, with a link that is good from now."""
    row = await uploads.get(wish.upload_id)
    if row is None or row["holder_id"] != caller.me or row["state"] in (State.STORING, State.LEAVING):
        raise NotFound()
    return picture_of(ctx, row, seen=True)


async def receive(ctx: Context, caller: Caller, sent: bytes) -> Picture:
    """Take a file; the same bytes again are the same picture.

    Raises `picture_unreadable`, `picture_too_large`, `picture_refused` or `pictures_used_up`.
    """
    if not uploads.is_picture(sent):
        raise PictureUnreadable()
    try:
        drawn = await ctx.media.draw(sent)
    except Unreadable:
        raise PictureUnreadable() from None
    except TooManyPixels as many:
        raise PictureTooLarge(megapixels=many.limit // 1_000_000) from None
    now, sha256 = ctx.clock.now(), hashlib.sha256(sent).hexdigest()
    async with transaction(lock=("reader", caller.me)) as tx:
        row = await _known(ctx, tx, caller, sha256)
        if row is None:
            today = day_span(local_day(now, ctx.zone), ctx.zone)
            if await uploads.count_since(tx, caller.me, today.starts) >= ctx.media.per_day:
                raise PicturesUsedUp(limit=ctx.media.per_day)
            row = await uploads.store(
                tx,
                caller.me,
                sha256=sha256,
                size=len(sent),
                width=drawn.width,
                height=drawn.height,
                now=now,
            )
    if row["state"] == State.STORING:
        await ctx.media.keep(uploads.name_of(row), drawn.body)
        row = await _stored(ctx, row)
    return picture_of(ctx, row, seen=True)


async def _known(ctx: Context, tx: Tx, caller: Caller, sha256: str) -> Row | None:
    row = await uploads.known(tx, caller.me, sha256, ctx.clock.now())
    if row and row["state"] == State.REMOVED:
        raise PictureRefused()
    if row and row["state"] == State.LEAVING:
        raise TryLater()  # its file is about to go
    return row


async def _stored(ctx: Context, row: Row) -> Row:
    """The file is there: its judgement begins. Of two who sent it at once, one says so."""
    becomes = State.CHECKING if ctx.wechat.checks_text else State.SHOWN
    async with transaction(lock=("reader", row["reader_id"])) as tx:
        if await uploads.become(tx, row["id"], State.STORING, becomes) and becomes is State.CHECKING:
            about = {"upload_id": row["id"]}
            await jobs.add(tx, "check_picture", f"check_picture:{row['id']}", about, ctx.clock.now())
            tx.after_commit(ctx.live.wake_workers)
        after = await uploads.get(row["id"], tx)
    if after is None:
        raise TryLater()
    return after


@dataclass(frozen=True, slots=True)
class Link:
    """What stands in a signed link."""

    upload_id: int
    until_s: int
    seal: str


async def fetch(ctx: Context, link: Link) -> tuple[str, bytes]:
    """(SHA-256 of what was sent, JPEG) for whoever has a link that is good; else 404."""
    if ctx.media.opens(link.upload_id, link.until_s, link.seal, ctx.clock.now()):
        row = await uploads.get(link.upload_id)
        body = await ctx.media.read(uploads.name_of(row)) if row and row["state"] in SEEN else None
        if row and body is not None:
            return row["sha256"], body
    raise NotFound()


SEEN = (State.CHECKING, State.SHOWN, State.HELD)


# ---------------------------------------------------------------- what the library shows


async def choose(tx: Tx, caller: Caller, upload_id: int | None, *, shown: int | None = None) -> None:
    """Whether staff may show it to readers: it is their own, or is `shown` there already. Their row must be locked.

    Raises `picture_gone`.
    """
    chosen = upload_id not in (None, shown)
    if chosen and not await uploads.usable(tx, caller.me, [upload_id] if upload_id else []):
        raise PictureGone()


async def pictures(
    ctx: Context, upload_ids: Iterable[int | None], *, staff: bool
) -> dict[int | None, Picture]:
    """Pictures of what the library writes, by id. Readers see those that WeChat has let pass."""
    wanted = [upload_id for upload_id in upload_ids if upload_id]
    return {
        row["id"]: picture_of(ctx, row, seen=True)
        for row in (await uploads.of_ids(wanted) if wanted else [])
        if staff or row["state"] == State.SHOWN
    }
