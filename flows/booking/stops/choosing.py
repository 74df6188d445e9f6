"""What a patient of a stopped session chooses: the substitute, a time that was kept, another doctor, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot import logs, metrics
from bot.errors import NotFound
from flows.booking import pushes
from flows.booking import rules as booking_rules
from flows.booking import store as booking
from flows.booking.exceptions import store as exceptions
from flows.booking.exceptions.returning import taken_away
from flows.booking.glance import glance
from flows.booking.keeping import REGISTER, UNREGISTER
from flows.booking.left import store as left
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person, clinic_rules
from flows.booking.pool import store as pool
from flows.booking.pool.reserved import store as reserved
from flows.booking.refusals import SlotTaken
from flows.booking.stops import rules, store
from flows.booking.stops.asking import Asking
from flows.booking.stops.choices import store as choices
from flows.booking.stops.refusals import ChoiceOver, NotOffered
from flows.booking.stops.rules import Answer

log = logs.get(__name__)
STATE = {"keep": store.KEPT, "same": store.MOVED, "other": store.OTHER, "cancel": store.CANCELLED}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Where a choice stands after an answer. `fresh`: this answer did it; else another one was there before."""

    row: Any
    fresh: bool


class Choosing(Asking):
    """The verbs of answering, beside those of asking."""

    order: Any = None
    """The cashier's, of the appointment that is answered for; locked."""

    async def choose(self, public: str, answer: Answer, segment_id: int | None = None) -> Chosen:
        """The first answer wins; as long as the old appointment stands it may be changed. `segment_id` is the time of
        another doctor that was chosen.

        Raises NotFound, ChoiceOver, NotOffered, SlotTaken and the rules of booking, before anything is written.
        """
        row = await self.mine(public)
        # Order, person, appointment, then the rest: two taps wait for each other here.
        self.order = await self.booking.fees.lock(await booking.appointment_by(self.tx, row.appointment_id))
        person = await self.booking.neighbours.lock_anybody(row.person_id)
        state = await pool.lock(self.tx, row.appointment_id)
        await choices.lock(self.tx, row.id)
        row = await self.mine(public)
        if row.state not in rules.CHANGEABLE:
            return Chosen(row, False)
        allowed = await self.answers(row)
        if state != "booked" or not allowed:
            raise ChoiceOver()
        if answer not in allowed:
            raise NotOffered(what=answer)
        if STATE[answer] == row.state:
            return Chosen(row, False)
        became = None
        if answer == "keep":
            await choices.mark(self.tx, row.appointment_id, None)
        elif answer == "cancel":
            await self._cancel(row)
        else:
            became = await self._move(row, person, answer, segment_id)
        await choices.answer(self.tx, row.id, rules.CHANGEABLE, STATE[answer], self.context.actor, became)
        if answer in ("other", "cancel") and row.slot_id:
            await reserved.give_back(self.tx, row.slot_id, row.slot_until)
            await choices.drop_slot(self.tx, row.id)
        await choices.saw(self.tx, row.id, "chat" if self.answered else "page" if self.context.contact else "call")
        if answer == "keep":
            await self.telling.remind(row.appointment_id)
        metrics.stops.inc(STATE[answer])
        log.info("stop_answered", choice=public, answer=answer)
        return Chosen(await self.mine(public), True)

    async def _move(self, row: Any, person: Person, answer: Answer, segment_id: int | None) -> int:
        """The new appointment in the place of the old one; gives its key."""
        if answer == "same":
            segment_id = await store.segment_of(self.tx, row.slot_id)
        place = await left.place(self.tx, segment_id, self.context.channel) if segment_id else None
        if place is None or place.clinic != row.clinic or place.kind == booking_rules.EXAMINATION:
            raise NotFound("segment")
        excepted = await self._check(row, place, person, kept=answer == "same")
        if answer == "same":
            if not await reserved.take(self.tx, row.slot_id, row.slot_until):
                raise NotOffered(what=answer)
            slot_id = row.slot_id
            number = await store.number_of(self.tx, slot_id)
        else:
            taken = await pool.take_free(self.tx, place.segment_id, self.context.channel if place.shared else "")
            if taken is None:
                raise SlotTaken(day=place.date, start=place.start_wall, end=place.end_wall)
            slot_id, number = taken
        old: Any = await booking.appointment_by(self.tx, row.appointment_id)
        new_id = await pool.add(
            self.tx, person_id=old.person_id, contact_id=old.contact_id, segment_id=place.segment_id, slot_id=slot_id,
            number=number, request_id=f"stop:{row.public_id}", channel=self.context.channel or old.channel,
            fee=place.fee, created_at=self.context.now, created_by=self.context.actor, state="booked",
            hold_until=self.context.now, booked_at=self.context.now, replaces=old.id,
        )
        await self.booking.fitting.exceptions.use(excepted, new_id, [old.id])
        await exceptions.take_over(self.tx, old.id, new_id)
        await pool.assign(self.tx, slot_id, new_id)
        await pool.take_held(self.tx, slot_id)
        before = await self.booking.facts(old)
        await self._end(old, "changed")
        new: Any = await booking.appointment_by(self.tx, new_id)
        self._tell_hospital(REGISTER, new)
        await self.booking.fees.follow(self.order, old, new)
        new = await booking.appointment_by(self.tx, new_id)
        await pushes.changed(
            self.context, old, new, before, await self.booking.facts(new), await self._concerned(new)
        )
        return new_id

    async def _check(self, row: Any, place: Any, person: Person, *, kept: bool) -> tuple[int, ...]:
        """The rules of booking, without the old appointment. A kept time was taken out of the pool for them: when its
        day opens, and what is free there, does not matter; nor how many they may have, as the hospital changed it."""
        clinic = clinic_rules(await self.booking.neighbours.catalogue(), place.clinic, self.context)
        wish = place_of(place, self.context.clock)
        if kept and not (wish.session_open and wish.segment_open):
            raise NotOffered(what="same")
        if not kept:
            booking_rules.check_place(wish, clinic, self.now)
        active = await booking.active_of(self.tx, person.id, self.context.now)
        others = [each for each in active if each.id != row.appointment_id]
        check = self.booking.fitting.check_kept if kept else self.booking.fitting.check
        return await check(person, wish, clinic, others, [row.appointment_id])

    async def _cancel(self, row: Any) -> None:
        """The hospital stopped it, so that it is never too late, and nothing is kept from what was paid."""
        old: Any = await booking.appointment_by(self.tx, row.appointment_id)
        await self._end(old, "cancelled")
        await taken_away(self.tx, old.id)
        await self.booking.fees.over(self.order, "stopped")
        old = await booking.appointment_by(self.tx, old.id)
        await pushes.cancelled(self.context, old, await self.booking.facts(old), await self._concerned(old))

    async def _end(self, old: Any, state: str) -> None:
        await pool.end(self.tx, old.id, "booked", state, self.context.actor)
        await choices.mark(self.tx, old.id, None)
        await pool.give(self.tx, old.segment_id, old.slot_id, pool.TAKEN)
        glance(self.context.ports).forget()
        self._tell_hospital(UNREGISTER, old)

    def _tell_hospital(self, topic: str, row: Any) -> None:
        key, lane = f"{topic}:{row.public_id}", f"booking:{row.public_id}"
        self.tx.put(topic, {"appointment": row.id}, key=key, lane=lane, priority=3)

    async def _concerned(self, row: Any) -> Sequence[int]:
        """Who booked, and the person themself; not who reads the answer in the chat at this moment."""
        whom = {row.contact_id, *await self.booking.neighbours.own_contacts(row.person_id)}
        contact = self.context.contact
        return sorted(whom - ({contact.id} if self.answered and contact else set()))
