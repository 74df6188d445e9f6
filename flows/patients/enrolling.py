"""Registering a person at the desk: somebody who calls, or stands at the window, and has no contact."""

from __future__ import annotations

from datetime import timedelta

from flows.patients import applying, rules, store
from flows.patients.people import Person, RegisterForm
from flows.patients.proof import store as tallies
from flows.patients.refusals import DocumentOfAnother, ProofTriesSpent
from flows.patients.registration import Registration
from flows.patients.trail import store as trail

NAMES_A_DAY = 20
"""So many names that do not go with their document a member of staff may send in a day: callers are misheard."""


class Enrolling(Registration):
    """As registering by oneself, but for what proves a phone and links a contact: staff have asked, and written down
    that the privacy notice was told and agreed to. Who is known already is found, and their phone stays as it is."""

    async def enrol(self, form: RegisterForm) -> tuple[Person, bool]:
        """The person, and whether they are new. A document is needed; without one a child is registered by a guardian.

        :raises ConsentMissing, DocumentOfAnother, ProofTriesSpent: too many names were wrong today
        """
        today = self.context.clock.today()
        who = applying.read(form, today)
        assert who.kind is not None and who.number is not None
        # Before any lock is taken: the hospital may need its second and a half.
        answered, record = await self.records.look(who.kind, who.number)
        tries = await tallies.lock_tally(self.tx, "name", self._subject(), today)
        if tries.today >= NAMES_A_DAY:
            raise ProofTriesSpent(until=(today + timedelta(days=1)).isoformat())
        await tallies.lock_tally(self.tx, "document", store.hash_of(who.number, "document"), today)
        row = await self._row(who, None)
        if row is not None and not rules.names_agree(row.name, who.name) and self._squatted(row, who, record):
            await self.records.refused(row.id)
            row = None
        if any(known is not None and not rules.names_agree(known.name, who.name) for known in (row, record)):
            # Names must not be tried out on a document: it costs, and the caller writes it down.
            await tallies.count(self.tx, "name", self._subject(), today, tries.today)
            raise DocumentOfAnother()
        new = row is None
        if row is None:
            known, row = await self._made(who, None)
            new = not known
        await self._record(row.id, who, answered, record)
        if new:
            await trail.done(self.context, "enrolled", row.id, consent=rules.CONSENT)
        person = await store.any_person(self.tx, row.id)
        assert person is not None
        return person, new

    def _subject(self) -> bytes:
        """Whose tries are counted: those of the member of staff."""
        return store.hash_of(self.context.actor, "contact")
