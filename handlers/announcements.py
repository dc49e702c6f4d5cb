"""The notice on the home page, as editors keep it."""

from typing import Annotated

from pydantic import Field

from handlers import audit
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Changed
from handlers.home import HomeChanged
from handlers.shapes import Input, Line, Moment, NoInput, Output, Text, Whole
from models import announcements
from models.announcements import Announcement, locked
from models.db import transaction


class AnnouncementEdited(Output):
    title: str
    text: str
    version: int
    updated_at: Moment | None


class EditAnnouncement(Input):
    """An empty title and text take the notice off the page."""

    title: Annotated[Line, Field(max_length=40)]
    text: Annotated[Text, Field(max_length=2000)]
    version: Whole


def _edited(ctx: Context, found: Announcement | None) -> AnnouncementEdited:
    if found is None:
        return AnnouncementEdited(title="", text="", version=0, updated_at=None)
    return AnnouncementEdited(
        title=found.title, text=found.text, version=found.version, updated_at=ctx.local(found.saved_at)
    )


async def show(ctx: Context, caller: Caller, _wish: NoInput) -> AnnouncementEdited:
    """The notice as it is now, with the version to edit it by."""
    return _edited(ctx, await announcements.shown(sample=caller.sample))


async def edit(ctx: Context, caller: Caller, wish: EditAnnouncement) -> AnnouncementEdited:
    """Change the notice, on every home page at once. Raises `changed_meanwhile` when somebody saved first."""
    now = ctx.clock.now()
    async with transaction() as tx:
        found = await locked(tx, now)
        if found.version != wish.version:
            raise Changed(version=found.version)
        found.update_from_dict(
            {
                "title": wish.title,
                "text": wish.text,
                "version": found.version + 1,
                "saved_by": caller.me,
                "saved_at": now,
            }
        )
        await found.save()
        await audit.add(tx, caller, "announcement.edit", "announcement:1", now, version=found.version)
        tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
    return _edited(ctx, found)
