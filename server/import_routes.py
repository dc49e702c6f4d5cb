"""The rows of imports, part of the tables in routes.py; what comes and goes as a file stands in imports.py."""

from datetime import timedelta

from handlers import import_jobs, imports
from handlers.access import Permission as May
from handlers.errors import Changed, NotFound
from handlers.import_shapes import ImportChanged, ImportNotNow
from server.rows import Job, Push, Route

ROUTES: tuple[Route, ...] = (
    Route("GET", "/api/admin/imports", May.IMPORTS_USE, imports.see_all),
    Route("GET", "/api/admin/imports/{run_id}", May.IMPORTS_USE, imports.see, errors=(NotFound,)),
    Route(
        "GET",
        "/api/admin/imports/{run_id}/problems",
        May.IMPORTS_USE,
        imports.problems,
        errors=(NotFound,),
    ),
    Route(
        "PUT",
        "/api/admin/imports/{run_id}/mapping",
        May.IMPORTS_USE,
        imports.map_columns,
        errors=(NotFound, Changed, ImportNotNow),
    ),
    Route(
        "POST",
        "/api/admin/imports/{run_id}/apply",
        May.IMPORTS_USE,
        imports.apply,
        errors=(NotFound, Changed, ImportNotNow),
    ),
    Route(
        "POST",
        "/api/admin/imports/{run_id}/undo",
        May.IMPORTS_USE,
        imports.undo,
        errors=(NotFound, ImportNotNow),
    ),
)

PUSHES: tuple[Push, ...] = (Push("import_changed", ImportChanged),)

JOBS: tuple[Job, ...] = (
    Job("check_import", import_jobs.check),
    Job("apply_import", import_jobs.apply),
    Job("undo_import", import_jobs.undo),
    Job("forget_imports", import_jobs.forget, again=timedelta(hours=1)),
)
