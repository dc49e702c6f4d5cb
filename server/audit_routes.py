"""The rows of the audit, part of the tables in routes.py."""

from handlers import audit_log
from handlers.access import Permission as May
from server.rows import Job, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/admin/audit", May.AUDIT_READ, audit_log.show),
    Route("GET", "/api/admin/audit/entries", May.AUDIT_READ, audit_log.see),
    Route("GET", "/api/admin/audit/check", May.AUDIT_READ, audit_log.check),
)

JOBS: tuple[Job, ...] = (Job("seal_audit", audit_log.seal, again=audit_log.AGAIN),)
