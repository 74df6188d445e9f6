"""Weekly patterns and single days: on which days one falls, how it is cut into segments, and who sits where. Pure.

A pattern with `first == last` is a single day (an extra session, or that day in another way). Times are the hospital's
wall clock as HH:MM, fees whole fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

Weeks = Literal["every", "odd", "even"]
Act = Literal["add", "change", "end"]

HALVES = {"am": ("00:00", "13:00"), "pm": ("11:00", "19:00"), "evening": ("16:00", "23:59")}
"""Half day -> between which times it may lie."""
USUAL = {"am": ("08:00", "12:00"), "pm": ("14:00", "17:00"), "evening": ("17:30", "20:30")}
KINDS = ("general", "specialist", "expert")
MINUTES = (5, 240)
CAPACITY = (1, 60)
MOST = 300
"""Numbers of one session."""
DEAREST = 500_000


@dataclass(frozen=True, slots=True)
class Terms:
    """What a pattern says. `total` limits all numbers of a session (限号), `ahead` those that are booked ahead (限约):
    the others are for who comes without an appointment. None sets no limit. `doctor` None is the general clinic. `fee`
    None is what the clinic's rule says on each day (flows/booking/fees)."""

    clinic: str
    doctor: str | None
    weekday: int
    half: str
    starts: str
    ends: str
    minutes: int
    capacity: int
    kind: str
    fee: int | None
    room: str
    first: date
    last: date | None = None
    weeks: Weeks = "every"
    total: int | None = None
    ahead: int | None = None

    @property
    def single(self) -> bool:
        return self.first == self.last

    @property
    def whom(self) -> str:
        """Who is in one place only in a half day: the doctor, or the general clinic."""
        return self.doctor or f"clinic:{self.clinic}"

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat() if self.last else None}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Terms:
        last = plain["last"]
        days = {"first": date.fromisoformat(plain["first"]), "last": date.fromisoformat(last) if last else None}
        return cls(**{**plain, **days})

    def on(self, day: date) -> Terms:
        """The same on one day only."""
        return replace(self, weekday=day.weekday(), first=day, last=day, weeks="every")


@dataclass(frozen=True, slots=True)
class Pattern:
    """Terms in force, or to be in force: `id` 0 is not published yet. `key` is the public id of pattern or edit."""

    id: int
    key: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of a draft. `pattern` is the public id of what it changes or ends, "" where it adds."""

    key: str
    act: Act
    pattern: str
    terms: Terms | None
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """A segment to be. Numbers `first` … `first + capacity - 1` are booked ahead."""

    start: str
    end: str
    capacity: int
    first: int


@dataclass(frozen=True, slots=True)
class Planned:
    """A session to be; its fee is known."""

    code: str
    day: date
    pattern: Pattern
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Clash:
    """`pattern` does not sit on `day`, because `other` (a pattern's key) has the half day."""

    day: date
    pattern: Pattern
    other: str


def falls_on(terms: Terms, day: date) -> bool:
    """Odd and even weeks are those of the ISO calendar: the number that printed calendars show."""
    if day < terms.first or (terms.last is not None and day > terms.last) or day.weekday() != terms.weekday:
        return False
    return terms.weeks == "every" or (day.isocalendar().week % 2 == 1) == (terms.weeks == "odd")


def cut(terms: Terms) -> tuple[Part, ...]:
    """Stretches of `minutes` (a rest too short for one is left out), with numbers in time: as many as fit or as
    `total` allows, shared out evenly, the earlier ones first; of each stretch the lower ones are booked ahead."""
    begin, last = _minute(terms.starts), _minute(terms.ends)
    count = max(0, (last - begin) // terms.minutes)
    whole = count * terms.capacity
    total = whole if terms.total is None else min(terms.total, whole)
    ahead = total if terms.ahead is None else min(terms.ahead, total)
    parts, first = [], 1
    for at, (numbers, booked) in enumerate(zip(_shared(total, count), _shared(ahead, count), strict=True)):
        start = begin + at * terms.minutes
        parts.append(Part(_wall(start), _wall(start + terms.minutes), booked, first))
        first += numbers
    return tuple(part for part in parts if part.capacity)


def code_of(terms: Terms, day: date) -> str:
    """The name of the session of this doctor (or general clinic) in this half day: the same however it came to be."""
    half = {"am": "A", "pm": "P", "evening": "E"}[terms.half]
    return f"D{day:%y%m%d}{half}-{terms.clinic}-{terms.doctor or 'G'}"


def plan(patterns: Iterable[Pattern], first: date, last: date) -> tuple[list[Planned], list[Clash]]:
    """The sessions of these days, both included. Of two patterns for one half day of one doctor, a single day goes
    before a weekly one, then what begins later, then what was made first; the other is told as a clash where it is of
    the same kind (that a single day stands for its weekly one is what it is for)."""
    found: list[Planned] = []
    clashes: list[Clash] = []
    ranked = sorted(patterns, key=lambda each: (
        not each.terms.single, -each.terms.first.toordinal(), each.id or 1 << 60, each.key,
    ))
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        sitting: dict[tuple[str, str], Pattern] = {}
        for each in ranked:
            if not falls_on(each.terms, day):
                continue
            place = (each.terms.whom, each.terms.half)
            other = sitting.setdefault(place, each)
            if other is not each:
                if other.terms.single == each.terms.single or other.terms.clinic != each.terms.clinic:
                    clashes.append(Clash(day, each, other.key))
                continue
            found.append(Planned(code_of(each.terms, day), day, each, cut(each.terms)))
    return found, clashes


def applied(patterns: Sequence[Pattern], edits: Sequence[Edit]) -> list[Pattern]:
    """The patterns as they are once the draft is published."""
    changed = {each.pattern: each for each in edits if each.pattern}
    after = []
    for each in patterns:
        own = changed.get(each.key)
        if own is None:
            after.append(each)
        elif own.terms is not None:
            after.append(replace(each, terms=own.terms))
    after += [Pattern(0, each.key, each.terms) for each in edits if each.act == "add" and each.terms is not None]
    return after


def wrong(terms: Terms, today: date) -> str:
    """Why these terms make no roster, as a slug; "" where they do."""
    if terms.half not in HALVES or terms.kind not in KINDS or terms.weeks not in ("every", "odd", "even"):
        return "roster_half"
    low, high = HALVES[terms.half]
    if not low <= terms.starts < terms.ends <= high:
        return "roster_times"
    if not MINUTES[0] <= terms.minutes <= MINUTES[1] or not CAPACITY[0] <= terms.capacity <= CAPACITY[1]:
        return "roster_numbers"
    if any(limit is not None and not 1 <= limit <= MOST for limit in (terms.total, terms.ahead)):
        return "roster_limits"
    if terms.total is not None and terms.ahead is not None and terms.ahead > terms.total:
        return "roster_limits"
    parts = cut(terms)
    if not parts:
        return "roster_times"
    if sum(part.capacity for part in parts) > MOST:
        return "roster_too_many"
    if terms.fee is not None and not 0 <= terms.fee <= DEAREST:
        return "roster_fee"
    if terms.last is not None and (terms.last < terms.first or terms.last < today):
        return "roster_days"
    if terms.single and terms.first.weekday() != terms.weekday:
        return "roster_days"
    return ""


def _shared(number: int, among: int) -> list[int]:
    return [number // among + (at < number % among) for at in range(among)]


def _minute(wall: str) -> int:
    at = time.fromisoformat(wall)
    return at.hour * 60 + at.minute


def _wall(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
