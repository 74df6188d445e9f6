"""From weekly patterns to the sessions of a day. Pure: the same patterns and the same day give the same sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from integrations.his.port import Half, Kind, Segment

HOURS: dict[str, tuple[time, time]] = {
    "am": (time(8), time(12)),
    "pm": (time(14), time(17)),
    "evening": (time(17, 30), time(20, 30)),
}
STOPPED = 0.015
"""Share of the doctors' sessions that are stopped, and below, that somebody else holds: illness, meetings, travel."""
SUBSTITUTED = 0.015


@dataclass(frozen=True, slots=True)
class Pattern:
    """One half day of every week. Fees in fen; `minutes` and `capacity` are those of one segment."""

    site: str
    clinic: str
    doctor: str | None
    room: str
    weekday: int
    half: Half
    kind: Kind
    registration_fee: int
    consultation_fee: int
    minutes: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A session to be: its pattern on a day."""

    code: str
    day: date
    pattern: Pattern
    state: str
    substitute: str | None


def segments(starts: time, ends: time, minutes: int, capacity: int) -> tuple[Segment, ...]:
    """Cut a session into stretches of `minutes`; a rest that is too short for one is left out."""
    made: list[Segment] = []
    begin, last = datetime.combine(date.min, starts), datetime.combine(date.min, ends)
    step = timedelta(minutes=minutes)
    while begin + step <= last:
        made.append(
            Segment(len(made) + 1, begin.time(), (begin + step).time(), capacity, len(made) * capacity + 1)
        )
        begin += step
    return tuple(made)


def plan(day: date, patterns: Iterable[Pattern]) -> list[Planned]:
    """All sessions of `day`, some of them stopped or in a substitute's hands."""
    today = [pattern for pattern in patterns if pattern.weekday == day.weekday()]
    sitting: set[tuple[str | None, Half]] = {(pattern.doctor, pattern.half) for pattern in today if pattern.doctor}
    planned = []
    for pattern in today:
        code = _code(day, pattern)
        state, substitute = "open", None
        if pattern.doctor:
            # The lot depends on the session alone, so that two processes make the same roster.
            lot = Random(code).random()
            if lot < STOPPED:
                state = "stopped"
            elif lot < STOPPED + SUBSTITUTED:
                substitute = _free_colleague(pattern, patterns, sitting)
                if substitute:
                    sitting.add((substitute, pattern.half))
        planned.append(Planned(code, day, pattern, state, substitute))
    return planned


def _free_colleague(pattern: Pattern, patterns: Iterable[Pattern], sitting: set[tuple[str | None, Half]]) -> str | None:
    """Somebody of the same clinic who sits nowhere in that half day."""
    colleagues = sorted({other.doctor for other in patterns if other.clinic == pattern.clinic and other.doctor})
    for doctor in colleagues:
        if doctor != pattern.doctor and (doctor, pattern.half) not in sitting:
            return doctor
    return None


def _code(day: date, pattern: Pattern) -> str:
    half = {"am": "A", "pm": "P", "evening": "E"}[pattern.half]
    if pattern.kind == "examination":
        return f"{day:%y%m%d}{half}{pattern.room}"
    return f"{day:%y%m%d}{half}{pattern.clinic}{pattern.doctor or 'G'}"
