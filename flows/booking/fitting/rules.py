"""Whether a person may have a place: age and sex, and how much one may have. Pure.

Every rule tells what it has against it; `judge` raises the first that the office has not excepted the person from.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from flows.booking.refusals import (
    BookingRefusal,
    SameDoctorSameDay,
    TooManyDoctorsToday,
    TooManyOpen,
    TooManyWithDoctor,
    WrongAge,
    WrongSex,
)
from flows.booking.rules import ClinicRules, Limits, Place, Takes


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
    clinic: str = ""


def judge(against: Iterable[BookingRefusal], excepted: Collection[str]) -> frozenset[str]:
    """Raise the first that is not excepted; gives the exceptions (templates of refusals) that were needed."""
    used = set()
    for no in against:
        if no.template not in excepted:
            raise no
        used.add(no.template)
    return frozenset(used)


def check_visitor(
    visitor: Visitor, clinic: ClinicRules, day: date, doctor: str | None = None, excepted: Collection[str] = ()
) -> frozenset[str]:
    """Raise the reason why this clinic, or the doctor there, does not take this person on that day."""
    return judge(against_visitor(visitor, clinic, day, doctor), excepted)


def check_limits(
    mine: Iterable[Counted], place: Place, visitor: Visitor, limits: Limits, excepted: Collection[str] = ()
) -> frozenset[str]:
    """Raise the reason why this person may not have one more. `mine` are held and coming appointments."""
    return judge(against_limits(list(mine), place, visitor, limits), excepted)


def check_doctor(
    mine: Iterable[Counted], place: Place, visitor: Visitor, limits: Limits, excepted: Collection[str] = ()
) -> frozenset[str]:
    """Raise where this person sees the same doctor as often as one may that day already."""
    return judge(_against_doctor(list(mine), place, visitor, limits), excepted)


def against_visitor(
    visitor: Visitor, clinic: ClinicRules, day: date, doctor: str | None = None
) -> Iterator[BookingRefusal]:
    """What the clinic has against this person, and then what the doctor there has."""
    age, own = years(visitor.birth_date, day), clinic.doctors.get(doctor or "")
    for takes, of_doctor in ((clinic.takes, False), *(((own.takes, True),) if own else ())):
        if not of_age(takes, age):
            yield WrongAge(
                clinic=clinic.name, person=visitor.name, min_age=takes.min_age, max_age=takes.max_age, age=age,
                of_doctor=of_doctor,
            )
        if takes.sex is not None and visitor.sex != takes.sex:
            yield WrongSex(clinic=clinic.name, person=visitor.name, sex=takes.sex, of_doctor=of_doctor)


def against_limits(
    mine: Collection[Counted], place: Place, visitor: Visitor, limits: Limits
) -> Iterator[BookingRefusal]:
    """A clinic with a number of its own counts for itself: what one has in it is not counted elsewhere."""
    yield from _against_doctor(mine, place, visitor, limits)
    that_day = {own.whom for own in _beside(mine, place, limits.days_apart) if own.day == place.day}
    if len(that_day - {place.whom}) >= limits.doctors_a_day:
        yield TooManyDoctorsToday(
            day=place.day, person=visitor.name, most=limits.doctors_a_day,
            clinic=limits.clinic if place.clinic in limits.days_apart else "",
        )
    with_doctor = sum((own.whom, own.clinic) == (place.whom, place.clinic) for own in mine)
    if limits.with_doctor is not None and with_doctor >= limits.with_doctor:
        yield TooManyWithDoctor(person=visitor.name, most=limits.with_doctor)
    if len(_beside(mine, place, limits.open_apart)) >= limits.open:
        yield TooManyOpen(
            person=visitor.name, most=limits.open, clinic=limits.clinic if place.clinic in limits.open_apart else "",
        )


def of_age(takes: Takes, age: int) -> bool:
    return (takes.min_age is None or age >= takes.min_age) and (takes.max_age is None or age <= takes.max_age)


def years(birth_date: date, day: date) -> int:
    """Age in whole years on `day`; who was born on February 29 grows older on March 1."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _against_doctor(
    mine: Collection[Counted], place: Place, visitor: Visitor, limits: Limits
) -> Iterator[BookingRefusal]:
    same = sum((own.day, own.whom) == (place.day, place.whom) for own in mine)
    if same >= limits.same_doctor:
        yield SameDoctorSameDay(
            day=place.day, person=visitor.name, general=place.doctor is None, most=limits.same_doctor
        )


def _beside(mine: Collection[Counted], place: Place, apart: frozenset[str]) -> list[Counted]:
    """What counts together with this place."""
    if place.clinic in apart:
        return [own for own in mine if own.clinic == place.clinic]
    return [own for own in mine if own.clinic not in apart]
