"""Easy mode: large type on pages, few choices and numbers alone in the chat. For oneself, or for an old person whom one
helps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.context import Contact, Context
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
        return [Helped(row.public_id, row.name, bool(row.easy)) for row in rows]

    async def set_for(self, handover: str, on: bool) -> Helped:
        """Turn it on or off on the phone of somebody who is helped, who is told of it. Raises NotFound."""
        row = next(
            (each for each in await handovers.helped(self.tx, self._contact().id) if each.public_id == handover), None
        )
        if row is None:
            raise NotFound("handover")
        if await manner.set_easy(self.tx, row.giver_id, on):
            what = "easy_on" if on else "easy_off"
            await trail.done(self.context, what, row.person_id, contact_id=row.giver_id)
            own = await handovers.self_of(self.tx, self._contact().id)
            stamp = self.context.now.strftime("%Y%m%d%H%M%S")
            pushes.tell(self.tx, what, row.giver_id, row.person, own.name if own else "", stamp)
        return Helped(row.public_id, row.name, on)

    def _contact(self) -> Contact:
        if self.context.contact is None:
            raise NotAllowed("patients.ease")
        return self.context.contact
