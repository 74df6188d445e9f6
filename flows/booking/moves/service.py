"""Whoever the hospital gave another time or place is told, and may go elsewhere at any hour: it was not their doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from flows.booking import chronicle, pushes, store
from flows.booking.glance import glance
from flows.booking.moves import store as moves
from flows.booking.moves.noting import MOVED
from flows.booking.pool import store as pool
from flows.booking.stops.telling import Telling

log = logs.get(__name__)


class Moves:
    """The appointments as they are now, beside where they were."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.telling = Telling(context)

    async def tell(self, appointment_id: int, told: Sequence[Any], once: str) -> None:
        """`told` is the `Spot` before this move, as JSON keeps it; `once` names this news. The reminders say what is
        true now; a new time is told at once, a new place where the reminder of the evening before may have told the old
        one. A time that they never heard of is told of nowhere."""
        row = await self._locked(appointment_id)
        if row is None or row.stopped_at is not None or row.end_at <= self.context.now:
            return
        if row.state == "held":
            # Whether they saw the old time or the new one when they confirm, nobody knows: it is told then.
            payload = {"session": row.session_id, "was": {str(row.id): list(told)}, "once": once}
            self.tx.put(MOVED, payload, due=row.hold_until, priority=2)
            return
        if row.state != "booked":
            return
        # What they know, however often it was moved before they were told of the first time.
        was = await moves.known(self.tx, row.id) or moves.read(told)
        now = was._replace(day=row.date, start=row.start_wall, end=row.end_wall, building=row.building,
                           floor=row.floor, zone=row.zone, room=row.room)
        await moves.remember(self.tx, row.id, now)
        if now.time == was.time and now.place == was.place:
            return  # it came back to where they know it to be
        await pushes.hush(self.context, row)
        await self.telling.remind(row.id)
        glance(self.context.ports).forget()
        if now.time == was.time and not self._reminded(row):
            return
        same = now.time == was.time
        public = await moves.add(self.tx, row.id, was, once, time=not same)
        if not public:
            return
        facts = {"was_day": was.day.isoformat(), "was_start": was.start, "was_end": was.end, "same_time": same}
        await self.telling.moved(row, public, facts)
        chronicle.done(self.context, "moved", row)
        metrics.moves.inc("place" if same else "time")
        log.warning("appointment_moved", appointment=row.public_id, session=row.session_code, time=not same)

    async def _locked(self, appointment_id: int) -> Any:
        """The appointment as it is while nobody cancels or changes it: what is told of it is true."""
        row = await store.appointment_by(self.tx, appointment_id)
        if row is not None:
            await self.telling.neighbours.lock_whoever(row.person_id)
            await pool.lock(self.tx, row.id)
        return row and await store.appointment_by(self.tx, appointment_id)

    def _reminded(self, row: Any) -> bool:
        """The evening before has begun: what the reminder said cannot be taken back."""
        evening = self.context.clock.moment(row.date - timedelta(days=1), self.context.settings.booking.remind_evening)
        return self.context.now >= evening
