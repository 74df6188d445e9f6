"""Stopping a session: preview and stop, for the desk, the roster of the office, and what the hospital tells.

`StopsService(context).stop(Wish(session_id, reason, from_time, substitute), request_id, source="roster")` is all that
another part of booking needs: in the caller's transaction the session is shut, holds end, everybody is asked and told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from bot import logs, metrics
from bot.access import audit
from bot.context import Context
from bot.errors import NotFound
from flows.booking import limits
from flows.booking import store as booking
from flows.booking.glance import glance
from flows.booking.pool.reserved import store as reserved
from flows.booking.roster.book import store as book
from flows.booking.service import BookingService
from flows.booking.stops import rules, store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.refusals import NoSubstitute, PreviewStale, ReasonMissing, SubstituteBusy
from flows.booking.stops.rules import Part, Wish
from flows.booking.stops.telling import Telling

log = logs.get(__name__)
Source = Literal["desk", "roster", "hospital"]
LONGEST_REASON = 100


@dataclass(frozen=True, slots=True)
class Preview:
    """Who is hit, before anything happens. `rows` are appointments as store.appointment_by reads them; `kept` says
    which of them (by key) could be kept a slot of the same doctor, with its segment; `mark` names exactly these people,
    so that `stop` can tell whether they are still the same."""

    session: Any
    parts: Sequence[Part]
    rows: Sequence[Any]
    holds: int
    kept: dict[int, Any]
    until: dict[int, datetime]
    mark: str


class StopsService:
    """Made anew for each request or job: `StopsService(context)`. Takes the transaction, never commits."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.booking = BookingService(context)
        self.telling = Telling(context)
        self.terms = limits.of_stops(context.settings.booking.stops)

    # --- before --------------------------------------------------------------------------------------------------

    async def preview(self, wish: Wish) -> Preview:
        """Raises the refusals of `stop`, and NotFound."""
        session = await store.session_of(self.tx, wish.session_id)
        if session is None:
            raise NotFound("session")
        await self._check(session, wish)
        parts = rules.affected(await store.parts(self.tx, session.id), wish, self.context.now)
        found = await booking.appointments_in(self.tx, [part.id for part in parts], store.ACTIVE)
        rows = [row for row in found if row.state == "booked"]
        until = {row.id: self._until(row) for row in rows}
        free = [each for each in await self._next(session) for _ in range(each.free)]
        slots = [(n, each.start_at) for n, each in enumerate(free)]
        given = rules.spread([(row.id, until[row.id]) for row in rows], slots)
        kept = {who: free[n] for who, n in given.items()}
        return Preview(session, parts, rows, len(found) - len(rows), kept, until, mark_of(rows))

    # --- stopping ------------------------------------------------------------------------------------------------

    async def stop(self, wish: Wish, request_id: str, *, source: Source = "desk", mark: str = "") -> Any:
        """Shut the part, end the holds in it, ask and tell everybody who is booked there; gives the stop's row. The
        same `request_id` gives the same stop again. `mark` is that of the preview that somebody agreed to.

        Raises NotFound, ReasonMissing, NoSubstitute, SubstituteBusy, NothingToStop, AlreadyStopped, PreviewStale.
        """
        session = await store.lock_session(self.tx, wish.session_id)
        if session is None:
            raise NotFound("session")
        if known := await store.of_request(self.tx, request_id):
            return known
        await self._check(session, wish)
        parts = rules.affected(await store.parts(self.tx, session.id), wish, self.context.now)
        if mark:
            rows = await booking.appointments_in(self.tx, [part.id for part in parts], ("booked",))
            if mark_of(rows) != mark:
                raise PreviewStale()
        row = await self._add(
            session, parts, request_id, source=source, reason=" ".join(wish.reason.split()), substitute=wish.substitute,
            whole=wish.from_time is None, closes=True,
        )
        if wish.from_time is None:
            await store.set_session(self.tx, session.id, state="stopped")
        return row

    async def _add(
        self, session: Any, parts: Sequence[Part], request_id: str, *, source: Source, reason: str,
        substitute: str | None, whole: bool, closes: bool,
    ) -> Any:
        segments = [part.id for part in parts]
        await store.lock_people(self.tx, segments)
        stop_id = await store.add(
            self.tx, session_id=session.id, request_id=request_id, kind="substituted" if substitute else "stopped",
            source=source, whole=whole, from_wall=min(part.start_wall for part in parts), closes=closes, reason=reason,
            substitute=substitute, made_by=self.context.actor,
        )
        if closes:
            await store.shut(self.tx, segments, stop_id, substitute)
            await store.replace_empty(self.tx, session.id, self.context.actor, stop_id)
            await book.changed(self.tx, session.id)
        stop: Any = await store.by_id(self.tx, stop_id)
        asked, holds = await self.cover(stop, segments)
        glance(self.context.ports).forget()
        metrics.stops.inc(stop.kind)
        facts = {"session": session.code, "from": stop.from_wall, "why": reason, "people": asked, "holds": holds}
        about = f"stop:{stop.public_id}"
        audit.write(self.tx, self.context.actor, f"booking.{stop.kind}", about, facts)
        log.warning("session_stopped", session=session.code, source=source, people=asked, holds=holds)
        return stop

    async def catch_up(self, stop_id: int) -> None:
        """Somebody slipped past while the session was being stopped."""
        stop = await store.by_id(self.tx, stop_id)
        if stop is not None and await store.lock_session(self.tx, stop.session_id):
            parts = await store.parts(self.tx, stop.session_id)
            await self.cover(stop, [part.id for part in parts if part.stop_id == stop.id])

    async def cover(self, stop: Any, segments: Sequence[int]) -> tuple[int, int]:
        """Ask everybody booked in these segments who was not asked yet, and end the holds where it closes. Gives how
        many were asked, and how many held."""
        found = await booking.appointments_in(self.tx, segments, store.ACTIVE)
        known = {each.appointment_id for each in await choices.of_stop(self.tx, stop.id)}
        rows = [row for row in found if row.state == "booked" and row.id not in known]
        holds = [row for row in found if row.state == "held"] if stop.closes else []
        before = await choices.resting(self.tx, [row.id for row in rows])
        slots = await self._keep(stop, rows, before)
        for row in rows:
            facts = await self.telling.facts(row, stop)
            slot_id, slot_until = slots.get(row.id, (None, None))
            public = await choices.add(
                self.tx, stop_id=stop.id, appointment_id=row.id, contact_id=row.contact_id, until=self._until(row),
                slot_id=slot_id, slot_until=slot_until,
            )
            await self.telling.stopped(row, stop, public, facts)
        for row in holds:
            await self._end_hold(row)
        return len(rows), len(holds)

    async def _keep(
        self, stop: Any, rows: Sequence[Any], before: dict[int, Any]
    ) -> dict[int, tuple[int, datetime]]:
        """Keep slots of the same doctor: one for each, as far as they go. What an earlier stop kept is kept on."""
        found: dict[int, tuple[int, datetime]] = {}
        until = {row.id: self._until(row) for row in rows}
        for appointment_id, old in before.items():
            await choices.answer(self.tx, old.id, rules.CHANGEABLE, store.REPLACED, "")
            await choices.drop_slot(self.tx, old.id)
            later = until[appointment_id]
            if old.slot_id and await reserved.prolong(self.tx, old.slot_id, old.slot_until, later):
                found[appointment_id] = (old.slot_id, later)
        missing = [(row.id, until[row.id]) for row in rows if row.id not in found]
        session = await store.session_of(self.tx, stop.session_id)
        for segment in await self._next(session):
            while missing:
                fits = next((each for each in missing if each[1] < segment.start_at), None)
                taken = await reserved.keep(self.tx, segment.id, fits[1]) if fits else None
                if fits is None or taken is None:
                    break
                found[fits[0]] = (taken[0], fits[1])
                missing.remove(fits)
        return found

    async def _end_hold(self, row: Any) -> None:
        """What somebody was about to confirm. An offer of the waiting list ends as one."""
        if await self.booking.passing.withdraw(row):
            return
        facts = await self.booking.facts(row)
        if await self.booking.release_hold(row.id, row.segment_id, row.slot_id, expired=False):
            await self.telling.hold_stopped(row, facts)

    # --- inside --------------------------------------------------------------------------------------------------

    async def _check(self, session: Any, wish: Wish) -> None:
        """Whether the reason can be shown, and the substitute can sit there."""
        if not 1 <= len(" ".join(wish.reason.split())) <= LONGEST_REASON:
            raise ReasonMissing()
        if wish.substitute is None:
            return
        catalogue = await self.booking.neighbours.catalogue()
        doctor, clinic = catalogue.doctor.get(wish.substitute), catalogue.clinic.get(session.clinic)
        if doctor is None or clinic is None or session.doctor is None or wish.substitute == session.doctor:
            raise NoSubstitute()
        if not {each.code for each in catalogue.clinics_of(clinic.department)} & set(doctor.clinics):
            raise NoSubstitute()
        if await store.sits_elsewhere(self.tx, doctor.code, session):
            raise SubstituteBusy(name=doctor.name)

    async def _next(self, session: Any) -> Sequence[Any]:
        """The next times of the same doctor (or general clinic) with something left."""
        days = self.context.settings.booking.stops.keep_days
        last = self.context.clock.today() + timedelta(days=days)
        after = self.context.now + timedelta(hours=1)
        if not days:
            return []
        return await store.next_segments(self.tx, session.clinic, session.doctor, after, last, session.id)

    def _until(self, row: Any) -> datetime:
        return rules.until(row.start_at, self.context.now, self.terms)


def mark_of(rows: Sequence[Any]) -> str:
    """Names exactly these appointments."""
    text = ",".join(str(row.id) for row in sorted(rows, key=lambda row: int(row.id)))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
