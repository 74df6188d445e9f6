"""The use cases of booking, as plain verbs: for the flows, the jobs, and the pages and API above."""

from __future__ import annotations

from datetime import date
from functools import cached_property, partial
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.booking import chronicle, pushes, rules, store, visit
from flows.booking.cancelling import check_cancel
from flows.booking.exceptions import store as exceptions
from flows.booking.finding import Found, find
from flows.booking.fitting.rules import check_visitor
from flows.booking.holding import Holding
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person, visitor
from flows.booking.offers import Offers
from flows.booking.opening.wishing import Wishing
from flows.booking.pool import store as pool
from flows.booking.refusals import HoldStopped, NotBooked, SlotTaken, hold_over
from flows.booking.waiting.list import WaitingList

log = logs.get(__name__)


class BookingService(Holding):
    """Made anew for each turn, page or job: `BookingService(context)`.

    A Refusal is raised before anything is written. With a contact in the context only its own appointments, and those
    of persons whose record it may open, are there; anybody else's are NotFound. `answered`: the contact is told of
    what it does in the answer itself, so that no push repeats it a second later on the same phone.
    """

    def __init__(self, context: Context, *, answered: bool = False) -> None:
        super().__init__(context)
        self.answered = answered

    # --- its parts: a turn needs few of them, and makes those alone ------------------------------------------------

    @cached_property
    def offers(self) -> Offers:
        return Offers(self.context)

    @cached_property
    def waiting(self) -> WaitingList:
        return WaitingList(self.context)

    @cached_property
    def wishing(self) -> Wishing:
        return Wishing(self.context)

    # --- finding -------------------------------------------------------------------------------------------------

    async def find(self, text: str) -> Found:
        """What a text in their own words may mean."""
        return find(text, await self.neighbours.catalogue(), self.now.date())

    async def check_person(self, person: Person, clinic: str, day: date, doctor: str | None) -> None:
        """Raises WrongAge or WrongSex, where the office made no exception."""
        check = partial(check_visitor, visitor(person), await self.neighbours.rules_of(clinic), day, doctor)
        await self.fitting.exceptions.weigh(check, person.id, clinic, doctor)

    # --- booking -------------------------------------------------------------------------------------------------

    @chronicle.noted("confirm")
    async def confirm(self, appointment_id: int) -> Any:
        """The hold becomes an appointment; confirmed already is confirmed. Where the clinic has its fee paid first, it
        is held on (`pay_order` says for which order) and booked when it is paid. Raises HoldExpired, NotBooked."""
        row = await self.mine(appointment_id)
        if row.state == "booked":
            return row
        if self.pays and await self.fees.asks(row):
            if await self.fees.keep(row):
                return await self._row(appointment_id)
        elif await pool.confirm(self.tx, row.id, row.slot_id):
            return await self._booked(row)
        row = await self._row(appointment_id)
        if row.state == "booked" or (row.state == "held" and row.pay_order and row.hold_until > self.context.now):
            return row
        if row.state in ("held", "released", "expired"):
            if row.segment_state == "stopped" or row.session_state == "stopped":
                raise HoldStopped(minutes=visit.minutes_held(row))
            raise hold_over(row.state, visit.minutes_held(row))
        raise NotBooked(state=row.state)

    @chronicle.noted("confirm")
    async def paid(self, appointment_id: int) -> Any:
        """The fee of what is held is here (paying/owner.py): it is booked; None where it was let go meanwhile."""
        row = await self._row(appointment_id)
        return await self._booked(row) if await pool.confirm(self.tx, row.id, row.slot_id) else None

    async def _booked(self, row: Any) -> Any:
        await self.passing.taken(row.id)
        self._enter(row)
        row = await self._row(row.id)
        await pushes.booked(self.context, row, await self.facts(row), await self._concerned(row))
        metrics.holds.inc("confirmed")
        log.info("appointment_booked", appointment=row.public_id, session=row.session_code)
        return row

    @chronicle.noted("cancel")
    async def cancel(self, appointment_id: int) -> Any:
        """Cancel in time; the slot goes back at a random moment, so that nobody can pass it on. Cancelled already is
        cancelled. Raises CancelTooLate, NotBooked."""
        row = await self.mine(appointment_id)
        if row.state == "cancelled":
            return row
        used = await self.check_cancel(row)
        order = await self.fees.lock(row)
        if not await pool.end(self.tx, row.id, "booked", "cancelled", self.context.actor):
            return await self._row(appointment_id)
        await self.fitting.exceptions.use(used, row.id)
        await self._let_go(row)
        await self.fees.over(order, "cancelled")
        row = await self._row(appointment_id)
        await pushes.cancelled(self.context, row, await self.facts(row), await self._concerned(row))
        log.info("appointment_cancelled", appointment=row.public_id, session=row.session_code)
        return row

    async def check_cancel(self, row: Any) -> tuple[int, ...]:
        """Raises CancelTooLate, NotBooked; gives the exceptions that it takes."""
        if row.state != "booked":
            raise NotBooked(state=row.state)
        booked_on = self.context.clock.local(row.booked_at or self.context.now).date()
        start = self.context.clock.local(row.start_at)
        terms = (await self.neighbours.rules_of(row.clinic)).cancelling
        check = partial(check_cancel, start, booked_on, terms, self.now, row.moved_at is not None)
        return await self.fitting.exceptions.weigh(check, row.person_id, row.clinic, row.sitting)

    # --- changing ------------------------------------------------------------------------------------------------

    @chronicle.noted("change")
    async def change(self, appointment_id: int, segment_id: int) -> Any:
        """Another time with the same doctor (or general clinic): the new slot is taken and the old one let go in one
        transaction, or neither. Gives the new appointment; the same change again gives it again.

        Raises CancelTooLate, NotBooked, SameTime, OtherDoctor and the refusals of `hold`.
        """
        old = await self.mine(appointment_id)
        request_id = f"change:{old.public_id}:{segment_id}"
        if known := await store.appointment_of_request(self.tx, request_id):
            return known
        row = await self.segment(segment_id)
        order = await self.fees.lock(old)
        person = await self.neighbours.lock_person(old.person_id)
        # Nobody cancels it under our hands: the last no has to be said before the first change.
        state = await pool.lock(self.tx, old.id)
        if known := await store.appointment_of_request(self.tx, request_id):
            return known
        if state != "booked":
            raise NotBooked(state=state)
        used = await self.check_cancel(old)
        place, clinic = place_of(row, self.context.clock), await self.clinic_of(row)
        rules.check_change((rules.whom(old.sitting, old.clinic), old.clinic), old.segment_id, place, segment_id)
        rules.check_place(place, clinic, self.now)
        others = [each for each in await self.active(person.id) if each.id != old.id]
        used += await self.check_whom(others, row, place, person, clinic, [old.id])
        taken = await pool.take_free(self.tx, segment_id, self.context.channel if row.shared else "")
        if taken is None:
            raise SlotTaken(day=place.day, start=row.start_wall, end=row.end_wall)
        new = await self._add(
            row, person.id, *taken, request_id, state="booked", hold_until=self.context.now,
            booked_at=self.context.now, replaces=old.id,
        )
        await self.fitting.exceptions.use(used, new.id, [old.id])
        await exceptions.take_over(self.tx, old.id, new.id)
        await pool.take_held(self.tx, taken[0])
        await pool.end(self.tx, old.id, "booked", "changed", self.context.actor)
        await self._let_go(old)
        self._enter(new)
        await self.fees.follow(order, old, new)
        new = await self._row(new.id)
        await pushes.changed(
            self.context, old, new, await self.facts(old), await self.facts(new), await self._concerned(new)
        )
        log.info("appointment_changed", appointment=old.public_id, to=new.public_id)
        return new
