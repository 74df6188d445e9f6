"""Booking for a person by a member of staff, under the same rules as by themself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

from bot.context import Contact, Context
from bot.db.contacts import contact_of
from bot.errors import NotFound
from flows.booking.behalf import store as own
from flows.booking.behalf.reach import Reach
from flows.booking.behalf.waiting import WaitingFor
from flows.booking.mine import Mine
from flows.booking.neighbours import Neighbours, Person
from flows.booking.pool import store as pool
from flows.booking.refusals import CancelTooLate, NotBooked
from flows.booking.service import BookingService
from flows.booking.standing.record import Record
from flows.booking.stops.asking import Asking
from flows.booking.stops.refusals import ChoiceFirst
from flows.patients.callers import caller_of, is_caller, known_caller

WAYS = ("phone", "window", "wechat")
"""Channels at the desk: a call, somebody at the window, somebody in the chat. From the doctor's room it is ROOM."""
ROOM = "room"


class Behalf(BookingService):
    """`await Behalf.of(context, person, channel, reach)`: as BookingService, for one person and on a channel of staff.

    What is booked belongs to the contact that the person themself can be reached by, else to one that looks after them
    in full, else to a caller (flows/patients/callers.py). `late`: may cancel and change after the patient's own time,
    until it begins. Everything outside of `reach`, and every other person's, is NotFound.
    """

    pays = False

    def __init__(
        self, context: Context, person: Person, contact: Contact | None, channel: str, reach: Reach, *,
        late: bool = False,
    ) -> None:
        super().__init__(replace(context, contact=contact, channel=channel))
        self.person, self.reach, self.late = person, reach, late
        anybody = replace(self.context, contact=None)
        self.neighbours = Neighbours(anybody)
        # How often a contact cancelled is its own affair: it is not the one who books now.
        self.standing = Record(anybody)
        self.waiting = WaitingFor(self.context, person.id, reach)

    @classmethod
    async def of(
        cls, context: Context, person: Person, channel: str, reach: Reach, *, late: bool = False
    ) -> Self:
        return cls(context, person, await told_at(context, person), channel, reach, late=late)

    async def segment(self, segment_id: int) -> Any:
        row = await super().segment(segment_id)
        if not self.reach(row.clinic, row.sitting):
            raise NotFound("segment")
        return row

    async def mine(self, appointment: int | str) -> Any:
        """An appointment of this person within reach. It stays with the contact that has it, other than a caller."""
        row = await self._row(appointment)
        if row.person_id != self.person.id or not self.reach(row.clinic, row.sitting):
            raise NotFound("appointment")
        theirs = await contact_of(self.tx, row.contact_id)
        if not is_caller(theirs):
            self.context = replace(self.context, contact=theirs)
        return row

    async def book(self, segment_id: int, request_id: str) -> Any:
        """Hold and confirm at once: who is here has said yes already."""
        held = await self.hold(segment_id, self.person.id, request_id)
        return held if held.state == "booked" else await self.confirm(held.id)

    async def cancel(self, appointment_id: int) -> Any:
        """Raises ChoiceFirst besides: what the hospital stopped is not the patient's to cancel."""
        row = await self.mine(appointment_id)
        await self.fees.lock(row)
        await pool.lock(self.tx, row.id)
        await self._check_choice(row.id)
        return await super().cancel(appointment_id)

    async def change(self, appointment_id: int, segment_id: int) -> Any:
        """Raises ChoiceFirst besides."""
        row = await self.mine(appointment_id)
        # Order, person, then appointment, as everywhere: nobody stops it under our hands.
        await self.fees.lock(row)
        await self.neighbours.lock_person(row.person_id)
        await pool.lock(self.tx, row.id)
        await self._check_choice(row.id)
        return await super().change(appointment_id, segment_id)

    async def check_cancel(self, row: Any) -> tuple[int, ...]:
        if not self.late:
            return await super().check_cancel(row)
        if row.state != "booked":
            raise NotBooked(state=row.state)
        if row.start_at <= self.context.now:
            until = self.context.clock.local(row.start_at)
            raise CancelTooLate(until_day=until.date(), until_time=until.time(), day=until.date())
        return ()

    async def is_late(self, row: Any) -> bool:
        """Whether the patient's own time to cancel and change is over."""
        try:
            await super().check_cancel(row)
        except CancelTooLate:
            return True
        return False

    async def facts(self, row: Any, *, open: bool = False) -> dict[str, Any]:
        """As the patient is told them, not as staff may see them."""
        theirs = Mine(self.context.acting_as(f"contact:{self._told().public_id}"))
        return await theirs.facts(row, open=open)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _check_choice(self, appointment_id: int) -> None:
        if choice := await Asking(self.context).first(await self._row(appointment_id)):
            raise ChoiceFirst(choice=choice.public_id)

    async def _concerned(self, row: Any) -> list[int]:
        """Everybody who looks after the person in full: none of them did it, so all are told."""
        return sorted({row.contact_id, *await self.neighbours.close_contacts(row.person_id)})

    def _told(self) -> Contact:
        assert self.context.contact is not None
        return self.context.contact


async def told_at(context: Context, person: Person) -> Contact | None:
    """Whom messages about this person go to: the person's own contact, one that looks after them in full, or them by
    phone. None on a page that only looks, for who was never called."""
    neighbours = Neighbours(replace(context, contact=None))
    known = [*await neighbours.own_contacts(person.id), *await neighbours.close_contacts(person.id)]
    for key in await own.followed(context.tx, known):
        if found := await contact_of(context.tx, key):
            return found
    if not context.tx.writable:
        return await known_caller(context.tx, person.public_id)
    return await caller_of(context.tx, person.public_id)
