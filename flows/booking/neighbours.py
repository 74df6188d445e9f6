"""All that booking asks of the areas below it: the directory and the persons. The one place that knows their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.context import Context
from bot.db.contacts import contact_at, contact_of
from bot.db.lookup import Question
from bot.errors import NotFound
from bot.masking import mask_name
from flows.booking.fitting.rules import Visitor
from flows.booking.inforce import clinic_rules, window
from flows.booking.rules import ClinicRules
from flows.booking.veil import is_discreet
from flows.directory import service as directory
from flows.directory import store as rules
from flows.directory.rules import Catalogue, ClinicRule, DoctorRule
from flows.directory.service import DirectoryService
from flows.patients.callers import PHONE, is_caller
from flows.patients.people import Person
from flows.patients.proof.reading import Reading
from flows.patients.service import PatientsService

__all__ = [
    "Catalogue", "Choice", "ClinicRule", "Neighbours", "Person", "choices", "clinic_rules", "discreet", "visitor",
    "window",
]


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a filter by clinic."""

    code: str
    name: str


def choices(catalogue: Catalogue, clinics: Iterable[str]) -> list[Choice]:
    """These clinics as a filter offers them, told apart where two have one name."""
    return [Choice(code, catalogue.clinic_name(code)) for code in clinics]


class Neighbours:
    """The areas below, as one turn sees them."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def reading(self) -> Reading:
        """Proving once more who reads."""
        return PatientsService(self.context).reading

    async def catalogue(self) -> Catalogue:
        return await DirectoryService(self.context).catalogue()

    async def as_told(self) -> Catalogue:
        """The directory as the hospital's own system has it; our decisions stand beside it."""
        return await rules.read(self.context.tx, editions=False)

    async def held(self) -> Catalogue:
        """The directory as it is, for who decides about a clinic: nobody else does until this transaction ends."""
        return await rules.held(self.context.tx)

    async def decide(self, clinic: str, rule: ClinicRule) -> None:
        """Our own decision about a clinic, upon what `held` gave. Afterwards `forget`, so that this process sees it at
        once, too."""
        await rules.set_rule(self.context.tx, clinic, rule)

    async def decide_doctor(self, clinic: str, doctor: str, rule: DoctorRule) -> None:
        """The same about one doctor in it."""
        await rules.set_doctor_rule(self.context.tx, clinic, doctor, rule)

    def forget(self) -> None:
        """Read the directory anew."""
        directory.forget(self.context.ports)

    async def rules_of(self, clinic: str) -> ClinicRules:
        return clinic_rules(await self.catalogue(), clinic, self.context)

    async def persons(self) -> list[Person]:
        """The persons of the contact, the default first."""
        return await PatientsService(self.context).persons() if self.context.contact else []

    async def own_contacts(self, person_id: int) -> list[int]:
        """Keys of the contacts whose owner this person is."""
        return await PatientsService(self.context).own_contacts_of(person_id)

    async def lock_person(self, person_id: int) -> Person:
        """The person of this contact, locked until the transaction ends. Raises NotFound for anybody else's."""
        return await PatientsService(self.context).lock(person_id)

    def locking(self, person_id: int) -> Question:
        """What `lock_person` asks."""
        return PatientsService(self.context).locking(person_id)

    async def lock_anybody(self, person_id: int) -> Person:
        """The person, locked, whoever looks after them: of an appointment that is ours to change. Raises NotFound for
        a closed one."""
        return await PatientsService(replace(self.context, contact=None)).lock(person_id)

    async def lock_waiting(self, person_id: int, contact_id: int) -> Person:
        """For a job: the person, locked, whom this contact still looks after, or who is this caller. Raises NotFound
        where it does not."""
        service = PatientsService(replace(self.context, contact=None))
        person = await service.lock(person_id)
        if contact_id not in await service.contacts_of(person_id):
            contact = await contact_of(self.context.tx, contact_id)
            if contact is None or not is_caller(contact) or contact.external_id != person.public_id:
                raise NotFound("person")
        return person

    async def lock_whoever(self, person_id: int) -> Person | None:
        """A person whoever looks after them, locked until the transaction ends. None: closed."""
        try:
            return await PatientsService(replace(self.context, contact=None)).lock(person_id)
        except NotFound:
            return None

    async def contacts_of(self, person_id: int) -> list[int]:
        """Keys of the contacts that look after a person."""
        return await PatientsService(self.context).contacts_of(person_id)

    async def close_contacts(self, person_id: int) -> list[int]:
        """Those of them that know more of the person than name and document."""
        return await PatientsService(self.context).contacts_of(person_id, reach="all")

    async def by_phone(self, person_id: int) -> list[int]:
        """Key of the caller that a person is, where staff did something for them."""
        person = await self.anybody(person_id)
        caller = await contact_at(self.context.tx, PHONE, person.public_id) if person else None
        return [caller.id] if caller else []

    async def anybody(self, person_id: int) -> Person | None:
        """A person whoever looks after them: of an appointment that is ours to show, or for a job. None: closed."""
        try:
            return await PatientsService(replace(self.context, contact=None)).person(person_id)
        except NotFound:
            return None


def discreet(catalogue: Catalogue, clinics: Iterable[str], context: Context) -> bool:
    """Whether one of these clinics is not to be named where others may look."""
    also = context.settings.discreet.clinics
    found = [catalogue.clinic[code] for code in clinics if code in catalogue.clinic]
    return any(is_discreet(each, catalogue.department.get(each.department), also) for each in found)


def visitor(person: Person) -> Visitor:
    """The person as the rules see them; the name is masked, because a refusal says it."""
    return Visitor(mask_name(person.name), person.birth_date, person.sex)
