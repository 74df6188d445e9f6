"""Whose sessions somebody may see, which days a page shows, and what its figures come to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Literal

from bot.access.rights import Range

View = Literal["day", "week", "month"]
By = Literal["clinic", "doctor", "date", "id"]
LONGEST_LIST, LONGEST_SUM = 31, 92
"""Days that a list of appointments, and a table of figures, spans at most."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which sessions somebody may see: all, those of some clinics, and their own as the doctor who sits there."""

    everything: bool
    clinics: frozenset[str] = frozenset()
    doctor: str = ""

    def covers(self, clinic: str, doctor: str | None) -> bool:
        return self.everything or clinic in self.clinics or bool(self.doctor and doctor == self.doctor)

    @property
    def nothing(self) -> bool:
        return not (self.everything or self.clinics or self.doctor)


def scope_of(reach: Range, doctor: str, homes: Mapping[str, str]) -> Scope:
    """What a right's reach means for sessions.

    :param doctor: the code of the doctor who the member is, "" for none
    :param homes: clinic -> its department
    """
    if reach.everything:
        return Scope(True)
    if not reach.staff:
        return Scope(False)
    clinics = frozenset(each for each, home in homes.items() if reach.covers(clinic=each, department=home))
    return Scope(False, clinics, doctor)


@dataclass(frozen=True, slots=True)
class Days:
    """Days of a page, both included."""

    first: date
    last: date

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def all(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.count)]

    @property
    def before(self) -> Days:
        """The same days of the week, the latest that do not overlap with these: what they are compared with. A Sunday
        says nothing about a Monday."""
        back = timedelta(weeks=-(-self.count // 7))
        return Days(self.first - back, self.last - back)

    def as_of(self, now: datetime, today: date) -> datetime | None:
        """The moment at which the days before were as far ahead, or as far gone, as these are now: what was booked of
        them by then is what can be compared. None where these are over: then all is known of both."""
        return now - (self.first - self.before.first) if self.last >= today else None


def view_of(text: str) -> View:
    """What an address asks for; a day where it says nothing that there is."""
    return "week" if text == "week" else "month" if text == "month" else "day"


def by_of(text: str) -> By:
    """What figures are gathered by; clinics where the address says nothing that there is."""
    return "doctor" if text == "doctor" else "date" if text == "date" else "clinic"


def days_of(view: View, day: date) -> Days:
    """The day, its week from Monday on, or its month."""
    if view == "day":
        return Days(day, day)
    if view == "week":
        monday = day - timedelta(days=day.weekday())
        return Days(monday, monday + timedelta(days=6))
    first = day.replace(day=1)
    return Days(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def step(view: View, day: date, by: int) -> date:
    """A day of the view before (-1) or after (1)."""
    days = days_of(view, day)
    return days.first - timedelta(days=1) if by < 0 else days.last + timedelta(days=1)


def span(first: date | None, last: date | None, longest: int) -> Days:
    """What was asked for (one of both at least), brought into order and to a length that is quick to count."""
    known = [each for each in (first, last) if each]
    start, end = min(known), max(known)
    return Days(start, min(end, start + timedelta(days=longest - 1)))


@dataclass(frozen=True, slots=True)
class Use:
    """Slots of open sessions by what became of them; `stopped` are sessions that do not sit after all, and none of the
    other figures counts them. `missed` of `over` (visits that are past) did not come."""

    sessions: int = 0
    stopped: int = 0
    capacity: int = 0
    free: int = 0
    held: int = 0
    cooling: int = 0
    over: int = 0
    missed: int = 0

    @property
    def taken(self) -> int:
        return max(0, self.capacity - self.free - self.held - self.cooling)

    @property
    def rate(self) -> float | None:
        """Percent of the slots that somebody has; None where there are none."""
        return percent(self.taken, self.capacity)

    @property
    def missed_rate(self) -> float | None:
        return percent(self.missed, self.over)

    def __add__(self, other: Use) -> Use:
        return Use(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Use)))


@dataclass(slots=True)
class Figures:
    """Figures gathered by key, from several questions to the database."""

    by: dict[str, dict[str, int]] = field(default_factory=dict)

    def take(self, key: object, **counts: int) -> None:
        mine = self.by.setdefault(str(key), {})
        for name, count in counts.items():
            mine[name] = mine.get(name, 0) + count

    def uses(self) -> dict[str, Use]:
        return {key: Use(**counts) for key, counts in self.by.items()}


def total(uses: Iterable[Use]) -> Use:
    return sum(uses, Use())


def percent(part: int, whole: int) -> float | None:
    """With one digit, as it is shown."""
    return round(100 * part / whole, 1) if whole else None


def turned(counts: Mapping[date, int], offset: int, size: int, *, down: bool) -> tuple[list[date], int]:
    """Which days a page of a list ordered by day lies on, and how many rows of the first of them come before it.

    Turning pages this way reads the days that are shown, however many are counted.
    """
    found: list[date] = []
    skip = offset
    room = size
    for day in sorted(counts, reverse=down):
        if not found and skip >= counts[day]:
            skip -= counts[day]
            continue
        before = skip if not found else 0
        found.append(day)
        room -= counts[day] - before
        if room <= 0:
            break
    return found, skip


def change(now: float | None, before: float | None) -> float | None:
    """By how much a figure went up or down, in percent of what it was; None where that says nothing."""
    if now is None or not before:
        return None
    return round(100 * (now - before) / before, 1)


def most(
    uses: Mapping[str, Use], names: Mapping[str, str], count: int, of: Literal["capacity", "missed"] = "capacity"
) -> Sequence[tuple[str, Use]]:
    """Those that have most of a figure, for a chart that has room for so many: (name, figures)."""
    some = [pair for pair in uses.items() if getattr(pair[1], of)]
    chosen = sorted(some, key=lambda pair: (-getattr(pair[1], of), pair[0]))[:count]
    return [(names.get(key, key), use) for key, use in chosen]
