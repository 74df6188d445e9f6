"""What the hospital's rosters tell of sessions of ours: that it stopped one, opened it again, or seated somebody.

Its word counts beside our own: whoever is in the session is told and chooses, as with any stop of the hospital.
Numbers, times and rooms are ours; what a roster says of them is not listened to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import logs
from flows.booking.roster.book import store
from flows.booking.roster.book.picture import shut, word
from flows.booking.roster.book.telling import picture_of
from flows.booking.stops import store as stops
from flows.booking.stops.hearing import Hearing
from integrations.his.port import Session

log = logs.get(__name__)


def news(seen: Any, told: Session | None) -> bool:
    """Whether a roster tells something new. `seen` is the session's row (store.known) as it was *before* the hospital
    was asked; while we are telling it something ourselves, nobody knows what its roster answers to. One that was never
    in a roster is not gone from it.

    Where it refused what we told it last, its roster differs from ours anyhow: then only that it stopped the session,
    has it no more, or opened it again, is its own decision for certain. The rest is heard once it has what we want."""
    if word(told) == seen.heard or not (told or seen.heard):
        return False
    refused = seen.state == store.REFUSED and (shut(word(told)) or shut(seen.heard))
    return seen.wanted == seen.entered or refused


class HearingOfOurs(Hearing):
    """Stops and substitutes of the hospital's in sessions of ours."""

    async def of_ours(self, seen: Any, told: Session | None) -> None:
        """`told` None: the session was in its roster, and is no more."""
        session = await stops.lock_session(self.tx, seen.session_id)
        row = await store.facts(self.tx, seen.session_id)
        if session is None or row is None or (row.wanted, row.entered) != (seen.wanted, seen.entered):
            return  # changed by us meanwhile: the next round hears what it says then
        settled = row.wanted == row.entered
        # Who sits there is part of what it refused: heard once it has what we want.
        await store.hear(self.tx, session.id, word(told if settled or told is None else replace(told, substitute=None)))
        mine = await picture_of(self.context, row)
        once = f"told:{session.id}:{self.tx.now.timestamp():.6f}"
        if told is None or told.state == "stopped":
            if told is None or mine.state != "stopped":
                await self._shut(session, once)
            return
        for stop in await stops.running(self.tx, session.id, "hospital"):
            if stop.kind == "stopped":
                await self.take_back(stop)
        if not settled:
            return
        seated = told.substitute if told.substitute != mine.substitute else None
        if seated != session.substitute:
            await stops.set_session(self.tx, session.id, substitute=seated, sitting=seated or session.doctor)
            await self.hear(session.id, once)

    async def _shut(self, session: Any, once: str) -> None:
        """As the office would: also where nobody is in it yet, for nobody shall get in."""
        parts = await stops.parts(self.tx, session.id)
        fresh = [part for part in parts if part.stop_id is None and part.end > self.context.now]
        if fresh:
            await self._add(
                session, fresh, once, source="hospital", reason="", substitute=None, whole=True, closes=True
            )
            await stops.set_session(self.tx, session.id, state="stopped")
        log.warning("session_stopped_by_hospital", session=session.code)
