"""Which clinics of this hospital see what was understood. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.directory.rules import Catalogue
from flows.triage.rules import ENOUGH, Reading, Subject
from integrations.his.port import Clinic, Place

MOST = 3
"""Clinics that are offered: more are no help to somebody who does not know where to go."""
NEAR = 0.3
"""A subject with less than this part of the best one's score is not offered."""
REASONS = 3
EMERGENCY = "急诊科"
"""The subject that is open to everybody at all hours."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A clinic that fits and the words that speak for it; `site` is empty where all are at one."""

    code: str
    name: str
    site: str
    place: Place
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`clinics` can be booked, best first; `walk_in` are gone to without booking (emergency, fever)."""

    clinics: tuple[Fit, ...] = ()
    walk_in: tuple[Fit, ...] = ()
    urgent: str = ""


def suggest(reading: Reading, catalogue: Catalogue) -> Suggestion:
    """One clinic of each subject that fits, then others of the best subject, three at most."""
    if not reading.clear:
        return Suggestion()
    best = reading.subjects[0].score
    near = [each for each in reading.subjects if each.score >= max(ENOUGH, NEAR * best)][:MOST]
    chosen: dict[str, tuple[Clinic, Subject]] = {}
    walk_in: dict[str, tuple[Clinic, Subject]] = {}
    for subject in near:
        fitting = _fitting(subject, reading, catalogue)
        open_ones = [each for each in fitting if catalogue.bookable(each.code) and each.code not in chosen]
        for clinic in open_ones[:1]:
            chosen[clinic.code] = (clinic, subject)
    # However little of it was said, and whatever else was: who may need the emergency department is told.
    for subject in _walked_to(reading):
        # A clinic that is closed for booking is no clinic without booking.
        fitting = _fitting(subject, reading, catalogue)
        walk_in |= {each.code: (each, subject) for each in fitting if not each.online}
    for subject in near[:1]:
        for clinic in _fitting(subject, reading, catalogue):
            if catalogue.bookable(clinic.code):
                chosen.setdefault(clinic.code, (clinic, subject))
    told = any(subject.name == EMERGENCY for _, subject in walk_in.values())
    injured = any(each.name == EMERGENCY and each.score >= ENOUGH for each in reading.subjects)
    # A hospital without an emergency department sends to the nearest.
    urgent = reading.urgent or ("injury" if injured and not told else "")
    return Suggestion(_fits(list(chosen.values())[:MOST], catalogue), _fits(walk_in.values(), catalogue), urgent)


def _walked_to(reading: Reading) -> list[Subject]:
    """The subjects whose clinics without booking are told, emergency first."""
    heard = [each for each in reading.subjects if each.score >= ENOUGH]
    first = [each for each in heard if each.name == EMERGENCY]
    if reading.urgent and not first:
        first = [Subject(EMERGENCY, 0.0, ())]
    return first + [each for each in heard if each.name != EMERGENCY]


def _fitting(subject: Subject, reading: Reading, catalogue: Catalogue) -> list[Clinic]:
    """Those of a subject that take this person; whose own words say what the patient said come first."""
    taking = [
        each for each in catalogue.clinics
        if subject.name in each.subjects and reading.who.fits(each.min_age, each.max_age, each.sex)
    ]
    return sorted(taking, key=lambda each: -_told(each, reading))


def _told(clinic: Clinic, reading: Reading) -> int:
    """How much a clinic says of itself that was said: whole words, else the part of the body that they begin with
    (膝 of 膝盖), and that it is made for this age."""
    words = clinic.name + clinic.intro
    told = sum(2 if sign in words else sign[0] in words for sign in reading.signs)
    return told + (reading.who.age is not None and (clinic.min_age is not None or clinic.max_age is not None))


def _fits(listed: Iterable[tuple[Clinic, Subject]], catalogue: Catalogue) -> tuple[Fit, ...]:
    listed = list(listed)
    several = len({clinic.site for clinic, _ in listed}) > 1
    made = []
    for clinic, subject in listed:
        reasons = subject.reasons[:REASONS]
        site = catalogue.site_name(clinic.site) if several else ""
        made.append(Fit(clinic.code, clinic.name, site, clinic.place, reasons))
    return tuple(made)
