"""What a run makes that opens a door or names a person, and where it stands in what the run prints."""

from typing import Any, Final

NAMES: Final = ("token", "openid", "code", "phoneNumber")  # of fields, in answers of the server and of WeChat
SHORTEST: Final = 11  # letters; an error's code or a seat's is no secret
_made: set[str] = set()


def note(answer: Any) -> None:
    """Remember what is private in an answer."""
    if isinstance(answer, dict):
        _made.update(
            text for name in NAMES if isinstance(text := answer.get(name), str) and len(text) >= SHORTEST
        )


def found_in(printed: str) -> list[str]:
    """The beginnings of what was noted and stands there unmasked; forgets what was noted."""
    found = sorted(f"{text[:6]}…" for text in _made if text in printed)
    _made.clear()
    return found
