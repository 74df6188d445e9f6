"""The part of the booking flow that keeps to the half of the day that was named, where it has anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flows.booking.offers import DayOffer, DoctorOffer, SegmentOffer, Wanted


class Halves:
    """Mixed into Booking. Each gives what is to be had in the half day that was named; where that has nothing, it is
    said, and what is to be had in any other is given."""

    service: Any
    data: Any
    say: Callable[..., None]

    async def doctors_of(self, clinic: str, day: date | None = None) -> tuple[Sequence[DoctorOffer], list[str]]:
        found: tuple[list[DoctorOffer], list[str]]
        found = await self.service.offers.doctors(clinic, day, self.data.half)
        if not found[0] and self.data.half:
            found = await self.service.offers.doctors(clinic, day)
            self._other_half(bool(found[0]))
        return found

    async def days_of(self, wanted: Wanted) -> Sequence[DayOffer]:
        days: list[DayOffer] = await self.service.offers.days(replace(wanted, half=self.data.half))
        if not days and self.data.half:
            days = await self.service.offers.days(wanted)
            self._other_half(bool(days))
        return days

    async def segments_of(self, wanted: Wanted) -> Sequence[SegmentOffer]:
        offers: list[SegmentOffer] = await self.service.offers.segments(replace(wanted, half=self.data.half))
        if not offers and self.data.half:
            offers = await self.service.offers.segments(wanted)
            self._other_half(bool(offers))
        return offers

    def _other_half(self, shown: bool) -> None:
        """Look no more for the half that was named. Where nothing is shown, the reason for that is said instead."""
        half, self.data.half = self.data.half, ""
        if shown:
            self.say("none_half", half=half, day=self.data.date)
