"""The giver's side: hands over, is asked, allows or refuses, and can end it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.context import Contact, Context
from bot.db.contacts import contact_of
from bot.errors import NotAllowed, NotFound
from flows.patients import pushes, rules, store
from flows.patients.handover import store as handovers
from flows.patients.handover.shapes import Asked, Given, Helper, Verdict
from flows.patients.handover.taking import code_hash
from flows.patients.links import store as links
from flows.patients.people import Person
from flows.patients.proof import store as tallies
from flows.patients.proof.codes import Digits
from flows.patients.refusals import FamilyFull, HandoverOver, HelperOnly, TooManyNew
from flows.patients.trail import store as trail

DRAWS = 10
"""So often a code is drawn until one is nobody else's; a million of them, some hundreds in use."""


class Giving:
    """Part of PatientsService. `name` is the public id of a hand-over."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def may_give(self, person_id: int | str) -> Person:
        """:raises HelperOnly: who only helps hands nothing on"""
        person = await store.person_of(self.tx, self._contact().id, person_id)
        if person is None:
            raise NotFound("person")
        if person.proof == "consent":
            raise HelperOnly(name=person.name)
        return person

    async def give(self, person_id: int | str) -> Given:
        """A link and a code for one member of the family. Those given before and not taken are worth nothing now.

        :raises HelperOnly, HandoversSpent: before anything is written
        """
        contact, today = self._contact(), self.context.clock.today()
        person = await self.may_give(person_id)
        subject = store.hash_of(contact.public_id, "contact")
        so_far = await tallies.lock_tally(self.tx, "handover", subject, today)
        rules.may_hand_over(so_far, today + timedelta(days=1))
        await tallies.count(self.tx, "handover", subject, today, so_far.today)
        await handovers.close(self.tx, contact.id, person.id)
        expires = self.context.now + rules.HELP_FOR
        digits = self.context.ports[Digits] if Digits in self.context.ports else Digits()
        for _ in range(DRAWS):
            code = digits.draw()
            name = await handovers.add(self.tx, contact.id, person.id, "booking", code_hash(code), expires)
            if name:
                await trail.done(self.context, "help_sought", person.id, relation=person.relation, reach="booking")
                return Given(name, code, int(rules.HELP_FOR.total_seconds()) // 3600)
        raise RuntimeError("no free code")

    async def asked(self, name: str) -> Asked | None:
        """What the giver is to answer; None where there is nothing to answer (any more)."""
        row = await handovers.find(self.tx, name)
        if row is None or not self._answerable(row):
            return None
        person = await store.person_of(self.tx, row.giver_id, row.person_id)
        own = await handovers.self_of(self.tx, row.taker_id)
        if person is None or own is None:
            return None
        return Asked(row.public_id, person.name, own.name, own.mobile[-4:], row.relation, row.expires_at)

    async def pending(self, person_id: int | None = None) -> list[str]:
        """Names of what this giver has still to answer, the oldest first."""
        return [row.public_id for row in await handovers.asked_of(self.tx, self._contact().id, person_id)]

    async def allow(self, name: str) -> Verdict:
        """The giver's yes: the taker looks after the person from now on, for booking and what belongs to it."""
        row = await handovers.find(self.tx, name, lock=True)
        if row is None or not self._answerable(row):
            return "over"
        person = await store.person_of(self.tx, row.giver_id, row.person_id)
        taker, own = await contact_of(self.tx, row.taker_id), await handovers.self_of(self.tx, row.taker_id)
        if person is None or taker is None or own is None:
            await self._settled(row, "expired")
            return "over"
        today = self.context.clock.today()
        # Nothing else may change the taker's family meanwhile: the limits are theirs.
        await tallies.lock_tally(self.tx, "family", store.hash_of(taker.public_id, "contact"), today)
        if not await store.person_of(self.tx, taker.id, person.id):
            try:
                history = await links.history(self.tx, taker.id, self.context.now)
                rules.may_add(history, self.context.settings.people, self.context.now)
            except (FamilyFull, TooManyNew):
                await self._settled(row, "expired", "help_full")
                return "full"
            await self._link(row, person, taker, own.mobile)
        await self._settled(row, "given")
        return "given"

    async def refuse(self, name: str) -> bool:
        """The giver's no. False: nothing is asked any more."""
        row = await handovers.find(self.tx, name, lock=True)
        return row is not None and self._answerable(row) and await self._settled(row, "refused")

    async def lapse(self, limit: int = 200) -> int:
        """End what nobody answered in time, and tell who waits. Gives how many."""
        ended = 0
        for row in await handovers.due(self.tx, limit):
            if row.state == "asked":
                ended += await self._settled(row, "expired")
            else:
                ended += await handovers.settle(self.tx, row.id, "expired", was="open")
        return ended

    async def lapse_one(self, name: str) -> None:
        """The giver did not answer this one in time."""
        row = await handovers.find(self.tx, name, lock=True)
        if row is not None and row.giver_id == self._contact().id and row.expires_at <= self.context.now:
            await self._settled(row, "expired")

    # --- who helps -----------------------------------------------------------------------------------------------

    async def helpers(self, person_id: int) -> tuple[list[Helper], int]:
        """(who helps because this contact allowed it, how many others look after the person)."""
        contact = self._contact()
        found = []
        for row in await handovers.helpers(self.tx, contact.id, person_id):
            own = await handovers.self_of(self.tx, row.taker_id)
            found.append(Helper(row.public_id, own.name if own else "", own.mobile[-4:] if own else ""))
        everybody = await links.contacts_of(self.tx, person_id)
        return found, len([each for each in everybody if each != contact.id]) - len(found)

    async def end(self, name: str) -> None:
        """The giver ends what they allowed. Doing it again changes nothing. What is booked stays.

        :raises HandoverOver: this contact allowed no such thing
        """
        row = await handovers.find(self.tx, name, lock=True)
        if row is None or row.giver_id != self._contact().id or row.state not in ("given", "ended"):
            raise HandoverOver()
        await self._end(row)

    async def end_all(self, person_id: int) -> None:
        """The giver looks after the person no longer: nobody helps on their word any more, nobody can begin to."""
        contact = self._contact()
        await handovers.close(self.tx, contact.id, person_id)
        for row in await handovers.asked_of(self.tx, contact.id, person_id):
            await self._settled(row, "expired")
        for row in await handovers.helpers(self.tx, contact.id, person_id):
            given = await handovers.find(self.tx, row.public_id, lock=True)
            await self._end(given)

    # --- inside --------------------------------------------------------------------------------------------------

    def _answerable(self, row: Any) -> bool:
        mine = self._contact().id == row.giver_id
        return bool(mine and row.state == "asked" and row.expires_at > self.context.now)

    async def _link(self, row: Any, person: Person, taker: Contact, mobile: str) -> None:
        relation = row.relation
        until = rules.held_until(relation, person.birth_date, self.context.clock.today())
        await links.add(
            self.tx, taker.id, person.id, mobile=mobile, relation=relation, is_default=False, reach=row.reach,
            proof="consent", consent=row.consent, until=until, made_by=self.context.actor,
        )
        for other in await links.contacts_of(self.tx, person.id):
            if other not in (taker.id, row.giver_id):
                stamp = f"{taker.public_id}:{self.context.clock.today():%Y%m%d}"
                pushes.tell(self.tx, "linked_elsewhere", other, person.public_id, person.name, stamp)

    async def _settled(self, row: Any, state: str, push: str = "") -> bool:
        """The end of "asked": written down, and told to the taker."""
        if not await handovers.settle(self.tx, row.id, state, was="asked"):
            return False
        await self._noted(row, f"help_{state}", push or f"help_{state}")
        return True

    async def _end(self, row: Any) -> None:
        if not await handovers.settle(self.tx, row.id, "ended", was="given"):
            return
        if not await links.end(self.tx, row.taker_id, row.person_id, who=self.context.actor, why="ended"):
            return
        await links.keep_default(self.tx, row.taker_id)
        await self._noted(row, "help_ended", "help_ended")

    async def _noted(self, row: Any, act: str, push: str) -> None:
        await trail.done(
            self.context, act, row.person_id, contact_id=row.taker_id, relation=row.relation, reach=row.reach,
            consent=row.consent,
        )
        person = await store.any_person(self.tx, row.person_id)
        if person is not None:
            pushes.tell(self.tx, push, row.taker_id, person.public_id, person.name, row.public_id)

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.help")
        return self.context.contact
