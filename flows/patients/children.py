"""Children without a document at the desk: registered by a guardian who stands or calls there, as in the chat; and the
document, once there is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import documents
from bot.documents import Document, Kind, Problem
from bot.errors import NotFound
from flows.patients import applying, rules, store
from flows.patients.enrolling import NAMES_A_DAY, Enrolling
from flows.patients.kin import store as kin
from flows.patients.people import Person, RegisterForm
from flows.patients.proof import store as tallies
from flows.patients.refusals import (
    DocumentOfAnother,
    DocumentTaken,
    DocumentThere,
    DocumentUnlike,
    ProofTriesSpent,
    RecordsDiffer,
)
from flows.patients.trail import store as trail
from integrations.his.port import PatientRecord


class Children(Enrolling):
    """Both are done by a member of staff who has seen the papers, or asked."""

    async def enrol_child(self, guardian: Person, form: RegisterForm) -> tuple[Person, bool]:
        """The child, and whether it is new: one of this guardian, name and birthday is known already.

        :raises ConsentMissing, OwnDocumentNeeded, GuardianMissing: the guardian is too young, or has no document
        :raises FamilyFull, TooManyNew: as many as one contact may look after and add
        """
        who = applying.read(form, self.context.clock.today())
        # Whoever stands here is known by what they showed: the document that they were registered with.
        shown = replace(guardian, relation="self")
        rules.may_register("child", who.birth, False, shown, self.context.clock.today())
        if await store.row_of(self.tx, guardian.id, lock=True) is None:
            raise NotFound("person")
        row = await self._row(who, guardian)
        new = row is None
        if row is None:
            known = await kin.history(self.tx, guardian.id, self.context.now)
            rules.may_add(known, self.context.settings.people, self.context.now)
            there, row = await self._made(who, guardian)
            new = not there
        await self._record(row.id, who, True, None)
        if new:
            await trail.done(self.context, "enrolled", row.id, relation="child", consent=rules.CONSENT)
        return await self._known(row.id), new

    def unread(self, kind: Kind, number: str) -> Problem | None:
        """What is wrong with a number as it was typed."""
        read = documents.read_document(kind, number, self.context.clock.today())
        return read if isinstance(read, Problem) else None

    async def add_document(self, person: Person, kind: Kind, number: str) -> Person:
        """From now on the person is known by it, in the chat and on pages as well.

        :raises DocumentThere, DocumentUnlike, DocumentOfAnother, DocumentTaken, RecordsDiffer, ProofTriesSpent
        """
        today = self.context.clock.today()
        read = documents.read_document(kind, number, today)
        assert isinstance(read, Document)
        # Before any lock is taken: the hospital may need its second and a half.
        _, record = await self.records.look(read.kind, read.number)
        tries = await tallies.lock_tally(self.tx, "name", self._subject(), today)
        if tries.today >= NAMES_A_DAY:
            raise ProofTriesSpent(until=(today + timedelta(days=1)).isoformat())
        await tallies.lock_tally(self.tx, "document", store.hash_of(read.number, "document"), today)
        row = await store.row_of(self.tx, person.id, lock=True)
        if row is None:
            raise NotFound("person")
        if row.document is not None:
            raise DocumentThere()
        if (read.birth and read.birth != row.birth_date) or (read.sex and read.sex != row.sex):
            raise DocumentUnlike()
        await self._free(row, read, record, tries.today)
        await store.set_document(self.tx, row.id, read.kind, read.number)
        if record is not None:
            await store.set_record(self.tx, row.id, "known", record.record_number, was=("none", "asked"))
        await trail.done(self.context, "document_added", row.id)
        return await self._known(row.id)

    async def _free(self, row: Any, read: Document, record: PatientRecord | None, tries: int) -> None:
        """That nobody else has this document, here or at the hospital."""
        other = await store.by_document(self.tx, read.kind, read.number)
        if any(known is not None and not rules.names_agree(known.name, row.name) for known in (other, record)):
            await tallies.count(self.tx, "name", self._subject(), self.context.clock.today(), tries)
            raise DocumentOfAnother()
        if other is not None:
            raise DocumentTaken()
        if record is not None and row.patient_no not in (None, record.record_number):
            raise RecordsDiffer()

    async def _known(self, person_id: int) -> Person:
        person = await store.any_person(self.tx, person_id)
        assert person is not None
        return person
