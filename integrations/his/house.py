"""What a hospital tells of itself: its sites, clinics, doctors, rooms, and the sessions of its rosters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from bot.documents import Sex

StaffKind = Literal["doctor", "nurse", "technician", "clerk"]
Half = Literal["am", "pm", "evening"]
Kind = Literal["general", "specialist", "expert", "examination"]  # 普通号, 专科普通号, 专家号, 医技检查


@dataclass(frozen=True, slots=True)
class Site:
    """A campus (院区)."""

    code: str
    name: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is, in pieces: the sentence is made by a template. An unknown piece is empty."""

    building: str
    floor: str
    area: str
    room: str


@dataclass(frozen=True, slots=True)
class Department:
    """The upper level (科室), at one site. `discreet`: what it sends must be neutral (psychiatry, infection …)."""

    code: str
    site: str
    name: str
    intro: str
    discreet: bool


@dataclass(frozen=True, slots=True)
class Clinic:
    """The lower level (门诊), what people book.

    `min_age` and `max_age` are whole years, both included, None for no limit ("under 14" is `max_age=13`); `sex` None
    takes everybody. `subjects` are the names a general hospital gives to what this clinic treats (呼吸内科, 儿科 …):
    triage speaks in these. `online` False: seen without booking, or not booked through us. `place.room` is the
    clinic's first room.
    """

    code: str
    department: str
    site: str
    name: str
    subjects: tuple[str, ...]
    place: Place
    phone: str
    intro: str
    min_age: int | None
    max_age: int | None
    sex: Sex | None
    discreet: bool
    online: bool


@dataclass(frozen=True, slots=True)
class Doctor:
    """Somebody who holds sessions. `number` is typed by SMS and on the phone; `clinics`: their own first; `photo` is
    an address or None."""

    code: str
    number: str
    name: str
    sex: Sex
    title: str
    education: str
    specialties: tuple[str, ...]
    intro: str
    clinics: tuple[str, ...]
    photo: str | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works at the hospital. `code` never changes and is never given to anybody else; `number` (工号) is
    what they are known by. `departments` and `clinics` are where they work; `doctor` is the doctor that they are."""

    code: str
    number: str
    name: str
    kind: StaffKind
    title: str
    departments: tuple[str, ...]
    clinics: tuple[str, ...]
    doctor: str | None = None


@dataclass(frozen=True, slots=True)
class Room:
    code: str
    site: str
    clinic: str
    place: Place


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a session. Its numbers are `first` … `first + capacity - 1`; `position` counts from 1."""

    position: int
    start: time
    end: time
    capacity: int
    first: int

    def holds(self, number: int) -> bool:
        return self.first <= number < self.first + self.capacity


@dataclass(frozen=True, slots=True)
class Session:
    """One doctor, or one general clinic (`doctor` None), in one half day.

    `substitute` sits in place of `doctor`, who is still the one the session was made for. A stopped session is told
    with its segments, so that those who hold a slot in it can be found. Fees in fen, both are charged.
    """

    code: str
    site: str
    clinic: str
    doctor: str | None
    date: date
    half: Half
    room: str
    kind: Kind
    registration_fee: int
    consultation_fee: int
    state: Literal["open", "stopped"]
    substitute: str | None
    segments: tuple[Segment, ...]

    @property
    def fee(self) -> int:
        """What the patient pays for the visit, in fen."""
        return self.registration_fee + self.consultation_fee
