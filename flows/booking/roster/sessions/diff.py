"""What has to change so that a clinic's own sessions are what its patterns tell, and whom that would hit. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from flows.booking.roster.patterns.rules import Part, Planned

GONE = "gone"
"""In the place of the digest: no pattern tells this session any more. Should one do so again, it is opened again."""
Why = Literal["gone", "time", "number"]


@dataclass(frozen=True, slots=True)
class Known:
    """A session of ours that is there. `starts` and `ends` are those of its segments that are not closed."""

    id: int
    code: str
    day: date
    half: str
    clinic: str
    doctor: str | None
    state: str
    digest: str
    fee: int
    room: str
    starts: str = ""
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """`comes` are to be made or opened again, `changes` are (as it is, as it is to be), `goes` take nobody new."""

    comes: list[Planned] = field(default_factory=list)
    changes: list[tuple[Known, Planned]] = field(default_factory=list)
    goes: list[Known] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment, or a hold, in one of our sessions. Names are masked."""

    public_id: str
    session: int
    state: str
    person: str
    channel: str
    start: str
    end: str
    number: int


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody whose time or number the roster would not offer any more, and why."""

    visit: Visit
    known: Known
    why: Why


def digest(planned: Planned, place: object) -> str:
    """The same text as long as the patterns tell the same of this session, and its room is where it is."""
    terms = planned.pattern.terms
    told = (planned.code, planned.parts, terms.kind, terms.fee, terms.room, place)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def compare(planned: Iterable[Planned], known: Mapping[str, Known], digests: Mapping[str, str]) -> Compared:
    """`digests` are those of the planned ones, by code. One that was closed by hand stays closed, and is no change."""
    found = Compared()
    told: set[str] = set()
    for each in planned:
        told.add(each.code)
        there = known.get(each.code)
        if there is None or there.digest == GONE:
            found.comes.append(each)
        elif there.digest != digests[each.code]:
            found.changes.append((there, each))
    found.goes.extend(each for code, each in known.items() if code not in told and each.digest != GONE)
    return found


def hits(compared: Compared, visits: Iterable[Visit]) -> list[Hit]:
    """Whom it concerns, in time. Nobody's time or number is ever changed: they are asked about, and stay."""
    goes = {each.id: each for each in compared.goes}
    changes = {known.id: (known, planned) for known, planned in compared.changes}
    found = []
    for visit in visits:
        if visit.session in goes:
            if goes[visit.session].state == "stopped":
                continue  # they were told, and choose, already
            found.append(Hit(visit, goes[visit.session], "gone"))
        elif visit.session in changes:
            known, planned = changes[visit.session]
            if why := _misses(visit, planned.parts):
                found.append(Hit(visit, known, why))
    return sorted(found, key=lambda hit: (hit.known.day, hit.known.code, hit.visit.start, hit.visit.number))


def fit(parts: Sequence[Part], there: Mapping[int, tuple[str, str]]) -> list[tuple[int, Part]]:
    """Which position each part takes: that of the segment of the same time, else a new one behind all others. So a
    segment keeps its time for ever, and with it everybody who has an appointment in it."""
    by_time = {times: position for position, times in there.items()}
    behind = max(there, default=0)
    found = []
    for part in parts:
        position = by_time.get((part.start, part.end))
        if position is None:
            behind += 1
            position = behind
        found.append((position, part))
    return found


def token(*facts: object) -> str:
    """Names one state of everything that a preview shows."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _misses(visit: Visit, parts: Sequence[Part]) -> Why | None:
    for part in parts:
        if (part.start, part.end) == (visit.start, visit.end):
            return None if part.first <= visit.number < part.first + part.capacity else "number"
    return "time"
