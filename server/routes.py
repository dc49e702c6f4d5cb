"""The whole surface of the product, in five tables: HTTP, socket events, streams, jobs, WeChat events.

A row says what it is called, who may call it, and which handler decides. Input and output are the
handler's own annotations. `errors` are the refusals that belong to the row; those that every row of
its kind can have (401, 403, 413, 415, 422, 500, 503) are added by the adapter.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from handlers import (
    announcements,
    bookings,
    home,
    notices,
    people,
    rules,
    seat_map,
    seats,
    spaces,
    tell,
    upkeep,
)
from handlers.access import Permission as May
from handlers.errors import Changed, KeyReused, NotFound, Refused
from handlers.seats import BookingRefused

Handler = Callable[..., Awaitable[Any]]
Errors = tuple[type[Refused], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """An HTTP row. Path, query and body together make the handler's input."""

    method: str
    path: str
    needs: May
    handler: Handler
    status: int = 200
    errors: Errors = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A socket row. `joins` and `leaves` name the room that its input speaks of."""

    name: str
    needs: May
    handler: Handler
    joins: Callable[[Any], str] | None = None
    leaves: Callable[[Any], str] | None = None
    errors: Errors = ()


@dataclass(frozen=True, slots=True)
class Push:
    """An event that the server sends; `payload` is documented, nothing else."""

    name: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of numbered live stream: its name begins with `kind:`."""

    kind: str
    changes: Handler
    beat: Callable[[str], tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Job:
    """Work for the job table; `daily` ones are added by themselves."""

    kind: str
    handler: Handler
    daily: bool = field(default=False)


REPEAT: Errors = (KeyReused,)

HTTP: tuple[Route, ...] = (
    # everybody
    Route("GET", "/api/home", May.HOME_READ, home.show),
    Route("GET", "/api/spaces", May.SPACES_READ, spaces.see),
    Route("GET", "/api/branches/{branch_id}/hours", May.SPACES_READ, spaces.hours, errors=(NotFound,)),
    Route("GET", "/api/areas/{area_id}", May.SPACES_READ, spaces.area, errors=(NotFound,)),
    Route("GET", "/api/areas/{area_id}/days/{date}", May.SPACES_READ, seat_map.day, errors=(NotFound,)),
    Route("POST", "/api/sign-in", May.SIGN_IN, people.sign_in, errors=(people.CodeRefused,)),
    Route("GET", "/api/me", May.ME_READ, people.me),
    # readers
    Route("PUT", "/api/me", May.ME_OWN, people.name_myself),
    Route("POST", "/api/sign-out", May.ME_OWN, people.sign_out),
    Route("GET", "/api/me/sessions", May.ME_OWN, people.phones),
    Route("DELETE", "/api/me/sessions/{session_id}", May.ME_OWN, people.end_session, errors=(NotFound,)),
    Route(
        "POST",
        "/api/invitations/accept",
        May.ME_OWN,
        people.accept_invitation,
        errors=(people.InvitationUnknown, people.InvitationUsed, people.InvitationOver),
    ),
    Route(
        "POST",
        "/api/seats/{seat_id}/bookings",
        May.BOOKINGS_OWN,
        seats.reserve,
        status=201,
        errors=(NotFound, BookingRefused, *REPEAT),
    ),
    Route("GET", "/api/bookings", May.BOOKINGS_OWN, bookings.see),
    Route("GET", "/api/bookings/{booking_id}", May.BOOKINGS_OWN, bookings.show, errors=(NotFound,)),
    Route(
        "POST",
        "/api/bookings/{booking_id}/cancel",
        May.BOOKINGS_OWN,
        bookings.cancel,
        errors=(NotFound, bookings.BookingOver, *REPEAT),
    ),
    Route(
        "POST",
        "/api/bookings/{booking_id}/finish",
        May.BOOKINGS_OWN,
        bookings.finish,
        errors=(NotFound, bookings.BookingOver, *REPEAT),
    ),
    Route(
        "POST",
        "/api/check-ins",
        May.BOOKINGS_OWN,
        bookings.check_in,
        errors=(
            bookings.UnknownCode,
            bookings.NoBookingHere,
            bookings.TooEarly,
            bookings.BookingLapsed,
            *REPEAT,
        ),
    ),
    Route("GET", "/api/inbox", May.INBOX_OWN, notices.inbox),
    Route("POST", "/api/inbox/read", May.INBOX_OWN, notices.read),
    # staff
    Route("GET", "/api/admin/announcement", May.ANNOUNCEMENT_EDIT, announcements.show),
    Route("PUT", "/api/admin/announcement", May.ANNOUNCEMENT_EDIT, announcements.edit, errors=(Changed,)),
    Route("GET", "/api/admin/seat-rules", May.RULES_EDIT, rules.see),
    Route(
        "PUT",
        "/api/admin/seat-rules/{rules_id}",
        May.RULES_EDIT,
        rules.edit,
        errors=(NotFound, Changed),
    ),
    Route(
        "GET", "/api/admin/areas/{area_id}/seat-codes", May.SEAT_CODES_READ, seats.codes, errors=(NotFound,)
    ),
    Route("POST", "/api/admin/invitations", May.STAFF_INVITE, people.invite, status=201),
)

EVENTS: tuple[Event, ...] = (
    Event("area_watch", May.SPACES_READ, seat_map.day, joins=seat_map.watched, errors=(NotFound,)),
    Event("area_leave", May.SPACES_READ, seat_map.leave, leaves=seat_map.watched),
)

PUSHES: tuple[Push, ...] = (
    Push("seats_changed", seat_map.SeatsChanged),
    Push("area_number", seat_map.AreaNumber),
    Push("bookings_changed", bookings.BookingChanged),
    Push("inbox_changed", tell.InboxChanged),
    Push("home_changed", home.HomeChanged),
)

STREAMS: tuple[Stream, ...] = (Stream("area", seat_map.changes, seat_map.number_now),)

JOBS: tuple[Job, ...] = (
    Job("remind", upkeep.remind),
    Job("lapse", upkeep.lapse),
    Job("send_notice", notices.send),
    Job("tidy", upkeep.tidy, daily=True),
)

WECHAT: dict[str, Handler] = {
    "subscribe_msg_popup_event": notices.consents_changed,
    "subscribe_msg_change_event": notices.consents_withdrawn,
    "subscribe_msg_sent_event": notices.delivered,
}
