"""The part of the booking flow that keeps to the half of the day and the kind of session that were named, where these
have anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from flows.booking.offered import DayOffer, DoctorOffer, SegmentOffer
from flows.booking.offers import Wanted

T = TypeVar("T")


class Narrow:
    """Mixed into Booking. Each gives what is to be had in the half day and of the kind that were named; where that is
    nothing, it is said, and what comes nearest to it is given."""

    service: Any
    data: Any
    say: Callable[..., None]

    async def doctors_of(self, clinic: str, day: date | None = None) -> tuple[Sequence[DoctorOffer], list[str]]:
        async def look(half: str, only: str) -> tuple[list[DoctorOffer], list[str]]:
            found: tuple[list[DoctorOffer], list[str]] = await self.service.offers.doctors(clinic, day, half, only)
            return found

        return await self._nearest(look, lambda found: bool(found[0]))

    async def days_of(self, wanted: Wanted) -> Sequence[DayOffer]:
        async def look(half: str, only: str) -> list[DayOffer]:
            found: list[DayOffer] = await self.service.offers.days(replace(wanted, half=half, kind=only))
            return found

        return await self._nearest(look, bool)

    async def segments_of(self, wanted: Wanted) -> Sequence[SegmentOffer]:
        async def look(half: str, only: str) -> list[SegmentOffer]:
            found: list[SegmentOffer] = await self.service.offers.segments(replace(wanted, half=half, kind=only))
            return found

        return await self._nearest(look, bool)

    def named(self) -> dict[str, str]:
        """What is kept to, as the prompts say it."""
        return {"half": self.data.half, "only": self.data.only}

    async def _nearest(self, look: Callable[[str, str], Awaitable[T]], anything: Callable[[T], bool]) -> T:
        """Another half of the day sooner than another kind, and that sooner than both. What was named and has nothing
        is looked for no more; where nothing is there at all, the reason for that is said instead."""
        half, only = self.data.half, self.data.only
        found = await look(half, only)
        if anything(found) or not (half or only):
            return found
        others = {("", only): "half", (half, ""): "kind", ("", ""): "both"} if half and only else {
            ("", ""): "half" if half else "kind"
        }
        for (self.data.half, self.data.only), instead in others.items():
            if anything(found := await look(self.data.half, self.data.only)):
                self.say("none_half", day=self.data.date, half=half, kind=only, instead=instead)
                return found
        return found
