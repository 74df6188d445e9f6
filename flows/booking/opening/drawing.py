"""The draw itself, and what becomes of its wishes. Each step is one transaction that can be killed and done again.

First the order is drawn and noted, once, under the draw's own lock. Then, in that order and each in a transaction of
its own, whoever is next gets a hold like any other, until the session is full; the rest is told. What was done is seen
by the states of the wishes, so that whoever comes after a crash goes on where it ended.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import logs, metrics
from bot.context import Context
from bot.db.contacts import contact_of
from bot.errors import NotFound
from flows.booking import rules, store, visit
from flows.booking.fitting.checking import Fitting
from flows.booking.left import store as left
from flows.booking.left.places import place_of
from flows.booking.neighbours import Neighbours, Person
from flows.booking.opening import pushes
from flows.booking.opening import rules as opening
from flows.booking.opening import store as draws
from flows.booking.opening.wishes import store as wishes
from flows.booking.opening.wishing import Wishing
from flows.booking.pool import store as pool
from flows.booking.pool.shares import store as shares
from flows.booking.refusals import BookingRefusal
from flows.booking.standing.record import Record

log = logs.get(__name__)

TOLD_AT_ONCE = 100
"""Losers that are told in one transaction."""


class Drawing:
    """Used by the jobs."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.tx = context.tx
        self.now = context.clock.local(context.now)
        self.fitting = Fitting(context)
        self.neighbours = Neighbours(context)
        self.wishing = Wishing(context)

    async def draw(self, draw_id: int) -> None:
        """Draw the order, once: whoever comes second finds it drawn."""
        state = await draws.lock(self.tx, draw_id)
        row: Any = await draws.draw_at(self.tx, draw_id)
        if state != draws.COMING or row.closes_at > self.context.now:
            return
        listed = await wishes.all_of(self.tx, draw_id)
        await self._open_shares(row.session_id, {each.channel for each in listed})
        order = opening.order(row.seed, [opening.Wish(each.code, each.weight) for each in listed])
        places = sum(each.free for each in await draws.segments(self.tx, row.session_id))
        await wishes.drawn(self.tx, row, int(places), order)
        log.info("draw_drawn", draw=row.public_id, session=row.session_code, wishes=len(order), places=int(places))

    async def step(self, draw_id: int) -> bool:
        """What comes next of a draw whose order stands; False when nothing does."""
        if await draws.lock(self.tx, draw_id) != draws.DRAWN:
            return False
        row: Any = await draws.draw_at(self.tx, draw_id)
        turn = await wishes.next_waiting(self.tx, draw_id, TOLD_AT_ONCE)
        if not turn:
            await wishes.finish(self.tx, row)
            log.info("draw_done", draw=row.public_id)
            return False
        if row.session_state != "open":
            for each in turn:
                await self._over(each, "stopped")
            return True
        free = [each for each in await draws.segments(self.tx, row.session_id) if each.free]
        # What comes back while losers are told is anybody's afterwards: nobody wins behind somebody who lost.
        if not free or await wishes.any_lost(self.tx, draw_id):
            for each in turn:
                await self._lost(each)
            return True
        await self._give(turn[0], free)
        return True

    async def _open_shares(self, session_id: int, channels: set[str]) -> None:
        """What was kept for channels that wish is for all who wish; what is kept for other channels stays theirs."""
        await shares.lock(self.tx, session_id)
        for segment in await draws.segments(self.tx, session_id):
            for channel in sorted(channels) if segment.shared else ():
                await pool.release_share(self.tx, segment.id, channel)

    # --- one wish ------------------------------------------------------------------------------------------------

    async def _give(self, wish: Any, free: list[Any]) -> None:
        """Hold a slot: at the time that was liked best, else at the nearest."""
        try:
            person = await self.neighbours.lock_waiting(wish.person_id, wish.contact_id)
        except NotFound:
            await self._over(wish, "person")
            return
        liked = await left.place(self.tx, wish.segment_id, wish.channel)
        at = liked.start_at if liked else free[0].start_at
        for segment in sorted(free, key=lambda each: abs((each.start_at - at).total_seconds())):
            place = await left.place(self.tx, segment.id, wish.channel)
            if place is None or not place.free:
                continue
            try:
                excepted = await self._check(place, person)
            except BookingRefusal as no:
                await self._over(wish, "rule", no)
                return
            taken = await pool.take_free(self.tx, segment.id, wish.channel if segment.shared else "")
            if taken is not None:
                await self.fitting.exceptions.use(excepted, await self._won(wish, place, person, *taken))
                return
        await self._lost(wish)

    async def _check(self, place: Any, person: Person) -> tuple[int, ...]:
        """The rules of booking as they are now: another draw may have been won meanwhile. Gives the exceptions that it
        takes."""
        wanted = replace(place_of(place, self.context.clock), drawing=False)
        clinic = await self.neighbours.rules_of(place.clinic)
        rules.check_place(wanted, clinic, self.now)
        await Record(self.context).check(person)
        return await self.fitting.check(person, wanted, clinic)

    async def _won(self, wish: Any, place: Any, person: Person, slot_id: int, number: int) -> int:
        clinic = await self.neighbours.rules_of(place.clinic)
        until = self.context.now + timedelta(minutes=clinic.hold_minutes)
        appointment_id = await pool.add(
            self.tx, person_id=wish.person_id, contact_id=wish.contact_id, segment_id=place.segment_id,
            slot_id=slot_id, number=number, request_id=f"wish:{wish.public_id}", channel=wish.channel, fee=place.fee,
            created_at=self.context.now, created_by=self.context.actor, state="held", hold_until=until,
        )
        await pool.assign(self.tx, slot_id, appointment_id)
        await wishes.end_wish(self.tx, wish.id, wishes.WON, appointment_id=appointment_id)
        held: Any = await store.appointment_by(self.tx, appointment_id)
        catalogue = await self.neighbours.catalogue()
        facts = visit.facts_of(held, person, catalogue, self.context)
        local = self.context.clock.local(until)
        theirs = await self._theirs(wish)
        await pushes.won(theirs, wish, held, facts | {"until": f"{local:%H:%M}", "code": wish.code})
        metrics.wishes.inc("won")
        log.info("draw_won", appointment=held.public_id, session=wish.session_code, number=number)
        return int(appointment_id)

    async def _lost(self, wish: Any) -> None:
        if await wishes.end_wish(self.tx, wish.id, wishes.LOST):
            metrics.wishes.inc("lost")
            await pushes.lost(await self._theirs(wish), wish, await self.wishing.facts(wish))

    async def _over(self, wish: Any, reason: str, no: BookingRefusal | None = None) -> None:
        """Not theirs to have: said with its reason, and not counted as lost."""
        if await wishes.end_wish(self.tx, wish.id, wishes.SKIPPED, reason=no.template if no else reason):
            metrics.wishes.inc("skipped")
            why = self.context.wording.render(f"booking/chat/{no.template}", **no.facts) if no else ""
            facts = await self.wishing.facts(wish) | {"reason": "rule" if no else reason, "why": why}
            await pushes.over(await self._theirs(wish), wish, facts)

    async def _theirs(self, wish: Any) -> Context:
        """Addresses of pages are those of the account that wished."""
        return replace(self.context, contact=await contact_of(self.tx, wish.contact_id))
