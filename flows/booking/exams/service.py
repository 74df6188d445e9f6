"""The use cases of examinations, as plain verbs. Holding, confirming, changing and cancelling are those of
BookingService, under the terms of examinations; what is held together is held, confirmed and given back whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from bot.context import Context
from bot.errors import NotFound
from flows.booking import chronicle, rules
from flows.booking.exams import store
from flows.booking.exams.offers import ExamOffers
from flows.booking.exams.rules import Visit, check_alone, check_beside
from flows.booking.exams.wishes import PACKAGE, Wish
from flows.booking.left.places import place_of
from flows.booking.neighbours import Person
from flows.booking.pool import store as pool
from flows.booking.refusals import BookingRefusal, HoldExpired, SlotTaken, hold_over
from flows.booking.service import BookingService
from flows.booking.stops.choices import store as choices
from flows.booking.stops.rules import CHANGEABLE
from flows.booking.stops.store import OTHER
from flows.booking.visit import minutes_held


class ExamService(ExamOffers):
    """Made anew for each turn or page: `ExamService(context)`."""

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
        given_up = [each for each in await self.active(person.id) if self.replaced(each, wishes.values())]
        for each in sorted(given_up, key=lambda row: row.id):
            await pool.lock(self.tx, each.id)
        free = await store.lock_segments(self.tx, {*chosen.values(), *(each.segment_id for each in given_up)})
        instead = [each.id for each in given_up]
        used = await self._check_together(
            person, {segment: wishes[name] for name, segment in chosen.items()}, free, instead
        )
        for each in given_up:
            await self.release_hold(each.id, each.segment_id, each.slot_id, expired=False)
        held: list[Any] = []
        for segment, name in sorted((segment, name) for name, segment in chosen.items()):
            self.wish = wishes[name]
            held.append(await self._take(segment, person.id, f"{request_id}:{len(held)}"))
        await self.fitting.exceptions.use(used, held[0].id, instead)
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

    async def _check_together(
        self, person: Person, chosen: Mapping[int, Wish], free: Mapping[int, int], instead: Collection[int]
    ) -> tuple[int, ...]:
        """Every no is said before the first is held; gives the exceptions that it takes to hold them, `instead` of
        these."""
        others = [each for each in await self.active(person.id) if not self.replaced(each, chosen.values())]
        beside = self.visits(others)
        await self.standing.check(person)
        rows = {segment_id: await self.segment(segment_id) for segment_id in chosen}
        used = await self._check_contact_together(person, rows.values(), instead)
        for segment_id, wish in chosen.items():
            self.wish, row = wish, rows[segment_id]
            place = place_of(row, self.context.clock)
            if free[segment_id] < 1:
                raise SlotTaken(day=place.day, start=row.start_wall, end=row.end_wall)
            rules.check_place(place, await self.clinic_of(row), self.now)
            self.check_wish(wish, others, person, place)
            check_alone(wish.item, place.start, self.now)
            visit = Visit(wish.item, place.start, place.end)
            check_beside(visit, beside, self.rulebook)
            beside.append(visit)
        return used

    async def _check_contact_together(
        self, person: Person, rows: Iterable[Any], instead: Collection[int]
    ) -> tuple[int, ...]:
        """What was excepted in the clinic of one of them is excepted for all that is held with it, and used once."""
        no: BookingRefusal | None = None
        for row in rows:
            try:
                return await self.standing.check_contact(person, row.clinic, row.sitting, instead)
            except BookingRefusal as refusal:
                no = no or refusal
        assert no is not None, "nothing is held together"
        raise no

    async def together(self, appointment_id: int) -> list[Any]:
        """What is held together with it, itself among them, in the order of time. Raises HoldExpired."""
        return await self._again_together(await self._bundle_of(appointment_id))

    async def _bundle_of(self, appointment_id: int) -> str:
        known = await store.of(self.tx, (await self.mine(appointment_id)).id)
        if known is None:
            raise NotFound("examination")
        return str(known.bundle)

    async def _again_together(self, request_id: str) -> list[Any]:
        all_of_it = [await self._row(each) for each in await store.bundle(self.tx, request_id)]
        rows = _standing(all_of_it)
        if (all_of_it and not rows) or any(row.state not in ("held", "booked") for row in rows):
            raise hold_over(all_of_it[0].state, minutes_held(all_of_it[0]))
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
