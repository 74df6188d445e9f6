"""The use cases of persons, as plain verbs: for the flows, the pages, the API and the areas above.

Everything happens in the caller's transaction. A Refusal that is raised is an answer, not a fault: catch it inside the
transaction and commit, because a try that was counted must stay counted.
"""

from __future__ import annotations

from bot import documents
from bot.context import Context
from bot.documents import Document, Problem
from bot.talk.events import EVENT
from flows.patients import pushes, rules, store
from flows.patients.applying import problems
from flows.patients.ease import Ease
from flows.patients.handover.giving import Giving
from flows.patients.handover.taking import Taking
from flows.patients.kin import store as kin
from flows.patients.links import store as links
from flows.patients.met import store as met
from flows.patients.people import CodeCheck, Person, Purpose, RegisterForm
from flows.patients.proof import store as tallies
from flows.patients.proof.codes import Codes, SentCode
from flows.patients.proof.reading import Reading
from flows.patients.records import Records
from flows.patients.refusals import HelperOnly, ReachTooShort
from flows.patients.registration import Registration
from flows.patients.trail import store as trail
from flows.patients.whose import Whose

ON_PAGE = "patients.registered:page"
"""What a conversation that offers the page awaits; its fact is the key `person`."""


class PatientsService(Whose):
    """Made anew for each turn, page or job: `PatientsService(context)`."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.codes = Codes(context)
        self.records = Records(context)
        self.registration = Registration(context, self.codes, self.records)
        self.giving, self.taking = Giving(context), Taking(context)
        self.ease = Ease(context)
        self.reading = Reading(context, self.codes)

    # --- proving -------------------------------------------------------------------------------------------------

    async def start_code(self, mobile: str, purpose: Purpose) -> SentCode:
        """Send a code by text message. Raises CodeTooSoon, CodesForMobile, CodesForContact."""
        return await self.codes.start(mobile, purpose)

    async def check_code(self, mobile: str, purpose: Purpose, typed: str) -> CodeCheck:
        """Try what was typed. Commit in any case: each try counts."""
        return await self.codes.check(mobile, purpose, typed)

    async def mobile_proved(self, mobile: str, purpose: Purpose) -> bool:
        """Whether no (other) code is needed: this contact proved the phone a moment ago or, for registration, for
        another person of the family."""
        return await self.codes.proved(mobile, purpose)

    async def own_mobile(self) -> str | None:
        """The contact's own phone in the clear, to be offered for the family; None where it is not known."""
        own = next((person for person in await self.persons() if person.relation == "self"), None)
        mobile = await self.mobile_of(own.id) if own else None
        return mobile if mobile and await self.codes.known(mobile) else None

    async def prove_record(self, person_id: int | str, digits: str) -> bool:
        """Reach all of a person's record by the last four of the phone that the hospital has. (Not of the record's
        number: that stands on every slip.)

        :raises ProofTriesSpent: guessed too often today
        :raises HelperOnly: consent was given for booking, and four digits do not widen it
        """
        contact, person = self._contact(), await self.lock(person_id)
        if person.reach == "all":
            return True
        if person.proof == "consent":
            raise HelperOnly(name=person.name)
        subject = store.hash_of(f"{contact.public_id}:{person.public_id}", "patients_proof")
        await self.registration.count_try("proof", subject)
        if not rules.proves(digits, await self.records.proof_of(person)):
            return False
        await links.change(self.tx, contact.id, person.id, reach="all", proof="record", proved_at=self.tx.now)
        await trail.done(self.context, "proved", person.id, relation=person.relation, reach="all")
        return True

    # --- registering and after -----------------------------------------------------------------------------------

    def check_form(self, form: RegisterForm) -> dict[str, Problem]:
        """What is wrong with a form, by field name; wording: templates/common/chat/problem_<slug>.j2."""
        return problems(form, self.context.clock.today())

    async def find_own(self, document_type: documents.Kind, number: str) -> Person | None:
        """The person with this document among those the contact looks after already."""
        read = documents.read_document(document_type, number, self.context.clock.today())
        if not isinstance(read, Document):
            return None
        row = await store.by_document(self.tx, read.kind, read.number)
        return await store.person_of(self.tx, self._contact().id, row.id) if row else None

    async def may_add(self) -> None:
        """Raises FamilyFull or TooManyNew: asked before the contact has typed everything in."""
        history = await links.history(self.tx, self._contact().id, self.context.now)
        rules.may_add(history, self.context.settings.people, self.context.now)

    async def register(self, form: RegisterForm) -> Person:
        """Register a person, or link one who is known already, to this contact. The phone must be proved
        (`check_code(..., "register", ...)` within half an hour, or `mobile_proved`). Sending the same form again gives
        the same person.

        :raises BadInput: a field that `check_form` finds wrong
        :raises Refusal: see refusals.py; nothing is linked then
        """
        return await self.registration.register(form)

    async def tell_chat(self, person: Person) -> None:
        """Registered on a page: the conversation that led there goes on."""
        payload = {"contact": self._contact().id, "event": ON_PAGE, "facts": {"person": person.id}}
        self.tx.put(EVENT, payload, priority=2)

    async def set_default(self, person_id: int | str) -> Person:
        """Make this the person that everything starts with."""
        contact, person = self._contact(), await self.person(person_id)
        if not person.is_default:
            await links.set_default(self.tx, contact.id, person.id)
            await trail.done(self.context, "default", person.id, relation=person.relation, reach=person.reach)
        return await self.person(person.id)

    async def may_register(self, form: RegisterForm) -> None:
        """What can be refused before a code is sent: TooYoungAlone, OwnDocumentNeeded, GuardianMissing."""
        await self.registration.age_fits(form)

    async def guardians(self) -> list[Person]:
        """Who of the contact's persons can stand for a child without a document."""
        today = self.context.clock.today()
        return [person for person in await self.persons() if rules.can_stand_for_a_child(person, today)]

    async def may_unbind(self) -> None:
        """Raises TooManyRemoved."""
        history = await links.history(self.tx, self._contact().id, self.context.now)
        rules.may_remove(history, self.context.settings.people, self.context.now)

    async def unbind(self, person_id: int | str) -> None:
        """The contact looks after this person no longer, nor does anybody on their word. Appointments and the
        hospital record stay as they are.

        :raises TooManyRemoved: before anything is written
        """
        contact, person = self._contact(), await self.person(person_id)
        await self.registration.lock_contact()
        await self.may_unbind()
        await links.end(self.tx, contact.id, person.id, who=self.context.actor, why="removed")
        await trail.done(self.context, "unbound", person.id, relation=person.relation, reach=person.reach)
        await self.giving.end_all(person.id)
        await links.keep_default(self.tx, contact.id)

    async def may_change_mobile(self, person_id: int | str) -> Person:
        """Raises ReachTooShort: a phone that a stranger could change would be the stranger's way in."""
        person = await self.lock(person_id)
        if person.reach != "all":
            raise ReachTooShort()
        return person

    async def change_mobile(self, person_id: int | str, mobile: str) -> Person:
        """Change a person's phone to one that was proved (purpose "change"). The hospital's record keeps its own.

        :raises ReachTooShort, MobileNotProved:
        """
        contact, person = self._contact(), await self.may_change_mobile(person_id)
        mobile = rules.plain_mobile(mobile)
        await self.codes.spend(mobile, "change")
        await store.set_mobile(self.tx, person.id, mobile)
        await links.prove(self.tx, contact.id, person.id, mobile)
        await trail.done(self.context, "mobile_changed", person.id, relation=person.relation, reach=person.reach)
        stamp = self.context.now.strftime("%Y%m%d%H%M%S")
        for other in await links.contacts_of(self.tx, person.id):
            if other != contact.id:
                pushes.tell(self.tx, "mobile_changed", other, person.public_id, person.name, stamp)
        return await self.person(person.id)

    # --- by themselves -------------------------------------------------------------------------------------------

    async def end_grown(self, limit: int = 200) -> int:
        """End what minors grew out of by today, and tell who looked after them. Gives how many."""
        ended = 0
        for row in await kin.grown(self.tx, self.context.clock.today(), limit):
            person = await store.any_person(self.tx, row.person_id)
            if await links.end(self.tx, row.contact_id, row.person_id, who=self.context.actor, why="grown"):
                ended += 1
                await trail.done(self.context, "grown", row.person_id, contact_id=row.contact_id)
                if person is not None:
                    pushes.tell(self.tx, "grown_up", row.contact_id, person.public_id, person.name)
                await links.keep_default(self.tx, row.contact_id)
        return ended

    async def purge(self) -> int:
        """Forget codes, counts and meetings that nothing can depend on any more. Gives how many rows."""
        old = self.context.now - 2 * rules.WINDOW
        gone = await tallies.purge(self.tx, old, self.context.clock.local(old).date())
        return gone + await met.forget(self.tx)
