"""Registering a person (建档): checked, proved, matched, linked, written down. The longest of the use cases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from bot.context import Contact, Context
from bot.documents import Document
from bot.errors import NotAllowed
from flows.patients import applying, pushes, rules, store
from flows.patients.applying import Applicant
from flows.patients.kin import store as kin
from flows.patients.links import store as links
from flows.patients.people import Person, Reach, RegisterForm
from flows.patients.proof import store as tallies
from flows.patients.proof.codes import Codes
from flows.patients.records import CREATE, MATCH, Records
from flows.patients.refusals import DocumentOfAnother, SelfAlready
from flows.patients.trail import store as trail
from integrations.his.port import PatientRecord


class Registration:
    """Part of PatientsService."""

    def __init__(self, context: Context, codes: Codes, records: Records) -> None:
        self.context = context
        self.tx = context.tx
        self.codes = codes
        self.records = records

    async def register(self, form: RegisterForm) -> Person:
        """See PatientsService.register."""
        contact, today = self._contact(), self.context.clock.today()
        who = applying.read(form, today)
        guardian = await self._guardian(form)
        if own := await self._own(contact, who, guardian):
            return own
        # Before any lock is taken: the hospital may need its second and a half.
        answered, record = await self.records.look(who.kind, who.number) if who.kind and who.number else (True, None)
        await self.lock_contact()
        if who.number:
            # One after the other for one document, even while there is no row of the person to lock.
            await tallies.lock_tally(self.tx, "document", store.hash_of(who.number, "document"), today)
        row = await self._row(who, guardian)
        if row is not None and (own := await store.person_of(self.tx, contact.id, row.id)):
            return own  # the same form sent twice at once
        await self._allowed(form, who, guardian, today)
        if row is not None and not rules.names_agree(row.name, who.name) and self._squatted(row, who, record):
            await self.records.refused(row.id)
            row = None
        if any(known is not None and not rules.names_agree(known.name, who.name) for known in (row, record)):
            await self._of_another(who)
        await self.codes.spend(who.mobile, "register")
        known_before = row is not None
        if row is None:
            known_before, row = await self._made(who, guardian)
        reach = await self._reach(who, guardian, record, row.id, new=answered and record is None and not known_before)
        await self._link(contact, row.id, form, who, reach, today)
        await self._record(row.id, who, answered, record)
        await trail.done(
            self.context,
            "linked" if known_before else "registered",
            row.id,
            relation=form.relation,
            reach=reach,
            consent=rules.CONSENT,
        )
        for other in await links.contacts_of(self.tx, row.id):
            if other != contact.id:
                stamp = f"{contact.public_id}:{today:%Y%m%d}"
                pushes.tell(self.tx, "linked_elsewhere", other, row.public_id, row.name, stamp)
        person = await store.person_of(self.tx, contact.id, row.id)
        assert person is not None
        return person

    async def age_fits(self, form: RegisterForm) -> None:
        """Raises TooYoungAlone, OwnDocumentNeeded or GuardianMissing."""
        today = self.context.clock.today()
        read = applying.document_of(form, today)
        birth = read.birth if isinstance(read, Document) and read.birth else form.birth_date
        if birth is not None:
            has_document = form.document_type is not None
            rules.may_register(form.relation, birth, has_document, await self._guardian(form), today)

    async def lock_contact(self) -> None:
        """Hold off everything else that would change this contact's family until the transaction ends."""
        await tallies.lock_tally(self.tx, "family", self._subject(), self.context.clock.today())

    async def count_try(self, kind: str, subject: bytes) -> None:
        """One more try of this kind today. Raises ProofTriesSpent when there were enough."""
        today = self.context.clock.today()
        so_far = await tallies.lock_tally(self.tx, kind, subject, today)
        rules.may_prove(so_far, today + timedelta(days=1))
        await tallies.count(self.tx, kind, subject, today, so_far.today)

    async def _guardian(self, form: RegisterForm) -> Person | None:
        if form.document_type is not None or form.guardian_id is None:
            return None
        return await store.person_of(self.tx, self._contact().id, form.guardian_id)

    # --- deciding ------------------------------------------------------------------------------------------------

    async def _own(self, contact: Contact, who: Applicant, guardian: Person | None) -> Person | None:
        row = await self._row(who, guardian)
        return await store.person_of(self.tx, contact.id, row.id) if row else None

    async def _allowed(self, form: RegisterForm, who: Applicant, guardian: Person | None, today: date) -> None:
        """All that can be refused without touching anything."""
        contact = self._contact()
        rules.may_register(form.relation, who.birth, who.kind is not None, guardian, today)
        if form.relation == "self" and any(p.relation == "self" for p in await store.persons_of(self.tx, contact.id)):
            raise SelfAlready()
        history = await links.history(self.tx, contact.id, self.context.now)
        rules.may_add(history, self.context.settings.people, self.context.now)
        await self.codes.require(who.mobile, "register")
        names = await tallies.lock_tally(self.tx, "name", self._subject(), today)
        rules.may_prove(names, today + timedelta(days=1))

    @staticmethod
    def _squatted(row: Any, who: Applicant, record: PatientRecord | None) -> bool:
        """Somebody took this document under a wrong name while the hospital could not be asked."""
        unsure = row.record_state in ("none", "asked")
        return unsure and record is not None and rules.names_agree(record.name, who.name)

    async def _of_another(self, who: Applicant) -> None:
        """Refuse, and let it cost: names must not be tried out on a document."""
        await self.count_try("name", self._subject())
        await self.codes.spend(who.mobile, "register")
        raise DocumentOfAnother()

    async def _reach(
        self, who: Applicant, guardian: Person | None, record: PatientRecord | None, person_id: int, *, new: bool
    ) -> Reach:
        if guardian is not None:
            return guardian.reach or "booking"
        held = await links.held_by_phone(self.tx, person_id, who.mobile)
        phone = record.phone if record else None
        return rules.reach_of_new(record_is_new=new, record_phone=phone, mobile=who.mobile, held_by_phone=held)

    # --- writing -------------------------------------------------------------------------------------------------

    async def _row(self, who: Applicant, guardian: Person | None) -> Any:
        """The active person whom this is about, locked, or None."""
        if who.kind and who.number:
            return await store.by_document(self.tx, who.kind, who.number)
        return await kin.child_of(self.tx, guardian.id, who.name, who.birth) if guardian else None

    async def _made(self, who: Applicant, guardian: Person | None) -> tuple[bool, Any]:
        """(whether somebody else made the person at this very moment, the person's row)."""
        made = await store.add_person(
            self.tx,
            name=who.name,
            document_type=who.kind,
            document=who.number,
            sex=who.sex,
            birth_date=who.birth,
            mobile=who.mobile,
            guardian_id=guardian.id if guardian else None,
        )
        row = await self._row(who, guardian)
        assert row is not None
        if not rules.names_agree(row.name, who.name):
            await self.count_try("name", self._subject())
            raise DocumentOfAnother()
        return not made, row

    async def _link(
        self, contact: Contact, person_id: int, form: RegisterForm, who: Applicant, reach: Reach, today: date
    ) -> None:
        first = not await store.persons_of(self.tx, contact.id)
        await links.add(
            self.tx,
            contact.id,
            person_id,
            mobile=who.mobile,
            relation=form.relation,
            is_default=first,
            reach=reach,
            proof="record" if reach == "all" else "sms",
            consent=rules.CONSENT,
            until=rules.held_until(form.relation, who.birth, today),
            made_by=self.context.actor,
        )

    async def _record(self, person_id: int, who: Applicant, answered: bool, record: PatientRecord | None) -> None:
        if record is not None:
            if await store.set_record(self.tx, person_id, "known", record.record_number, was=("none", "asked")):
                await trail.done(self.context, "record_matched", person_id)
            return
        await self.records.ask_later(person_id, CREATE if answered else MATCH)

    def _subject(self) -> bytes:
        return store.hash_of(self._contact().public_id, "contact")

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.contact")
        return self.context.contact
