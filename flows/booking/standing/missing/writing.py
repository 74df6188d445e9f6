"""Writing a no-show down, striking it out, locking a person and lifting the lock. Used by the jobs, the console and
what is answered to appeals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.errors import NotFound
from bot.settings_standing import Standing
from flows.booking import store as appointments
from flows.booking import visit
from flows.booking.inforce import standing_of
from flows.booking.neighbours import Neighbours, Person
from flows.booking.pool import store as pool
from flows.booking.standing import pushes, rules
from flows.booking.standing.coming import store as coming
from flows.booking.standing.missing import store
from flows.booking.standing.record import Record
from flows.booking.stops import store as stops

log = logs.get(__name__)


class NoShows:
    """Everything happens under the lock of the person's row, so that no-shows that are written down and struck out at
    the same moment are counted one after the other."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.neighbours = Neighbours(context)
        self.record = Record(context)

    async def write(self, appointment_id: int) -> bool:
        """Write down that nobody came, and lock the person where it was once too often. False: it is none (any more),
        or is written down."""
        row = await appointments.appointment_by(self.tx, appointment_id)
        if row is None:
            return False
        person = await self.neighbours.lock_whoever(row.person_id)
        state = await pool.lock(self.tx, row.id)
        came = await coming.attended(self.tx, row.id) is not None
        excused = await store.excuse_of(self.tx, row.session_id) is not None
        stopped = row.session_state == "stopped" or row.stopped_at is not None or row.moved_at is not None
        by_hospital = excused or stopped or row.substitute is not None
        by_hospital = by_hospital or row.id in await stops.excused(self.tx, [row.id])
        terms, apart = await self._terms(row.clinic)
        if state != "booked" or not rules.missed(rules.Visit(row.end_at, came, by_hospital), self.tx.now, terms):
            return False
        public = await store.write(self.tx, row.id, row.person_id, row.end_at)
        if not public:
            return False
        found = await store.counting(self.tx, row.person_id)
        counted = [each for each in found if rules.together(each.clinic, row.clinic, apart)]
        locked = await self._lock(row.person_id, person, counted, terms)
        if not locked:  # else that is told, with why
            facts = await self._visit(row, person) | {
                "count": len(self._within([each.missed_at for each in counted], terms)), "most": terms.most_no_shows,
                "days": terms.within_days, "lock_days": terms.lock_days,
            }
            written = await store.no_show_by(self.tx, public)
            whom = {row.contact_id, *await self.neighbours.close_contacts(row.person_id)}
            await pushes.no_show(self.context, written, facts, sorted(whom))
        metrics.no_shows.inc("written")
        log.info("no_show", appointment=row.public_id, session=row.session_code, locked=locked)
        return True

    async def strike(self, public: str, reason: str) -> Any:
        """It does not count after all; a lock that would not have been without it is lifted. Struck out already is
        struck out. Raises NotFound."""
        await self._strike(public, reason)
        return await store.no_show_by(self.tx, public)

    async def _strike(self, public: str, reason: str) -> bool:
        """False: it is struck out."""
        row = await store.no_show_by(self.tx, public)
        if row is None:
            raise NotFound("no_show")
        person = await self.neighbours.lock_whoever(row.person_id)
        if not await store.strike(self.tx, row.id, self.context.actor, reason):
            return False
        metrics.no_shows.inc("struck")
        # Read again: while we waited for the person it may have led to a lock.
        row = await store.no_show_by(self.tx, public)
        assert row is not None
        lock = await store.lock_with(self.tx, row.lock_id) if row.lock_id else None
        if lock is not None and lock.state == store.LOCKED:
            left = [each for each in await store.led_to(self.tx, lock.id) if each.state == store.COUNTED]
            terms, _ = await self._terms(row.clinic)
            if len(left) < terms.most_no_shows:
                await store.set_free(self.tx, lock.id)
                await self._end(lock, person, store.LIFTED, reason)
        return True

    async def excuse(self, session_id: int, reason: str) -> int | None:
        """It was the hospital's doing: who did not come to this session is struck out, and nobody is written down any
        more. Gives how many were struck out; None where there was nothing left to do."""
        noted = await store.excuse(self.tx, session_id, self.context.actor, reason)
        rows = sorted(await store.of_session(self.tx, session_id), key=lambda row: row.person_id)
        struck = sum([await self._strike(row.public_id, reason) for row in rows])
        return struck if noted or struck else None

    # --- locks ---------------------------------------------------------------------------------------------------

    async def lift(self, public: str, reason: str) -> Any:
        """The person may book again at once; ended already is ended. Raises NotFound."""
        lock = await store.lock_by(self.tx, public)
        if lock is None:
            raise NotFound("lock")
        await self._end(lock, await self.neighbours.lock_whoever(lock.person_id), store.LIFTED, reason)
        return await store.lock_by(self.tx, public)

    async def run_out(self, lock_id: int) -> bool:
        """The lock's time is over. False: it ended before."""
        lock = await store.lock_with(self.tx, lock_id)
        if lock is None or lock.until > self.tx.now:
            return False
        return await self._end(lock, await self.neighbours.lock_whoever(lock.person_id), store.OVER)

    async def _lock(self, person_id: int, person: Person | None, counted: Any, terms: Standing) -> bool:
        """Lock the person where these no-shows are too many."""
        if not rules.locks([each.missed_at for each in counted], self.tx.now, terms):
            return False
        # One whose time is over gives way, also where the sweep was not there yet.
        before = await store.lock_of(self.tx, person_id)
        if before is not None and not await self.run_out(before.id):
            return False
        until = rules.locked_until(self.tx.now, terms)
        within = self._within([each.missed_at for each in counted], terms)
        led = [each.id for each in counted if each.missed_at in within]
        public = await store.add_lock(self.tx, person_id, led, until, terms.within_days)
        lock = await store.lock_by(self.tx, public) if public else None
        if lock is None:
            return False
        await pushes.locked(self.context, self.record.lock_facts(lock, person), await self._whom(person_id))
        metrics.no_shows.inc("locked")
        log.info("person_locked", lock=public, no_shows=len(within))
        return True

    async def _end(self, lock: Any, person: Person | None, state: str, reason: str | None = None) -> bool:
        if not await store.end_lock(self.tx, lock.id, state, self.context.actor, reason):
            return False
        facts = self.record.lock_facts(lock, person)
        await pushes.unlocked(self.context, facts, state == store.LIFTED, await self._whom(lock.person_id))
        metrics.no_shows.inc(state)
        log.info("person_unlocked", lock=lock.public_id, state=state)
        return True

    # --- inside --------------------------------------------------------------------------------------------------

    async def _terms(self, clinic: str) -> tuple[Standing, frozenset[str]]:
        """What is in force in a clinic, and which clinics count for themselves."""
        catalogue = await self.neighbours.catalogue()
        return standing_of(catalogue, clinic, self.context), catalogue.deciding["most_no_shows"]

    def _within(self, moments: list[datetime], terms: Standing) -> list[datetime]:
        return [moment for moment in moments if rules.recent(moment, self.tx.now, terms)]

    async def _visit(self, row: Any, person: Person | None) -> dict[str, Any]:
        return visit.facts_of(row, person, await self.neighbours.catalogue(), self.context)

    async def _whom(self, person_id: int) -> list[int]:
        """Who looks after them; who nobody looks after is reached by their own phone."""
        return sorted(await self.neighbours.contacts_of(person_id)) or await self.neighbours.by_phone(person_id)
