"""What each patient of a stopped session is asked: what may be chosen, and the facts that chat, page and desk show."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import logs
from bot.context import Context
from bot.errors import NotFound
from flows.booking import store as booking
from flows.booking.left import store as left
from flows.booking.neighbours import clinic_rules
from flows.booking.rules import EXAMINATION
from flows.booking.service import BookingService
from flows.booking.stops import rules, store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.rules import Answer
from flows.booking.stops.telling import Telling

log = logs.get(__name__)
MOST_OTHERS = 7


class Asking:
    """With a contact in the context only its own choices, and those of persons whose record it may open, are there;
    anybody else's are NotFound. `answered` as for BookingService."""

    def __init__(self, context: Context, *, answered: bool = False) -> None:
        self.context = context
        self.tx = context.tx
        self.answered = answered
        self.now = context.clock.local(context.now)
        self.booking = BookingService(context)
        self.telling = Telling(context)

    async def mine(self, public: str) -> Any:
        """A choice with its stop and its visit, as choices/store.py reads it."""
        row = await choices.by_public(self.tx, public)
        contact = self.context.contact
        if row is None:
            raise NotFound("choice")
        if contact is None or row.contact_id == contact.id or row.person_id in await self._persons():
            return row
        log.warning("choice_not_theirs", choice=public, contact=contact.public_id)
        raise NotFound("choice")

    async def current(self, public: str) -> Any:
        """The same; where a later stop took its place, the later one's choice about that appointment."""
        row = await self.mine(public)
        later = await choices.of_appointment(self.tx, row.appointment_id) if row.state == store.REPLACED else None
        return later or row

    async def asked(self) -> list[Any]:
        """What may still be chosen (again), unanswered ones first."""
        contact = self.context.contact
        return list(await choices.asked(self.tx, contact.id, await self._persons())) if contact else []

    async def about(self, appointment_id: int) -> Any | None:
        """The choice that an appointment rests on, where it may still be made (again)."""
        row = await choices.of_appointment(self.tx, appointment_id)
        return row if row is not None and await self.answers(row) else None

    async def first(self, appointment: Any) -> Any | None:
        """The choice that has to be made before this appointment is cancelled or changed: its session was stopped."""
        return await self.about(appointment.id) if appointment.stopped_at is not None else None

    async def answers(self, row: Any) -> list[Answer]:
        """What may be answered now, in the order in which it is shown."""
        if row.appointment_state != "booked" or row.stop_state != store.RUNNING:
            return []
        kept = row.slot_id is not None and row.slot_until > self.context.now
        return rules.answers(
            row.state, substitute=row.substitute is not None, slot=kept, now=self.context.now, end=row.end_at,
            doctors=row.visit_kind != EXAMINATION,
        )

    async def saw(self, row: Any, by: str) -> None:
        await choices.saw(self.tx, row.id, by)

    async def others(self, row: Any) -> list[Any]:
        """Times of other doctors of the clinic, each doctor's nearest to the old one; as stops/store.py reads them."""
        clinic = clinic_rules(await self.booking.neighbours.catalogue(), row.clinic, self.context)
        after = self.context.now + timedelta(minutes=30)
        but = [each for each in (row.doctor, row.substitute) if each]
        last = clinic.last_day(self.now)
        found = await store.others(self.tx, row.clinic, but, after, last) if clinic.open else []
        fresh = [each for each in found if row.doctor or each.sitting]
        return rules.nearest(fresh, row.start_at, MOST_OTHERS)

    async def facts(self, row: Any, *, open: bool = False) -> dict[str, Any]:
        """What templates say of a choice: those of telling.py, and state, until_day, until_time; same_day, same_start,
        same_end of the kept time ("" where there is none); new_* of the appointment that took the old one's place."""
        old: Any = await booking.appointment_by(self.tx, row.appointment_id)
        until = self.context.clock.local(row.until)
        pay = await self.booking.fees.told(old)
        facts = await self.telling.facts(old, row, open=open) | {
            "pay": pay, "state": row.state if row.appointment_state == "booked" or row.became else "ended",
            "undone": row.stop_state == store.UNDONE,
            "until_day": until.date().isoformat(),
            "until_time": f"{until:%H:%M}",
            "in_time": row.until > self.context.now,
            "same_day": "", "same_start": "", "same_end": "",
        }
        if row.state == store.CANCELLED:
            facts["state"] = store.CANCELLED
        if "same" in await self.answers(row):
            kept: Any = await left.place(self.tx, await store.segment_of(self.tx, row.slot_id))
            facts |= {"same_day": kept.date.isoformat(), "same_start": kept.start_wall, "same_end": kept.end_wall}
        if row.became:
            new: Any = await booking.appointment_by(self.tx, row.became)
            told = await self.booking.facts(new, open=open)
            names = ("day", "start", "end", "doctor", "title", "kind", "number", "by", "building", "floor", "zone",
                     "room", "fee", "pay")
            facts |= {f"new_{name}": told[name] for name in names} | {"appointment": new.public_id}
        return facts

    async def _persons(self) -> list[int]:
        return [person.id for person in await self.booking.neighbours.persons() if person.reach == "all"]
