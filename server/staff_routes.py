"""The rows of the staff, part of the tables in routes.py."""

from handlers import staff
from handlers.access import Permission as May
from handlers.errors import NotFound
from server.rows import Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/staff/people", May.STAFF_FIND, staff.find),
    Route("GET", "/api/admin/staff", May.STAFF_INVITE, staff.see),
    Route(
        "DELETE",
        "/api/admin/staff/{reader_id}/roles/{role}",
        May.STAFF_INVITE,
        staff.take,
        errors=(NotFound, staff.OwnLastRole, staff.AdministratorNeeded),
    ),
)
