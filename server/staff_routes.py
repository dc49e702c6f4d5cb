"""The rows of the staff, part of the tables in routes.py."""

from handlers import grants, invitations, staff
from handlers.access import Permission as May
from handlers.errors import NotFound
from server.rows import Job, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/staff/people", May.STAFF_FIND, staff.find),
    Route("GET", "/api/admin/staff", May.STAFF_INVITE, staff.see),
    Route(
        "DELETE",
        "/api/admin/staff/{reader_id}/roles/{role}",
        May.STAFF_INVITE,
        grants.take,
        errors=(NotFound, grants.OwnLastRole, grants.AdministratorNeeded),
    ),
    Route(
        "GET",
        "/api/admin/staff/{reader_id}/roles/{role}/taken",
        May.STAFF_INVITE,
        grants.preview,
        errors=(NotFound,),
    ),
    Route(
        "PUT",
        "/api/admin/staff/{reader_id}/roles/{role}/term",
        May.STAFF_INVITE,
        grants.set_term,
        errors=(NotFound, grants.OwnRole, grants.AdministratorNeeded),
    ),
    Route("GET", "/api/admin/scopes", May.STAFF_INVITE, invitations.scopes),
    Route(
        "POST", "/api/admin/invitations", May.STAFF_INVITE, invitations.invite, status=201, errors=(NotFound,)
    ),
    Route(
        "POST",
        "/api/invitations/accept",
        May.STAFF_JOIN,
        invitations.accept,
        errors=(
            invitations.InvitationUnknown,
            invitations.InvitationUsed,
            invitations.InvitationOver,
            invitations.OwnInvitation,
            invitations.HeldAlready,
        ),
    ),
)

JOBS: tuple[Job, ...] = (Job("end_role", grants.end),)
