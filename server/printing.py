"""Tables on paper: a PDF that a program apart draws, in a font for Chinese that `requirements-pdf.txt` brings."""

import asyncio
import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from handlers.errors import TryLater
from handlers.export_words import FOOT
from handlers.exports import NoPdf, Table

PROGRAM: Final = Path(__file__).with_name("pdf.py")  # not imported: what it needs may be missing
DRAWN_S: Final = 60.0
MOST_ROWS: Final = 2000  # a second of a processor, some hundred pages
FONT: Final = ("pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf")  # a package that holds it, and its file
MISSING: Final = "requirements-pdf.txt"


def font() -> Path:
    """Raises `no_pdf`."""
    package, name = FONT
    found = find_spec(package)
    if found is None or found.origin is None or find_spec("fpdf") is None:
        raise NoPdf(missing=MISSING)
    return Path(found.origin).with_name(name)


def head_of(table: Table) -> str:
    """The first line that `server/pdf.py` reads."""
    told = {"title": table.title, "about": [*table.about], "head": [*table.head], "foot": FOOT}
    return json.dumps(told, ensure_ascii=False)


async def printed(lines: Path) -> Path:
    """The PDF of a file that `server/pdf.py` reads, beside it. Raises `try_later` when it takes too long."""
    drawn, letters = lines.with_suffix(".pdf"), font()
    with (
        await asyncio.to_thread(lines.open, "rb") as source,
        await asyncio.to_thread(drawn.open, "wb") as paper,
    ):
        drawing = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(PROGRAM),
            str(letters),
            stdin=source,
            stdout=paper,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
        )
    try:
        async with asyncio.timeout(DRAWN_S):
            await drawing.wait()
    except TimeoutError:
        raise TryLater() from None
    finally:
        if drawing.returncode is None:
            drawing.kill()
            await drawing.wait()
    if drawing.returncode:
        raise RuntimeError(f"server/pdf.py ended with {drawing.returncode}")
    return drawn
