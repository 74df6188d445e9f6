"""What a hospital examines (CT, ultrasound, endoscopy …), for whom it ordered which examination, and the check-up
packages it offers: the part of `HospitalPort` about technical examinations.

Devices are rooms of clinics that are not booked online by themselves; their sessions come with `rosters`, with the kind
`examination` and without a doctor. An appointment is entered by `register`, with the code of the order it is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, Protocol

from bot.documents import Sex

ConflictKind = Literal["apart", "before"]


@dataclass(frozen=True, slots=True)
class Examination:
    """Something that can be done. `rooms` are the numbers of the devices that can do it, all of the
    clinic's where it is empty.

    `preparation` is the hospital's own text, a line each. `fasting_hours` 0: one may eat. `latest`: it begins no later
    on a day (a fasting patient is not kept hungry). `notice_hours`: so long before it one must know of it, to prepare.
    `fee` in fen; `min_age` and `max_age` are whole years, both included, None for no limit.
    """

    code: str
    name: str
    modality: str
    clinic: str
    rooms: tuple[str, ...]
    minutes: int
    preparation: tuple[str, ...]
    fasting_hours: int
    latest: time | None
    notice_hours: int
    contrast: bool
    min_age: int | None
    max_age: int | None
    sex: Sex | None
    fee: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two examinations that do not go together as one likes. `apart`: `second` not on the day of `first` after it, nor
    in the `days` days that follow. `before`: on one day `first` is over when `second` begins."""

    kind: ConflictKind
    first: str
    second: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Package:
    """A check-up package (体检套餐): examinations that are booked together. It needs no order. `fee` in fen."""

    code: str
    name: str
    items: tuple[str, ...]
    fee: int


@dataclass(frozen=True, slots=True)
class ExaminationBook:
    """All of it. `contrast_days`: so many days lie between two examinations with a contrast medium."""

    examinations: tuple[Examination, ...]
    conflicts: tuple[Conflict, ...]
    packages: tuple[Package, ...]
    contrast_days: int


@dataclass(frozen=True, slots=True)
class ExaminationOrder:
    """A doctor's order that was not carried out and not booked yet. `doctor` is a name, for showing."""

    code: str
    examination: str
    doctor: str
    ordered_on: date


class Examining(Protocol):
    """Questions: they change nothing and may be repeated."""

    async def examinations(self) -> ExaminationBook: ...

    async def examination_orders(self, record_number: str) -> Sequence[ExaminationOrder]:
        """Open orders of a patient, the oldest first; nothing where the record is not known."""
        ...
