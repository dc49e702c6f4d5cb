"""What a reader looks at when they ask, in the words that the librarian reads, and the page that shows it."""

from handlers import access
from handlers.access import Caller
from handlers.chat_shapes import About, AboutKind
from handlers.context import Context
from handlers.errors import Invalid
from handlers.words import span_words
from models.chat import About as Subject
from models.instants import instant
from models.spaces import Area


async def words_of(ctx: Context, caller: Caller, about: About) -> Subject:
    """Raises `not_found` for what is not there or is somebody else's booking."""
    match about.kind:
        case AboutKind.SEAT:
            return await _seat(ctx, caller, about)
        case AboutKind.AREA:
            area = await access.area(caller, about.id)
            return Subject(f"{area.floor} {area.name}", _page(area), area.branch_id, area.id)
        case AboutKind.BOOKING:
            row = await access.booking(caller, about.id)
            span = span_words(ctx.local(instant(row["starts_at"])), ctx.local(instant(row["ends_at"])))
            page = f"/pages/bookings/detail?id={row['id']}"
            return Subject(f"预约 {row['label']}，{span}", page, row["branch_id"], row["area_id"])
        case AboutKind.BRANCH:
            branch = await access.branch(caller, about.id)
            return Subject(
                f"{branch.name}的开放时间", f"/pages/hours/hours?branch={branch.id}", branch.id, None
            )


def _page(area: Area) -> str:
    return f"/pages/area/area?id={area.id}"


async def _seat(ctx: Context, caller: Caller, about: About) -> Subject:
    spot = await access.seat(caller, about.id)
    if (about.starts_at is None) != (about.ends_at is None):
        raise Invalid(field="about.ends_at", problem="missing")
    area = await Area.get(id=spot.area_id)
    words = f"座位 {spot.label}（{area.floor} {area.name}）"
    if about.starts_at and about.ends_at:
        words += f"，{span_words(ctx.local(about.starts_at), ctx.local(about.ends_at))}"
    return Subject(words, _page(area), area.branch_id, area.id)
