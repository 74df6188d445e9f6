"""What a contact has: holds that still run, coming and past appointments, and those that ended."""

from __future__ import annotations

from typing import Any, NamedTuple

from bot import logs
from bot.context import Context
from bot.errors import NotAllowed, NotFound
from flows.booking import store, visit
from flows.booking.exams.facts import of_exam
from flows.booking.exceptions.weighing import Exceptions
from flows.booking.neighbours import Neighbours, Person, discreet
from flows.booking.own import store as own
from flows.booking.paying.service import Fees
from flows.booking.refusals import CancelTooLate

log = logs.get(__name__)

SHOWN = 30
"""Past and cancelled appointments that are listed."""


class LastDoctor(NamedTuple):
    """Whom a contact saw last, and in which clinic; `seen`: the visit has begun, else it is only booked."""

    doctor: str
    clinic: str
    seen: bool


class Mine:
    """Part of BookingService. Only what the contact booked itself, and what was booked for persons whose record it may
    open, is there; anybody else's is NotFound."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.neighbours = Neighbours(context)
        self.fees = Fees(context)
        self.whom: Person | None = None
        """Whose row was locked last in this turn: nobody changes it meanwhile, so it is not read again."""

    async def last_doctor(self) -> LastDoctor | None:
        """Whom they saw last, where doctor and clinic still are in the directory and may be named to anybody."""
        row = await own.last_seen(self.tx, self._contact(), await self._open_persons(), self.context.now)
        if row is None:
            return None
        catalogue = await self.neighbours.catalogue()
        there = row.sitting in catalogue.doctor and catalogue.bookable(row.clinic)
        there = there and not discreet(catalogue, [row.clinic], self.context)
        return LastDoctor(row.sitting, row.clinic, row.start_at <= self.context.now) if there else None

    async def became(self, row: Any) -> str:
        """Public id of what `row` was changed into, "" where it was not."""
        return await own.became(self.tx, row) if row.state == "changed" else ""

    async def holds(self) -> list[Any]:
        """Held by this contact, in the chat or on a page, and not confirmed yet; the one that ends first first."""
        return list(await own.holds(self.tx, self._contact(), self.context.now))

    async def held_here(self, segment_id: int, person_id: int) -> Any | None:
        """This contact's own running hold in a segment that may be full because of it."""
        holds = await self.holds() if self.context.contact else []
        return next((each for each in holds if (each.segment_id, each.person_id) == (segment_id, person_id)), None)

    async def coming(self) -> list[Any]:
        return list(await own.coming(self.tx, self._contact(), await self._open_persons(), self.context.now))

    async def past(self) -> list[Any]:
        return list(await own.past(self.tx, self._contact(), await self._open_persons(), self.context.now, SHOWN))

    async def cancelled(self) -> list[Any]:
        """Cancelled, changed to another time, and refused by the hospital."""
        return list(await own.cancelled(self.tx, self._contact(), await self._open_persons(), SHOWN))

    async def mine(self, appointment: int | str) -> Any:
        """An appointment by its key (int) or public id (str). Raises NotFound for anybody else's, and says so in the
        log: who tries out ids is to be seen."""
        row = await self._row(appointment)
        contact = self.context.contact
        if contact is None or row.contact_id == contact.id or row.person_id in await self._open_persons():
            return row
        log.warning("appointment_not_theirs", appointment=row.public_id, contact=contact.public_id)
        raise NotFound("appointment")

    async def facts(self, row: Any, *, open: bool = False) -> dict[str, Any]:
        """What templates say of an appointment (visit.py); `open`: to somebody who has proved to be the reader, or has
        just chosen it."""
        known = self.whom if self.whom and self.whom.id == row.person_id else None
        person = known or await self.neighbours.anybody(row.person_id)
        facts = visit.facts_of(row, person, await self.neighbours.catalogue(), self.context, open=open)
        if not facts["can_cancel"] and await self._excepted(row):
            start = self.context.clock.local(row.start_at)
            facts |= {"can_cancel": True, "cancel_day": start.date().isoformat(), "cancel_time": f"{start:%H:%M}"}
        if row.pay_order:
            facts["pay"] = await self.fees.told(row)
        return facts | await of_exam(self.context, row, veiled=facts["veiled"])

    async def _excepted(self, row: Any) -> bool:
        """Whether the office lets them cancel until it begins."""
        if row.state != "booked" or row.start_at <= self.context.now:
            return False
        known = await Exceptions(self.context).open(row.person_id, row.clinic, row.sitting)
        return CancelTooLate.template in known

    def is_own(self, row: Any) -> bool:
        """Whether it belongs to this contact. Whom the desk looks at for the first time may have none yet."""
        return self.context.contact is not None and row.contact_id == self.context.contact.id

    async def _row(self, appointment: int | str) -> Any:
        if isinstance(appointment, str):
            row = await store.appointment_of_public(self.tx, appointment)
        else:
            row = await store.appointment_by(self.tx, appointment)
        if row is None:
            raise NotFound("appointment")
        return row

    async def _open_persons(self) -> list[int]:
        """Persons of this contact that it knows more of than their name and document."""
        return [person.id for person in await self.neighbours.persons() if person.reach == "all"]

    def _contact(self) -> int:
        if self.context.contact is None:
            raise NotAllowed("booking.contact")
        return self.context.contact.id
