"""The hospital's record of a person: found by document, or made. Reads in a turn are short; commands are jobs'.

The record's own name, phone and dates are never shown, kept or changed here: the hospital's record stays as it is.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from bot import logs
from bot.context import Context
from bot.documents import Kind
from bot.errors import OutsideError
from flows.patients import pushes, rules, store
from flows.patients.links import store as links
from flows.patients.people import Person
from flows.patients.trail import store as trail
from integrations.his.port import HospitalPort, NewPatient, PatientRecord

log = logs.get(__name__)

IN_A_TURN = 1.5  # seconds; the channel waits five for the whole answer
MATCH, CREATE = "patients.match_record", "patients.create_record"


@dataclass(frozen=True, slots=True)
class Search:
    """What a job needs to look for somebody's record; `new` is what makes one where there is none."""

    document_type: Kind | None
    document: str | None = field(repr=False)
    new: NewPatient = field(repr=False)


class Records:
    """Part of PatientsService."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def look(self, document_type: Kind, document: str) -> tuple[bool, PatientRecord | None]:
        """(whether the hospital answered in time, the record with this document or None)."""
        try:
            async with asyncio.timeout(IN_A_TURN):
                return True, await self.context.ports[HospitalPort].find_patient(document_type, document)
        except (TimeoutError, OutsideError) as error:
            log.info("record_look_later", error=type(error).__name__)
            return False, None

    async def ask_later(self, person_id: int, topic: str) -> None:
        """Have a job find (MATCH) or make (CREATE) the record; until then the state is "asked"."""
        if await store.set_record(self.tx, person_id, "asked", None, was=("none",)):
            self.tx.put(topic, {"person": person_id}, key=f"{topic}:{person_id}", priority=3)

    async def ask_again(self, before: datetime, limit: int = 100) -> None:
        """Look once more for the records that were asked for before this moment and are not there."""
        for person_id in await store.unanswered(self.tx, before, limit):
            await store.change_person(self.tx, person_id)
            stamp = self.context.now.strftime("%Y%m%d%H")
            self.tx.put(MATCH, {"person": person_id}, key=f"{MATCH}:{person_id}:{stamp}", priority=6)

    async def search(self, person_id: int) -> Search | None:
        """For a job; None where the record is known by now or the person is gone."""
        row = await store.row_of(self.tx, person_id)
        if row is None or row.record_state != "asked":
            return None
        guardian = await store.row_of(self.tx, row.guardian_id) if row.guardian_id else None
        new = NewPatient(
            name=row.name,
            sex=row.sex,
            birth_date=row.birth_date,
            document_type=row.document_type,
            document_number=row.document,
            phone=row.mobile,
            guardian_document_type=guardian.document_type if guardian else None,
            guardian_document_number=guardian.document if guardian else None,
        )
        return Search(row.document_type, row.document, new)

    async def found(self, person_id: int, record: PatientRecord) -> None:
        """A job found the record by document. Another name there: it is somebody else's and nothing is linked."""
        row = await store.row_of(self.tx, person_id, lock=True)
        if row is None:
            return
        if not rules.names_agree(record.name, row.name):
            await self.refused(person_id)
            return
        if not await store.set_record(self.tx, person_id, "known", record.record_number, was=("none", "asked")):
            return
        if record.phone:
            # Who proved the very phone that the hospital has on record may see what is in it.
            await links.widen(self.tx, person_id, rules.plain_mobile(record.phone))
        await trail.done(self.context, "record_matched", person_id)

    async def made(self, person_id: int, patient_no: str) -> None:
        """A job had a record made: there is nothing older in it to protect."""
        row = await store.row_of(self.tx, person_id, lock=True)
        if row is None or not await store.set_record(self.tx, person_id, "known", patient_no, was=("none", "asked")):
            return
        # A child without a document may have been there before, under the same guardian: who has not proved to be
        # that guardian in full does not get further by the child.
        if row.guardian_id is None:
            await links.widen(self.tx, person_id)
        else:
            for contact_id in await links.contacts_of(self.tx, row.guardian_id, reach="all"):
                await links.change(self.tx, contact_id, person_id, reach="all", proof="record")
        await trail.done(self.context, "record_made", person_id)

    async def refused(self, person_id: int) -> None:
        """The hospital knows this document under another name. Close the person, or a stranger's slip or trick would
        keep its true owner out, and send those who look after it to the desk."""
        row = await store.row_of(self.tx, person_id, lock=True)
        if row is None or not await store.set_record(self.tx, person_id, "refused", None, was=("none", "asked")):
            return
        self.tx.note("patients.record", actor=self.context.actor, failed="document_of_another",
                     about=f"person:{row.public_id}", person=person_id)
        for contact_id in await links.contacts_of(self.tx, person_id):
            await links.end(self.tx, contact_id, person_id, who=self.context.actor, why="record")
            pushes.tell(self.tx, "record_refused", contact_id, row.public_id, row.name)
            await trail.done(self.context, "record_refused", person_id, contact_id=contact_id)
        await store.change_person(self.tx, person_id, active=None)

    async def proof_of(self, person: Person) -> str | None:
        """The phone that the hospital has on record, asked for now; None where it cannot be told."""
        row = await store.row_of(self.tx, person.id)
        if row is None or row.document is None:
            return None
        _, record = await self.look(row.document_type, row.document)
        return record.phone if record and rules.names_agree(record.name, row.name) else None
