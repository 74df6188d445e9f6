"""What Daoyi asks of a hospital's system (HIS), and the shapes of the answers.

Two kinds of verbs. Questions (`sites` … `rosters`, `attendance`, `find_patient`, `examinations`, `ask`, `ping`) change
nothing and may be repeated. Commands (`create_patient`, `register`, `cancel_registration`) carry a `request_id`: the
same id again gives the same answer, refusal included, and changes nothing. After `OutsideUnknown`, or after the
caller's own time limit ran out, `ask(request_id)` tells what became of a command; nobody may assume it.

Units: money is whole fen; dates and times are the hospital's wall clock; codes are the hospital's own and opaque.
Errors of every verb: `OutsideUnavailable` (certainly not done), `OutsideUnknown` (commands only: perhaps done),
`OutsideRefused` (a final no; its codes are in `REFUSALS`). Personal data is never in an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, Protocol

from bot.documents import Kind as DocumentKind
from bot.documents import Sex
from integrations.his.examinations import Examining

StaffKind = Literal["doctor", "nurse", "technician", "clerk"]
Half = Literal["am", "pm", "evening"]
Kind = Literal["general", "specialist", "expert", "examination"]  # 普通号, 专科普通号, 专家号, 医技检查
Verb = Literal["create_patient", "register", "cancel_registration"]

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
    "request_id_reused",
    "range_too_long",
)
"""Codes of `OutsideRefused`. A client maps its hospital's codes to these; what fits none stays the hospital's own."""


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
    """What became of a command; exactly one of the three answers is set."""

    verb: Verb
    record_number: str | None = None
    registration: Registration | None = None
    refused: Refused | None = None


class HospitalPort(Examining, Protocol):
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
