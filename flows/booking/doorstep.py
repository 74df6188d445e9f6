"""Before the gate: who comes to what is known to be full is told so at once, and who may still get something goes in
one after the other.

When thousands want the same segment, the row of its gate is what all wait for. Full is known for a moment (glance.py),
so most of those who will be refused never touch it; and a process lets one turn at a time through to it, in the order
of arrival, so that the row is held for the statements of one hold and not for those of a dozen that run side by side.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from bot import metrics
from bot.context import Context
from bot.ports import Ports
from bot.talk.lanes import Lanes
from flows.booking import chronicle
from flows.booking.glance import glance
from flows.booking.holders import store as holders
from flows.booking.left import store as left
from flows.booking.refusals import SlotTaken

T = TypeVar("T")
_lanes: WeakKeyDictionary[Ports, Lanes] = WeakKeyDictionary()


class Doorstep:
    """Part of BookingService: `service.doorstep`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def refusal(self, segment_id: int, person_id: int | None = None) -> SlotTaken | None:
        """The no for a segment that is full as of now; None where it need not be, or where this contact holds a slot
        in it. What is full here may have a slot again for half a second without being shown."""
        contact = self.context.contact
        row = await self._row(segment_id)
        if row is None or contact is None or row.free > 0 or row.draw is not None:
            return None
        if (row.segment_state, row.session_state) != ("open", "open"):
            return None
        if await holders.holds_in(self.tx, contact.id, segment_id):
            return None
        no = SlotTaken(day=row.date, start=row.start_wall, end=row.end_wall)
        metrics.holds.inc("taken")
        chronicle.refused(self.context, "hold", no, row, person_id)
        return no

    async def one_by_one(self, segment_id: int, work: Callable[[], Awaitable[T]]) -> T:
        """`work` when all who came to this segment before, in this process, have done theirs."""
        lanes = _lanes.get(self.context.ports)
        if lanes is None:
            lanes = _lanes[self.context.ports] = Lanes()
        return await lanes.run(segment_id, work)

    async def _row(self, segment_id: int) -> Any:
        channel = self.context.channel

        async def look() -> list[Any]:
            row = await left.place(self.tx, segment_id, channel)
            return [] if row is None else [row]

        rows = await glance(self.context.ports).at(("place", segment_id, channel), look)
        return rows[0] if rows else None
