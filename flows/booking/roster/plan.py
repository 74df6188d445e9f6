"""What has to change so that our slots agree with the hospital's segments. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from integrations.his.port import Place, Segment, Session


@dataclass(frozen=True, slots=True)
class Kept:
    """One slot that is there: in the segment at `position`."""

    id: int
    position: int
    number: int
    free: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """`drop` are ids of free slots to delete; `add` are (position, number); `conflicts` are numbers that somebody has
    and that the hospital does not offer any more: they stay, and the office is told."""

    drop: list[int] = field(default_factory=list)
    add: list[tuple[int, int]] = field(default_factory=list)
    conflicts: list[int] = field(default_factory=list)


def digest(session: Session, place: Place | None) -> str:
    """The same text as long as the hospital tells the same of this session and its room."""
    return hashlib.sha256(repr((session, place)).encode()).hexdigest()


def changes(kept: Iterable[Kept], segments: Iterable[Segment]) -> Changes:
    """A number is in one segment of a session only; one that somebody has stays where it is."""
    wanted: Mapping[int, int] = {
        number: segment.position
        for segment in segments
        for number in range(segment.first, segment.first + segment.capacity)
    }
    found = Changes()
    there: set[int] = set()
    for slot in kept:
        if wanted.get(slot.number) == slot.position:
            there.add(slot.number)
        elif slot.free:
            found.drop.append(slot.id)
        else:
            there.add(slot.number)
            found.conflicts.append(slot.number)
    found.add.extend((position, number) for number, position in wanted.items() if number not in there)
    return found
