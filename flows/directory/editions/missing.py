"""What patients look for on a page and do not find: the hospital's system has it not, and nobody wrote it. Pure."""

from __future__ import annotations

from typing import Any

from flows.directory.editions.rules import Edition, Kind

PIECES = ("intro", "picture", "specialties")


def missing(kind: Kind, entry: Any, edition: Edition | None) -> tuple[str, ...]:
    """Of ``PIECES``. ``entry`` is the department, clinic or doctor as patients read it; only a doctor needs a picture
    and specialties."""
    found = [] if entry.intro.strip() else ["intro"]
    if kind == "doctor":
        found += [] if entry.photo or (edition and edition.picture) else ["picture"]
        found += [] if entry.specialties else ["specialties"]
    return tuple(found)
