"""Taking a stop back: in error and before anybody chose, or because the hospital's doctor sits after all."""

from __future__ import annotations

from typing import Any

from bot import logs, metrics
from bot.access import audit
from bot.errors import NotFound
from flows.booking import store as booking
from flows.booking.glance import glance
from flows.booking.pool.reserved import store as reserved
from flows.booking.roster.book import store as book
from flows.booking.roster.sessions.diff import GONE
from flows.booking.stops import rules, store
from flows.booking.stops.choices import store as choices
from flows.booking.stops.refusals import UndoTooLate
from flows.booking.stops.service import StopsService

log = logs.get(__name__)


class Undoing(StopsService):
    """Beside the verbs of stopping: `undo` for the desk, `take_back` for the hospital."""

    async def undo(self, public: str) -> Any:
        """It was stopped in error: everything as before, told to all. Undone already is undone. Raises UndoTooLate once
        somebody chose, NotFound."""
        found = await store.by_public(self.tx, public)
        if found is None:
            raise NotFound("stop")
        await store.lock_session(self.tx, found.session_id)
        stop: Any = await store.by_public(self.tx, public)
        if stop.state == store.UNDONE:
            return stop
        await choices.lock_people(self.tx, stop.id)
        rows = await choices.of_stop(self.tx, stop.id)
        late = [row for row in rows if row.state not in (store.OPEN, store.STAYED) or row.appointment_state != "booked"]
        if late or stop.state != store.RUNNING or await choices.took_over(self.tx, stop.id):
            raise UndoTooLate(count=len(late))
        await self.take_back(stop)
        return await store.by_public(self.tx, public)

    async def take_back(self, stop: Any) -> None:
        """End a stop; those who rest on it come to their doctor after all. Who moved stays where they went."""
        await choices.lock_people(self.tx, stop.id)
        await store.end(self.tx, stop.id, store.UNDONE, self.context.actor)
        session = await store.session_of(self.tx, stop.session_id)
        for each in await choices.of_stop(self.tx, stop.id):
            if not await choices.answer(self.tx, each.id, rules.CHANGEABLE, store.WITHDRAWN, ""):
                continue
            if each.slot_id:
                await reserved.give_back(self.tx, each.slot_id, each.slot_until)
            await choices.mark(self.tx, each.appointment_id, None)
        # What no roster of ours tells any more, or was closed meanwhile, takes nobody new.
        closed = session is not None and session.source == "desk" and (
            session.digest == GONE or session.state == "closed"
        )
        await store.reopen(self.tx, stop.id, "closed" if closed else "open")
        ours = session is not None and session.source == "desk"
        if (stop.source != "hospital" or ours) and stop.whole and session is not None:
            # Whatever the hospital told meanwhile is looked at again.
            told = {"digest": ""} if session.source == "hospital" else {}
            takes = any(part.state == "open" for part in await store.parts(self.tx, session.id))
            await store.set_session(self.tx, session.id, state="open" if takes else "closed", **told)
        await book.changed(self.tx, stop.session_id)
        count = 0
        for each in await choices.of_stop(self.tx, stop.id):
            row: Any = await booking.appointment_by(self.tx, each.appointment_id)
            if each.state == store.WITHDRAWN and row.state == "booked":
                await self.telling.undone(row, each.public_id, await self.booking.facts(row))
                count += 1
        glance(self.context.ports).forget()
        metrics.stops.inc("undone")
        audit.write(
            self.tx, self.context.actor, "booking.stop_undone", f"stop:{stop.public_id}", {"people": count}
        )
        log.warning("stop_undone", stop=stop.public_id, people=count)
