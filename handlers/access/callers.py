"""Who asks, and what they may do where: the scopes in which each permission is worth something."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from handlers.access.permissions import ROLES, Permission, Role
from handlers.errors import NotAllowed, SignInNeeded
from models.reach import Grant, Reach, Scope

_places = frozenset({Scope.BRANCH, Scope.AREA})
_anywhere = frozenset(Scope)
# The scopes in which a permission is worth something; one that is not named here, in the whole library only.
WITHIN: Final[Mapping[Permission, frozenset[Scope]]] = {
    # of a place: the area lies inside
    Permission.RULES_EDIT: _places,
    Permission.SEAT_CODES_READ: _places,
    # of the inbox: `Reach.has_inbox` says what of it
    Permission.CHAT_ANSWER: _anywhere,
    Permission.FEEDBACK_ANSWER: _anywhere,
    # of nothing in particular, and needed at every desk
    Permission.STAFF_FIND: _anywhere,
    Permission.PATRONS_READ: _anywhere,
}
# Where a role can hold: what editors and administrators do is the whole library's.
SCOPES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.LIBRARIAN: _anywhere,
    Role.EDITOR: frozenset({Scope.LIBRARY}),
    Role.MANAGER: _anywhere,
    Role.ADMIN: frozenset({Scope.LIBRARY}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. `reader_id` is None for guests and for the product's own jobs."""

    reader_id: int | None
    session_id: int | None
    grants: frozenset[Grant]

    @property
    def me(self) -> int:
        """The reader's id; a guest raises `sign_in_needed`."""
        if self.reader_id is None:
            raise SignInNeeded()
        return self.reader_id

    def may(self, permission: Permission) -> bool:
        """Whether they may do it at all; to what, says `reach`."""
        return any(_allows(grant, permission) for grant in self.grants)

    def reach(self, permission: Permission) -> Reach:
        """What they may do it to, of things that lie in a place or go to a department."""
        return Reach.of(grant for grant in self.grants if _allows(grant, permission))

    def must(self, permission: Permission) -> None:
        """Raises `sign_in_needed` for a guest who may not, `not_allowed` for a reader."""
        if not self.may(permission):
            raise SignInNeeded() if self.reader_id is None else NotAllowed()

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(grant.role) for grant in self.grants)

    @property
    def sample(self) -> bool:
        """Whether they see the sample instead of the library."""
        return _REVIEWER in self.grants

    @property
    def permissions(self) -> list[str]:
        return sorted(permission.value for permission in Permission if self.may(permission))


def _allows(grant: Grant, permission: Permission) -> bool:
    held = permission in ROLES[Role(grant.role)]
    return held and (grant.scope is Scope.LIBRARY or grant.scope in WITHIN.get(permission, ()))


_REVIEWER: Final = Grant(Role.REVIEWER)
GUEST: Final = Caller(None, None, frozenset({Grant(Role.GUEST)}))
PRODUCT: Final = Caller(None, None, frozenset())


def caller_of(reader_id: int, session_id: int | None, stored: Iterable[Grant]) -> Caller:
    """A signed-in reader with the grants that count; whoever is a reviewer is nothing else."""
    grants = frozenset(stored)
    if _REVIEWER not in grants:
        grants |= {Grant(Role.READER)}
    return Caller(reader_id, session_id, grants)
