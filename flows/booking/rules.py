"""What may be booked, by whom, until when: pure functions. `now` is always the hospital's wall clock (aware)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flows.booking.refusals import (
    AllFull,
    AllOver,
    AllStopped,
    BookingRefusal,
    CancelTooLate,
    ClinicClosed,
    InDraw,
    NoSession,
    NotYetOpen,
    OpensLater,
    OtherDoctor,
    SameDayClosed,
    SameDayOff,
    SameDoctorSameDay,
    SameTime,
    SegmentOver,
    SessionStopped,
    SlotTaken,
    TooManyDoctorsToday,
    TooManyOpen,
    WrongAge,
    WrongSex,
)

EXAMINATION = "examination"
"""Kind of the sessions of a device, which have no doctor and are booked for an order (exams/)."""
CLOSES_BEFORE_END = timedelta(minutes=30)
"""A segment that ends sooner is not booked any more: nobody would get there."""


@dataclass(frozen=True, slots=True)
class ClinicRules:
    """How a clinic may be booked. Ages are whole years, both included; None sets no limit. `sex` None takes all."""

    name: str
    open: bool = True
    horizon_days: int = 7
    open_time: time = time(7, 0)
    min_age: int | None = None
    max_age: int | None = None
    sex: str | None = None
    same_day: bool = True
    same_day_before: timedelta = timedelta()
    same_day_until: time | None = None

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
class Cancelling:
    """Until when one may cancel: at `evening` of the day before; on the day itself (never, booked_today, always) until
    `before` the segment begins."""

    evening: time
    same_day: str = "never"
    before: timedelta = timedelta()


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


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person the slot is for; `name` as it may be shown."""

    name: str
    birth_date: date
    sex: str


@dataclass(frozen=True, slots=True)
class Counted:
    """One appointment that the person holds or has."""

    day: date
    whom: str


@dataclass(frozen=True, slots=True)
class Limits:
    doctors_a_day: int = 2
    open: int = 5


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session as the search for a reason sees it: slots left, and whether any of it is still to come."""

    day: date
    open: bool
    to_come: bool
    left: int


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
    if now > place.end - CLOSES_BEFORE_END:
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


def check_visitor(visitor: Visitor, clinic: ClinicRules, day: date) -> None:
    """Raise the reason why this clinic does not take this person on that day."""
    age = years(visitor.birth_date, day)
    if (clinic.min_age is not None and age < clinic.min_age) or (clinic.max_age is not None and age > clinic.max_age):
        raise WrongAge(
            clinic=clinic.name, person=visitor.name, min_age=clinic.min_age, max_age=clinic.max_age, age=age
        )
    if clinic.sex is not None and visitor.sex != clinic.sex:
        raise WrongSex(clinic=clinic.name, person=visitor.name, sex=clinic.sex)


def check_limits(mine: Iterable[Counted], place: Place, visitor: Visitor, limits: Limits) -> None:
    """Raise the reason why this person may not have one more. `mine` are held and coming appointments."""
    mine = list(mine)
    check_doctor(mine, place, visitor)
    that_day = {own.whom for own in mine if own.day == place.day}
    if len(that_day) >= limits.doctors_a_day:
        raise TooManyDoctorsToday(day=place.day, person=visitor.name, most=limits.doctors_a_day)
    if len(mine) >= limits.open:
        raise TooManyOpen(person=visitor.name, most=limits.open)


def check_doctor(mine: Iterable[Counted], place: Place, visitor: Visitor) -> None:
    """Raise where this person sees the same doctor that day already."""
    if any((own.day, own.whom) == (place.day, place.whom) for own in mine):
        raise SameDoctorSameDay(day=place.day, person=visitor.name, general=place.doctor is None)


def check_change(old: tuple[str, str], old_segment: int, place: Place, segment: int) -> None:
    """Raise the reason why an appointment cannot be moved there: a change keeps the doctor and the clinic, and with
    them the fee. `old` is (whom, clinic)."""
    if (place.whom, place.clinic) != old:
        raise OtherDoctor()
    if segment == old_segment:
        raise SameTime(day=place.day, start=place.start, end=place.end)


def cancel_until(start: datetime, booked_on: date, terms: Cancelling, *, moved: bool = False) -> datetime:
    """Until when an appointment at `start`, made on `booked_on`, may be cancelled; where the hospital `moved` it, as
    long as it has not begun."""
    if moved:
        return start
    today = booked_on == start.date()
    if terms.same_day == "always" or (terms.same_day == "booked_today" and today):
        return start - terms.before
    return datetime.combine(start.date() - timedelta(days=1), terms.evening, start.tzinfo)


def check_cancel(
    start: datetime, booked_on: date, terms: Cancelling, now: datetime, *, moved: bool = False
) -> None:
    until = cancel_until(start, booked_on, terms, moved=moved)
    if now >= until:
        raise CancelTooLate(until_day=until.date(), until_time=until.time(), day=start.date())


def why_none(
    sittings: Sequence[Sitting], clinic: ClinicRules, now: datetime, wanted: date | None = None
) -> BookingRefusal:
    """Why there is nothing to choose from: the reason, as a refusal with what can be done instead.

    `sittings` are the sessions of the doctor or clinic that was asked for, on `wanted` alone where a day was, else from
    today to beyond the horizon.
    """
    if not clinic.open:
        return ClinicClosed(clinic=clinic.name)
    last = clinic.last_day(now)
    if wanted is not None and wanted > last:
        opens = clinic.opens(wanted, now)
        return OpensLater(
            day=wanted, horizon_days=clinic.horizon_days, opens_day=opens.date(), opens_time=opens.time()
        )
    near = [s for s in sittings if s.day <= last]
    later = min((s.day for s in sittings if s.day > last and s.open), default=None)
    opens_at = clinic.opens(later, now) if later else None
    opening = {"opens_day": opens_at and opens_at.date(), "opens_time": opens_at and opens_at.time()}
    if any(s.open and s.to_come and s.left == 0 for s in near):
        return AllFull(wanted=wanted, days=sorted({s.day for s in near if s.open and s.to_come}), **opening)
    if any(not s.open for s in near):
        return AllStopped(wanted=wanted, days=sorted({s.day for s in near if not s.open}))
    if later and opens_at:
        return OpensLater(day=later, horizon_days=clinic.horizon_days, **opening)
    if any(not s.to_come for s in near):
        if not clinic.same_day and any(s.open and s.day == now.date() for s in near):
            return SameDayOff(clinic=clinic.name, day=now.date())
        until = clinic.same_day_until
        if until and now.time() >= until and any(s.open and s.day == now.date() for s in near):
            return SameDayClosed(clinic=clinic.name, day=now.date(), start=now, minutes=0, until=until)
        return AllOver(wanted=wanted)
    return NoSession(wanted=wanted, last_day=last)


def reminders(day: date, start: datetime, now: datetime, evening: time, hours_before: int) -> dict[str, datetime]:
    """When to remind of a visit, by kind; what lies behind already is left out."""
    due = {
        "evening": datetime.combine(day - timedelta(days=1), evening, now.tzinfo),
        "soon": start - timedelta(hours=hours_before),
    }
    return {kind: at for kind, at in due.items() if at > now}


def years(birth_date: date, day: date) -> int:
    """Age in whole years on `day`; who was born on February 29 grows older on March 1."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
