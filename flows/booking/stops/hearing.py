"""What the hospital's rosters tell of stops: noted while a roster is taken over, carried out after it.

`note` is called inside the transaction that changes a session; what it writes down is done by `Hearing`, which finds
the session as it is then: doing it twice, or late, does no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.db.transaction import Transaction
from flows.booking.stops import rules, store
from flows.booking.stops.added import store as added
from flows.booking.stops.rules import Part
from flows.booking.stops.undoing import Undoing

HEARD = "booking.stop_heard"
"""Topic: a session is stopped, open again, or has another doctor in the hospital's roster."""


async def note(tx: Transaction, session_id: int, before: Any, dropped: Sequence[int] = ()) -> None:
    """`before` is the session's row as it was, `dropped` its segments that the hospital tells no more. What we stopped
    stays stopped, whatever the hospital tells."""
    await added.cover(tx, session_id, [part.id for part in await store.parts(tx, session_id) if part.state == "open"])
    await store.hold_to(tx, session_id)
    now = await store.session_of(tx, session_id)
    if now is None:
        return
    parted = await store.parted(tx, session_id, dropped)
    if parted or (before.state, before.sitting) != (now.state, now.sitting):
        tx.put(HEARD, {"session": session_id}, lane=f"{HEARD}:{session_id}", priority=2)


class Hearing(Undoing):
    """The session as the hospital has it, told to whoever it hits."""

    async def hear(self, session_id: int, once: str) -> None:
        """`once` names this news."""
        session = await store.lock_session(self.tx, session_id)
        if session is None:
            return
        told = await store.running(self.tx, session_id, "hospital")
        if session.state == "stopped":
            await self._stopped(session, once)
            return
        seated, parts = session.substitute or "", await store.parts(self.tx, session.id)
        shut = {part.stop_id for part in parts if part.state == "closed"}
        for stop in told:
            if not stop.whole and stop.id in shut:
                continue  # told no more, or not again yet
            if stop.kind == "stopped" or not seated:
                await self.take_back(stop)
            elif stop.substitute != seated:
                await store.end(self.tx, stop.id, store.REPLACED, self.context.actor)
        if seated and not any(stop.substitute == seated for stop in told):
            await self._substituted(session, once, seated)
        if session.source == "hospital":
            gone = [part for part in await store.parts(self.tx, session.id) if part.state == "closed"]
            await self._stopped(session, f"{once}:parts", gone)

    async def _stopped(self, session: Any, once: str, some: Sequence[Part] | None = None) -> None:
        """What is not under a stop already, of the whole session or of `some` of its segments."""
        parts = await store.parts(self.tx, session.id)
        fresh = [part for part in (parts if some is None else some) if part.stop_id is None]
        fresh = [part for part in fresh if part.end > self.context.now]
        if await self._anybody(fresh):
            whole = len(fresh) == len(parts)
            await self._add(
                session, fresh, once, source="hospital", reason="", substitute=None, whole=whole, closes=True
            )

    async def _substituted(self, session: Any, once: str, doctor: str) -> None:
        """The hospital's session goes on with somebody else, and takes new patients."""
        parts = [part for part in await store.parts(self.tx, session.id) if part.end > self.context.now]
        fresh = [part for part in parts if part.stop_id is None]
        if await self._anybody(fresh):
            await self._add(
                session, fresh, once, source="hospital", reason="", substitute=doctor, whole=True, closes=False
            )

    async def _anybody(self, parts: list[rules.Part]) -> bool:
        return await store.anybody_in(self.tx, [part.id for part in parts])
