"""What there is to choose from for an examination: orders that nobody booked yet, times, and plans for several."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bot.errors import NotFound
from flows.booking import rules
from flows.booking.exams import store
from flows.booking.exams.planning import Plan, Time, plans
from flows.booking.exams.refusals import ExamRefusal, NoPlan
from flows.booking.exams.rules import Item, Visit, check_alone, check_beside
from flows.booking.exams.terms import ExamTerms
from flows.booking.exams.wishes import Wish
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person
from flows.booking.refusals import BookingRefusal


class ExamOffers(ExamTerms):
    """Part of ExamService."""

    async def whose(self, person_id: int) -> Person:
        """One that this contact looks after. Raises NotFound for anybody else's."""
        found = [each for each in await self.neighbours.persons() if each.id == person_id and each.reach == "all"]
        if not found:
            raise NotFound("person")
        return found[0]

    async def orders(self, person_id: int) -> tuple[list[Wish], int]:
        """(orders that can be booked, how many examinations are booked and to come). Raises HospitalSilent."""
        person = await self.whose(person_id)
        self.rulebook = await self.wishes.book()
        others = [each for each in await self.active(person.id) if each.kind == rules.EXAMINATION]
        booked = {each.order_code for each in others if each.state == "booked"}
        coming = [each for each in others if each.state == "booked" and each.end_at > self.context.now]
        return [wish for wish in await self.wishes.orders(person) if wish.order not in booked], len(coming)

    async def times(self, person_id: int, pick: str) -> list[Time]:
        """Segments in which one order could be, in time, given what the person has. Raises the reason why there are
        none, where one rule keeps all of them away."""
        person = await self.whose(person_id)
        self.rulebook = await self.wishes.book()
        wish = (await self.wishes.meant(person, [pick]))[0]
        return await self._times_of(wish, person, await self._others(person, [wish]))

    async def proposals(self, person_id: int, picks: Collection[str], most: int = 4) -> list[Plan]:
        """Several together on as few days as possible: name of a wish -> its time. Raises NoPlan, and what keeps a
        single one away."""
        person = await self.whose(person_id)
        self.rulebook = await self.wishes.book()
        wishes = await self.wishes.meant(person, picks)
        others = await self._others(person, wishes)
        times = {wish.name: await self._times_of(wish, person, others) for wish in wishes}
        items = {wish.name: wish.item for wish in wishes}
        found = plans(items, times, self.visits(others), self.rulebook, most=most)
        if not found:
            raise NoPlan(names=[item.name for item in items.values()])
        return found

    async def times_to_change(self, appointment_id: int) -> list[Time]:
        """Other times for an examination that is booked."""
        row = await self.mine(appointment_id)
        await self._of_appointment(row)
        person = await self.whose(row.person_id)
        others = [each for each in await self.active(person.id) if each.id != row.id]
        found = await self._times_of(self._meant, person, others)
        return [each for each in found if each.segment != row.segment_id]

    # --- inside ----------------------------------------------------------------------------------------------------

    async def _others(self, person: Person, wishes: Sequence[Wish]) -> list[Any]:
        """What the person has, without holds that these would replace."""
        others = [each for each in await self.active(person.id) if not self.replaced(each, wishes)]
        for wish in wishes:
            self.check_wish(wish, others, person)
        return others

    async def _times_of(self, wish: Wish, person: Person, others: Sequence[Any]) -> list[Time]:
        self.wish, beside = wish, self.visits(others)
        last = (await self.neighbours.rules_of(wish.item.clinic)).last_day(self.now)
        found: dict[Any, Time] = {}
        reasons: list[ExamRefusal] = []
        for row in await store.times(self.tx, [wish.item.clinic], self.context.now, last):
            if not wish.item.done_in(row.clinic, row.room):
                continue
            place = place_of(row, self.context.clock)
            try:
                rules.check_place(place, await self.clinic_of(row), self.now)
                check_alone(wish.item, place.start, self.now)
                check_beside(Visit(wish.item, place.start, place.end), beside, self.rulebook)
            except ExamRefusal as no:
                reasons.append(no)
            except BookingRefusal:
                continue
            else:
                found.setdefault(place.start, Time(row.segment_id, place.start, place.end))
        if not found and len({type(no) for no in reasons}) == 1:
            raise reasons[-1]
        return list(found.values())

    async def _of_appointment(self, row: Any) -> None:
        """What an appointment is for becomes the wish. Raises NotFound where it is no examination."""
        known = await store.of(self.tx, row.id)
        if known is None:
            raise NotFound("examination")
        self.rulebook, self.bundle = await self.wishes.book(), f"change:{row.public_id}"
        item = self.rulebook.items.get(known.item) or Item(known.item, known.exam_name, clinic=row.clinic)
        order = known.order_code or ""
        self.wish = Wish(order or known.item, item, order=order, package=known.package or "")
