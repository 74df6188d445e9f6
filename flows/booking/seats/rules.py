"""Who sits where, from what the hospital told of a session and what a stop of ours made of its segments. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NOBODY: Mapping[str, Any] = {"substitute": None, "since": "", "starts": ""}


@dataclass(frozen=True, slots=True)
class Seat:
    """Codes of doctors. ``who`` sits there in the place of ``instead_of`` (None: of nobody); from ``since`` on ("": all
    the time) it is ``later``."""

    who: str | None
    instead_of: str | None = None
    later: str | None = None
    since: str = ""


def seat(told: Any, stand: Mapping[str, Any]) -> Seat:
    """
    :param told: the session: doctor, substitute, sitting
    :param stand: of its segments: ``substitute`` of a stop (None: nobody), since when on the wall clock that sits
        there (``since``), and when the session begins (``starts``)
    """
    if not stand["substitute"]:
        return Seat(told.sitting, told.doctor if told.substitute else None)
    if stand["since"] == stand["starts"]:
        return Seat(stand["substitute"], told.doctor)
    return Seat(told.sitting, told.doctor if told.substitute else None, stand["substitute"], stand["since"])
