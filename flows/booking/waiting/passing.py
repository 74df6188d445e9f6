"""A slot that is given back is offered, held, to one after the other of those who wait for its session.

An offer is a hold like any other (an appointment in state `held`), so that it is confirmed, given back and swept like
one. Each step is one transaction. What decides: the slot goes from cooling to held by a guarded UPDATE, the entry is
waiting under its lock, and an entry is offered a slot once by a unique key.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.contacts import contact_of
from bot.errors import NotFound
from flows.booking import limits, pushes, rules, store, visit
from flows.booking.exceptions import store as exceptions
from flows.booking.fitting.checking import Fitting
from flows.booking.glance import glance
from flows.booking.left import store as left
from flows.booking.neighbours import Neighbours, Person
from flows.booking.pool import store as pool
from flows.booking.pool.shares import store as shares
from flows.booking.refusals import BookingRefusal
from flows.booking.standing.record import Record
from flows.booking.waiting import rules as waiting
from flows.booking.waiting import store as entries
from flows.booking.waiting.list import WaitingList
from flows.booking.waiting.turns import store as turns
from flows.notices.rules import quiet_until

log = logs.get(__name__)
_lot = random.SystemRandom()


class Passing:
    """Used by the jobs, and by whatever ends a hold."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.settings = context.settings.booking
        self.limits = limits.of_waiting(self.settings)
        self.neighbours = Neighbours(context)
        self.list = WaitingList(context)
        self.fitting = Fitting(context)

    # --- a slot comes back ---------------------------------------------------------------------------------------

    async def freed(self, appointment_id: int, segment_id: int, slot_id: int, *, expired: bool) -> None:
        """The slot of a hold that has just ended goes on. One that was an offer goes to the next; where nobody is left
        it comes back at a random moment, so that nobody can tell when to be there."""
        offer, later, near = await entries.open_offer(self.tx, appointment_id), None, False
        if offer is not None:
            await entries.end_offer(self.tx, offer.id, "expired" if expired else "declined")
            await self._answered(appointment_id)
            await self._end(offer.waiting_id, entries.OFFERED, entries.MISSED if expired else entries.DECLINED)
            if expired:
                row = await entries.by_id(self.tx, offer.waiting_id)
                await pushes.offer_over(self.context, row, await self.list.facts(row))
            place: Any = await left.place(self.tx, segment_id)
            near, later = self._near(place), self._later(place)
        await pool.give(self.tx, segment_id, slot_id, pool.HELD, later=later, near=near)

    async def let_go(self, row: Any) -> None:
        """The slot of an appointment that was cancelled or changed (`row`: with segment_id, slot_id and start_at)."""
        how: dict[str, Any] = {"later": self._later(row), "near": self._near(row)}
        await pool.give(self.tx, row.segment_id, row.slot_id, pool.TAKEN, **how)

    async def taken(self, appointment_id: int) -> None:
        """An offer was confirmed; what the person waits for of the same doctor's day ends with it."""
        offer = await entries.open_offer(self.tx, appointment_id)
        if offer is None:
            return
        await entries.end_offer(self.tx, offer.id, "taken")
        await self._answered(appointment_id)
        await self._end(offer.waiting_id, entries.OFFERED, entries.BOOKED)
        own: Any = await entries.by_id(self.tx, offer.waiting_id)
        for each in await entries.open_of_person(self.tx, own.person_id):
            same = (each.date, each.sitting, each.clinic) == (own.date, own.sitting, own.clinic)
            if same and each.state == entries.WAITING:
                await self._end(each.id, entries.WAITING, entries.OVER, "booked")

    # --- to one after the other ----------------------------------------------------------------------------------

    async def next(self, slot_id: int, *, later: bool) -> bool:
        """Offer a cooled slot to whose turn it is, or give it to the pool. True: it was not theirs to have, go on with
        the next one. `later`: it came back just now, or somebody was passed over: where nobody is left to have it, it
        goes to the pool at a random moment."""
        cooled = await entries.cooled(self.tx, slot_id)
        place = await left.place(self.tx, cooled.segment_id) if cooled else None
        if cooled is None or place is None:
            return False
        channel = await shares.lasting(self.tx, slot_id)
        turn = await turns.first(self.tx, place.session_id, channel)
        start = self.context.clock.local(place.start_at)
        until = waiting.offer_until(start, self.now, self.settings.offer_minutes, self.limits)
        open_still = _is_open(place)
        if turn is None and until and open_still:
            if answered := await turns.answered_by(self.tx, place.session_id, channel):
                await pool.cool_on(self.tx, slot_id, answered)
                return False
        if turn is None or until is None or not open_still:
            if later and open_still and (moment := self._later(place)):
                await pool.cool_on(self.tx, slot_id, moment)
            else:
                await pool.warm(self.tx, slot_id, place.segment_id)
            return False
        if morning := self._morning(start):
            await pool.cool_on(self.tx, slot_id, morning)
            return False
        try:
            person = await self.neighbours.lock_waiting(turn.person_id, turn.contact_id)
        except NotFound:
            await self._end(turn.id, entries.WAITING, entries.SKIPPED, "person")
            return True
        if await entries.lock(self.tx, turn.id) != entries.WAITING or await turns.offered_beside(self.tx, turn.id):
            return True
        try:
            excepted = await self._check(place, person)
        except BookingRefusal as no:
            await self._skip(turn, no)
            return True
        if await pool.offer(self.tx, slot_id):
            await self.fitting.exceptions.use(excepted, await self._offer(turn, place, cooled, until))
        return False

    async def _check(self, place: Any, person: Person) -> tuple[int, ...]:
        """The rules of booking when the turn has come: much may have been booked since. Gives the exceptions that it
        takes."""
        clinic = await self.neighbours.rules_of(place.clinic)
        start, end = self.context.clock.local(place.start_at), self.context.clock.local(place.end_at)
        wish = rules.Place(place.date, place.half, start, end, place.clinic, place.sitting, True, True, 1)
        rules.check_place(wish, clinic, self.now)
        await Record(self.context).check(person)
        return await self.fitting.check(person, wish, clinic)

    async def _offer(self, turn: Any, place: Any, cooled: Any, until: datetime) -> int:
        appointment_id = await pool.add(
            self.tx, person_id=turn.person_id, contact_id=turn.contact_id, segment_id=place.segment_id,
            slot_id=cooled.slot_id, number=cooled.number, request_id=f"offer:{turn.public_id}", channel=turn.channel,
            fee=place.fee, created_at=self.context.now, created_by=self.context.actor, state="held", hold_until=until,
        )
        await pool.assign(self.tx, cooled.slot_id, appointment_id)
        await entries.offered(self.tx, turn.id, appointment_id, until)
        held: Any = await store.appointment_by(self.tx, appointment_id)
        person = await self.neighbours.anybody(turn.person_id)
        facts = visit.facts_of(held, person, await self.neighbours.catalogue(), self.context)
        theirs = replace(self.context, contact=await contact_of(self.tx, turn.contact_id))
        await pushes.offer(theirs, held, facts | {"until": f"{until:%H:%M}"})
        metrics.waiting.inc("offered")
        log.info("slot_offered", appointment=held.public_id, session=place.session_code, number=cooled.number)
        return int(appointment_id)

    async def _skip(self, turn: Any, no: BookingRefusal) -> None:
        """Tell them why it was not theirs to have."""
        if await self._end(turn.id, entries.WAITING, entries.SKIPPED, no.template):
            why = self.context.wording.render(f"booking/chat/{no.template}", **no.facts)
            await pushes.waiting_over(self.context, turn, await self.list.facts(turn) | {"reason": "rule", "why": why})

    # --- what is over --------------------------------------------------------------------------------------------

    async def close(self, entry_id: int) -> None:
        """An entry that cannot be met any more: its session is stopped, or nothing of it is far enough away."""
        row = await entries.by_id(self.tx, entry_id)
        if row is None or not row.open:
            return
        reason = {"open": "began", "closed": "closed"}.get(row.session_state, "stopped")
        if row.state == entries.OFFERED:
            if reason == "closed":
                return  # what was offered before it was closed to others may still be taken
            await self._take_back(row)
        elif not await self._end(row.id, entries.WAITING, entries.OVER, reason):
            return
        await pushes.waiting_over(self.context, row, await self.list.facts(row) | {"reason": reason, "why": ""})

    async def _take_back(self, row: Any) -> None:
        """The session was stopped while its slot was offered."""
        appointment_id = await entries.held_for(self.tx, row.id)
        held = await store.appointment_by(self.tx, appointment_id) if appointment_id else None
        offer = await entries.open_offer(self.tx, held.id) if held else None
        if held and offer and await pool.end(self.tx, held.id, "held", "released", self.context.actor):
            await exceptions.give_back(self.tx, held.id)
            await entries.end_offer(self.tx, offer.id, "withdrawn")
            await self._answered(held.id)
            await self._end(row.id, entries.OFFERED, entries.OVER, "stopped")
            await pool.give(self.tx, held.segment_id, held.slot_id, pool.HELD)

    async def withdraw(self, held: Any) -> bool:
        """The part of a session in which this hold is was stopped: where it is an offer it ends as one, and whoever
        waited is told. False: it is an ordinary hold, or was answered before."""
        offer = await entries.open_offer(self.tx, held.id)
        row = await entries.by_id(self.tx, offer.waiting_id) if offer else None
        if row is None or row.state != entries.OFFERED:
            return False
        await self._take_back(row)
        facts = await self.list.facts(row) | {"reason": "stopped", "why": ""}
        await pushes.waiting_over(self.context, row, facts)
        return True

    # --- inside --------------------------------------------------------------------------------------------------

    async def _answered(self, appointment_id: int) -> None:
        if held := await store.appointment_by(self.tx, appointment_id):
            await pushes.offer_answered(self.context, held)

    async def _end(self, entry_id: int, was: str, state: str, reason: str | None = None) -> bool:
        if not await entries.end(self.tx, entry_id, was, state, self.context.actor, reason):
            return False
        glance(self.context.ports).forget()
        metrics.waiting.inc(state)
        return True

    def _near(self, place: Any) -> bool:
        return waiting.too_near(self.context.clock.local(place.start_at), self.now, self.limits)

    def _later(self, place: Any) -> datetime | None:
        """A random moment within the time in which cancelled slots come back; None: at once."""
        start = self.context.clock.local(place.start_at)
        within = waiting.back_within(start, self.now, self.settings.return_within_minutes).total_seconds()
        return self.context.now + timedelta(seconds=_lot.uniform(0, within)) if within else None

    def _morning(self, start: datetime) -> datetime | None:
        """Nobody is offered at night what they would miss asleep: the end of the quiet hours, where the slot is still
        far enough away then."""
        push = self.context.settings.push
        until = quiet_until(self.now, push.quiet_from, push.quiet_to)
        return until if until and start - until >= self.limits.before else None


def _is_open(place: Any) -> bool:
    return (place.session_state, place.segment_state) == ("open", "open")
