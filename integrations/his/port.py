"""What Daoyi asks of a hospital's system (HIS), and the shapes of the answers.

Two kinds of verbs. Questions (`sites` … `rosters`, `attendance`, `find_patient`, `examinations`, `ask`, `ping`) change
nothing and may be repeated. Commands (`create_patient`, `register`, `cancel_registration`, `tell_session`) carry a
`request_id`: the same id again gives the same answer, refusal included, and changes nothing. After `OutsideUnknown`, or
after the caller's own time limit ran out, `ask(request_id)` tells what became of a command; nobody may assume it.

Units: money is whole fen; dates and times are the hospital's wall clock; codes are the hospital's own and opaque.
Errors of every verb: `OutsideUnavailable` (certainly not done), `OutsideUnknown` (commands only: perhaps done),
`OutsideRefused` (a final no; its codes are in `REFUSALS`). Personal data is never in an error.

What a hospital is made of stands in `house.py`, sessions that we tell it of in `own_sessions.py`, examinations in
`examinations.py`. Others import all of it from here, but for the shapes of examinations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from bot.documents import Kind as DocumentKind
from bot.documents import Sex
from integrations.his.examinations import Examining
from integrations.his.house import (
    Clinic,
    Department,
    Doctor,
    Half,
    Kind,
    Place,
    Room,
    Segment,
    Session,
    Site,
    Staff,
    StaffKind,
)
from integrations.his.own_sessions import OwnSegment, OwnSession, OwnState, TakingSessions

__all__ = [
    "REFUSALS",
    "Attendance",
    "Clinic",
    "Department",
    "Doctor",
    "Half",
    "HospitalPort",
    "Kind",
    "NewPatient",
    "Outcome",
    "OwnSegment",
    "OwnSession",
    "OwnState",
    "PatientRecord",
    "Place",
    "Refused",
    "Registration",
    "Room",
    "Segment",
    "Session",
    "Site",
    "Staff",
    "StaffKind",
    "Verb",
]

Verb = Literal["create_patient", "register", "cancel_registration", "tell_session"]

REFUSALS = (
    "no_patient",
    "no_session",
    "no_segment",
    "no_registration",
    "session_stopped",
    "session_over",
    "number_out_of_segment",
    "number_taken",
    "appointment_elsewhere",
    "no_order",
    "order_booked",
    "document_missing",
    "document_of_another",
    "no_clinic",
    "no_doctor",
    "no_room",
    "half_taken",
    "number_in_use",
    "session_outdated",
    "request_id_reused",
    "range_too_long",
)
"""Codes of `OutsideRefused`. A client maps its hospital's codes to these; what fits none stays the hospital's own."""


@dataclass(frozen=True, slots=True)
class NewPatient:
    """Somebody to be given a record. A child without a document has both document fields None and a guardian's."""

    name: str
    sex: Sex
    birth_date: date
    document_type: DocumentKind | None
    document_number: str | None
    phone: str | None = None
    guardian_document_type: DocumentKind | None = None
    guardian_document_number: str | None = None


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """A patient's record (病案号 / 就诊卡号 in `record_number`). Personal data in the clear: never log one."""

    record_number: str
    name: str
    sex: Sex
    birth_date: date
    document_type: DocumentKind | None
    document_number: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Registration:
    """A slot in the hospital's ledger. `code` is the hospital's, `appointment` is ours, `number` the place in line."""

    code: str
    number: int
    session: str
    segment: int
    record_number: str
    appointment: str
    state: Literal["active", "cancelled"]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody came. `appointment` is our public id; both moments are aware, `seen_at` None until the doctor took the
    patient in."""

    appointment: str
    arrived_at: datetime
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """The final no that a command got."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command; exactly one of the four answers is set."""

    verb: Verb
    record_number: str | None = None
    registration: Registration | None = None
    session: str | None = None
    refused: Refused | None = None


class HospitalPort(Examining, TakingSessions, Protocol):
    """The hospital's system. Implementations pass `tests/integrations/his/contract.py`."""

    owns_pool: Literal["daoyi", "hospital"]
    """Who decides about slots. "daoyi": a booking is true at our commit, and `register` tells the hospital of it."""
    reports_attendance: bool
    """Whether `attendance` tells who came. Where it does not, the hospital's word can brand nobody as a no-show."""

    async def ping(self) -> None:
        """Return when the system answers; raise `OutsideUnavailable` when not."""
        ...

    async def sites(self) -> Sequence[Site]: ...

    async def departments(self) -> Sequence[Department]:
        """In the order in which the hospital shows them; so with clinics and doctors."""
        ...

    async def clinics(self) -> Sequence[Clinic]: ...

    async def doctors(self) -> Sequence[Doctor]: ...

    async def rooms(self) -> Sequence[Room]: ...

    async def staff(self) -> Sequence[Staff]:
        """Everybody who works here now, by code. Who is not told of any more has left."""
        ...

    async def rosters(self, from_date: date, to_date: date) -> Sequence[Session]:
        """Sessions of these days, both included, by date. Refused with `range_too_long` beyond 62 days."""
        ...

    async def find_patient(self, document_type: DocumentKind, document_number: str) -> PatientRecord | None:
        """Who has this document of their own, or None. Children on a guardian's document are not found by it."""
        ...

    async def create_patient(self, request_id: str, patient: NewPatient) -> str:
        """Make a record; gives its number. Somebody already known by the same document and name keeps theirs.

        Refused: `document_missing`, `document_of_another` (the document is known under another name).
        """
        ...

    async def register(
        self, request_id: str, *, appointment: str, record_number: str, session: str, segment: int, number: int,
        order: str = "",
    ) -> Registration:
        """Enter a booked slot. `appointment` is our public id, `segment` a `Segment.position`, `order` the code of the
        examination order that it is for.

        The same appointment in the same place under another request id is done already and answered alike.
        Refused: `no_patient`, `no_session`, `no_segment`, `session_stopped`, `session_over`,
        `number_out_of_segment`, `number_taken`, `appointment_elsewhere`, `no_order`, `order_booked`.
        """
        ...

    async def cancel_registration(self, request_id: str, code: str) -> Registration:
        """Give the slot back; cancelled already is answered alike. Refused: `no_registration`."""
        ...

    async def ask(self, request_id: str) -> Outcome | None:
        """What became of a command, or None: the hospital has never seen it, so it may be sent again."""
        ...

    async def attendance(self, day: date) -> Sequence[Attendance]:
        """Who came on a day, as far as the hospital knows by now; what is cancelled is left out."""
        ...
