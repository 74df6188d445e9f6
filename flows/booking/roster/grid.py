"""Week and month of the rosters: a line for each doctor and general clinic, a column for each day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal

from bot.context import Context
from flows.booking.roster.patterns.copying import month_of, week_of
from flows.booking.roster.reach import Reach
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import GONE
from flows.booking.rules import EXAMINATION
from flows.booking.seats.rules import NOBODY, Seat, seat
from flows.booking.seats.store import stands as stands_of

View = Literal["week", "month"]
HALVES = ("am", "pm", "evening")


@dataclass(frozen=True, slots=True)
class Cell:
    """One session as the grid shows it. ``look``: open, few, full, stopped, replaced, closed."""

    code: str
    half: str
    starts: str
    ends: str
    capacity: int
    free: int
    look: str
    ours: bool
    by: str = ""
    """Who stands in there, from ``since`` on where that is not all of it; ``instead_of``: whose session it is."""
    since: str = ""
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """``doctor`` "" is the general clinic."""

    clinic: str
    clinic_name: str
    doctor: str
    doctor_name: str
    title: str
    room: str = ""
    """Of a device, which has no doctor."""
    days: dict[date, list[Cell]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grid:
    view: View
    first: date
    last: date
    lines: list[Line]

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> date:
        """A day of the week or month before."""
        return self.first - timedelta(days=1)

    @property
    def after(self) -> date:
        return self.last + timedelta(days=1)


async def grid(context: Context, reach: Reach, view: View, day: date, clinics: Collection[str]) -> Grid:
    """The week or month of ``day``, of these clinics as far as they lie within reach; who sits nowhere has a line."""
    first, last = week_of(day) if view == "week" else month_of(day)
    shown = [each for each in reach.clinics if each in clinics]
    lines = {(line.clinic, line.doctor): line for line in _lines(reach, shown)}
    sittings = await store.sittings(context.tx, first, last, shown)
    stands = await stands_of(context.tx, [row.id for row in sittings if row.doctor])
    for row in sittings:
        if row.digest == GONE and not row.capacity:
            continue
        sitting = row.sitting or ""
        if not reach.covers(row.clinic, row.sitting):
            continue
        device = row.room if row.kind == EXAMINATION else ""
        line = lines.get((row.clinic, f"room:{device}" if device else sitting))
        if line is None and device:
            line = lines[row.clinic, f"room:{device}"] = replace(_line(reach, row.clinic, ""), room=device, days={})
            lines.pop((row.clinic, ""), None)  # where devices stand there is no general clinic
        elif line is None:  # somebody whom the directory does not have in this clinic
            line = lines[row.clinic, sitting] = _line(reach, row.clinic, sitting)
        line.days.setdefault(row.date, []).append(_cell(row, seat(row, stands.get(row.id, NOBODY)), reach))
    for line in lines.values():
        for cells in line.days.values():
            cells.sort(key=lambda cell: (HALVES.index(cell.half), cell.starts))
    order = {code: n for n, code in enumerate(shown)}
    return Grid(view, first, last, sorted(lines.values(), key=lambda line: order[line.clinic]))


def _lines(reach: Reach, clinics: Sequence[str]) -> list[Line]:
    found = []
    for clinic in clinics:
        if reach.clinic(clinic):
            found.append(_line(reach, clinic, ""))
        found += [_line(reach, clinic, each.code) for each in reach.catalogue.doctors_of(clinic)
                  if reach.covers(clinic, each.code)]
    return found


def _line(reach: Reach, clinic: str, doctor: str) -> Line:
    who = reach.catalogue.doctor.get(doctor)
    name, title = (who.name, who.title) if who else (doctor, "")
    return Line(clinic, reach.names.get(clinic, clinic), doctor, name, title)


def _cell(row: Any, sits: Seat, reach: Reach) -> Cell:
    replaced = row.state == "stopped" and sits.who != row.sitting
    look = "replaced" if replaced else row.state
    if row.state == "open":
        look = "full" if not row.free else "few" if row.free * 5 <= row.capacity else "open"
    by = sits.who if sits.instead_of else sits.later
    return Cell(row.code, row.half, row.starts or "", row.ends or "", row.capacity, row.free, look,
                row.source == store.DESK, _name(reach, by), sits.since, _name(reach, sits.instead_of))


def _name(reach: Reach, doctor: str | None) -> str:
    known = reach.catalogue.doctor.get(doctor or "")
    return known.name if known else doctor or ""
