"""The persons whom a contact looks after, and who looks after a person."""

from __future__ import annotations

from bot.context import Contact, Context
from bot.db.lookup import Question
from bot.errors import NotAllowed, NotFound
from flows.patients import store
from flows.patients.links import store as links
from flows.patients.people import FullPerson, Person
from flows.patients.refusals import ReachTooShort
from flows.patients.trail import store as trail


class Whose:
    """Part of PatientsService. With a contact in the context every verb is limited to the persons this contact looks
    after; anybody else's is NotFound. `person_id` is the inner key (int) or the public id (str)."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def persons(self) -> list[Person]:
        """The persons of this contact, the default one first."""
        return await store.persons_of(self.tx, self._contact().id)

    async def default(self) -> Person | None:
        """The default person; None where the contact has registered nobody yet."""
        return next(iter(await self.persons()), None)

    async def person(self, person_id: int | str) -> Person:
        """:raises NotFound: nobody, or nobody that this contact looks after"""
        return await self._person(person_id, lock=False)

    async def lock(self, person_id: int | str) -> Person:
        """The same, its row locked until the transaction ends: rules on a person's bookings are decided under it."""
        return await self._person(person_id, lock=True)

    def locking(self, person_id: int | str) -> Question:
        """What `lock` asks, for who asks several things at once (bot.db.lookup.ahead)."""
        return store.of_person(self.context.contact.id if self.context.contact else None, person_id, lock=True)

    async def contacts_of(self, person_id: int, *, reach: str | None = None) -> list[int]:
        """Keys of the contacts that look after a person (with this reach): whom a push about them goes to."""
        return await links.contacts_of(self.tx, person_id, reach=reach)

    async def own_contacts_of(self, person_id: int) -> list[int]:
        """Keys of the contacts that are this person's own and have proved to be: who knows no more of them than name
        and document may be anybody."""
        return await links.contacts_of(self.tx, person_id, relation="self", reach="all")

    async def mobile_of(self, person_id: int) -> str | None:
        """The phone to write to about a person, in the clear: the one that this contact proved; without a contact the
        person's own. Not for showing (see `reveal`)."""
        if self.context.contact is not None:
            return await links.mobile_of(self.tx, self.context.contact.id, person_id)
        row = await store.row_of(self.tx, person_id)
        return row.mobile if row else None

    async def reveal(self, person_id: int | str, why: str) -> FullPerson:
        """Name, document and phone in full. Who looked, at whom and why is written down.

        :raises ReachTooShort: a contact that has not proved enough
        """
        person = await self.person(person_id)
        if self.context.contact is not None and person.reach != "all":
            raise ReachTooShort()
        row = await store.row_of(self.tx, person.id)
        if row is None:
            raise NotFound("person")
        await trail.looked(self.context, person.id, why)
        return FullPerson(
            public_id=row.public_id,
            name=row.name,
            document_type=row.document_type,
            document_number=row.document,
            mobile=row.mobile,
            birth_date=row.birth_date,
            patient_no=row.patient_no,
        )

    # --- inside --------------------------------------------------------------------------------------------------

    async def _person(self, person_id: int | str, *, lock: bool) -> Person:
        contact = self.context.contact
        if contact is None:
            found = await store.any_person(self.tx, person_id, lock=lock)
        else:
            found = await store.person_of(self.tx, contact.id, person_id, lock=lock)
        if found is None:
            raise NotFound("person")
        return found

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.contact")
        return self.context.contact
