"""A program of its own: a picture that somebody sent comes in, the same picture without anything else goes out.

Decoders are what hostile files aim at, so each picture gets a process that may use a second or ten and so much memory,
knows no secret, and is gone afterwards. What it writes was drawn anew: no metadata, no second file behind the first.
It imports nothing of ours, for it runs isolated (`python -I`).
"""

import io
import struct
import sys
from typing import Final

from PIL import Image, ImageOps

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS: Final = 50_000_000  # the largest that phones take without being asked to
EDGE: Final = 2048  # pixels of the longer side: enough to read a sign, on any phone
QUALITY: Final = 85
CPU_S: Final = 10
MEMORY_BYTES: Final = 1 << 30
TOO_MANY_PIXELS: Final = 3  # exit codes
UNREADABLE: Final = 4


def redrawn(sent: bytes) -> tuple[int, int, bytes]:
    """(width, height, JPEG): the first frame, turned upright, at most `EDGE`, on white where it was transparent."""
    image: Image.Image = Image.open(io.BytesIO(sent), formats=FORMATS)  # reads no more than the head
    if image.width * image.height > MOST_PIXELS:
        sys.exit(TOO_MANY_PIXELS)
    image.draft("RGB", (EDGE, EDGE))  # a JPEG is decoded small at once
    whole = image.convert("RGBA" if image.has_transparency_data else "RGB")
    whole.thumbnail((EDGE, EDGE))
    upright = _upright(whole)
    drawn = Image.new("RGB", upright.size, "white")
    drawn.paste(upright, mask=upright if upright.mode == "RGBA" else None)
    written = io.BytesIO()
    drawn.save(written, "JPEG", quality=QUALITY)
    return *drawn.size, written.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held; with an EXIF that nobody can read, as it lies."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:
        return image


def _limit() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def main() -> None:
    _limit()
    try:
        width, height, picture = redrawn(sys.stdin.buffer.read())
    except Image.DecompressionBombError:
        sys.exit(TOO_MANY_PIXELS)
    except Exception:  # decoders name no closed list of what they raise on broken files
        sys.exit(UNREADABLE)
    sys.stdout.buffer.write(struct.pack(">II", width, height) + picture)


if __name__ == "__main__":
    main()
