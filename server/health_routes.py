"""The rows of the running itself, part of the tables in routes.py."""

from handlers import health, history
from handlers.access import Permission as May
from server.rows import Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/admin/health", May.HEALTH_READ, health.show),
    Route("GET", "/api/admin/health/history", May.HEALTH_READ, history.show),
    Route("GET", "/api/admin/health/jobs", May.HEALTH_READ, health.dead_jobs),
    Route("POST", "/api/admin/health/jobs/retry", May.HEALTH_MEND, health.retry),
    Route("POST", "/api/admin/health/jobs/drop", May.HEALTH_MEND, health.drop),
)
