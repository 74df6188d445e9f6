"""What there is to choose from, as it is shown: doctors, days, segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flows.booking.neighbours import Catalogue


@dataclass(frozen=True, slots=True)
class DoctorOffer:
    """A doctor, or the general clinic, with what decides: the next session with a slot, its fee, and how many are left
    on its day."""

    code: str
    name: str
    title: str
    number: str
    kind: str
    day: date
    start: str
    fee: int
    left: int


@dataclass(frozen=True, slots=True)
class DayOffer:
    day: date
    left: int


@dataclass(frozen=True, slots=True)
class SegmentOffer:
    id: int
    day: date
    start: str
    end: str
    left: int
    fee: int
    clinic: str
    kind: str
    substitute_for: str
    building: str = ""
    floor: str = ""
    zone: str = ""
    room: str = ""

    @property
    def spot(self) -> tuple[str, str, str, str]:
        """Where one goes."""
        return self.building, self.floor, self.zone, self.room

    @property
    def terms(self) -> tuple[object, ...]:
        """What is the same for all segments of a session, as it is said above them."""
        return self.clinic, self.kind, self.fee, self.substitute_for, *self.spot


def segment_offer(row: Any, catalogue: Catalogue) -> SegmentOffer:
    """Of a row as left.store.segments reads it."""
    instead = catalogue.doctor.get(row.doctor) if row.substitute and row.doctor else None
    return SegmentOffer(
        id=row.segment_id,
        day=row.date,
        start=row.start_wall,
        end=row.end_wall,
        left=row.free,
        fee=row.fee,
        clinic=row.clinic,
        kind=row.kind,
        substitute_for=instead.name if instead else "",
        building=row.building, floor=row.floor,
        zone=row.zone,
        room=row.room,
    )
