"""Proving once more who reads, before what is discreet is shown: by the person's document, or a code to the phone.

The last six characters of the document, because its last four stand on our own pages for anybody who holds the phone.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

from bot.context import Contact, Context
from bot.errors import NotAllowed, NotFound
from flows.patients import rules, store
from flows.patients.links import store as links
from flows.patients.people import Person
from flows.patients.proof import store as tallies
from flows.patients.proof.codes import Codes, SentCode
from flows.patients.refusals import MobileNotProved


class Reading:
    """Part of PatientsService. Every wrong try is counted: commit whatever the answer is."""

    def __init__(self, context: Context, codes: Codes) -> None:
        self.context = context
        self.tx = context.tx
        self.codes = codes

    async def has_document(self, person_id: int | str) -> bool:
        """Whether there is a document to be asked for: the person's own, or the guardian's of a child."""
        return bool(await self._document(await self._person(person_id)))

    async def prove(self, person_id: int | str, typed: str) -> bool:
        """By the end of the document. :raises ProofTriesSpent: guessed too often today"""
        person, today = await self._person(person_id), self.context.clock.today()
        subject = store.hash_of(f"{self._contact().public_id}:{person.public_id}", "patients_reader")
        wrong = await tallies.lock_tally(self.tx, "reader", subject, today)
        rules.may_prove(wrong, today + timedelta(days=1))
        wanted = rules.document_end(await self._document(person))
        if wanted and hmac.compare_digest(rules.document_end(typed).encode(), wanted.encode()):
            return True
        await tallies.count(self.tx, "reader", subject, today, wrong.today)
        return False

    async def send_code(self, person_id: int | str) -> SentCode:
        """To the phone that this contact proved for the person. :raises CodeTooSoon, CodesForMobile, CodesForContact,
        MobileNotProved: there is no such phone"""
        return await self.codes.start(await self._mobile(person_id), "read")

    async def prove_code(self, person_id: int | str, typed: str) -> bool:
        return (await self.codes.check(await self._mobile(person_id), "read", typed)).right

    async def _mobile(self, person_id: int | str) -> str:
        person = await self._person(person_id)
        mobile = await links.mobile_of(self.tx, self._contact().id, person.id)
        if not mobile:
            raise MobileNotProved()
        return mobile

    async def _document(self, person: Person) -> str:
        row = await store.row_of(self.tx, person.id if person.document_type else person.guardian_id or person.id)
        return (row.document or "") if row else ""

    async def _person(self, person_id: int | str) -> Person:
        found = await store.person_of(self.tx, self._contact().id, person_id)
        if found is None:
            raise NotFound("person")
        return found

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.reader")
        return self.context.contact
