"""What patients are told of a stop: a push each, and the facts that chat, page and push say alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.db.contacts import contact_of
from bot.talk import events
from flows.booking import pushes, store, visit
from flows.booking.neighbours import Neighbours
from flows.booking.stops import rules
from flows.notices.kinds import PushKind
from flows.notices.rules import quiet_until
from flows.notices.service import NoticesService

# Somebody may set out for nothing: none can be turned off, and each goes by text message or call where all else fails.
# They are due when the quiet hours end, unless that would be too late (`rules.told_at`); so the hour does not matter.
KINDS = (
    PushKind("booking.stopped", priority=2, quiet="always", sms_fallback=True, obligatory=True),
    PushKind("booking.substituted", priority=2, quiet="always", sms_fallback=True, obligatory=True),
    PushKind("booking.stop_undone", priority=2, quiet="always", sms_fallback=True, obligatory=True),
    PushKind("booking.moved", priority=2, quiet="always", sms_fallback=True, obligatory=True),
    PushKind("booking.hold_stopped", priority=2, quiet="always", useless_minutes=60, obligatory=True),
)
TOLD = ("booking.stopped", "booking.substituted")
"""Kinds whose way to the patient the office follows."""


class Telling:
    """Writes pushes into the caller's transaction."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.neighbours = Neighbours(context)
        self.notices = NoticesService(context)

    async def facts(self, row: Any, stop: Any, *, open: bool = False) -> dict[str, Any]:
        """Of an appointment (store.appointment_by) in a stop: those of visit.py with `doctor` and `title` of who is
        away, and `substituted`, `reason`, `substitute`, `substitute_title`, `specialties`; of a discreet clinic nobody
        is named, unless `open`."""
        catalogue = await self.neighbours.catalogue()
        person = await self.neighbours.anybody(row.person_id)
        facts = visit.facts_of(row, person, catalogue, self.context, open=open)
        away, instead = catalogue.doctor.get(row.doctor or ""), catalogue.doctor.get(stop.substitute or "")
        facts["substituted"] = instead is not None
        if facts["veiled"]:
            return facts | dict.fromkeys(("reason", "substitute", "substitute_title", "specialties"), "")
        return facts | {
            "doctor": away.name if away else "",
            "title": away.title if away else "",
            "reason": stop.reason,
            "substitute": instead.name if instead else "",
            "substitute_title": instead.title if instead else "",
            "specialties": "、".join(instead.specialties[:3]) if instead else "",
        }

    async def stopped(self, row: Any, stop: Any, choice: str, facts: dict[str, Any]) -> None:
        """Whoever booked is asked in the chat, and the person themself is told where somebody else looks after them.
        The reminders name the substitute, or fall silent where nobody sits there."""
        await pushes.hush(self.context, row)
        if stop.substitute:
            await self.remind(row.id)
        due = self._due(row)
        theirs = {row.contact_id, *await self.neighbours.own_contacts(row.person_id)}
        for contact_id in sorted(theirs):
            url = visit.page(await self._for(contact_id), f"stops/{choice}")
            await self.notices.push(
                f"booking.{stop.kind}", contact_id, about(choice), facts | {"url": url}, due=due,
                useless_after=row.end_at,
            )
        events.begin(self.tx, row.contact_id, "stopped", choice)

    async def undone(self, row: Any, choice: str, facts: dict[str, Any]) -> None:
        """It takes place after all. What has not left yet is taken back; this goes out in any case, because the chat
        may have told."""
        for kind in TOLD:
            await self.notices.withdraw(kind, about(choice))
        for contact_id in sorted({row.contact_id, *await self.neighbours.own_contacts(row.person_id)}):
            await self.notices.push(
                "booking.stop_undone", contact_id, about(choice), facts, useless_after=row.end_at
            )
        await self.remind(row.id)

    async def moved(self, row: Any, move: str, facts: dict[str, Any]) -> None:
        """The hospital gave it another time or place; `facts` tell where it was. They may come, or go elsewhere."""
        facts = await self._now(row) | facts
        for contact_id in sorted({row.contact_id, *await self.neighbours.own_contacts(row.person_id)}):
            url = visit.page(await self._for(contact_id), f"mine/{row.public_id}")
            # Only whoever booked surely may open the page.
            told = facts | {"url": url} if contact_id == row.contact_id else facts
            await self.notices.push(
                "booking.moved", contact_id, f"move:{move}", told, due=self._due(row), useless_after=row.end_at
            )

    async def hold_stopped(self, row: Any, facts: dict[str, Any]) -> None:
        """What was kept while they confirmed is gone."""
        await self.notices.push("booking.hold_stopped", row.contact_id, f"appointment:{row.public_id}", facts)

    async def remind(self, appointment_id: int) -> None:
        """The reminders lie ahead again, with who sits there now."""
        row: Any = await store.appointment_by(self.tx, appointment_id)
        await pushes.remind(await self._for(row.contact_id), row, await self._now(row))

    async def _now(self, row: Any) -> dict[str, Any]:
        person = await self.neighbours.anybody(row.person_id)
        return visit.facts_of(row, person, await self.neighbours.catalogue(), self.context)

    def _due(self, row: Any) -> datetime:
        """When the quiet hours end, unless that would be too late."""
        push, now = self.context.settings.push, self.context.now
        quiet = quiet_until(self.context.clock.local(now), push.quiet_from, push.quiet_to)
        return rules.told_at(now, quiet, row.start_at)

    async def _for(self, contact_id: int) -> Context:
        """The address of a page says for which account it is."""
        return replace(self.context, contact=await contact_of(self.tx, contact_id))


def about(choice: str) -> str:
    """What a push of a stop is about."""
    return f"choice:{choice}"
