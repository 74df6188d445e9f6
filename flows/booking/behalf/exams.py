"""Examinations and packages, booked and changed for a person by a member of staff, under the same rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.errors import NotFound
from flows.booking.behalf.service import Behalf
from flows.booking.exams import store
from flows.booking.exams.rules import Book, Item, Package
from flows.booking.exams.service import ExamService
from flows.booking.neighbours import Person


class ExamsFor(Behalf, ExamService):
    """`await ExamsFor.of(context, person, channel, reach)`: as ExamService, for one person and on a channel of staff.
    What a device outside of reach does is not there."""

    async def whose(self, person_id: int) -> Person:
        if person_id != self.person.id:
            raise NotFound("person")
        return self.person

    async def packages(self) -> list[Package]:
        """Those of which every part is within reach."""
        book: Book = await self.wishes.book()
        return [each for each in book.packages if self.reaches(book.items[code] for code in each.items)]

    def reaches(self, items: Iterable[Item]) -> bool:
        return all(self.reach(item.clinic, None) for item in items)

    async def together(self, appointment_id: int) -> list[Any]:
        """All that is held or booked with an appointment, itself among it, in time, as far as the reach goes."""
        rows = [await self._row(each) for each in await store.bundle(self.tx, await self._bundle_of(appointment_id))]
        mine = [row for row in rows if row.state in ("held", "booked") and self.reach(row.clinic, row.sitting)]
        return sorted(mine, key=lambda row: (row.start_at, row.id))
