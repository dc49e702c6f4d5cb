"""The whole surface of the product, in five tables: HTTP, socket events, streams, jobs, WeChat events.

A row says what it is called, who may call it, and which handler decides. Input and output are the
handler's own annotations. `errors` are the refusals that belong to the row; those that every row of
its kind can have (401, 403, 413, 415, 422, 429, 500, 503) are added by the adapter.
"""

from handlers import (
    account,
    announcements,
    bans,
    bookings,
    chat,
    chat_passage,
    chat_shapes,
    checks,
    departments,
    desk,
    duty,
    home,
    merging,
    notices,
    people,
    phone,
    presence,
    review,
    reviewers,
    rules,
    seat_map,
    seats,
    spaces,
    tell,
    upkeep,
    upload_checks,
    uploads,
    withdrawals,
)
from handlers.access import Permission as May
from handlers.errors import Changed, KeyReused, NotAllowed, NotFound, NotHelping
from handlers.seats import BookingRefused
from server import (
    audit_routes,
    content_routes,
    duty_routes,
    feedback_routes,
    health_routes,
    import_routes,
    reader_routes,
    staff_routes,
)
from server.rows import Errors, Event, Handler, Job, Limit, Push, Route, Stream

REPEAT: Errors = (KeyReused,)

ROUTES: tuple[Route, ...] = (
    # everybody
    Route("GET", "/api/home", May.HOME_READ, home.show),
    Route("GET", "/api/spaces", May.SPACES_READ, spaces.see),
    Route("GET", "/api/branches/{branch_id}/hours", May.SPACES_READ, spaces.hours, errors=(NotFound,)),
    Route("GET", "/api/areas/{area_id}", May.SPACES_READ, spaces.area, errors=(NotFound,)),
    Route("GET", "/api/areas/{area_id}/days/{date}", May.SPACES_READ, seat_map.day, errors=(NotFound,)),
    Route(
        "POST",
        "/api/sign-in",
        May.SIGN_IN,
        people.sign_in,
        errors=(people.CodeRefused,),
        limit=Limit.SIGN_IN,
        outside=True,
    ),
    Route("GET", "/api/me", May.ME_READ, people.me),
    # readers
    Route("PUT", "/api/me", May.ME_OWN, people.name_myself),
    Route(
        "PUT",
        "/api/me/phone",
        May.ME_OWN,
        phone.add,
        errors=(phone.PhoneRefused,),
        limit=Limit.TEXT,
        outside=True,
    ),
    Route("DELETE", "/api/me/phone", May.ME_OWN, phone.remove),
    Route("POST", "/api/sign-out", May.ME_OWN, people.sign_out),
    Route("POST", "/api/me/closing", May.ME_OWN, account.plan, errors=(account.LastAdministrator,)),
    Route("DELETE", "/api/me/closing", May.ME_OWN, account.keep),
    Route("GET", "/api/me/sessions", May.ME_OWN, people.phones),
    Route("DELETE", "/api/me/sessions/{session_id}", May.ME_OWN, people.end_session, errors=(NotFound,)),
    Route(
        "POST",
        "/api/review",
        May.REVIEW_ENTER,
        reviewers.enter,
        errors=(reviewers.ReviewCodeRefused,),
        limit=Limit.TEXT,
    ),
    Route(
        "POST",
        "/api/seats/{seat_id}/bookings",
        May.BOOKINGS_OWN,
        seats.reserve,
        status=201,
        errors=(NotFound, NotHelping, BookingRefused, *REPEAT),
        limit=Limit.BOOKING,
    ),
    Route("GET", "/api/bookings", May.BOOKINGS_OWN, bookings.see, errors=(NotHelping,)),
    Route(
        "GET",
        "/api/bookings/{booking_id}",
        May.BOOKINGS_OWN,
        bookings.show,
        errors=(NotFound, NotHelping),
    ),
    Route(
        "POST",
        "/api/bookings/{booking_id}/cancel",
        May.BOOKINGS_OWN,
        bookings.cancel,
        errors=(NotFound, NotHelping, bookings.BookingOver, *REPEAT),
    ),
    Route(
        "POST",
        "/api/bookings/{booking_id}/finish",
        May.BOOKINGS_OWN,
        bookings.finish,
        errors=(NotFound, NotHelping, bookings.BookingOver, *REPEAT),
    ),
    Route(
        "POST",
        "/api/check-ins",
        May.BOOKINGS_OWN,
        bookings.check_in,
        errors=(
            NotHelping,
            bookings.UnknownCode,
            bookings.NoBookingHere,
            bookings.TooEarly,
            bookings.BookingLapsed,
            *REPEAT,
        ),
        limit=Limit.BOOKING,
    ),
    Route(
        "POST",
        "/api/uploads/known",
        May.ME_OWN,
        uploads.known,
        errors=(uploads.PictureRefused,),
        limit=Limit.UPLOAD,
    ),
    Route("GET", "/api/uploads/{upload_id}", May.ME_OWN, uploads.show, errors=(NotFound,)),
    *reader_routes.ROUTES,
    Route("GET", "/api/inbox", May.INBOX_OWN, notices.inbox),
    Route("POST", "/api/inbox/read", May.INBOX_OWN, notices.read),
    # staff
    Route("GET", "/api/admin/announcement", May.ANNOUNCEMENT_EDIT, announcements.show),
    Route(
        "PUT",
        "/api/admin/announcement",
        May.ANNOUNCEMENT_EDIT,
        announcements.edit,
        errors=(Changed, uploads.PictureGone),
    ),
    Route("GET", "/api/admin/seat-rules", May.RULES_EDIT, rules.see),
    Route(
        "PUT",
        "/api/admin/seat-rules/{rules_id}",
        May.RULES_EDIT,
        rules.edit,
        errors=(NotFound, Changed),
    ),
    Route("PUT", "/api/admin/areas/{area_id}/seat-rules", May.RULES_EDIT, rules.choose, errors=(NotFound,)),
    Route("GET", "/api/admin/seat-codes/areas", May.SEAT_CODES_READ, seats.code_areas),
    Route(
        "GET", "/api/admin/areas/{area_id}/seat-codes", May.SEAT_CODES_READ, seats.codes, errors=(NotFound,)
    ),
    *staff_routes.ROUTES,
    *duty_routes.ROUTES,
    *import_routes.ROUTES,
    *health_routes.ROUTES,
    *content_routes.ROUTES,
    *audit_routes.ROUTES,
)

SPEAK: Errors = (
    NotFound,
    bans.Banned,
    chat.WithAnother,
    chat.ConversationOver,
    chat.AnotherIsOpen,
    departments.DepartmentClosed,
    KeyReused,
)
LOOK: Errors = (NotFound, review.OwnText, review.SettledAlready)

EVENTS: tuple[Event, ...] = (
    Event("area_watch", May.SPACES_READ, seat_map.day, joins=seat_map.watched, errors=(NotFound,)),
    Event("area_leave", May.SPACES_READ, seat_map.leave, leaves=seat_map.watched),
    # talking: a reader in their own conversation, or the librarian who has it
    Event("chat_state", May.HOME_READ, duty.state, http="GET /api/chat-state"),
    Event("chat_list", May.CHAT_OWN, chat.see, http="GET /api/chats"),
    Event(
        "chat_history",
        May.CHAT_OWN,
        chat.history,
        errors=(NotFound,),
        http="GET /api/chats/{conversation_id}",
    ),
    Event(
        "chat_resume",
        May.CHAT_OWN,
        chat.resume,
        errors=(NotFound,),
        http="GET /api/chats/{conversation_id}/events",
    ),
    Event(
        "chat_send",
        May.CHAT_OWN,
        chat.send,
        errors=SPEAK,
        http="POST /api/chat-messages",
        limit=Limit.TEXT,
    ),
    Event(
        "chat_mark",
        May.CHAT_OWN,
        chat.mark,
        errors=(NotFound,),
        http="POST /api/chats/{conversation_id}/marks",
    ),
    Event("chat_type", May.CHAT_OWN, chat.typing, errors=(NotFound,)),
    Event("presence_here", May.ME_OWN, presence.here, errors=(NotAllowed,), http="POST /api/presence"),
    Event("presence_away", May.ME_OWN, presence.away, http="POST /api/presence/away"),
    # the librarians' desk
    Event("desk_watch", May.CHAT_ANSWER, desk.watch, joins=desk.watched, http="GET /api/desk"),
    Event("desk_leave", May.CHAT_ANSWER, desk.leave, leaves=desk.watched),
    Event("desk_closed", May.CHAT_ANSWER, desk.closed, http="GET /api/desk/closed"),
    Event(
        "desk_claim",
        May.CHAT_ANSWER,
        desk.claim,
        errors=(NotFound, desk.AlreadyClaimed, desk.NotOnDuty),
        http="POST /api/desk/{conversation_id}/claim",
    ),
    Event(
        "desk_hand_back",
        May.CHAT_ANSWER,
        desk.hand_back,
        errors=(NotFound, desk.NotWithYou),
        http="POST /api/desk/{conversation_id}/hand-back",
    ),
    Event(
        "desk_hand_on",
        May.CHAT_ANSWER,
        desk.hand_on,
        errors=(NotFound, desk.NotWithYou, departments.DepartmentClosed),
        http="POST /api/desk/{conversation_id}/hand-on",
    ),
    Event(
        "desk_close",
        May.CHAT_ANSWER,
        desk.close,
        errors=(NotFound, desk.NotWithYou),
        http="POST /api/desk/{conversation_id}/close",
    ),
    Event("desk_held", May.CHAT_ANSWER, review.held, http="GET /api/desk/held"),
    Event(
        "desk_show_text",
        May.CHAT_ANSWER,
        review.show_text,
        errors=LOOK,
        http="POST /api/desk/held/{message_id}/show",
    ),
    Event(
        "desk_return_text",
        May.CHAT_ANSWER,
        review.return_text,
        errors=LOOK,
        http="POST /api/desk/held/{message_id}/return",
    ),
    *feedback_routes.EVENTS,
)


def _twin(event: Event) -> Route:
    method, path = (event.http or "").split(" ")
    return Route(method, path, event.needs, event.handler, errors=event.errors, limit=event.limit)


HTTP: tuple[Route, ...] = (*ROUTES, *(_twin(event) for event in EVENTS if event.http))

PUSHES: tuple[Push, ...] = (
    Push("seats_changed", seat_map.SeatsChanged),
    Push("area_number", seat_map.AreaNumber),
    Push("bookings_changed", bookings.BookingChanged),
    Push("inbox_changed", tell.InboxChanged),
    Push("home_changed", home.HomeChanged),
    Push("chat_event", chat_shapes.ChatHappened),
    Push("chat_typing", chat_shapes.SomebodyTypes),
    Push("chat_unread", chat_shapes.ChatUnread),
    Push("staffed_changed", desk.StaffedChanged),
    Push("desk_changed", desk.DeskChanged),
    Push("desk_number", desk.DeskNumber),
    *feedback_routes.PUSHES,
    *import_routes.PUSHES,
)

STREAMS: tuple[Stream, ...] = (
    Stream("area", seat_map.changes, seat_map.number_now),
    Stream("desk", desk.changes, desk.number_now, one=True),
    *feedback_routes.STREAMS,
)

JOBS: tuple[Job, ...] = (
    Job("remind", upkeep.remind),
    Job("lapse", upkeep.lapse),
    Job("send_notice", notices.send, outside=True),
    Job("keep_consents", notices.keep_consents),
    Job("check_text", checks.check, outside=True),
    Job("show_text", checks.show),
    Job("tell_answer", chat_passage.tell_answer),
    Job("watch_duty", presence.watch_duty),
    Job("close_account", account.close_planned),
    Job("erase_account", account.erase),
    Job("end_merge", merging.end),
    Job("end_review", reviewers.end),
    Job("check_picture", upload_checks.check, outside=True),
    Job("judge_picture", upload_checks.judge),
    Job("remove_file", upload_checks.remove_file, outside=True),
    Job("tidy", upkeep.tidy, daily=True),
    *audit_routes.JOBS,
    *staff_routes.JOBS,
    *duty_routes.JOBS,
    *import_routes.JOBS,
    Job("tidy_uploads", upload_checks.tidy, daily=True),
)

WECHAT: dict[str, Handler] = {
    "subscribe_msg_popup_event": notices.consents_changed,
    "subscribe_msg_change_event": notices.consents_withdrawn,
    "subscribe_msg_sent_event": notices.delivered,
    "wxa_media_check": upload_checks.judged,
    "user_authorization_revoke": withdrawals.forget,
    "user_authorization_cancellation": withdrawals.close,
}
