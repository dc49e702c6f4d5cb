"""The first page: open until when, free seats, the next booking with its next step, the notice."""

from handlers import bookings, spaces, uploads
from handlers.access import Caller, Permission
from handlers.bookings import BookingView
from handlers.context import Context
from handlers.shapes import Id, Moment, NoInput, Output
from handlers.spaces import OpenState
from handlers.uploads import Picture
from models import announcements, notices
from models import bookings as held
from models.announcements import Announcement
from models.calendar import Span


class AnnouncementShown(Output):
    title: str
    text: str
    picture: Picture | None
    updated_at: Moment


class BranchLine(Output):
    id: Id
    name: str
    open: OpenState
    free_seats: int
    seats: int


class Home(Output):
    """`open` is the branch that is open longest today, or opens first."""

    library_name: str
    open: OpenState
    announcement: AnnouncementShown | None
    branches: list[BranchLine]
    next_booking: BookingView | None
    unread: int


class HomeChanged(Output):
    """Pushed to everybody: what the home page and the rules say has changed."""


async def show(ctx: Context, caller: Caller, _wish: NoInput) -> Home:
    """The first page in one answer; for a guest without what is their own."""
    lines = [
        BranchLine(
            id=branch.id,
            name=branch.name,
            open=branch.open,
            free_seats=sum(area.free_seats for area in branch.areas) if branch.open.open_now else 0,
            seats=sum(area.seats for area in branch.areas),
        )
        for branch in await spaces.branches(ctx, caller, Span.minute(ctx.clock.now()))
    ]
    announcement = await announcements.shown(sample=caller.sample)
    signed_in = caller.reader_id is not None and caller.may(Permission.BOOKINGS_OWN)
    mine = await held.upcoming(caller.me, ctx.clock.now(), limit=1) if signed_in else []
    return Home(
        library_name=ctx.library.name,
        open=spaces.whole_library([line.open for line in lines]),
        announcement=await _shown(ctx, announcement),
        branches=lines,
        next_booking=bookings.view(ctx, mine[0]) if mine else None,
        unread=await notices.unread(caller.me) if signed_in else 0,
    )


async def _shown(ctx: Context, found: Announcement | None) -> AnnouncementShown | None:
    if found is None or not (found.title or found.text):
        return None
    pictures = await uploads.pictures(ctx, [found.picture_id], staff=False)
    return AnnouncementShown(
        title=found.title,
        text=found.text,
        picture=pictures.get(found.picture_id),
        updated_at=ctx.local(found.saved_at),
    )
