"""Checking in: the use case behind the chat, the page, the console, and every door that is still to come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot import logs, metrics
from bot.access import audit
from bot.db.contacts import contact_of
from flows.booking import chronicle, pushes
from flows.booking import store as appointments
from flows.booking.exams import store as exams
from flows.booking.exceptions import store as exceptions
from flows.booking.pool import store as pool
from flows.booking.pool.later.store import take_after
from flows.booking.refusals import NotBooked, SessionStopped
from flows.booking.service import BookingService
from flows.booking.standing import pushes as told
from flows.booking.standing import rules as standing
from flows.booking.standing.coming import store
from flows.booking.standing.refusals import NoPlaceLeft

log = logs.get(__name__)

CHAT, PAGE, DESK, HOSPITAL = "chat", "page", "desk", "hospital"


@dataclass(frozen=True, slots=True)
class Arrived:
    """`row` is the appointment that stands now; `moved`: it is a later place, because its time had begun."""

    row: Any
    late: bool = False
    moved: bool = False
    again: bool = False


class Arrivals(BookingService):
    """BookingService with the verb `check_in`. Without a contact in the context (staff, a kiosk) anybody's appointment
    is there."""

    async def check_in(self, appointment: int | str, way: str) -> Arrived:
        """The patient is here. Repeated it is answered alike.

        In time the place stays. Who comes after the segment began gets a later place of the same session: a new
        appointment that `replaces` the old one. Raises NotBooked, SessionStopped, CheckInNotYet, CheckInOver,
        NoPlaceLeft.
        """
        row = await self.mine(appointment)
        # Order, person, appointment: so all take their locks.
        order = await self.fees.lock(row)
        await self.neighbours.lock_whoever(row.person_id)
        state = await pool.lock(self.tx, row.id)
        row = await self._row(row.id)  # as it is now: while we waited it may have been stopped
        if known := await store.attended(self.tx, row.id):
            return Arrived(row, late=known.late, again=True)
        if state == "changed" and (later := await self._later_of(row)):
            return later
        if state != "booked":
            raise NotBooked(state=state)
        # Of a stopped session those are expected who stay with the substitute.
        if row.stopped_at is not None or (row.session_state == "stopped" and row.substitute is None):
            raise SessionStopped(day=row.date, half=row.half)
        last = await store.last_end(self.tx, row.session_id) or row.end_at
        local = self.context.clock.local
        minutes = self.context.settings.standing.check_in_minutes
        kind = standing.coming(local(row.start_at), local(last), self.now, minutes)
        if kind == "in_time":
            return await self._here(row, way)
        return await self._late(row, way, order)

    async def mark(self, appointment: int | str) -> Arrived:
        """Staff say that the patient is or was here, whatever the clock says; the place stays as it is."""
        row = await self.mine(appointment)
        await self.neighbours.lock_whoever(row.person_id)
        state = await pool.lock(self.tx, row.id)
        if known := await store.attended(self.tx, row.id):
            return Arrived(row, late=known.late, again=True)
        if state != "booked":
            raise NotBooked(state=state)
        return await self._here(row, DESK, late=self.context.now > row.start_at)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _here(self, row: Any, way: str, *, late: bool = False, moved: bool = False) -> Arrived:
        await store.arrive(self.tx, row.id, way, self.context.actor, late=late)
        await told.came(self.context, row)
        if way == DESK:
            facts = {"late": late, "number": row.number}
            audit.write(self.tx, self.context.actor, "booking.checked_in", f"appointment:{row.public_id}", facts)
        chronicle.done(self.context, "check_in", row)
        metrics.arrivals.inc("late" if late else "in_time")
        log.info("checked_in", appointment=row.public_id, session=row.session_code, way=way, late=late)
        return Arrived(row, late=late, moved=moved)

    async def _late(self, old: Any, way: str, order: Any) -> Arrived:
        """A later place of the session, where one is left; the old one goes back and the hospital is told of both."""
        for segment in await store.later_segments(self.tx, old.session_id, old.start_at):
            after = old.number if segment.id == old.segment_id else 0
            if taken := await take_after(self.tx, segment.id, after):
                new = await self._moved(old, segment.id, taken, way, order)
                return await self._here(new, way, late=True, moved=True)
        zone = (await self.facts(old))["zone"]
        raise NoPlaceLeft(day=old.date, start=old.start_wall, end=old.end_wall, zone=zone)

    async def _moved(self, old: Any, segment_id: int, taken: tuple[int, int], way: str, order: Any) -> Any:
        contact = await contact_of(self.tx, old.contact_id)
        theirs = Arrivals(replace(self.context, contact=contact, channel=old.channel))
        place = await theirs.segment(segment_id)
        new = await theirs._add(
            place, old.person_id, *taken, f"late:{old.public_id}", state="booked", hold_until=self.context.now,
            booked_at=self.context.now, replaces=old.id,
        )
        await exams.carry(self.tx, old.id, new.id, f"late:{old.public_id}")
        await exceptions.take_over(self.tx, old.id, new.id)
        await pool.take_held(self.tx, taken[0])
        await pool.end(self.tx, old.id, "booked", "changed", self.context.actor)
        await theirs._let_go(old)
        theirs._enter(new)
        await theirs.fees.follow(order, old, new)
        new = await self._row(new.id)
        await told.moved(self.context, old)
        if way in (DESK, HOSPITAL):  # who checks in themself reads it in the answer
            whom = await theirs._concerned(new)
            await pushes.changed(theirs.context, old, new, await self.facts(old), await self.facts(new), whom)
        log.info("late_place", appointment=old.public_id, to=new.public_id)
        return new

    async def _later_of(self, row: Any) -> Arrived | None:
        """What a second tap finds: the place that the first one was given."""
        new = await appointments.appointment_of_request(self.tx, f"late:{row.public_id}")
        return Arrived(new, late=True, moved=True, again=True) if new else None
