"""The rows of feedback and ratings, part of the tables in routes.py."""

from handlers import bans, departments, feedback, feedback_inbox, feedback_shapes, ratings, review, uploads
from handlers.access import Permission as May
from handlers.errors import KeyReused, NotFound
from server.rows import Errors, Event, Limit, Push, Stream

HAVE: Errors = (NotFound, review.OwnText, feedback_inbox.FeedbackWithAnother, feedback_inbox.FeedbackOver)
LOOK: Errors = (NotFound, review.OwnText, review.SettledAlready)

EVENTS: tuple[Event, ...] = (
    # telling the library something
    Event(
        "feedback_send",
        May.FEEDBACK_OWN,
        feedback.send,
        errors=(bans.Banned, departments.DepartmentClosed, uploads.PictureGone, KeyReused),
        http="POST /api/feedback",
        limit=Limit.TEXT,
    ),
    Event("feedback_mine", May.FEEDBACK_OWN, feedback.see, http="GET /api/feedback"),
    Event(
        "feedback_show",
        May.FEEDBACK_OWN,
        feedback.show,
        errors=(NotFound,),
        http="GET /api/feedback/{feedback_id}",
    ),
    Event(
        "feedback_read",
        May.FEEDBACK_OWN,
        feedback.read,
        errors=(NotFound,),
        http="POST /api/feedback/{feedback_id}/read",
    ),
    Event("rating_offer", May.FEEDBACK_OWN, ratings.offer, http="GET /api/rating-offer"),
    Event(
        "rating_give",
        May.FEEDBACK_OWN,
        ratings.give,
        errors=(NotFound, ratings.NotOverYet, ratings.RatedAlready, ratings.AskedThisWeek, KeyReused),
        http="POST /api/ratings",
    ),
    Event(
        "rating_decline",
        May.FEEDBACK_OWN,
        ratings.decline,
        errors=(NotFound, ratings.NotOverYet),
        http="POST /api/ratings/decline",
    ),
    # the staff's inbox of it
    Event(
        "feedback_watch",
        May.FEEDBACK_ANSWER,
        feedback_inbox.watch,
        joins=feedback_inbox.watched,
        http="GET /api/feedback-inbox",
    ),
    Event("feedback_leave", May.FEEDBACK_ANSWER, feedback_inbox.leave, leaves=feedback_inbox.watched),
    Event("feedback_list", May.FEEDBACK_ANSWER, feedback_inbox.see, http="GET /api/feedback-inbox/lines"),
    Event(
        "feedback_take",
        May.FEEDBACK_ANSWER,
        feedback_inbox.take,
        errors=HAVE,
        http="POST /api/feedback-inbox/{feedback_id}/take",
    ),
    Event(
        "feedback_give_back",
        May.FEEDBACK_ANSWER,
        feedback_inbox.give_back,
        errors=HAVE,
        http="POST /api/feedback-inbox/{feedback_id}/give-back",
    ),
    Event(
        "feedback_hand_on",
        May.FEEDBACK_ANSWER,
        feedback_inbox.hand_on,
        errors=(*HAVE, departments.DepartmentClosed),
        http="POST /api/feedback-inbox/{feedback_id}/hand-on",
    ),
    Event(
        "feedback_answer",
        May.FEEDBACK_ANSWER,
        feedback_inbox.answer,
        errors=(*HAVE, feedback_inbox.NoAnswerWanted, KeyReused),
        http="POST /api/feedback-inbox/{feedback_id}/answer",
    ),
    Event(
        "feedback_note",
        May.FEEDBACK_ANSWER,
        feedback_inbox.note,
        errors=HAVE,
        http="POST /api/feedback-inbox/{feedback_id}/note",
    ),
    Event(
        "feedback_show_text",
        May.FEEDBACK_ANSWER,
        feedback_inbox.show_text,
        errors=LOOK,
        http="POST /api/feedback-inbox/{feedback_id}/show",
    ),
    Event(
        "feedback_return_text",
        May.FEEDBACK_ANSWER,
        feedback_inbox.return_text,
        errors=LOOK,
        http="POST /api/feedback-inbox/{feedback_id}/return",
    ),
)

PUSHES: tuple[Push, ...] = (
    Push("feedback_changed", feedback_shapes.FeedbackChanged),
    Push("feedback_news", feedback_shapes.FeedbackNews),
    Push("feedback_number", feedback_shapes.FeedbackNumber),
)

STREAMS: tuple[Stream, ...] = (
    Stream("feedback", feedback_inbox.changes, feedback_inbox.number_now, one=True),
)
