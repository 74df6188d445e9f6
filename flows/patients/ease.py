"""Easy mode: large type on pages, few choices and numbers alone in the chat. For oneself, or for an old person whom one
helps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.context import ALWAYS, SPOKEN, Contact, Context
from bot.db import manner
from bot.errors import NotAllowed, NotFound
from flows.patients import pushes
from flows.patients.handover import store as handovers
from flows.patients.trail import store as trail


@dataclass(frozen=True, slots=True)
class Helped:
    """Somebody with a phone of their own whom this contact helps. `handover` names them outside."""

    handover: str
    name: str = field(repr=False)
    easy: bool
    aloud: str


class Ease:
    """Part of PatientsService."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def set_own(self, on: bool) -> bool:
        """True when that is a change; it holds from the next message and the next page on."""
        return await manner.set_easy(self.tx, self._contact().id, on)

    async def set_aloud(self, which: str) -> bool:
        """Which answers this contact hears in easy mode; from this turn's own on. True when that is a change."""
        contact = self._contact()
        self.context.contact = replace(contact, aloud=which)
        return await manner.set_aloud(self.tx, contact.id, which)

    async def helped(self) -> list[Helped]:
        """Who allowed this contact to help them, themselves and not a child of theirs."""
        rows = await handovers.helped(self.tx, self._contact().id)
        return [Helped(row.public_id, row.name, bool(row.easy), row.aloud) for row in rows]

    async def set_for(self, handover: str, on: bool) -> Helped:
        """Turn it on or off on the phone of somebody who is helped, who is told of it. Raises NotFound."""
        row = await self._giver(handover)
        if await manner.set_easy(self.tx, row.giver_id, on):
            await self._tell(row, "easy_on" if on else "easy_off")
        return Helped(row.public_id, row.name, on, row.aloud)

    async def set_aloud_for(self, handover: str, on: bool) -> Helped:
        """Have all answers read aloud to somebody who is helped, or again those alone to what they say by voice; they
        are told. That is part of easy mode: without it nothing is changed. Raises NotFound."""
        row, which = await self._giver(handover), ALWAYS if on else SPOKEN
        if not row.easy or (not on and row.aloud != ALWAYS):
            return Helped(row.public_id, row.name, bool(row.easy), row.aloud)
        if await manner.set_aloud(self.tx, row.giver_id, which):
            await self._tell(row, "aloud_on" if on else "aloud_off")
        return Helped(row.public_id, row.name, True, which)

    async def _giver(self, handover: str) -> Any:
        """The row of somebody who is helped, as `handovers.helped` has it."""
        rows = await handovers.helped(self.tx, self._contact().id)
        row = next((each for each in rows if each.public_id == handover), None)
        if row is None:
            raise NotFound("handover")
        return row

    async def _tell(self, giver: Any, what: str) -> None:
        await trail.done(self.context, what, giver.person_id, contact_id=giver.giver_id)
        own = await handovers.self_of(self.tx, self._contact().id)
        stamp = self.context.now.strftime("%Y%m%d%H%M%S")
        pushes.tell(self.tx, what, giver.giver_id, giver.person, own.name if own else "", stamp)

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.ease")
        return self.context.contact
