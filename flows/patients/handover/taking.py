"""The taker's side: opens the link or says the code, says who they are to the person, agrees. It gives them nothing
yet: the giver is asked in their own conversation."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any

from bot.context import Contact, Context
from bot.errors import BadInput, NotAllowed, NotFound
from bot.talk import events
from flows.patients import rules, store
from flows.patients.handover import store as handovers
from flows.patients.handover.shapes import Opened, Standing
from flows.patients.links import store as links
from flows.patients.people import RELATIONS
from flows.patients.proof import store as tallies
from flows.patients.refusals import ConsentMissing, HandoverOver, HelpTriesSpent, SelfMissing
from flows.patients.trail import store as trail


def code_hash(digits: str) -> bytes:
    """A code as it is kept and looked up."""
    return store.hash_of(digits, "patients_handover.code")


class Taking:
    """Part of PatientsService. `name` is the public id of a hand-over, out of its link."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def open(self, name: str) -> Opened:
        """Open a link. The first contact who does has it for themself.

        :raises NotFound: there is no such hand-over
        """
        row = await handovers.find(self.tx, name, lock=True)
        if row is None:
            raise NotFound("handover")
        return await self._open(row)

    async def open_by_code(self, digits: str) -> tuple[Opened | None, int]:
        """Open by the six digits that the giver told: (what was opened or None, how many tries are left today).
        Each wrong one is counted, so the caller commits. That a code is somebody's tells only who may take it.

        :raises HelpTriesSpent: guessed too often today
        """
        contact, today = self._contact(), self.context.clock.today()
        subject = store.hash_of(contact.public_id, "contact")
        tries = await tallies.lock_tally(self.tx, "helpcode", subject, today)
        rules.may_try_help(tries, today + timedelta(days=1))
        typed = code_hash(digits)
        row = await handovers.live(self.tx, typed)
        if row is not None and hmac.compare_digest(bytes(row.code_hash), typed):
            opened = await self.open(row.public_id)
            if opened.standing in ("own", "open", "linked"):
                return opened, rules.HELP_TRIES - tries.today
        await tallies.count(self.tx, "helpcode", subject, today, tries.today)
        left = rules.HELP_TRIES - tries.today - 1
        if left <= 0:
            raise HelpTriesSpent(until=(today + timedelta(days=1)).isoformat())
        return None, left

    async def known(self) -> bool:
        """Whether the contact has registered themself: the giver is told a name and a phone that were proved."""
        return await handovers.self_of(self.tx, self._contact().id) is not None

    async def begun(self) -> list[Opened]:
        """What this contact opened and has not agreed to yet."""
        rows = await handovers.begun_by(self.tx, self._contact().id)
        return [Opened(row.public_id, "open", row.name) for row in rows]

    async def agree(self, name: str, relation: str, consent: bool) -> Opened:
        """The taker says what the person is to them and agrees to the terms; the giver is asked. Saying it again
        changes nothing.

        :raises ConsentMissing, SelfMissing, FamilyFull, TooManyNew, HandoverOver: before anything is written
        """
        contact = self._contact()
        if relation not in RELATIONS or relation == "self":
            raise BadInput("patients_help")
        if not consent:
            raise ConsentMissing()
        row = await handovers.find(self.tx, name, lock=True)
        if row is None or row.taker_id != contact.id:
            raise HandoverOver()
        opened = await self._open(row)
        if opened.standing in ("asked", "given"):
            return opened
        if opened.standing != "open":
            raise HandoverOver()
        if not await self.known():
            raise SelfMissing()
        history = await links.history(self.tx, contact.id, self.context.now)
        rules.may_add(history, self.context.settings.people, self.context.now)
        expires = self.context.now + rules.HELP_FOR
        if not await handovers.ask(self.tx, row.id, contact.id, relation, rules.HELP_TERMS, expires):
            raise HandoverOver()
        await trail.done(
            self.context, "help_taken", row.person_id, relation=relation, reach=row.reach, consent=rules.HELP_TERMS
        )
        events.begin(self.tx, row.giver_id, "allow", row.public_id)
        return Opened(row.public_id, "asked", opened.name)

    async def _open(self, row: Any) -> Opened:
        contact = self._contact()
        person = await store.any_person(self.tx, row.person_id)
        if person is None or (row.taker_id not in (None, contact.id) and row.giver_id != contact.id):
            return Opened(row.public_id, "expired" if person is None else "used")
        over = row.expires_at <= self.context.now
        state: Standing = "expired" if over and row.state in ("open", "asked") else row.state
        if row.giver_id == contact.id:
            return Opened(row.public_id, "own" if state == "open" else "expired", person.name)
        if row.taker_id is None and state != "open":
            return Opened(row.public_id, "expired")
        if state == "open":
            if await store.person_of(self.tx, contact.id, person.id):
                return Opened(row.public_id, "linked", person.name)
            if row.taker_id is None and not await handovers.bind(self.tx, row.id, contact.id):
                return Opened(row.public_id, "used")
        if row.state == "ended" or (state == "given" and not await store.person_of(self.tx, contact.id, person.id)):
            return Opened(row.public_id, "expired")
        return Opened(row.public_id, state, person.name)

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.help")
        return self.context.contact
