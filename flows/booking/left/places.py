"""A segment as it was read, as the rules see it."""

from __future__ import annotations

from typing import Any

from bot.clock import HospitalClock
from flows.booking.rules import Place


def place_of(row: Any, clock: HospitalClock) -> Place:
    """`row` as left.store.place reads it."""
    return Place(
        day=row.date,
        half=row.half,
        start=clock.local(row.start_at),
        end=clock.local(row.end_at),
        clinic=row.clinic,
        doctor=row.sitting,
        # Closed to whoever is new: all its segments are, and who comes too late finds the time taken, not stopped.
        session_open=row.session_state in ("open", "closed"),
        segment_open=row.segment_state == "open",
        free=row.free,
        drawing=row.draw is not None,
    )
