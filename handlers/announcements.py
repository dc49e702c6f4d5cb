"""The notice on the home page, as editors keep it."""

from typing import Annotated

from pydantic import Field

from handlers import audit, uploads
from handlers.access import Caller
from handlers.context import Context
from handlers.errors import Changed
from handlers.home import HomeChanged
from handlers.shapes import Id, Input, Line, Moment, NoInput, Output, Text, Whole
from handlers.uploads import Picture
from models import announcements
from models.announcements import Announcement, locked
from models.db import transaction


class AnnouncementEdited(Output):
    title: str
    text: str
    picture: Picture | None
    version: int
    updated_at: Moment | None


class EditAnnouncement(Input):
    """An empty title and text take the notice off the page. Without a `picture_id` its picture stays."""

    title: Annotated[Line, Field(max_length=40)]
    text: Annotated[Text, Field(max_length=2000)]
    picture_id: Id | None = None
    version: Whole


async def _edited(ctx: Context, found: Announcement | None) -> AnnouncementEdited:
    if found is None:
        return AnnouncementEdited(title="", text="", picture=None, version=0, updated_at=None)
    pictures = await uploads.pictures(ctx, [found.picture_id], staff=True)
    return AnnouncementEdited(
        title=found.title,
        text=found.text,
        picture=pictures.get(found.picture_id),
        version=found.version,
        updated_at=ctx.local(found.saved_at),
    )


async def show(ctx: Context, caller: Caller, _wish: NoInput) -> AnnouncementEdited:
    """The notice as it is now, with the version to edit it by."""
    return await _edited(ctx, await announcements.shown(sample=caller.sample))


async def edit(ctx: Context, caller: Caller, wish: EditAnnouncement) -> AnnouncementEdited:
    """Change the notice, on every home page at once.

    Raises `changed_meanwhile` when somebody saved first, and `picture_gone`.
    """
    now = ctx.clock.now()
    async with transaction(lock=("reader", caller.me)) as tx:
        found = await locked(tx, now)
        if found.version != wish.version:
            raise Changed(version=found.version)
        picture_id = wish.picture_id if "picture_id" in wish.model_fields_set else found.picture_id
        await uploads.choose(tx, caller, picture_id, shown=found.picture_id)
        found.update_from_dict(
            {
                "title": wish.title,
                "text": wish.text,
                "picture_id": picture_id,
                "version": found.version + 1,
                "saved_by": caller.me,
                "saved_at": now,
            }
        )
        await found.save()
        await audit.add(tx, caller, "announcement.edit", "announcement:1", now, version=found.version)
        tx.after_commit(lambda: ctx.live.push("everybody", "home_changed", HomeChanged()))
    return await _edited(ctx, found)
