"""Logs for people or machines, each line with the id of the request or job that it belongs to."""

import logging
import re
import sys
from typing import Any, Final

import structlog

SECRET_KEYS = frozenset({"token", "code", "secret", "session_key", "authorization", "access_token"})
# What names a person or opens a door, wherever it stands in a line: passwords of URLs, access tokens, session tokens
# and invitations, openids, phone numbers.
PRIVATE: Final = re.compile(
    r"(?<=://)[^\s/@]+:[^\s@]+(?=@)|(?<=access_token=)[^&\s\"']+"
    r"|(?<![\w-])(?:[\w-]{43}|o[\w-]{27})(?![\w-])|(?<!\d)1[3-9]\d{9}(?!\d)",
    re.ASCII,
)


def masked(text: str) -> str:
    return PRIVATE.sub("…", text)


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
            _masked,  # last, so that it sees what exceptions say, too
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masking("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler])


class _Masking(logging.Formatter):
    """For the lines of libraries."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _masked(_logger: Any, _name: str, text: Any) -> str:
    return masked(text)


def _as_is(_logger: Any, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return line
