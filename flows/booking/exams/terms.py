"""What an examination is checked against, in the place of a doctor's limits; and what it is for, beside the
appointment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.errors import NotFound
from flows.booking import store as appointments
from flows.booking.exams import rules, store
from flows.booking.exams.refusals import OrderBooked
from flows.booking.exams.rules import Book, Item, Visit
from flows.booking.exams.wishes import Wish, Wishes
from flows.booking.holding import Granted
from flows.booking.neighbours import Person, visitor
from flows.booking.rules import EXAMINATION, ClinicRules, Place, Takes
from flows.booking.service import BookingService

LOOK_BACK = timedelta(days=30)
"""What was examined longer ago keeps nothing away."""


class ExamTerms(BookingService):
    """Part of ExamService. `wish` is what is booked at the moment, `rulebook` was read before."""

    def __init__(self, context: Context, *, answered: bool = False) -> None:
        super().__init__(context, answered=answered)
        self.wishes = Wishes(context)
        self.wish: Wish | None = None
        self.bundle = ""
        self.rulebook = Book()

    async def clinic_of(self, row: Any) -> ClinicRules:
        """Rooms of devices are not booked by themselves, so that the directory has them closed: an order opens them."""
        if row.kind != EXAMINATION or not self._meant.item.done_in(row.clinic, row.room):
            raise NotFound("segment")
        catalogue = await self.neighbours.catalogue()
        there = row.clinic in catalogue.clinic and not catalogue.rule(row.clinic).closed
        return replace(await super().clinic_of(row), open=there, takes=Takes())

    async def active(self, person_id: int) -> Sequence[Any]:
        """Examinations, also those of the last weeks, and visits to doctors: nobody is in two places."""
        since = self.now.date() - LOOK_BACK
        exams = await store.active_of(self.tx, person_id, self.context.now, since)
        return [*exams, *await appointments.active_of(self.tx, person_id, self.context.now)]

    async def check_contact(self, person: Person, row: Any, instead: Collection[int] = ()) -> tuple[int, ...]:
        """Asked once for all that is held together (service.py)."""
        return ()

    async def check_whom(
        self, others: Sequence[Any], row: Any, place: Place, person: Person, clinic: ClinicRules,
        instead: Collection[int] = (),
    ) -> tuple[int, ...]:
        wish = self._meant
        self.check_wish(wish, others, person, place)
        rules.check_alone(wish.item, place.start, self.now)
        rules.check_beside(Visit(wish.item, place.start, place.end), self.visits(others), self.rulebook)
        return ()

    def check_wish(self, wish: Wish, others: Iterable[Any], person: Person, place: Place | None = None) -> None:
        """Raises ExamAge, ExamSex, and OrderBooked where the person has this very examination already."""
        rules.check_visitor(wish.item, visitor(person), place.day if place else self.now.date())
        for each in others:
            if each.kind == EXAMINATION and self._same(each, wish) and (each.end_at > self.context.now or wish.order):
                raise OrderBooked(exam=wish.item.name, day=each.date, start=each.start_wall)

    def same_visit(self, row: Any, place: Place) -> bool:
        """A hold for the same order, or of the same package, is given back when another time is chosen."""
        return self.replaced(row, [self._meant])

    def replaced(self, row: Any, wishes: Iterable[Wish]) -> bool:
        """Whether `row` is a hold of this contact that these would take the place of."""
        own = row.kind == EXAMINATION and row.state == "held" and self.is_own(row)
        return own and any(self._same(row, wish) for wish in wishes)

    def visits(self, others: Iterable[Any]) -> list[Visit]:
        """Appointments as the rules see them."""
        local = self.context.clock.local
        return [Visit(self._item(each), local(each.start_at), local(each.end_at)) for each in others]

    async def check_cancel(self, row: Any) -> tuple[int, ...]:
        """As BookingService.check_cancel; for what the hospital stopped it is never too late."""
        if row.stopped_at is None or row.state != "booked":
            return await super().check_cancel(row)
        return ()

    async def _add(
        self, row: Any, person_id: int, slot_id: int, number: int, request_id: str, **values: Any
    ) -> Any:
        return await self._noted(await super()._add(row, person_id, slot_id, number, request_id, **values))

    async def _through_gate(self, may: Granted, request_id: str) -> Any | None:
        """Whoever holds several has the locks of all their segments: nobody is waited for who may wait for these."""
        return await self._lowest(may, request_id)

    async def _lowest(self, may: Granted, request_id: str) -> Any | None:
        made = await super()._lowest(may, request_id)
        # Of a segment with shares it was noted by `_add`.
        return await self._noted(made) if made is not None and not may.row.shared else made

    async def _noted(self, made: Any) -> Any:
        wish = self._meant
        await store.add(
            self.tx, appointment_id=made.id, item=wish.item.code, name=wish.item.name, fee=wish.item.fee,
            order_code=wish.order or None, package=wish.package or None, bundle=self.bundle,
        )
        return made

    def _item(self, row: Any) -> Item | None:
        if row.kind != EXAMINATION:
            return None
        return self.rulebook.items.get(row.item) or Item(row.item, row.exam_name)

    @staticmethod
    def _same(row: Any, wish: Wish) -> bool:
        if wish.order:
            return bool(row.order_code == wish.order)
        return bool(row.order_code is None and row.item == wish.item.code)

    @property
    def _meant(self) -> Wish:
        if self.wish is None:
            raise NotFound("examination")
        return self.wish
