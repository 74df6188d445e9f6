"""Cutting the shares of sessions as the rules say. Each step is one transaction; all of it may run twice at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from bot import logs
from bot.context import Context
from flows.booking.pool.shares import rules, store

log = logs.get(__name__)


@dataclass
class Wanted:
    """Of one session: how many slots of each segment are to belong to each channel, and until when. `had` is what
    belongs to it now: (all of it, what nobody has taken)."""

    begins: datetime
    capacity: dict[int, int] = field(default_factory=dict)
    free: dict[int, int] = field(default_factory=dict)
    had: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    shared: bool = False
    parts: dict[tuple[int, str], int] = field(default_factory=dict)
    until: dict[str, datetime] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Whether cutting would change anything."""
        if not self.until:
            return self.shared
        for segment_id, channel in self.parts.keys() | self.had.keys():
            due = self.parts.get((segment_id, channel), 0)
            all_of_it, kept = self.had.get((segment_id, channel), (0, 0))
            if (all_of_it < due and self.free[segment_id]) or (all_of_it > due and kept):
                return True
        return False


def wanted_of(rows: Sequence[Any], known: Iterable[rules.Rule], now: datetime) -> Wanted:
    """`rows` are those of one session as store.sittings reads them."""
    first = rows[0]
    found = Wanted(first.begins)
    for row in rows:
        found.capacity[row.segment_id] = row.capacity
        found.free[row.segment_id] = row.free
        found.shared = found.shared or row.shared
        if row.channel:
            found.had[row.segment_id, row.channel] = (row.slots, int(row.kept))
    sitting = rules.Sitting(first.code, first.clinic, first.doctor or "", first.date, first.half)
    fitting = rules.fitting(known, sitting)
    until = {channel: rules.released(found.begins, rule) for channel, rule in fitting.items()}
    found.until = {channel: moment for channel, moment in until.items() if moment > now}
    channels = list(found.until)
    cut = rules.cut(list(found.capacity.values()), [fitting[channel].percent for channel in channels])
    for segment_id, row in zip(found.capacity, cut, strict=True):
        found.parts |= {(segment_id, channel): count for channel, count in zip(channels, row, strict=True)}
    return found


class Keeping:
    """Used by the jobs."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx

    async def behind(self, session_id: int | None = None) -> list[int]:
        """Sessions whose shares are not as the rules say."""
        known = [store.as_rule(row) for row in await store.rules(self.tx)]
        rows = await store.sittings(self.tx, session_id)
        return [
            session for session, own in groupby(rows, key=lambda row: row.session_id)
            if wanted_of(list(own), known, self.context.now).differs
        ]

    async def cut(self, session_id: int) -> None:
        """Keep what is to be kept, of what is free; give up what is too much, of what nobody has taken."""
        await store.lock(self.tx, session_id)
        rows = await store.sittings(self.tx, session_id)
        if not rows:
            return
        known = [store.as_rule(row) for row in await store.rules(self.tx)]
        wanted = wanted_of(rows, known, self.context.now)
        slots = await store.slots(self.tx, session_id)
        for segment_id in wanted.capacity:
            own = [slot for slot in slots if slot.segment_id == segment_id]
            await self._segment(segment_id, own, wanted)
        log.info("shares_cut", session=rows[0].code, channels=sorted(wanted.until))

    async def _segment(self, segment_id: int, slots: Sequence[Any], wanted: Wanted) -> None:
        """The last numbers are kept: who comes early in the day need not be who comes by a channel."""
        free = [slot.id for slot in slots if slot.state == "free"]
        left = {}
        parts = {channel: count for (segment, channel), count in wanted.parts.items() if segment == segment_id}
        more: list[tuple[str, int]] = []
        for channel in sorted({slot.channel for slot in slots if slot.channel} | parts.keys()):
            kept = [slot.id for slot in slots if slot.channel == channel and slot.state == "kept"]
            gone = sum(slot.channel == channel and slot.state != "kept" for slot in slots)
            due = max(0, parts.get(channel, 0) - gone)
            if len(kept) > due:
                await store.mark(self.tx, kept[due:], None, was="kept", state="free")
                free = sorted([*free, *kept[due:]])
            if channel in parts:
                left[channel] = min(len(kept), due)
                more.append((channel, due - left[channel]))
        for channel, count in more:
            taken = free[len(free) - min(count, len(free)) :]
            free = free[: len(free) - len(taken)]
            await store.mark(self.tx, taken, channel, was="free", state="kept")
            left[channel] += len(taken)
        await store.note(self.tx, segment_id, left, wanted.until)
