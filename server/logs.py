"""Logs for people or machines, each line with the id of the request or job that it belongs to."""

import logging
import sys
from typing import Any

import structlog

SECRET_KEYS = frozenset({"token", "code", "secret", "session_key", "authorization", "access_token"})


def _without_secrets(
    _logger: Any, _name: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    for key in SECRET_KEYS & line.keys():
        line[key] = "…"
    return line


def set_up(format_: str, level: str) -> None:
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if format_ == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The default one prints local variables, tokens and secrets among them.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.format_exc_info if format_ == "json" else _as_is,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(number, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


def _as_is(_logger: Any, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return line
