"""The use cases of examinations, as plain verbs. Holding, confirming, changing and cancelling are those of
BookingService, under the terms of examinations; what is held together is held, confirmed and given back whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.context import Context
from bot.errors import NotFound
from flows.booking import chronicle, rules
from flows.booking.exams import store
from flows.booking.exams.planning import Plan, Time, plans
from flows.booking.exams.refusals import ExamRefusal, NoPlan
from flows.booking.exams.rules import Item, Visit, check_alone, check_beside
from flows.booking.exams.terms import ExamTerms
from flows.booking.exams.wishes import PACKAGE, Wish
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person
from flows.booking.pool import store as pool
from flows.booking.refusals import BookingRefusal, HoldExpired, SlotTaken
from flows.booking.service import BookingService
from flows.booking.stops.choices import store as choices
from flows.booking.stops.rules import CHANGEABLE
from flows.booking.stops.store import OTHER
from flows.booking.visit import minutes_held


class ExamService(ExamTerms):
    """Made anew for each turn or page: `ExamService(context)`."""

    # --- what there is -------------------------------------------------------------------------------------------

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

    # --- booking -------------------------------------------------------------------------------------------------

    async def hold_together(self, person_id: int, chosen: Mapping[str, int], request_id: str) -> list[Any]:
        """Name of a wish -> segment: all of them are held, or none and nothing is changed. The same request gives the
        same appointments again. Raises the refusals of exams/ and of `hold`."""
        if known := await self._again_together(request_id):
            return known
        person = await self.whose(person_id)
        self.rulebook, self.bundle = await self.wishes.book(), request_id
        packages = {PACKAGE + name.partition(":")[0] for name in chosen if ":" in name}
        orders = [name for name in chosen if ":" not in name]
        wishes = {wish.name: wish for wish in await self.wishes.meant(person, [*packages, *orders])}
        if wishes.keys() != chosen.keys():
            raise NotFound("package")  # a part of a package is none
        await self.neighbours.lock_person(person.id)
        if known := await self._again_together(request_id):
            return known
        given_up = [each for each in await self.active(person.id) if self._replaced(each, wishes.values())]
        for each in sorted(given_up, key=lambda row: row.id):
            await pool.lock(self.tx, each.id)
        free = await store.lock_segments(self.tx, {*chosen.values(), *(each.segment_id for each in given_up)})
        await self._check_together(person, {segment: wishes[name] for name, segment in chosen.items()}, free)
        for each in given_up:
            await self.release_hold(each.id, each.segment_id, each.slot_id, expired=False)
        held: list[Any] = []
        for segment, name in sorted((segment, name) for name, segment in chosen.items()):
            self.wish = wishes[name]
            held.append(await self._take(segment, person.id, f"{request_id}:{len(held)}"))
        return sorted(held, key=lambda row: (row.start_at, row.id))

    async def confirm_together(self, bundle: str) -> list[Any]:
        """All of them become appointments; what was moved or cancelled since it was confirmed keeps no other one back.
        Raises HoldExpired, and then none does."""
        rows = _standing(await self._locked(bundle))
        if not rows:
            raise HoldExpired(minutes=self.settings.hold_minutes)
        for row in rows:
            if row.state != "booked" and (row.state != "held" or row.hold_until <= self.context.now):
                raise HoldExpired(minutes=minutes_held(row))
        return [await super(ExamService, self).confirm(row.id) for row in rows]

    async def release_together(self, bundle: str, *, expired: bool = False) -> None:
        """Safe to call twice, and for what is booked by now."""
        rows = await self._locked(bundle)
        await store.lock_segments(self.tx, {row.segment_id for row in rows})
        for row in rows:
            await super().release(row.id, expired=expired)

    async def confirm(self, appointment_id: int) -> Any:
        """With all that was held together with it."""
        await self.confirm_together(await self._bundle_of(appointment_id))
        return await self._row(appointment_id)

    async def release(self, appointment_id: int, *, expired: bool = False) -> bool:
        """With all that was held together with it."""
        before = await self._row(appointment_id)
        await self.release_together(await self._bundle_of(appointment_id), expired=expired)
        return bool(before.state == "held")

    async def change(self, appointment_id: int, segment_id: int) -> Any:
        """As BookingService.change: another time for the same examination. Where the old one was stopped, it is what
        its patient chose."""
        old = await self.mine(appointment_id)
        await self._of_appointment(old)
        new = await super().change(appointment_id, segment_id)
        if old.stopped_at is not None and (choice := await choices.of_appointment(self.tx, old.id)):
            await choices.answer(self.tx, choice.id, CHANGEABLE, OTHER, self.context.actor, new.id)
            await choices.mark(self.tx, old.id, None)
        return new

    # --- inside --------------------------------------------------------------------------------------------------

    @chronicle.noted("hold")
    async def _take(self, segment_id: int, person_id: int, request_id: str) -> Any:
        """As `hold`; whoever waits before the segment's row has its lock already."""
        return await self._hold(segment_id, person_id, request_id)

    async def _check_together(self, person: Person, chosen: Mapping[int, Wish], free: Mapping[int, int]) -> None:
        """Every no is said before the first is held."""
        others = [each for each in await self.active(person.id) if not self._replaced(each, chosen.values())]
        beside = self.visits(others)
        await self.standing.check(person)
        await self.standing.check_contact(person)
        for segment_id, wish in chosen.items():
            self.wish = wish
            row = await self.segment(segment_id)
            place = place_of(row, self.context.clock)
            if free[segment_id] < 1:
                raise SlotTaken(day=place.day, start=row.start_wall, end=row.end_wall)
            rules.check_place(place, await self.clinic_of(row), self.now)
            self.check_wish(wish, others, person, place)
            check_alone(wish.item, place.start, self.now)
            visit = Visit(wish.item, place.start, place.end)
            check_beside(visit, beside, self.rulebook)
            beside.append(visit)

    async def _others(self, person: Person, wishes: Sequence[Wish]) -> list[Any]:
        """What the person has, without holds that these would replace."""
        others = [each for each in await self.active(person.id) if not self._replaced(each, wishes)]
        for wish in wishes:
            self.check_wish(wish, others, person)
        return others

    def _replaced(self, row: Any, wishes: Collection[Wish]) -> bool:
        own = row.kind == rules.EXAMINATION and row.state == "held" and row.contact_id == self._contact()
        return own and any(self._same(row, wish) for wish in wishes)

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

    async def _bundle_of(self, appointment_id: int) -> str:
        known = await store.of(self.tx, (await self.mine(appointment_id)).id)
        if known is None:
            raise NotFound("examination")
        return str(known.bundle)

    async def _again_together(self, request_id: str) -> list[Any]:
        all_of_it = [await self._row(each) for each in await store.bundle(self.tx, request_id)]
        rows = _standing(all_of_it)
        if (all_of_it and not rows) or any(row.state not in ("held", "booked") for row in rows):
            raise HoldExpired(minutes=minutes_held(all_of_it[0]))
        return sorted(rows, key=lambda row: (row.start_at, row.id))

    async def _locked(self, bundle: str) -> list[Any]:
        """Those of a bundle as they are now; nobody changes them until the transaction ends."""
        ids = await store.bundle(self.tx, bundle)
        for each in ids:
            await self.mine(each)
            await pool.lock(self.tx, each)
        return [await self._row(each) for each in ids]


def _standing(rows: list[Any]) -> list[Any]:
    """Those of a bundle that did not end after they were confirmed."""
    return [row for row in rows if row.state not in ("changed", "cancelled", "refused")]


def service_of(context: Context, row: Any, *, answered: bool = False) -> BookingService:
    """The service whose terms an appointment is under."""
    made = ExamService if row.kind == rules.EXAMINATION else BookingService
    return made(context, answered=answered)
