"""Which places may be booked now, and what is in force in a clinic: pure functions. `now` is always the hospital's wall
clock (aware). Whether a person may have a place stands in fitting/rules.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from flows.booking.opening.refusals import InDraw
from flows.booking.refusals import (
    ClinicClosed,
    NotYetOpen,
    OtherDoctor,
    SameDayClosed,
    SameDayOff,
    SameTime,
    SegmentOver,
    SessionStopped,
    SlotTaken,
)

EXAMINATION = "examination"
"""Kind of the sessions of a device, which have no doctor and are booked for an order (exams/)."""


@dataclass(frozen=True, slots=True)
class Takes:
    """Whom a clinic or a doctor takes. Ages are whole years, both included; None sets no limit."""

    min_age: int | None = None
    max_age: int | None = None
    sex: str | None = None

    def narrowed(self, own: Takes) -> Takes:
        """Both together."""
        lows = [age for age in (self.min_age, own.min_age) if age is not None]
        highs = [age for age in (self.max_age, own.max_age) if age is not None]
        return Takes(max(lows, default=None), min(highs, default=None), self.sex or own.sex)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a person may have: appointments with one doctor on a day, doctors on a day, open appointments, and of
    these `with_doctor` (None: any). `days_apart` and `open_apart` are clinics that count for themselves; `clinic` is
    the name of the one that is wished for."""

    same_doctor: int = 1
    doctors_a_day: int = 2
    open: int = 5
    with_doctor: int | None = None
    days_apart: frozenset[str] = frozenset()
    open_apart: frozenset[str] = frozenset()
    clinic: str = ""


@dataclass(frozen=True, slots=True)
class DoctorRules:
    """What holds for one doctor in a clinic, besides what holds in the clinic."""

    takes: Takes = Takes()
    same_doctor: int | None = None
    with_doctor: int | None = None


@dataclass(frozen=True, slots=True)
class Cancelling:
    """Until when one may cancel: at `evening` of the day before; on the day itself (never, booked_today, always) until
    `before` the segment begins."""

    evening: time
    same_day: str = "never"
    before: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class ClinicRules:
    """What is in force in a clinic: its own rules over the settings. `doctors`: what holds for some of them besides."""

    name: str
    open: bool = True
    horizon_days: int = 7
    open_time: time = time(7, 0)
    takes: Takes = Takes()
    same_day: bool = True
    same_day_before: timedelta = timedelta()
    same_day_until: time | None = None
    closes_before_end: timedelta = timedelta(minutes=30)
    hold_minutes: int = 15
    limits: Limits = Limits()
    cancelling: Cancelling = Cancelling(time(20))
    doctors: Mapping[str, DoctorRules] = field(default_factory=dict)

    def limits_for(self, doctor: str | None) -> Limits:
        """With what holds for the doctor."""
        own = self.doctors.get(doctor or "")
        if own is None:
            return self.limits
        same = self.limits.same_doctor if own.same_doctor is None else own.same_doctor
        return replace(self.limits, same_doctor=same, with_doctor=own.with_doctor)

    def last_day(self, now: datetime) -> date:
        """The last day that is open at `now`: the horizon's own opens at `open_time`."""
        days = self.horizon_days if now.time() >= self.open_time else self.horizon_days - 1
        return now.date() + timedelta(days=days)

    def opens(self, day: date, now: datetime) -> datetime:
        """When `day` opens for booking."""
        return datetime.combine(day - timedelta(days=self.horizon_days), self.open_time, now.tzinfo)

    def first_start(self, now: datetime) -> datetime:
        """What begins sooner is not booked any more: booking for today is off, closed, or closing as segments begin."""
        over = self.same_day_until is not None and now.time() >= self.same_day_until
        if over or not self.same_day:
            return datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
        return now + self.same_day_before


@dataclass(frozen=True, slots=True)
class Window:
    """Which segments are in time: those that end after one moment and begin after another, which clinics may have for
    themselves (`own`: code, moment)."""

    ends_after: datetime
    begins_after: datetime
    own: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The segment that is wished for. `doctor` is who sits there, None in a general clinic."""

    day: date
    half: str
    start: datetime
    end: datetime
    clinic: str
    doctor: str | None
    session_open: bool
    segment_open: bool
    free: int
    drawing: bool = False
    """Wishes for its session are gathered and drawn; until then nobody holds."""

    @property
    def whom(self) -> str:
        """What counts as one doctor: the doctor, or the general clinic."""
        return whom(self.doctor, self.clinic)


def whom(doctor: str | None, clinic: str) -> str:
    """What counts as one doctor: who sits there, or the general clinic."""
    return doctor or f"clinic:{clinic}"


def check_place(place: Place, clinic: ClinicRules, now: datetime) -> None:
    """Raise the reason why nobody may book this segment now."""
    if not clinic.open:
        raise ClinicClosed(clinic=clinic.name)
    if not place.session_open:
        raise SessionStopped(day=place.day, half=place.half)
    if place.day > clinic.last_day(now):
        opens = clinic.opens(place.day, now)
        raise NotYetOpen(day=place.day, opens_day=opens.date(), opens_time=opens.time())
    if now > place.end - clinic.closes_before_end:
        raise SegmentOver(day=place.day, start=place.start, end=place.end)
    check_same_day(place, clinic, now)
    if place.drawing and place.segment_open:
        raise InDraw(day=place.day, half=place.half)
    if not place.segment_open or place.free <= 0:
        raise SlotTaken(day=place.day, start=place.start, end=place.end)


def check_same_day(place: Place, clinic: ClinicRules, now: datetime) -> None:
    """Raise the reason why a segment of today is not booked any more (当日挂号)."""
    if place.day != now.date() or place.start >= clinic.first_start(now):
        return
    if not clinic.same_day:
        raise SameDayOff(clinic=clinic.name, day=place.day)
    until = clinic.same_day_until
    minutes = clinic.same_day_before // timedelta(minutes=1)
    raise SameDayClosed(
        clinic=clinic.name, day=place.day, start=place.start, minutes=minutes,
        until=until if until and now.time() >= until else None,
    )


def check_change(old: tuple[str, str], old_segment: int, place: Place, segment: int) -> None:
    """Raise the reason why an appointment cannot be moved there: a change keeps the doctor and the clinic, and with
    them the fee. `old` is (whom, clinic)."""
    if (place.whom, place.clinic) != old:
        raise OtherDoctor()
    if segment == old_segment:
        raise SameTime(day=place.day, start=place.start, end=place.end)
