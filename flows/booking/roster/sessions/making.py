"""Makes, changes, closes and opens our own sessions. Every appointment keeps its slot, its number and its time.

The caller holds the gate (patterns/store.py). Locks: session, its segments by id, slots, as the synchronisation does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from bot.clock import HospitalClock
from bot.db.transaction import Transaction
from flows.booking.moves import noting as moves
from flows.booking.neighbours import Catalogue
from flows.booking.roster import store as rosters
from flows.booking.roster.book import store as book
from flows.booking.roster.patterns.rules import Part, Planned
from flows.booking.roster.plan import changes
from flows.booking.roster.sessions import store
from flows.booking.roster.sessions.diff import Known, digest, fit
from flows.booking.stops.added import store as stopped
from flows.booking.waiting.store import session_awaited
from integrations.his.port import Place, Segment

NOWHERE = Place("", "", "", "")


class Maker:
    """``catalogue`` tells where rooms are; ``clock`` is the hospital's."""

    def __init__(self, tx: Transaction, catalogue: Catalogue, clock: HospitalClock) -> None:
        self.tx, self.catalogue, self.clock = tx, catalogue, clock

    def place(self, planned: Planned) -> Place:
        """Where the room is; that of the clinic where the directory does not know the room (any more)."""
        terms = planned.pattern.terms
        room = self.catalogue.room.get(terms.room)
        clinic = self.catalogue.clinic.get(terms.clinic)
        return room.place if room else clinic.place if clinic else NOWHERE

    def digests(self, planned: Sequence[Planned]) -> dict[str, str]:
        return {each.code: digest(each, self.place(each)) for each in planned}

    async def make(self, planned: Sequence[Planned]) -> int:
        """Those that are not there; gives how many were made."""
        rows = [{"code": each.code, **self._session(each), "doctor": each.pattern.terms.doctor,
                 "substitute": None, "sitting": each.pattern.terms.doctor, "state": "open", "source": store.DESK}
                for each in planned]
        ids = await rosters.add_sessions(self.tx, rows) if rows else {}
        made = [each for each in planned if each.code in ids]
        parts = [{"session_id": ids[each.code], "position": at, **self._segment(each, part), "state": "open",
                  "capacity": part.capacity, "free": part.capacity}
                 for each in made for at, part in enumerate(each.parts, 1)]
        if not parts:
            return 0
        await book.made(self.tx, [ids[each.code] for each in made])
        segments = await rosters.add_segments(self.tx, parts)
        await rosters.add_slots(self.tx, [
            (ids[each.code], segments[ids[each.code], at], number)
            for each in made for at, part in enumerate(each.parts, 1)
            for number in range(part.first, part.first + part.capacity)
        ])
        return len(made)

    async def change(self, known: Known, planned: Planned, *, state: str | None = None) -> None:
        """As it is to be from now on. A segment that somebody sits in and that is told no more stays, closed. Where a
        stop runs, what is new falls under it.

        :param state: "open" opens one again that was closed; None, or a stop of all of it, leaves it as it is
        """
        tx = self.tx
        segments, expected = await rosters.lock(tx, known.id), await moves.spots(tx, known.id)
        opened = (state or known.state) == "open"
        fitted = fit(planned.parts, await store.segments(tx, known.id))
        for position, part in fitted:
            values = self._segment(planned, part)
            if position not in segments:
                row = {"session_id": known.id, "position": position, **values, "capacity": 0, "free": 0,
                       "state": "open" if opened else "closed"}
                segments[position] = (await rosters.add_segments(tx, [row]))[known.id, position]
            elif opened:
                await store.open_segment(tx, segments[position])
        await store.close_segments(tx, known.id, [position for position, _ in fitted])
        if await stopped.cover(tx, known.id, [segments[position] for position, _ in fitted]):
            state = None
        plan = changes(await rosters.kept(tx, known.id), [_told(position, part) for position, part in fitted])
        await rosters.drop_slots(tx, plan.drop)
        at = {position: segments[position] for position, _ in fitted}
        await rosters.add_slots(tx, [(known.id, at[position], number) for position, number in plan.add])
        if opened and await session_awaited(tx, known.id):
            await rosters.keep_apart(tx, known.id)
        for segment_id in segments.values():
            await rosters.recount(tx, segment_id)
        await rosters.change_session(tx, known.id, **self._session(planned), **({"state": state} if state else {}))
        await moves.note(tx, known.id, expected)
        await book.changed(tx, known.id)

    async def gone(self, known: Known) -> None:
        """No pattern tells it any more: nobody new gets in, and its free slots go; whoever is in it stays."""
        segments = await rosters.lock(self.tx, known.id)
        await store.close_segments(self.tx, known.id)
        await rosters.drop_slots(self.tx, await store.free_slots(self.tx, known.id))
        for segment_id in segments.values():
            await rosters.recount(self.tx, segment_id)
        await store.gone(self.tx, known.id)
        await book.changed(self.tx, known.id)

    def _session(self, planned: Planned) -> Mapping[str, Any]:
        terms, place = planned.pattern.terms, self.place(planned)
        clinic = self.catalogue.clinic.get(terms.clinic)
        return {
            "site": clinic.site if clinic else "", "clinic": terms.clinic, "date": planned.day, "half": terms.half,
            "kind": terms.kind, "fee": terms.fee, "building": place.building, "floor": place.floor, "zone": place.area,
            "room": place.room, "digest": digest(planned, place), "pattern_id": planned.pattern.id,
        }

    def _segment(self, planned: Planned, part: Part) -> dict[str, Any]:
        return {
            "start_at": self.clock.moment(planned.day, time.fromisoformat(part.start)),
            "end_at": self.clock.moment(planned.day, time.fromisoformat(part.end)),
            "start_wall": part.start, "end_wall": part.end, "first_number": part.first,
        }


def _told(position: int, part: Part) -> Segment:
    return Segment(position, time.fromisoformat(part.start), time.fromisoformat(part.end), part.capacity, part.first)
