"""What a booking is checked against. For a doctor's session or a general clinic's here; an examination of a device has
other terms (exams/service.py) and is held, confirmed, changed and cancelled all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.booking import limits, rules, store
from flows.booking.mine import Mine
from flows.booking.neighbours import Person, visitor
from flows.booking.rules import ClinicRules, Counted, Place


class Terms(Mine):
    """Part of BookingService."""

    async def clinic_of(self, row: Any) -> ClinicRules:
        """How the clinic of a segment is booked."""
        return await self.neighbours.rules_of(row.clinic)

    async def active(self, person_id: int) -> Sequence[Any]:
        """What counts against the person's limits."""
        return await store.active_of(self.tx, person_id, self.context.now)

    def check_beside(self, others: Sequence[Any], row: Any, place: Place, person: Person) -> None:
        """Raises the reason why `person`, who has `others`, may not have the segment `row` as well."""
        mine = [Counted(each.date, rules.whom(each.sitting, each.clinic)) for each in others]
        rules.check_limits(mine, place, visitor(person), limits.of_booking(self.context.settings.booking))

    def same_visit(self, row: Any, place: Place) -> bool:
        """Whether `row` is a hold of this contact that another one in `place` takes the place of."""
        own = row.state == "held" and row.contact_id == self._contact()
        return own and (row.date, rules.whom(row.sitting, row.clinic)) == (place.day, place.whom)
