"""The use cases of booking, as plain verbs: for the flows, the jobs, and the pages and API above."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from flows.booking import pushes, rules, store, visit
from flows.booking.finding import Found, find
from flows.booking.glance import glance
from flows.booking.neighbours import Neighbours, Person, visitor
from flows.booking.offers import Offers
from flows.booking.pool import store as pool
from flows.booking.refusals import BookingRefusal, HoldExpired, NotBooked, SlotTaken
from flows.booking.rules import Limits, Mine, Place

log = logs.get(__name__)

REGISTER, UNREGISTER = "booking.register", "booking.unregister"
SHOWN = 30
"""Past and cancelled appointments that are listed."""
_lot = random.SystemRandom()


class BookingService:
    """Made anew for each turn, page or job: `BookingService(context)`.

    A Refusal is raised before anything is written. With a contact in the context only its own appointments, and those
    of persons whose record it may open, are there; anybody else's are NotFound.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.settings = context.settings.booking
        self.offers = Offers(context)
        self.neighbours = Neighbours(context)

    # --- finding -------------------------------------------------------------------------------------------------

    async def find(self, text: str) -> Found:
        """What a text in their own words may mean."""
        return find(text, await self.neighbours.catalogue(), self.now.date())

    async def last_doctor(self) -> tuple[str, str] | None:
        """(doctor, clinic) of the last visit, where both still are in the directory."""
        row = await store.last_seen(self.tx, self._contact(), await self._open_persons(), self.context.now)
        if row is None:
            return None
        catalogue = await self.neighbours.catalogue()
        there = row.sitting in catalogue.doctor and catalogue.bookable(row.clinic)
        return (row.sitting, row.clinic) if there else None

    async def check_person(self, person: Person, clinic: str, day: date) -> None:
        """Raises WrongAge or WrongSex."""
        rules.check_visitor(visitor(person), await self.neighbours.rules_of(clinic), day)

    async def segment(self, segment_id: int) -> Any:
        """One segment with its session, as store.place reads it."""
        row = await store.place(self.tx, segment_id)
        if row is None:
            raise NotFound("segment")
        return row

    # --- booking -------------------------------------------------------------------------------------------------

    async def hold(self, segment_id: int, person_id: int, request_id: str) -> Any:
        """Keep the lowest free slot of a segment for a person; gives the appointment (state held).

        The same `request_id` gives the same appointment again. Raises the refusals of rules.py, and HoldExpired where
        the request's hold is over.
        """
        row = await self.segment(segment_id)
        place = self._place(row)
        clinic = await self.neighbours.rules_of(row.clinic)
        try:
            # Read without a lock: who comes too late is refused without queueing for the segment's row.
            rules.check_place(place, clinic, self.now)
        except BookingRefusal:
            if known := await self._again(request_id):
                return known
            raise
        # Two bookings of one person at the same moment are counted one after the other.
        person = await self.neighbours.lock_person(person_id)
        if known := await self._again(request_id):
            return known
        rules.check_visitor(visitor(person), clinic, place.day)
        mine = [self._mine(each) for each in await store.active_of(self.tx, person.id, self.context.now)]
        rules.check_limits(mine, place, visitor(person), self._limits())
        taken = await pool.take_free(self.tx, segment_id)
        if taken is None:
            metrics.holds.inc("taken")
            raise SlotTaken(day=place.day, start=row.start_wall, end=row.end_wall)
        slot_id, number = taken
        appointment_id = await pool.add(
            self.tx,
            person_id=person.id,
            contact_id=self._contact(),
            segment_id=segment_id,
            slot_id=slot_id,
            number=number,
            state="held",
            hold_until=self.context.now + timedelta(minutes=self.settings.hold_minutes),
            request_id=request_id,
            channel=self.context.channel,
            fee=row.fee,
            created_at=self.context.now,
            created_by=self.context.actor,
        )
        await pool.assign(self.tx, slot_id, appointment_id)
        glance(self.context.ports).forget()
        metrics.holds.inc("held")
        held = await self._row(appointment_id)
        log.info("slot_held", appointment=held.public_id, session=row.session_code, number=number)
        return held

    async def confirm(self, appointment_id: int) -> Any:
        """The hold becomes an appointment; confirmed already is confirmed. Raises HoldExpired, NotBooked."""
        row = await self.mine(appointment_id)
        if row.state == "booked":
            return row
        if not await pool.confirm(self.tx, row.id, row.slot_id):
            row = await self._row(appointment_id)
            if row.state == "booked":
                return row
            if row.state in ("held", "released", "expired"):
                raise HoldExpired(minutes=self.settings.hold_minutes)
            raise NotBooked(state=row.state)
        self.tx.put(
            REGISTER, {"appointment": row.id}, key=f"{REGISTER}:{row.public_id}", lane=f"booking:{row.public_id}",
            priority=3,
        )
        row = await self._row(appointment_id)
        await pushes.booked(self.context, row, await self.facts(row))
        metrics.holds.inc("confirmed")
        log.info("appointment_booked", appointment=row.public_id, session=row.session_code)
        return row

    async def release(self, appointment_id: int, *, expired: bool = False) -> bool:
        """Give a held slot back; False when it is not held any more. Safe to call for anything, and twice."""
        row = await store.appointment_by(self.tx, appointment_id)
        if row is None:
            return False
        return await self.release_hold(row.id, row.segment_id, row.slot_id, expired=expired)

    async def release_hold(self, appointment_id: int, segment_id: int, slot_id: int, *, expired: bool) -> bool:
        state = "expired" if expired else "released"
        if not await pool.release(
            self.tx, appointment_id, segment_id, slot_id, state=state, who=self.context.actor
        ):
            return False
        glance(self.context.ports).forget()
        metrics.holds.inc(state)
        log.info("hold_ended", appointment=appointment_id, state=state)
        return True

    async def cancel(self, appointment_id: int) -> Any:
        """Cancel in time; the slot goes back at a random moment, so that nobody can pass it on. Cancelled already is
        cancelled. Raises CancelTooLate, NotBooked."""
        row = await self.mine(appointment_id)
        if row.state == "cancelled":
            return row
        self.check_cancel(row)
        if not await pool.end(self.tx, row.id, "booked", "cancelled", self.context.actor):
            return await self._row(appointment_id)
        wait = _lot.uniform(0, self.settings.return_within_minutes * 60)
        if wait:
            await pool.cool(self.tx, row.slot_id, self.context.now + timedelta(seconds=wait))
        else:
            await pool.give_taken(self.tx, row.segment_id, row.slot_id)
            glance(self.context.ports).forget()
        self.tx.put(
            UNREGISTER, {"appointment": row.id}, key=f"{UNREGISTER}:{row.public_id}",
            lane=f"booking:{row.public_id}", priority=3,
        )
        row = await self._row(appointment_id)
        await pushes.cancelled(self.context, row, await self.facts(row))
        log.info("appointment_cancelled", appointment=row.public_id, session=row.session_code)
        return row

    def check_cancel(self, row: Any) -> None:
        """Raises CancelTooLate, NotBooked."""
        if row.state != "booked":
            raise NotBooked(state=row.state)
        rules.check_cancel(row.date, self.settings.cancel_until, self.now)

    # --- my appointments -----------------------------------------------------------------------------------------

    async def coming(self) -> list[Any]:
        return list(await store.coming(self.tx, self._contact(), await self._open_persons(), self.context.now))

    async def past(self) -> list[Any]:
        return list(await store.past(self.tx, self._contact(), await self._open_persons(), self.context.now, SHOWN))

    async def cancelled(self) -> list[Any]:
        return list(await store.cancelled(self.tx, self._contact(), await self._open_persons(), SHOWN))

    async def mine(self, appointment_id: int) -> Any:
        """An appointment of this contact, or of a person whose record it may open. Raises NotFound."""
        row = await self._row(appointment_id)
        contact = self.context.contact
        if contact is None or row.contact_id == contact.id or row.person_id in await self._open_persons():
            return row
        raise NotFound("appointment")

    async def facts(self, row: Any) -> dict[str, Any]:
        """What templates say of an appointment (visit.py)."""
        person = await self.neighbours.anybody(row.person_id)
        return visit.facts_of(row, person, await self.neighbours.catalogue(), self.context)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _row(self, appointment_id: int) -> Any:
        row = await store.appointment_by(self.tx, appointment_id)
        if row is None:
            raise NotFound("appointment")
        return row

    async def _again(self, request_id: str) -> Any | None:
        known = await store.appointment_of_request(self.tx, request_id)
        if known is not None and known.state not in ("held", "booked"):
            raise HoldExpired(minutes=self.settings.hold_minutes)
        return known

    async def _open_persons(self) -> list[int]:
        """Persons of this contact that it knows more of than their name and document."""
        return [person.id for person in await self.neighbours.persons() if person.reach == "all"]

    def _place(self, row: Any) -> Place:
        return Place(
            day=row.date,
            half=row.half,
            start=self.context.clock.local(row.start_at),
            end=self.context.clock.local(row.end_at),
            clinic=row.clinic,
            doctor=row.sitting,
            session_open=row.session_state == "open",
            segment_open=row.segment_state == "open",
            free=row.free,
        )

    @staticmethod
    def _mine(row: Any) -> Mine:
        return Mine(row.date, row.sitting or f"clinic:{row.clinic}")

    def _limits(self) -> Limits:
        own = self.settings
        return Limits(own.max_doctors_per_day, own.max_open)

    def _contact(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("booking.contact")
        return self.context.contact.id
