"""Which persons a member of staff may find and open: those of whom something lies within the reach of a right. Whoever
registers people, or books for callers, may also find anybody by a whole document, phone or record number, and open them
masked for some hours: they meet somebody who is new, or new here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.access.rights import Member
from bot.access.where import Within
from bot.context import Context
from bot.errors import NotFound
from flows.patients import store
from flows.patients.finding import store as finding
from flows.patients.met import store as met
from flows.patients.people import Person

FIND, REVEAL, ENROL = "patients.find", "patients.reveal", "patients.enrol"
MEETS = (ENROL, "booking.behalf.book")
"""Who registers or books meets people whom the hospital, or these clinics, never saw."""


@dataclass(frozen=True)
class Sight:
    """``await Sight.of(context, member)``; with another right than finding, as far as that one reaches."""

    context: Context
    within: Within
    meets: bool = False

    @classmethod
    async def of(cls, context: Context, member: Member, right: str = FIND) -> Sight:
        meets = right == FIND and any(member.may(each) for each in MEETS)
        return cls(context, await Within.of(context, member, right), meets)

    async def search(self, text: str) -> tuple[list[Person], list[Person]]:
        """Those within reach, the newest first, and those who are met by a number that was typed whole."""
        tx = self.context.tx
        if self.within.everything:
            return await finding.by_anything(tx, text), []
        numbered = await finding.numbered(tx, text)
        found = numbered | await finding.named(tx, text)
        mine = await self._inside(found.values())
        outside = [key for key, public in numbered.items() if public not in mine] if self.meets else []
        for key in outside:
            await met.meet(tx, self.context.actor, key)
        inside = sorted((key for key, public in found.items() if public in mine), reverse=True)
        return await finding.people(tx, inside[: finding.MOST]), await finding.people(tx, outside)

    async def person(self, public: str) -> Person:
        """:raises NotFound: nobody, or nobody whom this member may open (which must look the same)"""
        found = await store.any_person(self.context.tx, public)
        if found is None or not await self.opens(found):
            raise NotFound("person")
        return found

    async def opens(self, person: Person) -> bool:
        if await self.has(person):
            return True
        return self.meets and bool(await met.known(self.context.tx, self.context.actor, [person.id]))

    async def has(self, person: Person) -> bool:
        """Whether something of theirs lies within reach."""
        return self.within.everything or bool(await self._inside([person.public_id]))

    async def _inside(self, publics: Collection[str]) -> set[str]:
        things = await self.within.those(f"person:{each}" for each in publics)
        return {each.partition(":")[2] for each in things}
