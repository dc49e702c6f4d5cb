"""What there is to be allowed, and the roles that are sets of it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    HOME_READ = "home.read"
    SPACES_READ = "spaces.read"
    ARTICLES_READ = "articles.read"
    SIGN_IN = "sign_in"
    ME_READ = "me.read"  # guests too: it tells them that they are guests
    ME_OWN = "me.own"
    CARD_OWN = "card.own"
    HELPERS_OWN = "helpers.own"
    BOOKINGS_OWN = "bookings.own"
    INBOX_OWN = "inbox.own"
    CHAT_OWN = "chat.own"
    CHAT_ANSWER = "chat.answer"
    FEEDBACK_OWN = "feedback.own"
    FEEDBACK_ANSWER = "feedback.answer"
    FEEDBACK_EXPORT = "feedback.export"
    ANNOUNCEMENT_EDIT = "announcement.edit"
    ARTICLES_EDIT = "articles.edit"
    RULES_EDIT = "rules.edit"
    SEAT_CODES_READ = "seats.codes"
    PATRONS_READ = "patrons.read"
    PATRONS_EDIT = "patrons.edit"
    PATRONS_IMPORT = "patrons.import"  # and take all of them out
    IMPORTS_USE = "imports.use"  # for what else one may change: `imported_by`
    STAFF_FIND = "staff.find"
    STAFF_INVITE = "staff.invite"  # and take roles away
    DEPARTMENTS_EDIT = "departments.edit"
    ROSTER_EDIT = "roster.edit"
    AUDIT_READ = "audit.read"
    HEALTH_READ = "health.read"
    HEALTH_MEND = "health.mend"
    STAFF_JOIN = "staff.join"
    REVIEW_ENTER = "review.enter"


class Role(StrEnum):
    GUEST = "guest"
    REVIEWER = "reviewer"  # of WeChat: sees the sample, and nothing else
    READER = "reader"
    LIBRARIAN = "librarian"
    EDITOR = "editor"
    MANAGER = "manager"
    ADMIN = "admin"


STAFF: Final = (Role.LIBRARIAN, Role.EDITOR, Role.MANAGER, Role.ADMIN)

_guest = frozenset(
    {
        Permission.HOME_READ,
        Permission.SPACES_READ,
        Permission.ARTICLES_READ,
        Permission.SIGN_IN,
        Permission.ME_READ,
    }
)
# Each leads a reviewer to samples only, or to what is their own; a new one is not theirs until that is so.
_reviewer = frozenset(
    {
        Permission.HOME_READ,
        Permission.SPACES_READ,
        Permission.ARTICLES_READ,
        Permission.SIGN_IN,
        Permission.ME_READ,
        Permission.ME_OWN,
        Permission.BOOKINGS_OWN,
        Permission.INBOX_OWN,
        Permission.CHAT_OWN,
        Permission.FEEDBACK_OWN,
    }
)
_reader = (
    _guest
    | _reviewer
    | {
        Permission.CARD_OWN,
        Permission.HELPERS_OWN,
        Permission.STAFF_JOIN,
        Permission.REVIEW_ENTER,
    }
)
_staff = _reader | {Permission.STAFF_FIND}
_editor = _staff | {Permission.ANNOUNCEMENT_EDIT, Permission.ARTICLES_EDIT, Permission.IMPORTS_USE}
_librarian = _staff | {
    Permission.SEAT_CODES_READ,
    Permission.CHAT_ANSWER,
    Permission.FEEDBACK_ANSWER,
    Permission.PATRONS_READ,
}
_manager = (
    _editor
    | _librarian
    | {
        Permission.RULES_EDIT,
        Permission.PATRONS_EDIT,
        Permission.PATRONS_IMPORT,
        Permission.ROSTER_EDIT,
        Permission.FEEDBACK_EXPORT,
    }
)

ROLES: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.GUEST: _guest,
    Role.REVIEWER: _reviewer,
    Role.READER: _reader,
    Role.LIBRARIAN: _librarian,
    Role.EDITOR: _editor,
    Role.MANAGER: _manager,
    Role.ADMIN: _manager
    | {
        Permission.HEALTH_READ,
        Permission.HEALTH_MEND,
        Permission.STAFF_INVITE,
        Permission.DEPARTMENTS_EDIT,
        Permission.AUDIT_READ,
    },
}
