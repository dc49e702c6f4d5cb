"""Which versions of the mini-program are served."""

import re
from typing import Final

from handlers.errors import ClientTooOld

VERSION: Final = r"[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}"


def admit(version: object, oldest: str) -> None:
    """Raises `client_too_old`. Who names no version is no mini-program of ours, and may ask."""
    if isinstance(version, str) and re.fullmatch(VERSION, version) and _numbers(version) < _numbers(oldest):
        raise ClientTooOld(oldest=oldest)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
