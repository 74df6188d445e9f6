"""A session of ours as the hospital is told of it: our own decisions, and not those that it made itself. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time
from typing import Any

from integrations.his.port import OwnSegment, OwnSession, OwnState

HOSPITAL = "hospital"
"""Who stopped a segment: what the hospital stopped is open as far as we are concerned."""


def picture(row: Any, parts: Sequence[Any], numbers: Mapping[int, Sequence[int]]) -> OwnSession:
    """`row` and `parts` as book/store.py reads them; `numbers` by the key of the segment."""
    segments = tuple(_segment(part, numbers.get(part.id, ())) for part in parts)
    return OwnSession(
        own=row.own, revision=row.wanted, clinic=row.clinic, doctor=row.doctor, date=row.date, half=row.half,
        room=row.room_code or "", kind=row.kind, registration_fee=0, consultation_fee=row.fee,
        state=_whole(segments), substitute=_substitute(segments), segments=segments,
    )


def digest(session: OwnSession) -> str:
    """The same text as long as there is nothing new to tell."""
    return hashlib.sha256(repr(replace(session, revision=0)).encode()).hexdigest()


def word(told: Any) -> str:
    """What a hospital's roster tells of a session, in short; `told` None: not a word."""
    return "gone" if told is None else f"{told.state}:{told.substitute or ''}"


def shut(heard: str) -> bool:
    """Whether by that word nobody sits in the session."""
    return heard == "gone" or heard.startswith("stopped:")


def _segment(part: Any, numbers: Sequence[int]) -> OwnSegment:
    state: OwnState = "open" if part.state == "open" else "closed"
    substitute = None
    if part.by == HOSPITAL:
        state = "closed" if part.state == "closed" else "open"
    elif part.by:
        # Nobody new in either case; with a substitute, whoever is in it is seen.
        substitute, state = part.substitute, "closed" if part.substitute else "stopped"
    times = time.fromisoformat(part.start_wall), time.fromisoformat(part.end_wall)
    return OwnSegment(part.position, *times, tuple(numbers), state, substitute)


def _whole(segments: Sequence[OwnSegment]) -> OwnState:
    states = {part.state for part in segments if part.numbers}
    if "open" in states:
        return "open"
    return "stopped" if states == {"stopped"} else "closed"


def _substitute(segments: Sequence[OwnSegment]) -> str | None:
    sitting = {part.substitute for part in segments if part.numbers}
    return sitting.pop() if len(sitting) == 1 else None
