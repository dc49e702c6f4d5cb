"""The rows of departments and of the duty roster, part of the tables in routes.py."""

from handlers import departments, duty, roster
from handlers.access import Permission as May
from handlers.errors import Changed, KeyReused, NotFound
from server.rows import Errors, Job, Route

KEEP: Errors = (
    NotFound,
    Changed,
    roster.NotAnswering,
    roster.TurnClashes,
    departments.DepartmentClosed,
)

ROUTES: tuple[Route, ...] = (
    # everybody
    Route("GET", "/api/departments", May.HOME_READ, departments.see),
    # administrators
    Route("GET", "/api/admin/departments", May.DEPARTMENTS_EDIT, departments.see_all),
    Route(
        "POST",
        "/api/admin/departments",
        May.DEPARTMENTS_EDIT,
        departments.make,
        status=201,
        errors=(departments.DepartmentNameTaken, KeyReused),
    ),
    Route(
        "GET",
        "/api/admin/departments/{department_id}",
        May.DEPARTMENTS_EDIT,
        departments.show,
        errors=(NotFound,),
    ),
    Route(
        "PUT",
        "/api/admin/departments/{department_id}",
        May.DEPARTMENTS_EDIT,
        departments.edit,
        errors=(NotFound, Changed, departments.DepartmentNameTaken),
    ),
    # the roster
    Route("GET", "/api/duty", May.CHAT_ANSWER, duty.see),
    Route("GET", "/api/admin/roster", May.ROSTER_EDIT, roster.see),
    Route(
        "POST",
        "/api/admin/roster/turns",
        May.ROSTER_EDIT,
        roster.make,
        status=201,
        errors=(roster.NotAnswering, roster.TurnClashes, departments.DepartmentClosed, KeyReused),
    ),
    Route("GET", "/api/admin/roster/turns/{turn_id}", May.ROSTER_EDIT, roster.show, errors=(NotFound,)),
    Route("PUT", "/api/admin/roster/turns/{turn_id}", May.ROSTER_EDIT, roster.edit, errors=KEEP),
    Route(
        "DELETE",
        "/api/admin/roster/turns/{turn_id}",
        May.ROSTER_EDIT,
        roster.end,
        errors=(NotFound, Changed),
    ),
    Route(
        "PUT",
        "/api/admin/roster/turns/{turn_id}/days/{day}",
        May.ROSTER_EDIT,
        roster.change_day,
        errors=(NotFound, Changed, roster.NotAnswering, roster.TurnClashes),
    ),
    Route(
        "DELETE",
        "/api/admin/roster/turns/{turn_id}/days/{day}",
        May.ROSTER_EDIT,
        roster.keep_day,
        errors=(NotFound, Changed, roster.TurnClashes),
    ),
)

JOBS: tuple[Job, ...] = (
    Job("remind_turn", duty.remind),
    Job("plan_turns", duty.plan, daily=True),
)
