"""Pictures that somebody sent: what they are by their bytes, and drawn anew.

A name and a declared type are what the sender says. Here only the content counts; and nothing of it is kept as it came:
the picture is decoded and written again, so that places where it was taken (EXIF), comments, scripts and second files
behind it stay behind. Only the first picture of a moving one is kept.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from bot.documents import Problem

KINDS = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""What is taken, and as what it is given back."""
MOST_PIXELS = 40_000_000
"""A small file can swell to any size in memory; a phone's camera makes 12 to 50 million."""
SMALLEST = 32


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a field takes. ``largest`` in bytes; ``side`` is the longest side in pixels of what is kept."""

    largest: int = 5 * 1024 * 1024
    side: int = 1280


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that we wrote ourselves. ``kind`` is one of ``KINDS``."""

    kind: str
    body: bytes
    width: int
    height: int


def kind_of(body: bytes) -> str:
    """The kind by the first bytes, or "" for everything else."""
    if body.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "webp" if body[:4] == b"RIFF" and body[8:12] == b"WEBP" else ""


def redraw(body: bytes, wanted: Wanted) -> Picture | Problem:
    """The picture, upright and no larger than wanted; or what is wrong with it. Takes a while: call it in a thread."""
    kind = kind_of(body)
    if not kind:
        return Problem("picture_kind")
    try:
        with Image.open(io.BytesIO(body), formats=[kind.upper()]) as found:
            if found.width * found.height > MOST_PIXELS:
                return Problem("picture_pixels")
            if min(found.size) < SMALLEST:
                return Problem("picture_small", {"least": SMALLEST})
            drawn = ImageOps.exif_transpose(found)
            clear = drawn.has_transparency_data and kind != "jpeg"
            plain = drawn.convert("RGBA" if clear else "RGB")
    except Image.DecompressionBombError:
        return Problem("picture_pixels")
    except Exception:
        # Decoders meet broken and hostile files with every kind of error there is; none of them is ours.
        return Problem("picture_broken")
    plain.thumbnail((wanted.side, wanted.side))
    plain.info = {}
    out = io.BytesIO()
    plain.save(out, kind.upper(), **({"optimize": True} if kind == "png" else {"quality": 85}))
    return Picture(kind, out.getvalue(), plain.width, plain.height)
