"""The directory as it lies in memory, and how something is found in it. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from functools import cached_property
from itertools import takewhile
from typing import Literal

from bot.talk.understand import pinyin
from bot.talk.understand.labels import leaves_out
from bot.talk.understand.text import normalise
from flows.directory.editions.rules import Body, Edition
from integrations.his.port import Clinic, Department, Doctor, Room, Site

_SHORT = re.compile(r"[^\x00-\x7f]{1,4}[科内外]")
"""A clinic as people shorten it: 心内科, 心内, 神外."""

Kind = Literal["doctor", "clinic", "department"]


@dataclass(frozen=True, slots=True)
class ClinicRule:
    """What we decide about a clinic ourselves; None follows the general setting."""

    closed: bool = False
    horizon_days: int | None = None
    open_time: time | None = None
    same_day: bool | None = None
    """Whether a day can still be booked on the day itself (当日挂号)."""
    same_day_before: int | None = None
    """Minutes before a segment begins, when it closes on its own day; negative: after it began."""
    same_day_until: time | None = None
    """When everything of the day closes."""
    no_shows: bool | None = None
    """Whether who does not come is written down (爽约)."""
    paying: str | None = None
    """When the fee of a registration is paid: hospital (there, on the day), may (online if they like), must (online,
    before it is booked)."""
    min_age: int | None = None
    """Whom it takes, ages both included: narrows what the hospital's directory says, never widens it."""
    max_age: int | None = None
    sex: Literal["male", "female"] | None = None
    same_doctor: int | None = None
    """Appointments of one person with one doctor on a day."""
    doctors_a_day: int | None = None
    """Doctors of one person on a day: of this clinic, which then counts for itself."""
    max_open: int | None = None
    """Open appointments of one person: in this clinic, which then counts for itself."""
    hold_minutes: int | None = None
    cancel_until: time | None = None
    """Moment of the evening before."""
    cancel_same_day: Literal["never", "booked_today", "always"] | None = None
    cancel_before: int | None = None
    """Minutes before the segment, where it may be cancelled on its day."""
    no_show_minutes: int | None = None
    most_no_shows: int | None = None
    """So many no-shows lock a person: of this clinic, which then counts for itself."""
    within_days: int | None = None
    lock_days: int | None = None


@dataclass(frozen=True, slots=True)
class DoctorRule:
    """What we decide about one doctor in a clinic; None follows the clinic. It narrows whom the clinic takes."""

    min_age: int | None = None
    max_age: int | None = None
    sex: Literal["male", "female"] | None = None
    same_doctor: int | None = None
    """Appointments of one person with them on a day."""
    max_open: int | None = None
    """Open appointments of one person with them."""


def narrowed(clinic: Clinic, own: ClinicRule) -> Clinic:
    """The clinic with our own decision on whom it takes: it never opens what the hospital keeps closed."""
    lows = [age for age in (clinic.min_age, own.min_age) if age is not None]
    highs = [age for age in (clinic.max_age, own.max_age) if age is not None]
    return replace(
        clinic, min_age=max(lows, default=None), max_age=min(highs, default=None), sex=clinic.sex or own.sex
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found. `rank` 0 is a full name or number, higher is looser."""

    kind: Kind
    code: str
    label: str
    rank: int


@dataclass(frozen=True)
class Catalogue:
    """Everything at one version. Look-ups by code give None for what is not (or no longer) there."""

    version: int
    sites: tuple[Site, ...] = ()
    departments: tuple[Department, ...] = ()
    clinics: tuple[Clinic, ...] = ()
    doctors: tuple[Doctor, ...] = ()
    rooms: tuple[Room, ...] = ()
    rules: Mapping[str, ClinicRule] = field(default_factory=dict)
    doctor_rules: Mapping[str, Mapping[str, DoctorRule]] = field(default_factory=dict)
    """By clinic and doctor."""
    written: Mapping[tuple[str, str], Edition] = field(default_factory=dict)
    """(kind, code) -> what the console published of a department, a clinic or a doctor; it is in them already."""

    def edition(self, kind: Kind, code: str) -> Edition:
        """What the console published of it; an empty one where nothing was."""
        return self.written.get((kind, code)) or Edition(kind, code, Body())

    @cached_property
    def site(self) -> dict[str, Site]:
        return {each.code: each for each in self.sites}

    @cached_property
    def department(self) -> dict[str, Department]:
        return {each.code: each for each in self.departments}

    @cached_property
    def clinic(self) -> dict[str, Clinic]:
        return {each.code: each for each in self.clinics}

    @cached_property
    def doctor(self) -> dict[str, Doctor]:
        return {each.code: each for each in self.doctors}

    @cached_property
    def room(self) -> dict[str, Room]:
        return {each.code: each for each in self.rooms}

    def site_name(self, code: str) -> str:
        """A site as one says it beside a clinic: without the words that all of them begin with (东院区); "" where there
        is but one."""
        return self._site_names.get(code, "")

    def clinic_name(self, code: str) -> str:
        """呼吸内科, or 呼吸内科 · 东院区 where another clinic is called so as well; "" for none."""
        known = self.clinic.get(code)
        return self._told_apart(known, self._clinic_names) if known else ""

    def department_name(self, code: str) -> str:
        """As `clinic_name`."""
        known = self.department.get(code)
        return self._told_apart(known, self._department_names) if known else ""

    def clinics_of(self, department: str) -> list[Clinic]:
        return [each for each in self.clinics if each.department == department]

    def doctors_of(self, clinic: str) -> list[Doctor]:
        return [each for each in self.doctors if clinic in each.clinics]

    def rule(self, clinic: str) -> ClinicRule:
        return self.rules.get(clinic, ClinicRule())

    def doctor_rule(self, clinic: str, doctor: str) -> DoctorRule:
        return self.doctor_rules.get(clinic, {}).get(doctor, DoctorRule())

    @cached_property
    def deciding(self) -> dict[str, frozenset[str]]:
        """By the name of a decision the clinics that took one of their own."""
        return {
            name: frozenset(code for code, rule in self.rules.items() if getattr(rule, name) is not None)
            for name in ("doctors_a_day", "max_open", "most_no_shows")
        }

    def bookable(self, clinic: str) -> bool:
        """Whether the clinic is booked through us at all."""
        known = self.clinic.get(clinic)
        return known is not None and known.online and not self.rule(clinic).closed

    @cached_property
    def _site_names(self) -> dict[str, str]:
        if len(self.sites) < 2:
            return {}
        letters = zip(*(each.name for each in self.sites), strict=False)
        shared = len(list(takewhile(lambda column: len(set(column)) == 1, letters)))
        return {each.code: each.name[each.name.rfind(" ", 0, shared) + 1 :] for each in self.sites}

    @cached_property
    def _clinic_names(self) -> Counter[str]:
        return Counter(each.name for each in self.clinics)

    @cached_property
    def _department_names(self) -> Counter[str]:
        return Counter(each.name for each in self.departments)

    def _told_apart(self, place: Clinic | Department, names: Counter[str]) -> str:
        site = self.site_name(place.site) if names[place.name] > 1 else ""
        return f"{place.name} · {site}" if site else place.name

    @cached_property
    def _names(self) -> list[tuple[Kind, str, str]]:
        """(kind, code, name)"""
        named: list[tuple[Kind, str, str]] = [("doctor", each.code, each.name) for each in self.doctors]
        named += [("clinic", each.code, each.name) for each in self.clinics]
        named += [("department", each.code, each.name) for each in self.departments]
        return named

    def search(self, text: str) -> list[Hit]:
        """What `text` may mean: a doctor's number, a name or part of one, pinyin or its initials, a specialty.

        Best first; only the tightest kind of match that finds anything counts.
        """
        wanted = normalise(text).lower().replace(" ", "")
        for title in ("主任医师", "副主任", "主任", "医生", "大夫", "教授"):
            wanted = wanted.removesuffix(title) if len(wanted) > len(title) else wanted
        if len(wanted) < 2 and not wanted.isdigit():
            return []
        by_number = [each for each in self.doctors if wanted in (each.number.lower(), each.code.lower())]
        if by_number:
            return [Hit("doctor", each.code, each.name, 0) for each in by_number]
        tests: list[Callable[[str], bool]] = [
            lambda name: wanted == name.lower(),
            lambda name: wanted in name.lower() or (len(name) >= 2 and name.lower() in wanted),
        ]
        if _SHORT.fullmatch(wanted):
            # Before names inside the text: 心内科 is a 心血管内科, not the 内科 that it ends with.
            tests.insert(1, lambda name: wanted in name or leaves_out(wanted, name))
        if wanted.isascii():
            tests.append(lambda name: pinyin.spells(wanted, name) == "whole")
            tests.append(lambda name: pinyin.spells(wanted, name) is not None)
        for rank, test in enumerate(tests):
            hits = [Hit(kind, code, name, rank) for kind, code, name in self._names if test(name)]
            if hits:
                return hits
        return [Hit("doctor", each.code, each.name, 4) for each in self.doctors if _mentions(each.specialties, wanted)]


def _mentions(specialties: Iterable[str], wanted: str) -> bool:
    return any(wanted in each or (len(each) >= 2 and each in wanted) for each in specialties)
