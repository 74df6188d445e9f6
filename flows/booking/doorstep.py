"""Before the gate: who comes to what is known to be full is told so at once, and who may still get something goes in
one after the other.

When thousands want the same segment, the row of its gate is what all wait for. Full is known for a moment (glance.py),
so most of those who will be refused never touch it; and a process lets one turn at a time through to it, in the order
of arrival, so that the row is held for the statements of one hold and not for those of a dozen that run side by side.
Where some stand there already, a turn gives its connection back and waits in a line (bot.talk.line).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from bot import metrics
from bot.context import Context
from bot.ports import Ports
from bot.talk.lanes import Lanes
from bot.talk.line import Line
from flows.booking import chronicle
from flows.booking.glance import glance
from flows.booking.left import store as left
from flows.booking.refusals import SlotTaken

T = TypeVar("T")
MOST = 500
"""So many segments are remembered as sold out."""
AT_ONCE = 4
"""So many turns stand before a segment's gate with a connection each."""


@dataclass
class Door:
    """Of one process: who waits before which segment, and which were found full. Whether they still are is looked up
    again every half second."""

    lanes: Lanes = field(default_factory=Lanes)
    inside: Counter[int] = field(default_factory=Counter)
    lines: dict[int, Line] = field(default_factory=dict)
    sold: set[int] = field(default_factory=set)

    def line_up(self, segment_id: int) -> None:
        """Go on to the gate, or raise InLine."""
        line = self.lines.get(segment_id)
        if self.inside[segment_id] >= AT_ONCE or (line is not None and line.waiting):
            if line is None:
                line = self.lines[segment_id] = Line(AT_ONCE)
            line.stand()
        elif line is not None and not line.used:
            del self.lines[segment_id]

    def sold_out(self, segment_id: int) -> None:
        """Whoever comes now, and whoever waits, is told so."""
        if len(self.sold) >= MOST:
            self.sold.clear()
        self.sold.add(segment_id)
        line = self.lines.pop(segment_id, None)
        if line is not None:
            line.dissolve()


_doors: WeakKeyDictionary[Ports, Door] = WeakKeyDictionary()


class Doorstep:
    """Part of BookingService: `service.doorstep`."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def refusal(self, segment_id: int, person_id: int | None = None) -> SlotTaken | None:
        """The no for a segment that is full as of now; None where it need not be, or where this contact holds a slot
        in it. What is full here may have a slot again for half a second without being shown."""
        contact = self.context.contact
        if contact is None or segment_id not in self._door.sold:
            self._door.line_up(segment_id)
            return None
        row, holders = await self._now(segment_id)
        if row is None or row.free > 0 or row.draw is not None or not _is_open(row):
            self._door.sold.discard(segment_id)
            return None
        if contact.id in holders:
            return None
        no, door = SlotTaken(day=row.date, start=row.start_wall, end=row.end_wall), self._door

        def told(context: Context) -> None:
            metrics.holds.inc("taken")
            chronicle.refused(context, "hold", no, row, person_id)

        if (leans := self.context.leans) is None:
            told(self.context)
        else:
            leans.on("full", lambda here: segment_id in door.sold and not _holds(here, holders))
            leans.do(self.context, told)
        return no

    async def few(self, segment_id: int, work: Callable[[], Awaitable[T]]) -> T:
        """`work` when so few are on their way through this segment's gate that one more does not matter.

        :raises InLine: some stand there; only to who can wait for them (bot.talk.line)
        """
        door = self._door
        door.line_up(segment_id)
        door.inside[segment_id] += 1
        try:
            return await work()
        except SlotTaken:
            door.sold_out(segment_id)
            raise
        finally:
            door.inside[segment_id] -= 1
            if not door.inside[segment_id]:
                del door.inside[segment_id]

    async def in_turn(self, segment_id: int, work: Callable[[], Awaitable[T]]) -> T:
        """`work` at the gate itself, when all who came to it before, in this process, have done theirs. Never for who
        has the lock of the segment's row already."""
        return await self._door.lanes.run(segment_id, work)

    @property
    def _door(self) -> Door:
        door = _doors.get(self.context.ports)
        if door is None:
            door = _doors[self.context.ports] = Door()
        return door

    async def _now(self, segment_id: int) -> tuple[Any, frozenset[int]]:
        """The segment as left.store.place reads it (None: there is none), and the contacts that hold a slot in it."""
        channel = self.context.channel

        async def look() -> list[Any]:
            row = await left.place(self.tx, segment_id, channel)
            return [row, frozenset(await left.holders(self.tx, segment_id))]

        name, leans = ("place", segment_id, channel), self.context.leans
        row, holders = await glance(self.context.ports).at(name, look, self.tx, leans)
        return row, holders


def _holds(context: Context, holders: frozenset[int]) -> bool:
    return context.contact is None or context.contact.id in holders


def _is_open(row: Any) -> bool:
    return (row.segment_state, row.session_state) == ("open", "open")
