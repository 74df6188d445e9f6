"""How a slot is held: what is looked at, what is decided about it, and the gate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.lookup import Question, ahead
from bot.errors import NotFound
from flows.booking import chronicle, rules, store
from flows.booking.doorstep import Doorstep
from flows.booking.glance import glance
from flows.booking.keeping import Keeping
from flows.booking.left import store as left
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person
from flows.booking.pool import store as pool
from flows.booking.pool.gate import store as gate
from flows.booking.refusals import BookingRefusal, SlotTaken
from flows.booking.rules import Place
from flows.booking.standing.record import Record

log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Granted:
    """Nothing but a full segment stands against a hold. `row` is the segment as left.store.place reads it; `used` are
    the exceptions that it takes, `before` the holds that it takes the place of."""

    row: Any
    place: Place
    person: Person
    lasts: timedelta
    used: tuple[int, ...]
    before: list[Any]


class Holding(Keeping):
    """Part of BookingService."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.now = context.clock.local(context.now)
        self.seen: Any = None  # the segment that was looked at, for the journal

    @cached_property
    def doorstep(self) -> Doorstep:
        return Doorstep(self.context)

    @cached_property
    def standing(self) -> Record:
        return Record(self.context)

    async def segment(self, segment_id: int) -> Any:
        """One segment with its session, as left.store.place reads it."""
        self.seen = row = await left.place(self.tx, segment_id, self.context.channel)
        if row is None:
            raise NotFound("segment")
        return row

    @chronicle.noted("hold")
    async def hold(self, segment_id: int, person_id: int, request_id: str) -> Any:
        """Keep the lowest free slot of a segment for a person; gives the appointment (state held).

        The same `request_id` gives the same appointment again. Raises the refusals of rules.py, and HoldExpired where
        the request's hold is over.
        """
        return await self.doorstep.few(segment_id, lambda: self._hold(segment_id, person_id, request_id))

    async def _hold(self, segment_id: int, person_id: int, request_id: str) -> Any:
        # All who want this segment wait in one line: what each of them asks is one packet, not six.
        async with ahead(self.tx, self._questions(segment_id, person_id, request_id)):
            found = await self._granted(segment_id, person_id, request_id)
        return await self._taken(found, request_id) if isinstance(found, Granted) else found

    def _questions(self, segment_id: int, person_id: int, request_id: str) -> list[Question]:
        """All that is looked at before a hold, the lock on the person first."""
        return [
            self.neighbours.locking(person_id), left.of_place(segment_id, self.context.channel),
            store.of_request(request_id), *self.standing.questions(person_id),
            store.of_active(person_id, self.context.now),
        ]

    async def _granted(self, segment_id: int, person_id: int, request_id: str) -> Granted | Any:
        """That they may have it; or the appointment that they have there already. Raises every no but SlotTaken at the
        gate."""
        row = await self.segment(segment_id)
        place = place_of(row, self.context.clock)
        clinic = await self.clinic_of(row)
        try:
            # Read without a lock: who comes too late is refused without queueing for the segment's row.
            rules.check_place(place, clinic, self.now)
        except BookingRefusal:
            known = await self._again(request_id) or await self.held_here(segment_id, person_id)
            if known:
                return known
            raise
        # Two bookings of one person at the same moment are counted one after the other.
        person = self.whom = await self.neighbours.lock_person(person_id)
        if known := await self._again(request_id):
            return known
        await self.standing.check(person)
        active = await self.active(person.id)
        # Whoever holds a slot there already and chooses again has changed their mind: one hold for one visit.
        before = [
            each for each in active if self.same_visit(each, place) and await pool.lock(self.tx, each.id) == "held"
        ]
        if known := next((each for each in before if each.segment_id == segment_id), None):
            return known
        others, instead = [each for each in active if each not in before], [each.id for each in before]
        used = await self.check_contact(person, row, instead)
        used += await self.check_whom(others, row, place, person, clinic, instead)
        return Granted(row, place, person, timedelta(minutes=clinic.hold_minutes), used, before)

    async def check_contact(self, person: Person, row: Any, instead: Collection[int] = ()) -> tuple[int, ...]:
        """Raises the reason why this contact books nothing new; gives the exceptions that it takes here."""
        return await self.standing.check_contact(person, row.clinic, row.sitting, instead)

    async def _taken(self, may: Granted, request_id: str) -> Any:
        row, instead = may.row, [each.id for each in may.before]
        held = await self._through_gate(may, request_id)
        if held is None:
            metrics.holds.inc("taken")
            raise SlotTaken(day=may.place.day, start=row.start_wall, end=row.end_wall)
        await self.fitting.exceptions.use(may.used, held.id, instead)
        glance(self.context.ports).forget()
        for each in may.before:
            await self.release_hold(each.id, each.segment_id, each.slot_id, expired=False)
        metrics.holds.inc("held")
        log.info("slot_held", appointment=held.public_id, session=row.session_code, number=held.number)
        return held

    async def _through_gate(self, may: Granted, request_id: str) -> Any | None:
        """The lowest slot of the segment, held, when all who came to its gate before have theirs; None: nothing is
        left."""
        return await self.doorstep.in_turn(may.row.segment_id, lambda: self._lowest(may, request_id))

    async def _lowest(self, may: Granted, request_id: str) -> Any | None:
        row, held = may.row, dict[str, Any](state="held", hold_until=self.context.now + may.lasts)
        if not row.shared:
            return await gate.take(self.tx, request_id, **held, **self._said(row, may.person.id))
        taken = await pool.take_free(self.tx, row.segment_id, self.context.channel)
        return await self._add(row, may.person.id, *taken, request_id, **held) if taken else None
