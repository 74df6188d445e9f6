"""The embedded hospital: small but true, with its own tables, its own transactions and its own ledger.

It stands where a hospital's HIS would stand, so it shares nothing with its caller but the database server: it never
joins the caller's transaction, and a caller that holds one open while calling would wait for itself on SQLite.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Literal, TypeVar

from bot.clock import HospitalClock
from bot.db.engine import Database
from bot.db.transaction import Transaction
from bot.documents import Kind as DocumentKind
from integrations.his import attendance, catalogue, ledger, orders, people, requests, sessions, told
from integrations.his.conduct import Calls, refused
from integrations.his.examinations import ExaminationBook, ExaminationOrder
from integrations.his.port import (
    Attendance,
    Clinic,
    Department,
    Doctor,
    NewPatient,
    Outcome,
    OwnSession,
    PatientRecord,
    Registration,
    Room,
    Session,
    Site,
    Staff,
    Verb,
)

T = TypeVar("T")
LONGEST_RANGE = timedelta(days=62)


class EmbeddedHospital:
    """A `HospitalPort` on tables of our own. Fill them with `integrations.his.seed.seed`."""

    owns_pool: Literal["daoyi", "hospital"] = "daoyi"
    reports_attendance = True
    takes_sessions = True

    def __init__(self, database: Database, clock: HospitalClock | None = None) -> None:
        self._database = database
        self._calls = Calls(database)
        self._clock = clock or HospitalClock()

    async def ping(self) -> None:
        await self._calls.question(catalogue.touch)

    async def sites(self) -> Sequence[Site]:
        return await self._calls.question(catalogue.sites)

    async def departments(self) -> Sequence[Department]:
        return await self._calls.question(catalogue.departments)

    async def clinics(self) -> Sequence[Clinic]:
        return await self._calls.question(catalogue.clinics)

    async def doctors(self) -> Sequence[Doctor]:
        return await self._calls.question(catalogue.doctors)

    async def rooms(self) -> Sequence[Room]:
        return await self._calls.question(catalogue.rooms)

    async def staff(self) -> Sequence[Staff]:
        return await self._calls.question(catalogue.staff)

    async def rosters(self, from_date: date, to_date: date) -> Sequence[Session]:
        if to_date - from_date >= LONGEST_RANGE:
            raise refused("range_too_long")
        await self.roll(from_date, to_date)
        return await self._calls.question(lambda tx: sessions.read(tx, from_date, to_date))

    async def roll(self, from_date: date, to_date: date) -> None:
        """Make the sessions of these days, both included, that are not made yet."""
        async with self._database.reading() as tx:
            days = await sessions.missing(tx, from_date, to_date)
        await sessions.make(self._database, days)
        await sessions.furnish(self._database, from_date, to_date)

    async def find_patient(self, document_type: DocumentKind, document_number: str) -> PatientRecord | None:
        return await self._calls.question(lambda tx: people.find(tx, document_type, document_number))

    async def create_patient(self, request_id: str, patient: NewPatient) -> str:
        async def work(tx: Transaction) -> Outcome:
            return Outcome("create_patient", record_number=await people.create(tx, patient))

        outcome = await self._command("create_patient", request_id, asdict(patient), work)
        return _said(outcome.record_number)

    async def register(
        self, request_id: str, *, appointment: str, record_number: str, session: str, segment: int, number: int,
        order: str = "",
    ) -> Registration:
        asked: dict[str, Any] = {
            "appointment": appointment,
            "record_number": record_number,
            "session": session,
            "segment": segment,
            "number": number,
        } | ({"order": order} if order else {})

        async def work(tx: Transaction) -> Outcome:
            return Outcome("register", registration=await ledger.register(tx, self._clock, **asked))

        outcome = await self._command("register", request_id, asked, work)
        return _said(outcome.registration)

    async def cancel_registration(self, request_id: str, code: str) -> Registration:
        async def work(tx: Transaction) -> Outcome:
            return Outcome("cancel_registration", registration=await ledger.cancel(tx, code))

        outcome = await self._command("cancel_registration", request_id, {"code": code}, work)
        return _said(outcome.registration)

    async def tell_session(self, request_id: str, session: OwnSession) -> str:
        async def work(tx: Transaction) -> Outcome:
            return Outcome("tell_session", session=await told.enter(tx, self._clock, session))

        await self.roll(session.date, session.date)  # what the hospital itself has that day is looked at
        outcome = await self._command("tell_session", request_id, asdict(session), work)
        return _said(outcome.session)

    async def examinations(self) -> ExaminationBook:
        return await self._calls.question(orders.examinations)

    async def examination_orders(self, record_number: str) -> Sequence[ExaminationOrder]:
        return await self._calls.question(lambda tx: orders.open_of(tx, record_number))

    async def ask(self, request_id: str) -> Outcome | None:
        return await self._calls.question(lambda tx: requests.ask(tx, request_id))

    async def attendance(self, day: date) -> Sequence[Attendance]:
        return await self._calls.question(lambda tx: attendance.read(tx, day))

    async def came(self, appointment: str, *, seen: bool = False) -> bool:
        """What happens at the hospital's own window, or at the doctor's door; not a verb of the port."""
        return await self._database.run(lambda tx: attendance.note(tx, appointment, tx.now, seen=seen))

    async def _command(
        self, verb: Verb, request_id: str, asked: dict[str, Any], work: Callable[[Transaction], Awaitable[Outcome]]
    ) -> Outcome:
        conduct = await self._calls.come_in()

        async def told_to_refuse(tx: Transaction) -> Outcome:
            raise refused(conduct.refuse[verb])

        chosen = told_to_refuse if verb in conduct.refuse else work
        outcome = await self._database.run(lambda tx: requests.once(tx, verb, request_id, asked, chosen))
        await self._calls.go_out(conduct)
        if outcome.refused is not None:
            raise refused(outcome.refused.code)
        return outcome


def _said(answer: T | None) -> T:
    """The part of an outcome that its verb fills."""
    if answer is None:
        raise LookupError("the remembered answer belongs to another command")
    return answer
