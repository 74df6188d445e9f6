"""What a booking is checked against. For a doctor's session or a general clinic's here; an examination of a device has
other terms (exams/service.py) and is held, confirmed, changed and cancelled all the same."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

from flows.booking import rules, store
from flows.booking.fitting.checking import Fitting
from flows.booking.mine import Mine
from flows.booking.neighbours import Person
from flows.booking.rules import ClinicRules, Place


class Terms(Mine):
    """Part of BookingService."""

    @cached_property
    def fitting(self) -> Fitting:
        return Fitting(self.context)

    async def clinic_of(self, row: Any) -> ClinicRules:
        """How the clinic of a segment is booked."""
        return await self.neighbours.rules_of(row.clinic)

    async def active(self, person_id: int) -> Sequence[Any]:
        """What counts against the person's limits."""
        return await store.active_of(self.tx, person_id, self.context.now)

    async def check_whom(
        self, others: Sequence[Any], row: Any, place: Place, person: Person, clinic: ClinicRules,
        instead: Collection[int] = (),
    ) -> tuple[int, ...]:
        """Raises the reason why `person`, who has `others`, may not have the segment `row` as well, `instead` of these
        appointments; gives the exceptions that it takes."""
        return await self.fitting.check(person, place, clinic, others, instead)

    def same_visit(self, row: Any, place: Place) -> bool:
        """Whether `row` is a hold of this contact that another one in `place` takes the place of."""
        own = row.state == "held" and self.is_own(row)
        return own and (row.date, rules.whom(row.sitting, row.clinic)) == (place.day, place.whom)
